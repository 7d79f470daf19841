"""Standard streams that are closed, full or in ASCII: a process of its own for each."""

import os
import subprocess
import sys

import pytest

# Where results go, what goes wrong, and whether a picture can be written.
SCRIPT = """
import sys
from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.streams import say, standard_output, warn
with errors_as_lines("test"):
    with open(__file__) as file:
        assert file.fileno() > 2
    warn("careful \\x1b\\udcff\\n")
    say("result \\u2248 \\udcff")
    if sys.argv[1:]:
        standard_output().write(b"picture")
    sys.exit(3)
"""
FULL = "test: error: standard output: expected a stream that can be written. Received: No space left on device\n"
CLOSED = "test: error: --output: expected standard output that can be written. Received: a closed one\n"
CAREFUL = "careful \\x1b\\xff\\n\n"


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "script.py"
    path.write_text(SCRIPT)
    return path


@pytest.mark.parametrize(
    ("redirection", "picture", "code", "out", "error"),
    [
        ("", "", 3, "result \\u2248 \\udcff\n", CAREFUL),
        (">&-", "", 3, "", CAREFUL),
        ("2>&-", "", 3, "result \\u2248 \\udcff\n", ""),
        ("<&-", "", 3, "result \\u2248 \\udcff\n", CAREFUL),
        ("<&- >&- 2>&-", "", 3, "", ""),
        (">/dev/full", "", 2, "", CAREFUL + FULL),
        ("2>/dev/full", "", 3, "result \\u2248 \\udcff\n", ""),
        (">/dev/full 2>/dev/full", "", 2, "", ""),
        (">&-", "x", 2, "", CAREFUL + CLOSED),
        ("1</dev/null", "", 2, "", CAREFUL + FULL.replace("No space left on device", "Bad file descriptor")),
    ],
)
def test_it_works_or_says_why_in_one_line(script, redirection, picture, code, out, error):
    command = f'"{sys.executable}" "{script}" {picture} {redirection}'
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, error)
