"""Inputs of strangers, by the thousand: pictures, records and networks, requests to a server, and kills in training.

``python -m tests.fuzz --pictures 10000 --records 3000 --requests 3000 --kills 50``
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests.fuzz.trial import MEBIBYTES

ROOT = Path(__file__).parents[2]
KINDS = {
    "pictures": "tests.fuzz.pictures",
    "records": "tests.fuzz.records",
    "requests": "tests.fuzz.served_requests",
    "kills": "tests.fuzz.kills",
}


def tried(kind, count, seed=0):
    """What became of `count` inputs of a kind, a dict, tried in a process of its own.

    Raises:
        AssertionError: the process ended, hung or took too much memory, or an input was neither taken nor refused.
    """
    command = [sys.executable, "-m", KINDS[kind], str(count), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{kind}: exit code {done.returncode}: {done.stderr[-3000:]}"
    found = json.loads(done.stdout.splitlines()[-1])
    assert not found["failures"], "\n".join(found["failures"][:5])
    assert found["mebibytes"] < MEBIBYTES, found
    return found


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N", help="how many (default: 0)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default: 0)")
    options = parser.parse_args()
    print("| kind | tried | taken | refused in one line | seconds at most | MiB at most |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind in KINDS:
        if count := getattr(options, kind):
            found = tried(kind, count, options.seed)
            cells = (found[name] for name in ("kind", "tried", "taken", "refused", "seconds", "mebibytes"))
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)


if __name__ == "__main__":
    main()
