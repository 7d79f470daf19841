"""Measuring a network against optimisation: figures by hand, and one objective for both."""

import numpy as np
import pytest

from fast_style.evaluation.comparison import (
    Comparison,
    baseline_timing,
    centre_square,
    compare,
    curves,
    equal_after,
    network_timing,
    warm_up,
)
from fast_style.objective import StyleObjective
from fast_style.optimization.optimize import optimize
from fast_style.settings import ObjectiveSettings
from fast_style.task import load_network


def picture(height=32, width=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def comparison(losses, seconds=(0.0,), network_seconds=(1.0,), network=0.0, photo=9.0, iterations=None):
    terms = [{"loss": loss, "content": 1.0, "style": 2.0, "tv": 3.0} for loss in (*losses, network, photo)]
    pictures = {"photograph": picture(), "network": picture(seed=1), "baseline": picture(seed=2)}
    asked = len(losses) - 1 if iterations is None else iterations
    return Comparison(terms[-1], terms[-2], terms[:-2], list(network_seconds), list(seconds), asked, pictures)


@pytest.mark.slow
def test_network_and_baseline_have_one_objective(tiny_network, eager_pictures):
    """The network's picture, given to the baseline as its start, has the objective that the network is said to have."""
    objective = StyleObjective.for_painting(
        ObjectiveSettings(
            style=picture(seed=3),
            style_size=16,
            content_layers=("relu1_2",),
            style_layers=("relu1_1", "relu1_2"),
            loss_weights="random",
            tv_weight=1e-3,
        )
    )
    network, photo = load_network(str(tiny_network)), picture()
    warm_up(network, objective, 32)
    result = compare(photo, network, objective, iterations=3, repeats=2)
    from_picture = optimize(photo, objective, iterations=1, start=result.pictures["network"])
    assert result.network["loss"] == pytest.approx(from_picture.history[0]["loss"], rel=1e-5)
    untouched = optimize(photo, objective, iterations=1, start="content")
    assert result.photo["loss"] == pytest.approx(untouched.history[0]["loss"], rel=1e-5)
    assert (len(result.baseline), len(result.baseline_seconds), len(result.network_seconds)) == (4, 4, 2)
    assert result.baseline[-1]["loss"] < result.baseline[0]["loss"]
    assert (np.diff(result.baseline_seconds) > 0).all()
    assert compare(photo, network, objective, 3, on_iteration=lambda *_: True) is None


def test_curves_are_means_and_deviations_over_photographs():
    """(8, 4) and (6, 2, 0): the first ended early and stays at 4. Means 7, 3, 2; deviations 1, 1, 2."""
    mean, deviation = curves([comparison([8.0, 4.0], iterations=2), comparison([6.0, 2.0, 0.0])])
    np.testing.assert_array_equal(mean, [7, 3, 2])
    np.testing.assert_array_equal(deviation, [1, 1, 2])


def test_curves_end_where_the_run_of_fewest_iterations_was_to_end():
    """(8, 4) of 1 iteration and (6, 2, 0) of 2: the first might have gone on falling."""
    mean, deviation = curves([comparison([8.0, 4.0]), comparison([6.0, 2.0, 0.0])])
    np.testing.assert_array_equal(mean, [7, 3])
    np.testing.assert_array_equal(deviation, [1, 1])


@pytest.mark.parametrize(("loss", "after"), [(10.0, 0), (9.5, 1), (5.0, 2), (4.0, None)])
def test_the_network_equals_the_first_iteration_that_is_as_low(loss, after):
    assert equal_after([10.0, 8.0, 5.0], loss) == after


def test_times_are_medians_over_photographs():
    """After 2 iterations 3, 5 and 10 s; passes of 1, 2, 9 s have a median of 2."""
    ones = [comparison([9.0, 8.0, 7.0], (1.0, 2.0, total)) for total in (3.0, 10.0, 5.0)]
    assert vars(baseline_timing(ones, 2)) == {"median": 5.0, "least": 3.0, "most": 10.0, "extrapolated": False}
    passes = [comparison([1.0], network_seconds=seconds) for seconds in ((9.0, 1.0, 2.0), (4.0,))]
    assert vars(network_timing(passes)) == {"median": 3.0, "least": 2.0, "most": 4.0, "extrapolated": False}


def test_times_beyond_what_was_run_are_said_to_be_extrapolated():
    """6 s for 2 iterations are 60 s for 20; more than ten times as many are not said."""
    one = comparison([9.0, 8.0, 7.0], (1.0, 3.0, 6.0))
    timing = baseline_timing([one], 20)
    assert (timing.median, timing.extrapolated) == (60.0, True)
    assert baseline_timing([one], 21) is None


def test_centre_square():
    photo = picture(40, 60)
    np.testing.assert_array_equal(centre_square(photo, 40), photo[:, 10:50])
    assert centre_square(photo, 64).shape == (64, 64, 3)
