"""A Ray cluster: joined by its address, or started here; quiet, and telling nobody."""

import contextlib
import logging
import os
import socket
import sys

from fast_style.common.errors import UserError
from fast_style.common.startup import stderr_closed
from fast_style.common.streams import warn

DEFAULT_CPUS = 4
# Of a cluster that is started here: names and reasons travel, and no photographs.
OBJECT_STORE_BYTES = 256 << 20
SECONDS_TO_ANSWER = 5.0


@contextlib.contextmanager
def ray_cluster(options):
    """The module ``ray``, joined to the cluster of ``--ray``.

    Ray's usage statistics stay off unless the environment turns them on, its dashboard unless ``--ray-dashboard`` asks
    for it, and its logs unless ``--verbose`` does.

    Raises:
        UserError: no cluster answers at this address; Ray does not start.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # what a warning asks for
    if not options.verbose:
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    _check_answers(options.ray)
    import ray

    level = logging.WARNING if options.verbose else logging.CRITICAL
    given = {"address": options.ray, "log_to_driver": options.verbose, "logging_level": level}
    if options.ray == "local":
        given |= {"include_dashboard": options.ray_dashboard, "object_store_memory": OBJECT_STORE_BYTES}
    with contextlib.ExitStack() as stack:
        # Ray prints what befalls its machines to standard output, which is for results.
        nowhere = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
        stack.enter_context(contextlib.redirect_stdout(sys.stderr if options.verbose else nowhere))
        try:
            with contextlib.nullcontext() if options.verbose else stderr_closed():
                ray.init(**given)
        except (ConnectionError, OSError, RuntimeError, ValueError, AssertionError, ray.exceptions.RayError) as error:
            raise _no_cluster(options.ray, error) from error
        stack.callback(ray.shutdown)
        import ray.data

        for name in ("ray", "ray.data"):
            logging.getLogger(name).setLevel(level)
        yield ray


def _check_answers(address):
    """Raises UserError at once where nobody listens, which Ray finds out in minutes."""
    host, colon, port = address.rpartition("//")[2].rpartition(":")
    if not colon:
        if address not in ("local", "auto"):
            raise UserError(f"--ray: expected HOST:PORT, auto or local. Received: {address}")
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_ANSWER).close()
    except (OSError, ValueError, OverflowError) as error:
        raise _no_cluster(address, error) from error


def _no_cluster(address, error):
    reason = " ".join(str(error).split())
    return UserError(f"--ray: expected the address of a Ray cluster, or local. Received: {address} ({reason:.300})")


def process_resources(ray, options):
    """(resources of each painting process, how many of them), by flags and by what the cluster has.

    Raises:
        UserError: a cluster that was started here has no room for one.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    cpus = options.ray_cpus or min([DEFAULT_CPUS, *(node["CPU"] for node in nodes)])
    gpus = options.ray_gpus or 0
    room = sum(
        int(min(node["CPU"] / cpus, node.get("GPU", 0) / gpus if gpus else float("inf")) + 1e-9) for node in nodes
    )
    if not room:
        wanted = f"{cpus:g} cores" + (f" and {gpus:g} GPUs" if gpus else "")
        if options.ray == "local":
            raise UserError(f"--ray: expected a machine with {wanted} for a process. Received: one with less")
        warn(f"no machine of the cluster has {wanted} for a process: waiting for one that has")
    return {"num_cpus": cpus, "num_gpus": gpus}, options.ray_actors or max(1, room)
