"""From style, stroke, strength and masks to weights of conditions."""

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.conditions import as_conditions
from fast_style.style_plan import painted_map, plan_style
from tests.fast_style.tiny_paintings import SIZED

PLAIN = as_conditions(SIZED)
WITH_PHOTOGRAPH = as_conditions([*SIZED, ("photograph", None)])


def test_without_anything_it_is_the_first_painting_in_the_middle():
    plan = plan_style(PLAIN)
    np.testing.assert_array_equal(plan.rows, [[0, 1, 0, 0, 0, 0]])
    assert (plan.kept.tolist(), plan.factor) == ([0], 1)


@pytest.mark.parametrize(
    ("stroke", "weights", "factor"),
    [
        (0.25, [1, 0, 0], 0.5),  # 128 is 256 and half
        (0.5, [1, 0, 0], 1),
        (2**-0.25, [0.25, 0.75, 0], 1),
        (1, [0, 1, 0], 1),
        (2**0.5, [0, 0.5, 0.5], 1),
        (2, [0, 0, 1], 1),
        (4, [0, 0, 1], 2),
    ],
)
def test_strokes_between_sizes_are_mixed_by_logarithm_and_beyond_them_resized(stroke, weights, factor):
    plan = plan_style(PLAIN, "udnie", stroke)
    np.testing.assert_allclose(plan.rows, [[0, 0, 0, *weights]], atol=1e-12)
    assert plan.factor == pytest.approx(factor)


def test_strokes_are_continuous():
    """No weight moves by more than the step of the logarithm over an octave, 0.02."""
    plans = [plan_style(PLAIN, "wave:0.7 + udnie:0.3", stroke) for stroke in np.geomspace(0.25, 4, 201)]
    assert np.abs(np.diff([plan.rows for plan in plans], axis=0)).max() < 0.0201
    assert np.abs(np.diff(np.log2([plan.factor for plan in plans]))).max() < 0.0201
    sizes = np.tile(np.log2([0.5, 1, 2]), 2)
    reached = [plan.rows[0] @ sizes + np.log2(plan.factor) for plan in plans]
    np.testing.assert_allclose(reached, np.linspace(-2, 2, 201), atol=1e-9)


def test_paintings_of_other_sizes_share_a_factor():
    """One knows a single size, so that the photograph is resized for both; the other's weights make up for it."""
    conditions = as_conditions([("wave", 256), ("wave", 512), ("wave", 1024), ("mine", 400)])
    plan = plan_style(conditions, "wave + mine", 2)
    np.testing.assert_allclose(plan.rows, [[0, 0.5, 0, 0.5]], atol=1e-12)
    assert plan.factor == 2
    assert plan_style(conditions, "wave", 2).factor == 1
    assert plan_style(as_conditions(["mine"]), None, 0.5).factor == 0.5


def test_each_painting_may_have_strokes_of_its_own():
    plan = plan_style(PLAIN, "udnie", 2, masked=["wave@0.5", "wave", "wave@0.5 + wave@2"])
    expected = [[1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0.5, 0, 0.5, 0, 0, 0], [0, 0, 0, 0, 0, 1]]
    np.testing.assert_allclose(plan.rows, expected, atol=1e-12)
    assert plan.factor == 1
    as_asked = plan_style(PLAIN, "udnie", 2**0.5)
    of_their_own = plan_style(PLAIN, f"udnie@{2**0.5}", 4)
    np.testing.assert_allclose(of_their_own.rows, as_asked.rows, atol=1e-5)


def test_strokes_beyond_the_sizes_resize_the_whole_photograph():
    """At 4 it is painted at half the size, where 1 is painted as 0.5; what cannot be at one size is told."""
    plan = plan_style(PLAIN, "udnie", masked=["wave@4"])
    np.testing.assert_allclose(plan.rows, [[0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0]], atol=1e-12)
    assert plan.factor == 2
    assert plan_style(PLAIN, "udnie@0.25", masked=["wave@1"]).factor == 0.5
    assert plan_style(PLAIN, masked=["wave@0.25"]).factor == 0.5


