"""The network against the optimisation that it replaces, on one objective (section 4.1, fig. 5, table 1)."""

import dataclasses
import statistics
import time

import numpy as np
import tensorflow as tf

from fast_style.common.images.geometry import resize_array
from fast_style.common.images.pixels import to_uint8
from fast_style.optimization.optimize import optimize

FURTHEST = 10  # times the iterations that were run: so far are seconds extrapolated


@dataclasses.dataclass
class Comparison:
    """What was measured on one photograph.

    Attributes:
        photo, network: terms of the objective of the untouched photograph and of the network's picture.
        baseline: terms of the baseline's picture at the start and after each iteration.
        network_seconds: of each pass of the network.
        baseline_seconds: since its beginning, for each entry of `baseline`.
        iterations: that were asked of the baseline; where no step helped any more it ended earlier.
        pictures: ``{"photograph", "network", "baseline"}``, uint8 (side, side, 3) each.
    """

    photo: dict
    network: dict
    baseline: list
    network_seconds: list
    baseline_seconds: list
    iterations: int
    pictures: dict


def centre_square(photo, side):
    """The largest square in the middle of a uint8 (height, width, 3) photograph, resized to (side, side, 3)."""
    height, width = photo.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    return resize_array(np.ascontiguousarray(photo[top : top + edge, left : left + edge]), side, side)


def warm_up(network, objective, side):
    """Lets everything be compiled for pictures of one size, so that no measurement includes it."""
    grey = np.full((side, side, 3), 128, np.uint8)
    network.render(grey[None]).numpy()
    optimize(grey, objective, iterations=1)


def compare(photo, network, objective, iterations, repeats=5, seed=0, on_iteration=None):
    """Measures one photograph; :func:`warm_up` first.

    The network's picture is the one that users get: uint8, within 0..255 as the baseline's is.

    Args:
        photo: RGB uint8 (side, side, 3).
        network: :class:`fast_style.network.TransformationNetwork`.
        objective: :class:`fast_style.objective.StyleObjective`.
        iterations: of the baseline, L-BFGS within 0..255 from white noise.
        repeats: passes of the network that are timed.
        seed: of the noise.
        on_iteration: see :func:`fast_style.optimization.optimize.optimize`.

    Returns:
        Comparison; or None where `on_iteration` asked to stop.
    """
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        painted = network.render(photo[None]).numpy()[0]
        seconds.append(time.perf_counter() - start)
    content = objective.targets(tf.cast(photo[None], tf.float32))

    def terms(picture):
        values, _ = objective.value_and_gradient(tf.cast(picture[None], tf.float32), content)
        return {name: float(value[0]) for name, value in values.items()}

    result = optimize(photo, objective, iterations, seed=seed, on_iteration=on_iteration)
    if result.stopped:
        return None
    return Comparison(
        terms(photo),
        terms(painted),
        result.history,
        seconds,
        result.seconds,
        iterations,
        {"photograph": photo, "network": painted, "baseline": to_uint8(result.picture).numpy()},
    )


def curves(comparisons):
    """(mean, standard deviation) of the baseline's objective over photographs, by iteration: float64 (iterations + 1,).

    As far as all were asked to go. A run that ended early, because no step helped any more, counts with its
    last value from there on.
    """
    length = 1 + min(one.iterations for one in comparisons)
    values = np.array([baseline_losses(one, length) for one in comparisons])
    return values.mean(0), values.std(0)


def baseline_losses(comparison, length):
    """That many values of the baseline's objective, from its start; the last again where it ended earlier."""
    losses = [terms["loss"] for terms in comparison.baseline[:length]]
    return losses + losses[-1:] * (length - len(losses))


def equal_after(losses, loss):
    """The first iteration at which a baseline's objective is at most `loss`; None where it never is."""
    reached = np.flatnonzero(np.asarray(losses) <= loss)
    return int(reached[0]) if len(reached) else None


@dataclasses.dataclass
class Timing:
    """Seconds over photographs: the median, the least and the most; `extrapolated` from fewer iterations."""

    median: float
    least: float
    most: float
    extrapolated: bool = False


def baseline_timing(comparisons, iterations):
    """Timing of a number of iterations; where runs were shorter, in proportion to their own.

    None where one had less than a tenth of them: the first iterations search longer for a step than later ones.
    """
    seconds, extrapolated = [], False
    for one in comparisons:
        done = min(iterations, len(one.baseline) - 1)
        if done * FURTHEST < iterations:
            return None
        extrapolated |= done < iterations
        seconds.append(one.baseline_seconds[done] * iterations / done)
    return Timing(statistics.median(seconds), min(seconds), max(seconds), extrapolated)


def network_timing(comparisons):
    """Timing of a single pass: over photographs, of the median of each one's passes."""
    seconds = [statistics.median(one.network_seconds) for one in comparisons]
    return Timing(statistics.median(seconds), min(seconds), max(seconds))
