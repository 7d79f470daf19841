"""Ctrl-C and SIGTERM as a wish to stop soon."""

import os
import signal
import threading

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


def test_other_threads_change_nothing():
    before, seen = signal.getsignal(signal.SIGINT), []

    def enter():
        with StopSignals() as signals:
            seen.append((signal.getsignal(signal.SIGINT), signals.received))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [(before, None)]
