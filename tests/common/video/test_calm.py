"""Calm on clips that tests make themselves, painted with strokes that come and go."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

pytest.importorskip("cv2")

from fast_style.common.errors import UserError
from fast_style.common.video.calm import Calm
from fast_style.common.video.warping_error import warping_error

HEIGHT, WIDTH = 96, 128


def scene(rng, height=HEIGHT, width=WIDTH):
    """A picture that flow can follow: uint8 (height, width, 3)."""
    noise = np.stack([gaussian_filter(rng.normal(size=(height, width)), 2) for _ in range(3)], -1)
    return np.clip(128 + 50 * noise / noise.std(), 30, 225).astype(np.uint8)


def strokes(rng, frame):
    """The frame with other strokes each time, as a network that flickers paints it."""
    noise = gaussian_filter(rng.normal(size=frame.shape), (1, 1, 0))
    return np.clip(frame + 20 * noise / noise.std(), 0, 255).astype(np.uint8)


def run(frames, painted, **options):
    calm = Calm(**options)
    return [calm.mix(calm.follow(frame), picture) for frame, picture in zip(frames, painted, strict=True)]


def panning(rng, count, step):
    """A scene that moves to the left, and the flow from each frame to the next."""
    wide = scene(rng, width=WIDTH + count * step)
    frames = [wide[:, i * step : i * step + WIDTH].copy() for i in range(count)]
    return frames, np.full((HEIGHT, WIDTH, 2), (-step, 0), np.float32)


@pytest.mark.parametrize("step", [0, 3])
def test_strokes_flicker_less_and_keep_their_contrast(rng, step):
    """0.5 of what was before leaves (1 - 0.5)^2 2 / (1 + 0.5) of 2 variances, a sixth, and more by contrast kept."""
    frames, flow = panning(rng, 8, step)
    painted = [strokes(rng, frame) for frame in frames]
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[8:-8, 8 + step : -8 - step] = True
    made = run(frames, painted)
    before, after = (
        np.mean([warping_error(*each[i : i + 2], flow, mask) for i in range(3, 7)]) for each in (painted, made)
    )
    assert after < 0.4 * before
    # Of a mean alone the strokes would have a root of (1 - 0.5) / (1 + 0.5) left: 0.58.
    pictures = [picture.astype(float) for picture in (made[-1], painted[-1])]
    fine = [(picture - gaussian_filter(picture, (2, 2, 0)))[mask].std() for picture in pictures]
    assert fine[0] == pytest.approx(fine[1], rel=0.1)


def test_the_first_frame_and_no_strength_change_nothing(rng):
    frames = [scene(rng)] * 3
    painted = [strokes(rng, frame) for frame in frames]
    assert np.array_equal(run(frames, painted)[0], painted[0])
    made = run(frames, painted, strength=0.0)
    assert all(np.abs(a.astype(int) - b).max() <= 1 for a, b in zip(made, painted, strict=True))


def test_a_new_scene_begins_anew_where_it_looks_like_the_one_before_too(rng):
    """A quarter of both, a bar above, is the same."""
    frames = [scene(rng), scene(rng)]
    frames[1][: HEIGHT // 4] = frames[0][: HEIGHT // 4]
    painted = [strokes(rng, frame) for frame in frames]
    assert np.array_equal(run(frames, painted)[1], painted[1])


def test_another_size_begins_anew(rng):
    frames = [scene(rng), scene(rng, 64, 80)]
    assert np.array_equal(run(frames, frames)[1], frames[1])


def test_nothing_is_left_behind_what_moves(rng):
    """A bright square moves by its own width: where it was, the picture is the background's, with no ghost of it."""
    background = scene(rng) // 2
    frames = []
    for left in (20, 36, 52):
        frame = background.copy()
        frame[40:56, left : left + 16] = 250
        frames.append(frame)
    made = run(frames, frames)
    left_behind = (slice(42, 54), slice(22, 34))
    assert np.abs(made[1][left_behind].astype(int) - background[left_behind]).mean() < 4
    assert made[1][42:54, 38:50].mean() > 240


def test_a_still_does_not_drift(rng):
    """The bound of the mean colour is 0.5 of 255; contrast stays as painted, too."""
    still = scene(rng, 48, 64)
    grain = [np.clip(still + rng.normal(0, 2, still.shape), 0, 255).astype(np.uint8) for _ in range(16)]
    calm, means, deviations = Calm(), [], []
    for index in range(1000):
        picture = calm.mix(calm.follow(grain[index % 16]), grain[(5 * index) % 16])
        means.append(picture.mean((0, 1)))
        deviations.append(picture.std())
    assert np.abs(np.array(means) - means[0]).max() < 0.5
    assert deviations[-1] == pytest.approx(deviations[0], rel=0.02)


@pytest.mark.parametrize("sides", [(1, 1), (2, 300), (17, 33)])
def test_frames_of_any_size(sides):
    frame = np.full((*sides, 3), 90, np.uint8)
    assert run([frame] * 2, [frame] * 2)[1].tolist() == frame.tolist()


@pytest.mark.parametrize("name", ["strength", "steadiness"])
@pytest.mark.parametrize("share", [-0.1, 1, 1.5, float("nan"), "strong", None])
def test_a_share_that_is_none(name, share):
    with pytest.raises(UserError, match=rf"{name}: expected a number from 0 to less than 1\. Received: "):
        Calm(**{name: share})


@pytest.mark.parametrize("step", [0, 3])
def test_grain_of_steady_frames_is_averaged(rng, step):
    """With a share s the variance of grain goes towards (1 - s) / (1 + s): a ninth for 0.8, its deviation a third."""
    frames, _ = panning(rng, 16, step)
    grainy = [np.clip(frame + rng.normal(0, 4, frame.shape), 0, 255).astype(np.uint8) for frame in frames]
    calm = Calm()
    steady = [calm.follow(frame).steady for frame in grainy][-1].astype(float)
    inner = (slice(8, -8), slice(8, -8 - 16 * step))
    left = [(picture - frames[-1])[inner].std() for picture in (steady, grainy[-1].astype(float))]
    assert left[0] < 0.5 * left[1]
    assert np.abs((steady - frames[-1])[inner].mean()) < 0.7  # nothing gets lighter or darker but by rounding


def test_steady_frames_do_not_lag_behind_light(rng):
    """A scene that fades to black in ten frames, faster than any is trusted for long."""
    still = scene(rng)
    calm = Calm()
    for light in np.linspace(1, 0, 11):
        frame = (still * light).astype(np.uint8)
        lag = np.abs(calm.follow(frame).steady.astype(float) - frame).mean()
        assert lag < 10


def test_no_steadiness_leaves_frames_as_they_are(rng):
    frames, _ = panning(rng, 3, 2)
    calm = Calm(steadiness=0)
    assert all(np.array_equal(calm.follow(frame).steady, frame) for frame in frames)


def test_pictures_of_two_sizes_or_of_another_kind():
    frame = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(UserError, match=r"painted: expected the frame's shape \(8, 8, 3\)\. Received: \(8, 9, 3\)"):
        Calm().mix(Calm().follow(frame), np.zeros((8, 9, 3), np.uint8))
    with pytest.raises(UserError, match=r"painted: expected RGB uint8 \(height, width, 3\)\. Received: float64"):
        Calm().mix(Calm().follow(frame), frame.astype(float))
    with pytest.raises(UserError, match=r"frame: expected RGB uint8"):
        Calm().follow(frame[..., 0])


def test_opencv_is_asked_for_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    with pytest.raises(UserError, match=r"optical flow: expected opencv-python-headless .*fast-style\[video\]"):
        Calm()
