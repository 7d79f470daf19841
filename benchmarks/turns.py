"""Times repetitions in one process, which take turns so that all of them see the same weather."""

import statistics
import time


def take_turns(repeats, rounds):
    """Seconds of each: ``{key: list}``, the first repetition of each left out.

    Args:
        repeats: ``{key: function without arguments}``.
        rounds: repetitions that count.
    """
    seconds = {key: [] for key in repeats}
    for number in range(rounds + 1):
        for key, repeat in repeats.items():
            start = time.perf_counter()
            repeat()
            if number:
                seconds[key].append(time.perf_counter() - start)
    return seconds


def milliseconds(seconds):
    """(median, spread, median as number), the first two as tables show them."""
    median, least, most = (1e3 * value for value in (statistics.median(seconds), min(seconds), max(seconds)))
    return f"{median:.0f}", f"{least:.0f} to {most:.0f}", median