def test_strength_is_the_photographs_condition_where_there_is_one():
    plan = plan_style(WITH_PHOTOGRAPH, "wave:0.5 + udnie:0.25 + photograph:0.25", strength=0.8)
    # 0.8 * (0.5, 0.25, 0.25) and 0.2 of the photograph more.
    np.testing.assert_allclose(plan.rows, [[0, 0.4, 0, 0, 0.2, 0, 0.4]])
    assert plan.kept.tolist() == [0]


def test_strength_is_mixed_in_by_pixel_else():
    plan = plan_style(PLAIN, "wave + photograph", strength=0.8)
    np.testing.assert_allclose(plan.rows, [[0, 1, 0, 0, 0, 0]])
    np.testing.assert_allclose(plan.kept, [0.6])
    enlarged = plan_style(WITH_PHOTOGRAPH, "wave", 4, strength=0.8)
    np.testing.assert_allclose(enlarged.rows, [[0, 0, 1, 0, 0, 0, 0]])
    np.testing.assert_allclose(enlarged.kept, [0.2])
    assert plan_style(WITH_PHOTOGRAPH, "wave", 0.25, strength=0.8).kept.tolist() == [0]


def test_what_is_the_photograph_alone_stays_as_it_is():
    for conditions in (PLAIN, WITH_PHOTOGRAPH):
        assert plan_style(conditions, "photograph").kept.tolist() == [1]
        assert plan_style(conditions, "wave", strength=0.0).kept.tolist() == [1]
        assert plan_style(conditions, masked=["wave"]).kept.tolist() == [0, 1]


def test_regions_are_the_masks_and_the_rest():
    plan = plan_style(PLAIN, "wave", masked=["udnie", "wave + photograph"], strength=0.5)
    np.testing.assert_allclose(plan.rows, [[0, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]])
    np.testing.assert_allclose(plan.kept, [0.5, 0.75, 0.5])


def test_a_map_has_the_regions_that_are_painted():
    """Half of the photograph in the second: it has half the weight where both are, and all where it is alone."""
    plan = plan_style(PLAIN, masked=["udnie", "wave + photograph"])
    regions = np.array([[[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0], [0, 0.25, 0.75], [0, 0, 1]]])
    found = painted_map(plan, regions)
    assert found.dtype == np.float32
    # Parts are (1, 0, 0.5, 0, 0) and (0, 0.5, 0.25, 0.125, 0): means of 0.3 and 0.175.
    np.testing.assert_allclose(found[0, :4], [[1, 0], [0, 1], [2 / 3, 1 / 3], [0, 1]], rtol=1e-6)
    np.testing.assert_allclose(found[0, 4], np.array([0.3, 0.175]) / 0.475, rtol=1e-6)


def test_a_map_of_nothing_painted_has_weights_too():
    plan = plan_style(PLAIN, masked=["udnie", "wave"])
    np.testing.assert_allclose(painted_map(plan, np.eye(3)[[[2, 2]]]), [[[0.5, 0.5]] * 2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stroke": 0.2}, "stroke: expected a number from 0.25 to 4. Received: 0.2"),
        ({"stroke": float("nan")}, "stroke: expected a number from 0.25 to 4. Received: nan"),
        ({"stroke": "broad"}, "stroke: expected a number from 0.25 to 4. Received: 'broad'"),
        ({"strength": 2}, "strength: expected a number from 0 to 1. Received: 2"),
        ({"strength": "much"}, "strength: expected a number from 0 to 1. Received: 'much'"),
        ({"style": "monet"}, "style: expected one of wave, udnie, photograph. Received: 'monet'"),
        ({"masked": ["udni"]}, "masks: expected one of .* Received: 'udni'; did you mean udnie?"),
        ({"masked": [("udni", "--mask")]}, "--mask: expected one of"),
        (
            {"style": "wave", "masked": ["wave@0.25", "udnie@2"]},
            "stroke: expected those of one picture within a factor of 4, for which the network was trained. "
            "Received: udnie@2, wave@0.25",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_told(options, message):
    with pytest.raises(UserError, match=message):
        plan_style(PLAIN, **options)
