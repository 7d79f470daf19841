"""What was tried of one kind, in a process that must live through all of it."""

import faulthandler
import json
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path

from fast_style.common.errors import UserError

SECONDS = 20  # of one input; longer is a hang
MEBIBYTES = 4096


class Trial:
    """Counts of what became of each input; a traceback is kept with the input's number.

    Args:
        kind: in words.
        refusals: errors that are right answers beside ``UserError``.
    """

    def __init__(self, kind, refusals=()):
        self.kind, self._refusals = kind, (UserError, *refusals)
        self._taken = self._refused = 0
        self._longest, self._failures = 0.0, []

    def attempt(self, label, function, *arguments):
        """Calls a function, which may answer or refuse; warnings are failures, and a hang ends the process."""
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        start = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                function(*arguments)
            self._taken += 1
        except self._refusals as error:
            self._refused += 1
            if isinstance(error, UserError) and len(str(error).splitlines()) != 1:
                self._failures.append(f"{label}: a refusal of several lines: {error}")
        except Exception:
            self._failures.append(f"{label}: {traceback.format_exc()}")
        finally:
            faulthandler.cancel_dump_traceback_later()
        self._longest = max(self._longest, time.perf_counter() - start)

    def finish(self):
        """Prints the counts as JSON, in the last line."""
        sys.stdout.flush()
        found = {
            "kind": self.kind,
            "tried": self._taken + self._refused + len(self._failures),
            "taken": self._taken,
            "refused": self._refused,
            "seconds": round(self._longest, 2),
            "mebibytes": peak_mebibytes(),
            "failures": self._failures,
        }
        print(json.dumps(found))


def peak_mebibytes():
    """Of this process. On Linux, ``getrusage`` has what the process that started this one took, too."""
    status = Path("/proc/self/status")
    if status.is_file():
        return next(int(line.split()[1]) // 1024 for line in status.read_text().splitlines() if "VmHWM" in line)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
