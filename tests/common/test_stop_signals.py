"""Ctrl-C and SIGTERM as a wish to stop soon."""

import hashlib
import os
import signal
import threading
import time

import pytest

from fast_style.common.stop_signals import StopSignals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_is_noted_and_handlers_are_given_back(number):
    before = signal.getsignal(number)
    with StopSignals() as signals:
        os.kill(os.getpid(), number)
        assert signals.received == number
    assert signal.getsignal(number) is before


def test_the_second_interrupts_at_once():
    with StopSignals():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_third_does_not_tear_what_ends_behind_the_second():
    with StopSignals() as signals:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.received == signal.SIGINT


def test_two_within_one_long_operation_are_two():
    """One that runs no Python, as TensorFlow's do, for which Python calls handlers once at its end."""

    def send():
        for _ in range(2):
            time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    with StopSignals(), pytest.raises(KeyboardInterrupt):
        hashlib.pbkdf2_hmac("sha256", b"", b"", 1_000_000)
    thread.join()


def test_other_threads_change_nothing():
    before, seen = signal.getsignal(signal.SIGINT), []

    def enter():
        with StopSignals() as signals:
            seen.append((signal.getsignal(signal.SIGINT), signals.received))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [(before, None)]
