"""Painting with many paintings: blends, strokes, strength and masks, as a library."""

import os

import numpy as np
import pytest

import fast_style
from fast_style import stylization
from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import write_photo
from fast_style.network import TransformationNetwork
from fast_style.painter import Painter
from tests.fast_style.tiny_paintings import SIZED, photograph, trained

pytestmark = pytest.mark.usefixtures("eager_pictures")
HEIGHT, WIDTH = 40, 54


@pytest.fixture(scope="module")
def network():
    return trained(conditions=SIZED)


@pytest.fixture(scope="module")
def with_photograph():
    return trained(conditions=[*SIZED, "photograph"])


@pytest.fixture(scope="module")
def photo():
    return photograph(HEIGHT, WIDTH)


def rendered(network, photo, *weights):
    return np.asarray(network.render(photo[None], np.array([weights], "float32")))[0]


def ramp(height=HEIGHT, width=WIDTH):
    """A soft edge across the middle third."""
    return np.clip(np.linspace(-1, 2, width), 0, 1)[None] * np.ones((height, 1))


def same(one, other):
    """Up to rounding of what is compiled in another order."""
    return one.shape == other.shape and np.abs(one.astype(int) - other).max() <= 1


def test_a_style_and_a_stroke_are_weights_of_conditions(network, photo):
    assert same(fast_style.stylize(photo, network), rendered(network, photo, 0, 1, 0, 0, 0, 0))
    blended = fast_style.stylize(photo, network, style={"wave": 3, "Udnie": 1}, stroke=2**-0.5)
    assert same(blended, rendered(network, photo, 0.375, 0.375, 0, 0.125, 0.125, 0))
    assert same(blended, fast_style.stylize(photo, network, style="wave:0.75 + udnie:0.25", stroke=2**-0.5))


@pytest.mark.parametrize(("stroke", "sides", "weights"), [(4, (20, 27), (0, 0, 1)), (0.25, (80, 108), (1, 0, 0))])
def test_strokes_beyond_the_sizes_are_painted_at_another(network, photo, stroke, sides, weights):
    expected = resize_array(rendered(network, resize_array(photo, *sides), *weights, 0, 0, 0), HEIGHT, WIDTH)
    assert same(fast_style.stylize(photo, network, stroke=stroke), expected)


def test_strokes_of_a_network_of_one_painting_are_painted_at_another_size(photo):
    one = trained(conditions=None)
    expected = np.asarray(one.render(resize_array(photo, 20, 27)[None]))[0]
    assert same(fast_style.stylize(photo, one, stroke=2), resize_array(expected, HEIGHT, WIDTH))


