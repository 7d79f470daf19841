"""Callbacks of a training run, each in a `fit` of a network of one weight."""

import os
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from fast_style.common.stop_signals import StopSignals
from fast_style.common.training.callbacks import (
    NonFiniteError,
    Previews,
    Report,
    SaveCheckpoints,
    StopOnNonFinite,
    StopOnSignal,
    Validate,
)
from fast_style.common.training.checkpoint import Checkpoints
from fast_style.common.training.tensorboard import TensorBoard
from fast_style.common.training.trainer import PerceptualTrainer


class OneWeight(PerceptualTrainer):
    """Loss: (w x - 1)^2 with a second term that is sqrt(4 - number of the batch), NaN from the fifth on."""

    def __init__(self, term_names=("loss", "content")):
        super().__init__(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)]), term_names)
        self.network.layers[0].kernel.assign([[0.5]])

    def compute_terms(self, data, training):
        square = ops.square(self.network(data) - 1.0)[:, 0]
        return {"loss": square, "content": ops.sqrt(4.0 - data[:, 0])}


def batches(count):
    """1, 2, 3, ... as batches of one."""
    return tf.data.Dataset.range(1, count + 1).map(lambda i: tf.cast(tf.reshape(i, (1, 1)), tf.float32))


def fit(callbacks, count=4, learning_rate=0.0):
    model = OneWeight()
    model.compile(keras.optimizers.SGD(learning_rate))
    model.fit(batches(count), callbacks=callbacks, verbose=0)
    return model


def test_non_finite_term_is_named_with_its_iteration():
    """sqrt(4 - 5) at the fifth batch, which is iteration 105 where 100 were done before."""
    with pytest.raises(NonFiniteError, match="content is nan at iteration 105"):
        fit([StopOnNonFinite(start=100)], count=8)


def test_checkpoints_are_saved_every_so_often_and_reported(tmp_path):
    seen = []
    saver = SaveCheckpoints(Checkpoints(tmp_path), every=2, start=10, on_save=seen.append)
    fit([saver], count=3)
    assert seen == [12]
    saver.save()
    saver.save()  # nothing new to save
    assert seen == [12, 13]
    assert max(Checkpoints(tmp_path).saved()) == 13


def test_weights_that_are_not_finite_are_not_saved(tmp_path):
    """A step of 1e38 leaves an infinite weight behind a finite loss."""
    with pytest.raises(NonFiniteError, match="network/000/.*kernel is not finite at iteration 2"):
        fit([SaveCheckpoints(Checkpoints(tmp_path), every=1)], count=3, learning_rate=3e38)
    assert max(Checkpoints(tmp_path).saved()) == 1


def test_report_averages_over_its_interval_and_logs_scalars(tmp_path, capsys):
    """w = 0.5: losses (x/2 - 1)^2 of x = 1 to 4 are 0.25, 0, 0.25, 1; the means of two are 0.125 and 0.625."""
    board = TensorBoard(tmp_path)
    report = Report(total=4, start=0, batch_size=1, every=2, board=board)
    fit([report])
    board.__exit__()
    assert report.last["loss"] == pytest.approx(0.625)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("2/4: loss 0.125, content")
    assert lines[1].startswith("4/4: loss 0.625, content")
    assert "images/s" in lines[0]
    assert "left" in lines[0]

    logged = {}
    (path,) = tmp_path.iterdir()
    for record in tf.compat.v1.io.tf_record_iterator(str(path)):
        event = tf.compat.v1.Event.FromString(record)
        for value in event.summary.value:
            logged[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
    assert logged["train/loss", 2] == pytest.approx(0.125)
    assert logged["train/loss", 4] == pytest.approx(0.625)
    assert logged["train/images_per_second", 4] > 0


@pytest.mark.slow
def test_previews_are_written_every_so_often(tmp_path):
    picture = np.zeros((4, 5, 3), np.uint8)
    fit([Previews(lambda: picture, tmp_path / "previews", every=2, start=5)], count=4)
    assert sorted(path.name for path in (tmp_path / "previews").iterdir()) == [
        "iteration-00000006.png",
        "iteration-00000008.png",
    ]
    fit([Previews(lambda: picture, tmp_path / "none", every=0)], count=4)
    assert not (tmp_path / "none").exists()


def test_validation_is_measured_at_its_times_and_leaves_training_averages_alone(capsys):
    """On x = 2 alone the loss is (0.5 * 2 - 1)^2 = 0, on x = 3 0.25: the mean is 0.125."""
    data = tf.data.Dataset.from_tensor_slices(np.float32([[[2.0]], [[3.0]]]))
    validate = Validate(data, every=3, total=4, elapsed=iter([60.04, 80.0]).__next__)
    fit([validate], count=4)
    assert [entry["iteration"] for entry in validate.history] == [3, 4]
    assert [entry["seconds"] for entry in validate.history] == [60.0, 80.0]
    assert validate.history[0]["loss"] == pytest.approx(0.125)
    assert "validation at 3: " in capsys.readouterr().err


def test_averages_of_training_go_on_behind_a_validation(capsys):
    """w = 0.5: of x = 1 to 4 the mean of 0.25, 0, 0.25 and 1 is 0.375, wherever a validation comes in between."""
    data = tf.data.Dataset.from_tensor_slices(np.float32([[[9.0]]]))
    report, took = Report(total=4, start=0, batch_size=1, every=4), []
    fit([report, Validate(data, every=3, total=9, on_done=took.append)], count=4)
    assert report.last["loss"] == pytest.approx(0.375)
    assert len(took) == 1
    assert took[0] > 0


def test_time_of_a_validation_is_not_training_time(capsys):
    """Four images in less than a second of the last 1,000, of which 999 went elsewhere: more than 4 a second."""
    report = Report(total=4, start=0, batch_size=1, every=4)

    class Elsewhere(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 0:
                report._since -= 999.0
                report.exclude(999.0)

    fit([report, Elsewhere()], count=4)
    assert float(capsys.readouterr().err.split(" images/s")[0].rpartition(" ")[2]) > 0.1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_training_behind_the_iteration(number):
    class SignalAtTwo(keras.callbacks.Callback):
        seen = 0

        def on_train_batch_end(self, batch, logs=None):
            self.seen += 1
            if self.seen == 2:
                os.kill(os.getpid(), number)

    sender = SignalAtTwo()
    with StopSignals() as signals:
        fit([sender, StopOnSignal(signals)], count=4)
    assert signals.received == number
    assert sender.seen == 2
