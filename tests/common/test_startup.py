"""Starting TensorFlow: its settings, each in a process of its own."""

import os
import subprocess
import sys
import threading

import pytest

from fast_style.common.startup import stderr_closed


def start(arguments, **environment):
    """(what TF_ENABLE_ONEDNN_OPTS is behind the start, everything written to stderr)."""
    script = f"from fast_style.common.startup import start_tensorflow\nstart_tensorflow({arguments})\nimport os\n"
    script += "print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=True)
    return result.stdout.strip(), result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [("", {}, "None"), ("training=True", {}, "1"), ("training=True", {"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")],
)
def test_onednn_is_asked_for_in_training_unless_the_user_said_otherwise(arguments, environment, expected):
    assert start(arguments, **environment) == (expected, "")


def test_stderr_is_back_when_the_last_thread_needs_it_no_longer_closed(capfd):
    """The first to close it is the first to be done."""
    closed, done = threading.Event(), threading.Event()

    def first():
        with stderr_closed():
            closed.set()
            assert done.wait(60)

    thread = threading.Thread(target=first)
    thread.start()
    assert closed.wait(60)
    with stderr_closed():
        done.set()
        thread.join()
        os.write(2, b"unseen")
    os.write(2, b"seen")
    assert capfd.readouterr().err == "seen"
