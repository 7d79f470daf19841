"""Workers of a cluster on loopback, each a process of its own."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


class Workers:
    """Starts the same program on all workers of a cluster.

    Args:
        code: of Python.
        arguments: of the program.
        count: of workers.
        cwd: folder.
        environment: beside that of this process.
    """

    def __init__(self, code, *arguments, cwd, count=2, environment=None):
        addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
        self.errors = [cwd / f"errors-{number}" for number in range(count)]
        self.processes = []
        for number, path in enumerate(self.errors):
            task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": number}}
            options = {"TF_CONFIG": json.dumps(task), "PYTHONPATH": str(ROOT), **(environment or {})}
            with open(path, "wb") as errors:
                self.processes.append(
                    subprocess.Popen(
                        [sys.executable, "-c", code, *map(str, arguments)],
                        cwd=cwd,
                        env=os.environ | options,
                        stdout=subprocess.DEVNULL,
                        stderr=errors,
                    )
                )

    def wait(self, timeout=1500):
        """Exit codes, and what was written on standard error, of each."""
        try:
            codes = [process.wait(timeout) for process in self.processes]
        finally:
            self.end()
        return codes, [path.read_text() for path in self.errors]

    def end(self):
        """Nothing of them runs any more."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


def free_ports(count):
    """Ports of loopback that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
