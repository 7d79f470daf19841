"""Matrices and ranges, against their definitions."""

import av
import numpy as np
import pytest

from fast_style.common.video.colours import colours_of, from_rgb, to_rgb

# Weights of red and blue of ITU-R BT.709, BT.601 (twice) and BT.2020, by their numbers in ISO/IEC 23091-2.
WEIGHTS = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}


def rgb_of(luma, blue, red, matrix, full):
    """RGB by the definition."""
    of_red, of_blue = WEIGHTS[matrix]
    y = luma / 255 if full else (luma - 16) / 219
    u, v = ((value - 128) / (255 if full else 224) for value in (blue, red))
    r, b = y + 2 * (1 - of_red) * v, y + 2 * (1 - of_blue) * u
    return 255 * np.array([r, (y - of_red * r - of_blue * b) / (1 - of_red - of_blue), b])


def frame(matrix, colour_range, values=(120, 100, 160), height=16):
    made = av.VideoFrame(16, height, "yuv444p")
    for plane, value in zip(made.planes, values, strict=True):
        plane.update(np.full(plane.buffer_size, value, np.uint8).tobytes())
    made.colorspace, made.color_range = matrix, colour_range
    return made


@pytest.mark.parametrize("colour_range", [0, 1, 2])
@pytest.mark.parametrize("matrix", WEIGHTS)
def test_there_and_back_by_matrix_and_range(matrix, colour_range):
    source = frame(matrix, colour_range)
    colours = colours_of(source)
    reformatter = av.video.reformatter.VideoReformatter()
    rgb = to_rgb(reformatter, source, colours, 16, 16)
    np.testing.assert_allclose(rgb[8, 8], rgb_of(120, 100, 160, matrix, colour_range == 2), atol=1)
    back = from_rgb(reformatter, av.VideoFrame.from_ndarray(rgb, "rgb24"), colours, "yuv444p")
    values = [np.frombuffer(plane, np.uint8)[0] for plane in back.planes]
    np.testing.assert_allclose(values, (120, 100, 160), atol=1)


@pytest.mark.parametrize(("height", "matrix"), [(576, 6), (720, 1)])
def test_without_tags_the_matrix_is_guessed_as_players_do(height, matrix):
    source = frame(2, 0, height=height)
    rgb = to_rgb(av.video.reformatter.VideoReformatter(), source, colours_of(source), 16, height)
    np.testing.assert_allclose(rgb[8, 8], rgb_of(120, 100, 160, matrix, False), atol=1)


def test_rgb_is_taken_as_it_is():
    rgb = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    source = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="gbrp")
    taken = to_rgb(av.video.reformatter.VideoReformatter(), source, colours_of(source), 8, 8)
    np.testing.assert_array_equal(taken, rgb)
