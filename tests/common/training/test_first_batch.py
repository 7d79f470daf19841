"""Photographs that a trainer is given: of another range or shape they are refused before the first step."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import write_photo
from fast_style.common.training.dataset import photos
from superres.model import SuperResolution
from superres.network import SuperResolutionNetwork

PHOTOS = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype(np.float32)


class Batches(keras.utils.PyDataset):
    def __init__(self, photos):
        super().__init__()
        self.photos = photos

    def __len__(self):
        return len(self.photos) // 2

    def __getitem__(self, number):
        return (self.photos[2 * number : 2 * number + 2],)


def dataset(photos):
    return tf.data.Dataset.from_tensor_slices(photos).batch(2)


def labelled(photos):
    return tf.data.Dataset.from_tensor_slices((photos, np.arange(len(photos)))).batch(2)


# Each way of giving Keras photographs.
KINDS = {
    "array": np.asarray,
    "tensor": tf.constant,
    "dataset": dataset,
    "labelled dataset": labelled,
    "generator": lambda photos: (photos[i : i + 2] for i in (0, 2)),
    "generator of tuples": lambda photos: ((photos[i : i + 2],) for i in (0, 2)),
    "PyDataset": Batches,
}


@pytest.fixture
def model(eager_steps):
    network = SuperResolutionNetwork(2, width=1, residual_blocks=0, normalization="none")
    model = SuperResolution(network, feature_weight=0, pixel_weight=1)
    model.compile("sgd")
    return model


def refused(message, call, *arguments, **options):
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        call(*arguments, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_photographs_of_0_to_1_are_refused_however_they_come(kind, model):
    message = (
        "{}: expected photographs of 0..255. Received: float32 from 0 to 1, which looks like 0..1: multiply by 255"
    )
    wrong = PHOTOS / 255
    before = model.network.get_weights()
    refused(message.format("x"), model.fit, KINDS[kind](wrong), verbose=0)
    for weight, kept in zip(model.network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)
    refused(message.format("x"), model.evaluate, KINDS[kind](wrong), verbose=0)
    options = {"validation_data": KINDS[kind](wrong), "validation_steps": 2, "verbose": 0}
    refused(message.format("validation_data"), model.fit, PHOTOS, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_every_photograph_of_0_to_255_is_trained_on_however_they_come(kind, model):
    """Looking at the first batch takes nothing away: over 2 batches of 2 the mean loss is that of all four."""
    model.optimizer.learning_rate = 0.0
    expected = float(np.mean(model.compute_terms(PHOTOS, training=True)["loss"]))
    options = {"steps_per_epoch": 2, "batch_size": 2 if kind in ("array", "tensor") else None, "shuffle": False}
    history = model.fit(KINDS[kind](PHOTOS), **options, verbose=0).history
    assert history["loss"] == [pytest.approx(expected, rel=1e-4)]
    options = {"steps": 2 if "generator" in kind else None, "return_dict": True, "verbose": 0}
    assert model.evaluate(KINDS[kind](PHOTOS), **options)["loss"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("method", ["train_on_batch", "test_on_batch"])
def test_a_batch_too(method, model):
    message = "x: expected photographs of 0..255. Received: float32 from 0 to 1, which looks like 0..1: multiply by 255"
    refused(message, getattr(model, method), PHOTOS / 255)
    getattr(model, method)(PHOTOS)


@pytest.mark.parametrize(
    "photos, received",
    [
        (PHOTOS / 127.5 - 1, "float32 from -1 to 1, which looks like -1..1: add 1 and multiply by 127.5"),
        ((PHOTOS - 128) / 74, "float32 from -1.73 to 1.72, which looks like standardized pixels"),
        ((PHOTOS * 257).astype(np.uint16), "uint16 from 0 to 65535"),
        (PHOTOS - 124, "float32 from -124 to 131"),
        (PHOTOS * np.nan, "values that are not finite"),
        (PHOTOS > 100, "bool"),
        (tf.cast(PHOTOS / 255, tf.bfloat16), "bfloat16 from 0 to 1, which looks like 0..1: multiply by 255"),
        (PHOTOS.astype(np.complex64), "complex64"),
    ],
)
def test_other_ranges(photos, received, model):
    for data in (photos, dataset(photos)):
        refused(f"x: expected photographs of 0..255. Received: {received}", model.fit, data, verbose=0)


@pytest.mark.parametrize(
    "photos",
    [
        np.zeros((1, 8, 8, 3), np.float32),
        np.ones((1, 8, 8, 3), np.uint8),
        PHOTOS.astype(np.float64),
        PHOTOS.astype(np.float16),
        PHOTOS.astype(np.int64),
        tf.cast(PHOTOS, tf.bfloat16),
        PHOTOS * 1.2 - 30,  # what a sharp filter makes of borders
    ],
)
def test_sound_photographs_are_not_refused(photos, model):
    for data in (photos, dataset(photos)):
        assert np.isfinite(model.fit(data, verbose=0).history["loss"]).all()


@pytest.mark.parametrize(
    "data, received",
    [
        (PHOTOS[0], "(8, 8, 3); a picture is a batch of one as x[None]"),
        (PHOTOS[..., :1], "(4, 8, 8, 1)"),
        (list(PHOTOS), "list"),
        (tf.data.Dataset.from_tensor_slices(PHOTOS), "(8, 8, 3); a picture is a batch of one as x[None]"),
        (dataset({"image": PHOTOS}), "dict"),
    ],
)
def test_what_is_no_batch(data, received, model):
    for call in (model.fit, model.evaluate):
        message = f"x: expected a tensor or array (batch, height, width, 3). Received: {received}"
        refused(message, call, data, verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_photographs_by_name_are_none(method, model):
    """Keras takes inputs of several names."""
    message = "x: expected a tensor or array (batch, height, width, 3). Received: dict"
    refused(message, getattr(model, method), {"images": PHOTOS})
    refused(message.replace("x", "validation_data", 1), model.fit, PHOTOS, validation_data={"images": PHOTOS})


@pytest.mark.parametrize("method", ["train_step", "test_step"])
def test_batches_that_keras_alone_knows_are_looked_at_by_each_step(method, model):
    message = "x: expected a tensor or array (batch, height, width, 3). Received: dict"
    refused(message, getattr(model, method), {"images": PHOTOS})


def test_photographs_that_do_not_decode_are_told_as_such(model, tmp_path):
    """Of TensorFlow's error, of many lines, the text was the last part."""
    for name in "abcd":
        (tmp_path / f"{name}.png").write_bytes(b"text")
    write_photo(tmp_path / "a.png", PHOTOS[0].astype(np.uint8))

    def read():
        return photos(tmp_path, size=8, batch_size=1)

    for call in (
        lambda: model.fit(read(), verbose=0),
        lambda: model.evaluate(read(), verbose=0),
        lambda: model.fit(read().map(lambda batch: tf.cast(batch, "float32")).prefetch(1), verbose=0),
        lambda: model.fit(PHOTOS, validation_data=read(), verbose=0),
    ):
        with pytest.raises(UserError, match=r"^[^\n]*: expected at most 1 of 4 photographs not to decode\.[^\n]*$"):
            call()
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected at most 1 of 4 photographs not to decode"):
        list(read())


def test_nothing_to_train_on(model):
    refused("x: expected at least one photograph. Received: (0, 8, 8, 3)", model.fit, PHOTOS[:0])
    expected = "x: expected photographs, as arrays or batches. Received: "
    refused(f"{expected}None", model.fit)
    refused(f"{expected}'photos'; photos('photos') reads a folder", model.fit, "photos")
