"""Keras' own callbacks in `fit`, as docs/guide/callbacks.md lists them."""

import csv
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import callbacks

from fast_style.common.errors import UserError
from fast_style.common.networks.precision import dtype_policy
from superres.model import SuperResolution
from superres.network import SuperResolutionNetwork
from tests.levels import quick_first

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "callbacks.md").read_text()
PHOTOS = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8)
TERMS = ("loss", "pixel", "tv")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, eager_steps):
    """Files of relative paths go to a folder of the test's."""
    monkeypatch.chdir(tmp_path)


def trainer(policy="float32"):
    keras.utils.set_random_seed(0)
    with dtype_policy(policy):
        network = SuperResolutionNetwork(2, width=2, residual_blocks=0)
    model = SuperResolution(network, feature_weight=0, pixel_weight=1)
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def fit(callback, model=None, epochs=2, **options):
    model = model or trainer()
    model.fit(PHOTOS, batch_size=2, epochs=epochs, shuffle=False, verbose=0, callbacks=[callback], **options)
    return model


def same(network, other):
    for one, two in zip(network.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.slow
@pytest.mark.parametrize("policy", quick_first(["float32", "mixed_float16"]))
@pytest.mark.parametrize("options", [{}, {"monitor": "val_pixel", "save_best_only": True}])
def test_model_checkpoint_saves_the_network(options, policy):
    model = fit(callbacks.ModelCheckpoint("a.keras", **options), trainer(policy), validation_data=PHOTOS)
    loaded = keras.saving.load_model("a.keras")
    assert type(loaded) is SuperResolutionNetwork
    assert loaded.dtype_policy.name == policy
    same(loaded, model.network)


@pytest.mark.slow
def test_model_checkpoint_by_epoch_and_by_batch():
    fit(callbacks.ModelCheckpoint("epoch{epoch}-{loss:.0f}-{val_tv:.0f}.keras"), validation_data=PHOTOS)
    fit(callbacks.ModelCheckpoint("batch{batch}.keras", save_freq=1))
    names = sorted(re.sub(r"-\d+-\d+\.", ".", path.name) for path in Path().iterdir())
    assert names == ["batch1.keras", "batch2.keras", "epoch1.keras", "epoch2.keras"]


@pytest.mark.slow
def test_model_checkpoint_saves_weights_with_the_optimizer():
    model = fit(callbacks.ModelCheckpoint("a.weights.h5", save_weights_only=True))
    alone, around = trainer().network, trainer()
    alone.load_weights("a.weights.h5")
    around.load_weights("a.weights.h5")
    for network in (alone, around.network):
        same(network, model.network)
    for one, two in zip(around.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(two))
    # The network is as it was: its own file has nothing of the optimizer.
    assert model.network.optimizer is None


@pytest.mark.parametrize("path", ["a.h5", "a-{epoch}.h5"])
def test_model_checkpoint_of_a_format_that_holds_no_such_network(path):
    with pytest.raises(UserError, match=r"^callbacks, ModelCheckpoint: expected a file that ends in \.keras, .*\.h5'$"):
        fit(callbacks.ModelCheckpoint(path))


@pytest.mark.slow
@pytest.mark.parametrize(
    "callback",
    quick_first(
        [
            callbacks.ModelCheckpoint("a-{val_loss:.2f}.keras"),
            callbacks.EarlyStopping(),
            callbacks.ModelCheckpoint("a.keras", save_best_only=True),
            callbacks.EarlyStopping("val_pixel"),
            callbacks.ReduceLROnPlateau(),
        ],
        2,
    ),
)
def test_what_needs_a_validation_is_refused_without_one(callback):
    message = (
        f"^callbacks, {type(callback).__name__}: expected one of loss, pixel, tv, or validation_data. Received: val_"
    )
    with pytest.raises(UserError, match=message):
        fit(callback)
    fit(callback, epochs=1, validation_split=0.5)


@pytest.mark.slow
def test_what_another_callback_logs_may_be_monitored():
    sharpness = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(sharpness=epoch))
    model = trainer()
    stop = callbacks.EarlyStopping("sharpness", mode="min", patience=0)
    history = model.fit(PHOTOS, epochs=5, verbose=0, callbacks=[sharpness, stop])
    assert len(history.epoch) == 2


