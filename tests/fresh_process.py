"""Programs in processes of their own, which need not import TensorFlow each: that takes four seconds.

A server imports it, without Keras, and forks for each program; no operation has run before. Exit codes, signals,
standard streams, working directory and environment are those of a process, and the checkout is on the path of modules.
What a program prints while TensorFlow is imported, and what the environment says to that, is for processes that are
started as users start them.
"""

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

SERVER = """
import json, os, socket, sys, types
sys.modules["keras"] = None  # which TensorFlow would import
import tensorflow
del sys.modules["keras"]

def forked(client):
    # Returns in the processes of the programs alone.
    while True:
        size, streams, _, _ = socket.recv_fds(client, 8, 3)
        if not size:
            os._exit(0)
        program = json.loads(client.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        pid = os.fork()
        if not pid:
            break
        for stream in streams:
            os.close(stream)
        client.sendall(f"{pid:8}".encode())
        client.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):8}".encode())
    client.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(program["cwd"])
    for name in set(os.environ) - set(program["env"]):
        del os.environ[name]
    os.environ.update(program["env"])
    sys.argv = ["-c", *program["arguments"]]
    sys.modules["__main__"] = types.ModuleType("__main__")
    return program["code"]

exec(forked(socket.socket(fileno=int(sys.argv[1]))), sys.modules["__main__"].__dict__)
"""


class FreshProcesses:
    """Starts programs; the server is started with the first."""

    def __init__(self):
        self._server = None

    def start(self, code, *arguments, cwd=None, env=None):
        """A running program, as of ``python -c CODE ARGUMENTS``; one at a time."""
        if self._server is None:
            self._socket, theirs = socket.socketpair()
            self._server = subprocess.Popen(
                [sys.executable, "-c", SERVER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            theirs.close()
        program = {"code": code, "arguments": [str(argument) for argument in arguments]}
        program |= {"cwd": str(cwd or os.getcwd()), "env": dict(os.environ if env is None else env)}
        return Program(self._socket, program)

    def run(self, code, *arguments, **options):
        """``subprocess.CompletedProcess`` of a program, with text."""
        return self.start(code, *arguments, **options).wait()

    def close(self):
        if self._server is not None:
            self._socket.close()
            self._server.wait()


class Program:
    """A program that runs, of the process `pid`."""

    def __init__(self, server, program):
        self._server, self._program = server, program
        self._streams = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115
        with open(os.devnull, "rb") as nothing:
            streams = [nothing, *self._streams]
            message = json.dumps(program).encode()
            socket.send_fds(server, [len(message).to_bytes(8, "big")], [stream.fileno() for stream in streams])
            server.sendall(message)
        self.pid = self._answer()

    def _answer(self):
        return int(self._server.recv(8, socket.MSG_WAITALL))

    def has_ended(self):
        return bool(select.select([self._server], [], [], 0)[0])

    def wait(self):
        code, texts = self._answer(), []
        for stream in self._streams:
            stream.seek(0)
            texts.append(stream.read().decode())
            stream.close()
        return subprocess.CompletedProcess(["-c", *self._program["arguments"]], code, *texts)
