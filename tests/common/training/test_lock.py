"""One training at a time in a folder."""

import os
import signal
import subprocess
import sys

import pytest

from fast_style.common.errors import UserError
from fast_style.common.training.lock import locked

HOLDER = """
import sys, time
from fast_style.common.training.lock import locked
with locked(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_folder_that_stays_empty_goes_again_with_those_above_it(tmp_path):
    with locked(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b" / "file").write_text("kept")
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["file"]


def test_a_process_that_was_killed_holds_nothing(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="expected a folder that no other training is writing"), locked(tmp_path):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    with locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_whose_file_was_taken_away_is_none(tmp_path, monkeypatch):
    """Who held it goes in between: the file is opened, and is another one by the time that it is locked."""
    import fcntl

    flock, calls = fcntl.flock, []

    def late(file, operation):
        if not calls:
            (tmp_path / ".lock").unlink()
        calls.append(operation)
        return flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with locked(tmp_path):
        assert (tmp_path / ".lock").exists()
    assert len(calls) == 2


def test_a_place_that_cannot_be_a_folder_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    message = "--output: expected a folder that can be written. Received: "
    with pytest.raises(UserError, match=message), locked(tmp_path / "file" / "run"):
        pass
