"""The standard streams of a command: any of them may be closed, full, or in ASCII."""

import contextlib
import io
import os
import sys

from fast_style.common.errors import UserError
from fast_style.common.printable import printable

# What stands in for streams that were closed when the process began.
_stand_ins = {}


def prepare_streams():
    """Opens what is closed of the three, and lets output take any text; commands call it first.

    A number that is free would be that of the next file to be opened, into which messages would go then.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            mode = "r" if name == "stdin" else "w"
            _stand_ins[name] = open(os.devnull, mode, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
            setattr(sys, name, _stand_ins[name])
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def standard_output():
    """The binary stream for a picture.

    Raises:
        UserError: it was closed.
    """
    if sys.stdout is None or sys.stdout is _stand_ins.get("stdout"):
        raise UserError("--output: expected standard output that can be written. Received: a closed one")
    return sys.stdout.buffer


def say(text):
    """A result on standard output, at once.

    Raises:
        UserError: it cannot be written. BrokenPipeError: nobody reads any more.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise UserError(
            f"standard output: expected a stream that can be written. Received: {error.strerror or error}"
        ) from error


def warn(text):
    """One line on standard error; where that cannot be written, nobody can be told."""
    with contextlib.suppress(OSError):
        print(printable(text), file=sys.stderr, flush=True)


def drop_output():
    """Sends nowhere what standard output has not written: the end of the process would try again, and complain."""
    with contextlib.suppress(io.UnsupportedOperation):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