def test_masks_paint_regions_and_the_rest_stays_or_has_a_style(network, photo):
    """White of the mask is udnie, as if painted alone but for what convolutions mix; black is as it was, or wave."""
    left, right = np.s_[:, : WIDTH // 3], np.s_[:, -WIDTH // 3 + 1 :]
    painted = fast_style.stylize(photo, network, masks=[(ramp(), "udnie")])
    np.testing.assert_array_equal(painted[left], photo[left])
    udnie = fast_style.stylize(photo, network, style="udnie")
    assert same(painted[right], udnie[right])
    middle = np.s_[:, WIDTH // 2]
    between = photo + ramp()[..., None] * (udnie.astype(float) - photo)
    assert np.abs(painted[middle] - between[middle]).max() <= 1

    both = fast_style.stylize(photo, network, style="wave", masks=[(ramp(), {"udnie": 1})])
    wave = fast_style.stylize(photo, network, style="wave")
    for side, near, far in ((left, wave, udnie), (right, udnie, wave)):
        assert (
            np.abs(both[side].astype(float) - near[side]).mean() < np.abs(both[side].astype(float) - far[side]).mean()
        )
    weights = np.zeros((1, HEIGHT, WIDTH, 6), "float32")
    weights[0, ..., 4], weights[0, ..., 1] = np.rint(ramp() * 255) / 255, 1 - np.rint(ramp() * 255) / 255
    assert same(both, np.asarray(network.render(photo[None], weights))[0])


def test_a_mask_of_another_size_is_stretched(network, photo):
    small = np.array([[0.0, 1.0]])
    painted = fast_style.stylize(photo, network, masks=[(small, "udnie")])
    np.testing.assert_array_equal(painted[:, :8], photo[:, :8])
    assert same(painted[:, -8:], fast_style.stylize(photo, network, style="udnie")[:, -8:])


def test_strength_is_one_pass_where_the_photograph_is_a_condition(network, with_photograph, photo):
    expected = rendered(with_photograph, photo, 0, 0.25, 0, 0, 0, 0, 0.75)
    assert same(fast_style.stylize(photo, with_photograph, strength=0.25), expected)
    assert same(fast_style.stylize(photo, with_photograph, style="wave + photograph:3"), expected)
    mixed_in = photo + 0.25 * (rendered(network, photo, 0, 1, 0, 0, 0, 0).astype(float) - photo)
    assert np.abs(fast_style.stylize(photo, network, strength=0.25) - mixed_in).max() <= 1
    for one in (network, with_photograph):
        np.testing.assert_array_equal(fast_style.stylize(photo, one, strength=0), photo)


def test_strength_of_a_network_of_one_painting_stays_as_it_was(photo):
    one = TransformationNetwork(width=2)
    whole = fast_style.stylize(photo, one).astype("float32")
    expected = np.rint(photo + np.float32(0.3) * (whole - photo))
    np.testing.assert_array_equal(fast_style.stylize(photo, one, strength=0.3), expected)
    name = one.name
    np.testing.assert_array_equal(fast_style.stylize(photo, one, style=f"{name}:3 + photograph:7"), expected)
    with pytest.raises(UserError, match=f"style: expected one of {name}, photograph. Received: 'wave'"):
        fast_style.stylize(photo, one, style="wave")


ALL_OF_IT = {"style": "wave:0.6 + udnie:0.3 + photograph:0.1", "strength": 0.9, "original_colours": True}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stroke", "condition"), [(0.4, True), (4, False)], ids=["shrunk behind, photograph", "enlarged behind, blending"]
)
def test_strips_equal_the_whole_with_all_of_it(network, with_photograph, stroke, condition, monkeypatch):
    """Rows of 4 features a strip, the least; where it is enlarged, 2 levels: each of those may be off by one."""
    photo = photograph(29, 22)
    masks = [(ramp(29, 22), "udnie"), (ramp(22, 29).T[::-1], "wave:2 + photograph"), (ramp(30, 20), "photograph")]
    options = {**ALL_OF_IT, "stroke": stroke, "masks": masks}
    one = with_photograph if condition else network
    whole = fast_style.stylize(photo, one, streaming="off", **options)
    from fast_style import streaming

    real, seen = streaming.stylize_in_strips, []

    def least(rgb, *arguments, **named):
        seen.append(np.ndim(named["weights"]))
        return real(rgb, *arguments, strip_pixels=1, **named)

    monkeypatch.setattr(streaming, "stylize_in_strips", least)
    in_strips = fast_style.stylize(photo, one, streaming="exact", **options)
    assert seen == [3]
    assert np.abs(whole.astype(int) - in_strips).max() <= (1 if stroke < 1 else 2)
    assert np.ptp(whole.astype(int)) > 60


def test_a_map_counts_in_the_memory_that_a_photograph_takes(network, photo, monkeypatch):
    """4 filters take 75 bytes a pixel of 136 x 150, padding included: 1.53 MB; a map 106 of 40 x 54: 0.23 MB more."""
    monkeypatch.setattr(stylization, "WHOLE_BYTES", 1_700_000)
    ways = []
    monkeypatch.setattr(stylization, "_in_strips", lambda rgb, *_: ways.append("strips") or rgb)
    fast_style.stylize(photo, network, style="udnie")
    assert ways == []
    fast_style.stylize(photo, network, style="udnie", masks=[(ramp(), "wave")])
    assert ways == ["strips"]


def test_a_map_has_a_channel_for_each_region_alone(network, photo):
    painter, shapes = Painter(network, "wave", masks=[(ramp(), "udnie"), (ramp().T, "photograph")]), []

    def render(rgb, mixtures, weights):
        shapes.append((len(mixtures.conditions), weights.shape))
        return rgb

    painter.paint(photo, render)
    assert shapes == [(2, (HEIGHT, WIDTH, 2))]


def test_networks_by_name_or_file_call_their_painting_so(tmp_path, photo):
    TransformationNetwork(width=2).save(tmp_path / "mine.keras")
    write_photo(tmp_path / "mask.png", np.dstack([np.rint(ramp() * 255).astype(np.uint8)] * 3))
    options = {"masks": [(tmp_path / "mask.png", "Mine")]}
    painted = fast_style.stylize(photo, tmp_path / "mine.keras", **options)
    np.testing.assert_array_equal(painted[:, :17], photo[:, :17])
    assert (painted[:, -17:] != photo[:, -17:]).any()
    (entry,) = (one for one in list(os.scandir(tmp_path)) if one.name == "mine.keras")  # no path of pathlib's
    np.testing.assert_array_equal(fast_style.stylize(photo, entry, **options), painted)


def test_an_enlargement_without_end_is_refused(network):
    huge = np.broadcast_to(np.uint8(0), (10_000, 20_000, 3))
    with pytest.raises(UserError, match="stroke: expected one for which .* 20000x10000 is enlarged to at most 400 meg"):
        fast_style.stylize(huge, network, stroke=0.25)


@pytest.mark.parametrize("masks", [["udnie"], 3, [(ramp(),)]], ids=str)
def test_masks_without_styles_are_told(network, photo, masks):
    with pytest.raises(UserError, match="masks: expected pairs of a mask and a style. Received: "):
        fast_style.stylize(photo, network, masks=masks)