@pytest.mark.slow
@pytest.mark.parametrize("monitor", quick_first(["tv", "val_pixel", "loss", "val_loss"], 2))
def test_early_stopping_looks_for_the_minimum_of_any_term(monitor):
    """A learning rate that changes nothing: no epoch is better than the first."""
    model = trainer()
    model.optimizer.learning_rate = 0.0
    stop = callbacks.EarlyStopping(monitor, patience=1, min_delta=1e6, restore_best_weights=True)
    fit(stop, model, epochs=5, validation_data=PHOTOS)
    assert stop.stopped_epoch == 1
    assert stop.best > 0


@pytest.mark.slow
@pytest.mark.parametrize("policy", quick_first(["float32", "mixed_float16"]))
def test_backup_and_restore_goes_on_exactly(policy):
    expected = fit(callbacks.History(), trainer(policy), epochs=4)

    class Stopping(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    model = trainer(policy)
    with pytest.raises(KeyboardInterrupt):
        model.fit(
            PHOTOS,
            batch_size=2,
            epochs=4,
            shuffle=False,
            verbose=0,
            callbacks=[callbacks.BackupAndRestore("backup"), Stopping()],
        )
    resumed = fit(callbacks.BackupAndRestore("backup"), trainer(policy), epochs=4)
    same(resumed.network, expected.network)
    for one, two in zip(resumed.optimizer.variables, expected.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(two))


@pytest.mark.slow
def test_tensorboard_logs_every_term():
    fit(callbacks.TensorBoard("board", histogram_freq=1), validation_data=PHOTOS)
    tags = {
        value.tag
        for path in Path("board").rglob("events*")
        for record in tf.compat.v1.io.tf_record_iterator(str(path))
        for value in tf.compat.v1.Event.FromString(record).summary.value
    }
    assert {f"epoch_{term}" for term in TERMS} <= tags
    assert {f"evaluation_{term}_vs_iterations" for term in TERMS} <= tags


@pytest.mark.slow
def test_csv_logger_has_a_column_for_every_term():
    fit(callbacks.CSVLogger("log.csv"), validation_data=PHOTOS)
    with open("log.csv") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert set(rows[0]) == {"epoch", *TERMS, *(f"val_{term}" for term in TERMS)}


@pytest.mark.slow
@pytest.mark.parametrize("policy", quick_first(["float32", "mixed_float16"]))
def test_the_learning_rate_is_reduced_and_scheduled(policy):
    plateau = callbacks.ReduceLROnPlateau("pixel", factor=0.5, patience=1, min_delta=1e6)
    assert float(fit(plateau, trainer(policy)).optimizer.learning_rate) == pytest.approx(5e-3)
    scheduler = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    assert float(fit(scheduler, trainer(policy)).optimizer.learning_rate) == pytest.approx(2.5e-3)


def test_terminate_on_nan(capsys):
    model = trainer()
    model.network.to_rgb.bias.assign([np.nan] * 3)
    history = model.fit(PHOTOS, epochs=3, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert len(history.epoch) == 1


def test_each_callback_of_the_page_has_a_test():
    table = re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
    named = {name for row in table for name in re.findall(r"`([A-Z]\w+)", row)}
    here = Path(__file__).read_text()
    assert named == {name for name in dir(callbacks) if f"callbacks.{name}(" in here} - {"LambdaCallback", "History"}


@pytest.mark.slow
def test_the_code_of_the_page(monkeypatch):
    """On two small photographs, with a loss network of random weights."""
    from fast_style.common.images.image_io import write_photo

    for folder in ("photos", "validation"):
        Path(folder).mkdir()
        for number in range(2):
            write_photo(f"{folder}/{number}.jpg", PHOTOS.reshape(16, 16, 3), "jpg")
    write_photo("starry_night.jpg", PHOTOS.reshape(16, 16, 3), "jpg")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    small = "fast_style.TransformationNetwork(width=2), loss_weights='random', style_size=32)"
    code = code.replace('"starry_night.jpg")', f'"starry_night.jpg", {small}')
    code = code.replace("size=256, batch_size=4", "size=32, batch_size=2").replace("epochs=20", "epochs=1")
    names = {}
    exec(code, names)
    same(names["network"], names["model"].network)
    assert {path.name for path in Path().iterdir()} >= {"best.keras", "tensorboard", "log.csv"}
