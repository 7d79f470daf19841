"""Matching of patches as a loss of style."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.losses import MrfStyle
from tests.finite_differences import assert_gradient


def test_one_patch_each():
    """Patches of one 3x3 position: the mean squared difference, (0 + 1 + 4 + ... + 64) / 9 = 204 / 9."""
    painting = np.ones((1, 3, 3, 1), "float32")
    x = painting + np.arange(9, dtype="float32").reshape(1, 3, 3, 1)
    loss = MrfStyle(painting)(x)
    assert loss.dtype == tf.float32
    np.testing.assert_allclose(loss, [204 / 9], rtol=1e-5)


def test_the_most_similar_patch_is_the_one_of_the_same_direction():
    """Of patches e1 and 9 e2, x = 2 e2 matches the second though the first is nearer: (9 - 2)^2 on every value."""
    e1 = np.tile(np.array([1.0, 0.0], "float32"), (3, 3, 1))
    e2 = e1[..., ::-1]
    painting = np.concatenate([e1, 9 * e2], axis=1)[None]  # in between are two mixed patches
    loss = MrfStyle(painting)
    x = 2 * e2[None]
    assert loss.nearest(x).numpy().ravel() == [3]
    np.testing.assert_allclose(loss(x), [49 / 2], rtol=1e-5)  # half of the values are 0 in both


def test_against_a_search_by_hand(rng):
    """Every patch of a batch against every painted one, in numpy."""
    painting, x = rng.uniform(0, 1, (1, 5, 6, 3)), rng.uniform(0, 1, (2, 4, 5, 3))

    def patches(image):
        rows, columns = image.shape[0] - 2, image.shape[1] - 2
        return np.array([image[i : i + 3, j : j + 3].ravel() for i in range(rows) for j in range(columns)])

    painted = patches(painting[0])
    expected = []
    for image in x:
        own = patches(image)
        cosine = own @ (painted / np.linalg.norm(painted, axis=1, keepdims=True)).T
        expected.append(np.mean((own - painted[cosine.argmax(1)]) ** 2))
    np.testing.assert_allclose(MrfStyle(painting.astype("float32"))(x.astype("float32")), expected, rtol=1e-4)


def test_the_painting_itself_and_parts_of_it_have_no_loss(rng):
    painting = rng.uniform(0, 1, (1, 8, 8, 4)).astype("float32")
    loss = MrfStyle(painting)
    np.testing.assert_allclose(loss(painting), [0.0], atol=1e-10)
    np.testing.assert_allclose(loss(painting[:, 2:7, 1:5]), [0.0], atol=1e-10)


def test_no_more_patches_are_kept_than_were_asked_for(rng):
    """7x9 patches, at most 15: every second of both would be 4 * 5 = 20, every third are 3 * 3 = 9."""
    painting = rng.uniform(0, 1, (1, 9, 11, 4)).astype("float32")
    nearest = MrfStyle(painting, most=15).nearest(painting).numpy()[0]
    np.testing.assert_array_equal(nearest[::3, ::3], np.arange(9).reshape(3, 3))


def test_patches_are_thinned_evenly(rng):
    """8x8 patches, at most 16: every second row and column of them."""
    painting = rng.uniform(0, 1, (1, 10, 10, 4)).astype("float32")
    nearest = MrfStyle(painting, most=16).nearest(painting).numpy()[0]
    np.testing.assert_array_equal(nearest[::2, ::2], np.arange(16).reshape(4, 4))


def test_gradient_against_finite_differences(rng):
    """With one painted patch no choice changes on the way."""
    loss = MrfStyle(rng.normal(size=(1, 3, 3, 2)).astype("float32"))
    assert_gradient(lambda x: tf.reduce_sum(loss(x)), rng.normal(size=(2, 4, 5, 2)))


def test_features_too_small_for_a_patch_are_refused():
    with pytest.raises(UserError, match="expected features of at least 3x3 positions. Received: 2x5"):
        MrfStyle(np.zeros((1, 2, 5, 1), "float32"))


@pytest.mark.parametrize("most", [0, -1, 1.5])
def test_a_number_of_patches_that_is_none_is_refused(most):
    """No stride leaves none: it was looked for without end."""
    with pytest.raises(UserError, match=f"^most: expected a whole number of at least 1. Received: {most}$"):
        MrfStyle(np.zeros((1, 4, 4, 1), "float32"), most=most)
