"""The machines that train together, as TF_CONFIG names them: what operators on Kubernetes, and others, set."""

import dataclasses
import json
import os

from fast_style.common.errors import UserError
from fast_style.common.json_shape import Maybe, json_fault

VARIABLE = "TF_CONFIG"
# Tasks that train. Others are parameter servers, and evaluators on the side.
JOBS = ("chief", "worker")
SHAPE = {"cluster": {str: [str]}, "task": {"type": str, "index": (int, str)}, "environment": Maybe(str)}


@dataclasses.dataclass(frozen=True)
class Cluster:
    """Processes that train one network, and which of them this one is.

    Attributes:
        addresses: ``{(job, index): "host:port"}``, the chief's first: that of the job, or the first worker.
        task: (job, index) of this process.
    """

    addresses: dict
    task: tuple

    def __len__(self):
        return len(self.addresses)

    @property
    def number(self):
        """That of this process, from 0, the chief's."""
        return list(self.addresses).index(self.task)

    def name(self, task):
        """A process in words."""
        return f"{task[0]} {task[1]} ({self.addresses[task]})"


def read_cluster():
    """The cluster that TF_CONFIG names, or None where that is not set, or names this process alone.

    Raises:
        UserError: it is no JSON, or names no cluster of workers with this process in it.
    """
    text = os.environ.get(VARIABLE, "")
    if not text.strip():
        return None
    try:
        config = json.loads(text)
    except ValueError as error:
        raise UserError(f"{VARIABLE}: expected JSON. Received: {text!r:.80} ({error})") from error
    if config == {}:
        return None
    if fault := json_fault(config, SHAPE) or _fault(config["cluster"], config["task"]):
        raise UserError(f"{VARIABLE}: {fault}")
    addresses = {(job, index): one for job in JOBS for index, one in enumerate(config["cluster"].get(job, ()))}
    task = (config["task"]["type"], int(config["task"]["index"]))
    if len(addresses) == 1:
        return None
    return Cluster(addresses, task)


def _fault(cluster, task):
    """What is wrong with a cluster or a task, in words; None where nothing is."""
    if others := sorted(set(cluster) - set(JOBS)):
        return f"cluster: expected {' and '.join(JOBS)} alone. Received: {', '.join(others)!r:.80}"
    if len(cluster.get("chief", ())) > 1:
        return f"cluster: expected one chief. Received: {len(cluster['chief'])}"
    addresses = [address for job in JOBS for address in cluster.get(job, ())]
    for address in addresses:
        host, _, port = address.rpartition(":")
        if not (host and port.isdecimal() and 0 < int(port) < 65536):
            return f"cluster: expected host:port of each worker. Received: {address!r:.80}"
        if addresses.count(address) > 1:
            return f"cluster: expected addresses that differ. Received: {address!r:.80} twice"
    there = cluster.get(task["type"], ())
    index = str(task["index"])
    if not (index.isdecimal() and int(index) < len(there)):
        jobs = [job for job in JOBS if cluster.get(job)] or JOBS
        expected = f"one of {len(there)}" if there else f"of type {' or '.join(jobs)}"
        return f"task: expected {expected} in the cluster. Received: {task['type']:.40} {index:.40}"
    return None
