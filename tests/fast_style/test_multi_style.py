"""Training one network on many paintings: conditions, their targets, the balance, resuming; and adding a painting."""

import dataclasses
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo, write_photo
from fast_style.common.losses import gram_matrix
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.networks.source import find_network
from fast_style.common.training.run import Interrupted, resumed_settings
from fast_style.conditions import Condition, row_variables
from fast_style.multi_style import MultiStyleTransfer
from fast_style.multi_style_objective import _grams_of
from fast_style.network import TransformationNetwork
from fast_style.paintings import painting_files
from fast_style.task import TASK, load_network
from fast_style.train import train
from tests.common.tiny_run import sigterm_after, tiny_record
from tests.fast_style.tiny_run import tiny_settings, write_inputs

CONDITIONS = [("fine", 32), ("fine", 48), ("flat", 32), ("flat", 48), "photograph"]
LAYERS = {"content_layers": ("relu1_2",), "style_layers": ("relu1_1", "relu1_2")}


def paintings():
    """One of noise and one of nearly a single colour, whose Gram matrices differ by far."""
    generator = np.random.default_rng(0)
    fine = generator.integers(0, 256, (60, 70, 3), np.uint8)
    return {"fine": fine, "flat": np.full((60, 70, 3), 40, np.uint8) + generator.integers(0, 9, (60, 70, 3), np.uint8)}


def photos(count, side=32):
    return np.random.default_rng(1).integers(0, 256, (count, side, side, 3), np.uint8)


def make(conditions=CONDITIONS, **options):
    keras.utils.set_random_seed(0)
    network = TransformationNetwork(width=2, conditions=conditions)
    model = MultiStyleTransfer(paintings(), network, loss_weights="random", **LAYERS, **options)
    model.compile(keras.optimizers.Adam(1e-3), run_eagerly=True)
    return model


@pytest.fixture
def folder(tmp_path):
    write_inputs(tmp_path)
    (tmp_path / "paintings").mkdir()
    for name, painting in paintings().items():
        write_photo(tmp_path / "paintings" / f"{name}.png", painting)
    return tmp_path


def many_settings(folder, **changes):
    options = {"style": None, "paintings": (str(folder / "paintings"),), "style_sizes": (32, 48)}
    return tiny_settings(folder, **{**options, **changes})


def final(folder, run="run"):
    return load_network(str(Path(folder) / run / "network.keras"))


def test_gram_matrices_are_the_same_where_nothing_is_compiled_for_them(monkeypatch):
    """As under JAX."""
    layers = ("relu1_2", "relu2_2")
    network = build_loss_network("vgg19", layers, "random")
    expected = _grams_of(network, layers, paintings()["fine"])
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    found = _grams_of(network, layers, paintings()["fine"])
    assert set(found) == set(expected) == {"relu1_2", "relu2_2"}
    for name, gram in expected.items():
        np.testing.assert_allclose(found[name], gram, atol=1e-4 * gram.max())


def test_a_painting_is_read_once_where_reading_takes_long(monkeypatch):
    """By trainings one after the other, each with a loss network of its own of the same weights."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    layers, read = ("relu1_2",), []
    built = build_loss_network("vgg19", layers, "random")

    class Read(type(built)):
        def features_by_numpy(self, image):
            read.append(image)
            return super().features_by_numpy(image)

    fields = {field.name: getattr(built, field.name) for field in dataclasses.fields(built)}
    for sha256, times in (("of a file", 1), (None, 3), ("of another", 4)):
        one, other = (Read(**{**fields, "sha256": sha256}) for _ in range(2))
        first, second = (_grams_of(network, layers, paintings()["fine"]) for network in (one, other))
        np.testing.assert_array_equal(first["relu1_2"], second["relu1_2"])
        assert len(read) == times
    _grams_of(one, layers, paintings()["fine"][::-1])
    assert len(read) == 5


def test_every_condition_gets_its_turn_before_any_gets_it_again():
    model, count = make(), 6  # four of paintings, and the photograph as often as a painting: twice
    assert sorted(model.turns.tolist()) == [0, 1, 2, 3, 4, 4]
    drawn = []
    for step in range(6):
        model.optimizer.iterations.assign(step)
        drawn += np.asarray(model.chosen(4, training=True)).tolist()
    rounds = [drawn[first : first + count] for first in range(0, len(drawn), count)]
    assert all(sorted(one) == [0, 1, 2, 3, 4, 4] for one in rounds)
    assert len({tuple(one) for one in rounds}) > 1  # in another order
    model.optimizer.iterations.assign(2)
    assert np.asarray(model.chosen(4, training=True)).tolist() == drawn[8:12]


@pytest.mark.parametrize("batch, accumulated", [(4, None), (1, 3)])
def test_turns_are_taken_whatever_is_trained_at_a_time(batch, accumulated, monkeypatch):
    """The last batch of an epoch of five is of one; steps whose gradients are added up are one iteration."""
    model, drawn, measure = make(), [], MultiStyleTransfer._measure
    model.compile(keras.optimizers.Adam(1e-3, gradient_accumulation_steps=accumulated), run_eagerly=True)

    def recorded(self, terms, number):
        drawn.extend(np.asarray(number).tolist())
        measure(self, terms, number)

    monkeypatch.setattr(MultiStyleTransfer, "_measure", recorded)
    model.fit(photos(5, 16), batch_size=batch, epochs=3, verbose=0)
    assert len(drawn) == 15
    for first in (0, 6):
        assert sorted(drawn[first : first + 6]) == [0, 1, 2, 3, 4, 4]


def test_no_variable_is_of_a_kind_that_tensorflow_keeps_away_from_gpus():
    """A step that is compiled for one cannot read int32, which lies with the CPU."""
    model = make()
    model.train_on_batch(photos(2, 16))
    assert "int32" not in {variable.dtype for variable in model.variables}


def test_turns_go_on_from_the_steps_of_a_loaded_optimizer(tmp_path):
    """As of a stopped training that begins again, in full batches."""
    model, other = make(), make()
    for _ in range(3):
        model.train_on_batch(photos(2, 16))
    model.save_weights(tmp_path / "saved.weights.h5")
    other.load_weights(tmp_path / "saved.weights.h5")
    assert np.asarray(other.chosen(2, True)).tolist() == np.asarray(model.chosen(2, True)).tolist()


@pytest.mark.slow
def test_each_picture_is_compared_with_the_gram_matrices_of_its_own_condition():
    """By hand: eq. 4 of the loss network's features, of each photograph with the painting that it is to be."""
    from fast_style.common.images.geometry import resize_short_side

    model, batch = make(tv_weight=0.0, style_weight=1e-3, balance=0.0, photograph_weight=7.0), photos(6)
    terms = model.compute_terms(keras.ops.convert_to_tensor(batch), training=True)
    numbers = np.asarray(model.chosen(6, training=True))
    loss_network = model.objective.loss_network
    for index, number in enumerate(numbers):
        name, size = model.network.conditions[number]
        picture = model.network(batch[index][None], np.eye(5, dtype="float32")[number][None], training=True)
        made, photo = loss_network(picture), loss_network(batch[index][None].astype("float32"))
        content = float(np.mean(np.square(np.asarray(made["relu1_2"]) - photo["relu1_2"])))
        style = 0.0
        if name != "photograph":
            painted = loss_network(resize_short_side(paintings()[name], size)[None].astype("float32"))
            grams = [
                [np.asarray(gram_matrix(one[layer])) for layer in LAYERS["style_layers"]] for one in (painted, made)
            ]
            style = sum(np.square(a - b).sum() for a, b in zip(*grams, strict=True))
        pixels = 7.0 * np.mean(np.square(np.asarray(picture) - batch[index])) if name == "photograph" else 0.0
        assert float(terms["style"][index]) == pytest.approx(style, rel=1e-3)
        assert float(terms["loss"][index]) == pytest.approx(content + 1e-3 * style + pixels, rel=1e-3)


@pytest.mark.slow
def test_a_step_changes_the_rows_of_its_conditions_and_no_others():
    model = make(balance=0.0)
    before = [np.asarray(variable) for variable in row_variables(model.network)]
    drawn = set(np.asarray(model.chosen(2, training=True)).tolist())
    model.train_on_batch(photos(2))
    changed = set()
    for old, variable in zip(before, row_variables(model.network), strict=True):
        changed |= set(np.nonzero(np.abs(np.asarray(variable) - old).max(1))[0].tolist())
    assert changed == drawn


def _styles(model):
    (term,) = [term for term in model.objective.list if term.name == "style"]
    return term.function.values()


@pytest.mark.slow
def test_weights_follow_the_losses_until_style_counts_alike_beside_content():
    """One painting has twice the content loss and eight times the style of the other: a quarter of the weight.

    The geometric mean of weights is 1, so that it has a half, and the other 2.
    """
    model = make(balance=0.5)
    # To begin with the inverse of what Gram matrices amount to; the geometric mean is 1.
    weights = [model.measured()["paintings"][name]["style_weight"] for name in ("fine", "flat")]
    grams = [sum(np.square(style._grams[first : first + 2]).sum() for style in _styles(model)) for first in (0, 2)]
    assert weights[0] / weights[1] == pytest.approx(grams[1] / grams[0], rel=1e-3)
    assert np.prod(weights) == pytest.approx(1, rel=1e-4)

    def measure(style):
        for _ in range(40):
            terms = {"content": keras.ops.convert_to_tensor([2e4, 1e4]), "style": keras.ops.convert_to_tensor(style)}
            model._measure(terms, keras.ops.convert_to_tensor([0, 2]))
        return model.measured()["paintings"]

    found = measure([8e9, 1e9])
    assert found["fine"]["content"] == pytest.approx(2e4, rel=1e-3)
    assert found["fine"]["photographs"] == 40
    assert [found[name]["style_weight"] for name in ("fine", "flat")] == pytest.approx([0.5, 2], rel=1e-3)
    # To a bound, where style is a million times the other's.
    found = measure([1e15, 1e9])
    assert found["fine"]["style_weight"] == pytest.approx(1 / 32, rel=1e-3)
    still = make(balance=0.0)
    still.fit(photos(4), batch_size=2, verbose=0)
    assert [still.measured()["paintings"][name]["style_weight"] for name in ("fine", "flat")] == [1.0, 1.0]


@pytest.mark.slow
def test_measuring_takes_all_conditions_in_turn_and_changes_nothing():
    model = make()
    model.fit(photos(2), batch_size=2, verbose=0)
    before = [np.asarray(variable) for variable in model.state]
    first = model.evaluate(photos(6), batch_size=1, verbose=0, return_dict=True)
    assert first == model.evaluate(photos(6), batch_size=1, verbose=0, return_dict=True)
    for old, variable in zip(before, model.state, strict=True):
        np.testing.assert_array_equal(old, variable)


def test_a_step_that_is_skipped_says_nothing_of_paintings():
    """A pixel of one photograph that is not finite made the weights of all paintings so, and for good."""
    with dtype_policy("mixed_bfloat16"):
        model = make()
    batch = photos(2).astype("float32")
    model.train_on_batch(batch)
    before, turns = [np.array(variable) for variable in model.state], np.asarray(model.chosen(2, True))
    # Not by `train_on_batch`, which refuses such a photograph.
    model.reset_metrics()
    logs = model.train_step(np.where(np.arange(2)[:, None, None, None] == 0, np.nan, batch))
    assert float(logs["skipped"]) == 1
    for old, variable in zip(before, model.state, strict=True):
        np.testing.assert_array_equal(variable, old)
    np.testing.assert_array_equal(model.chosen(2, True), turns)
    model.reset_metrics()
    assert float(model.train_step(batch)["skipped"]) == 0
    assert all(np.isfinite(variable).all() for variable in model.state)
    assert sum(one["photographs"] for one in model.measured()["paintings"].values()) == 4


def test_what_is_not_finite_of_one_painting_is_measured_of_that_alone():
    model = make()
    terms = {name: keras.ops.convert_to_tensor([np.nan, 2.0]) for name in ("content", "style")}
    model._measure(terms, keras.ops.convert_to_tensor([0, 2]))
    assert np.isfinite(model._log_content).tolist() == [False, True, True]
    assert np.isfinite(model._log_style).tolist() == [False, True, True]


def test_a_run_leaves_a_network_that_knows_its_paintings(folder, eager_steps):
    once = {"iterations": 2, "preview_every": 2}
    record = train(many_settings(folder, **once, stability_weight=1.0, validation=str(folder / "photos")))
    network = final(folder)
    assert network.conditions == tuple(
        [Condition(name, size) for name in ("fine", "flat") for size in (32, 48)] + [Condition("photograph")]
    )
    assert sorted(record["paintings"]) == ["fine", "flat", "photograph"]
    assert record["paintings"]["fine"]["content"] > 0
    assert record["losses"]["photograph"] >= 0
    assert record == json.loads((folder / "run" / "run.json").read_text())
    assert read_photo(folder / "run" / "previews" / "iteration-00000002.png").rgb.shape[1] > 48


@pytest.mark.slow
def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(folder, eager_steps):
    options = {"iterations": 5, "schedule": "cosine", "style_warmup": 4, "stability_weight": 1.0, "balance": 0.5}
    whole = train(many_settings(folder, **options, output=str(folder / "whole")))

    with sigterm_after(2), pytest.raises(Interrupted):
        train(many_settings(folder, **options))
    resumed = train(many_settings(folder, **options), resume=True)
    for one, other in zip(final(folder).get_weights(), final(folder, "whole").get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert resumed["paintings"] == whole["paintings"]


@pytest.mark.slow
def test_it_begins_from_a_network_of_one_painting_and_from_one_of_many(folder):
    keras.utils.set_random_seed(3)
    one = TransformationNetwork(width=2)
    for variable in row_variables(one):
        variable.assign(np.random.default_rng(0).normal(1, 0.2, variable.shape))
    model = make()
    model.initialize(one)
    photo = photos(1, 24)
    for number in range(5):
        made = model.network(photo, np.eye(5, dtype="float32")[number][None])
        np.testing.assert_allclose(made, one(photo), atol=1e-3)
    many = TransformationNetwork(width=2, conditions=[("flat", 48), ("other", 48)])
    for variable in row_variables(many):
        variable.assign(np.random.default_rng(0).normal(1, 0.2, variable.shape))
    model.initialize(many)
    for old, new in zip(row_variables(many), row_variables(model.network), strict=True):
        np.testing.assert_array_equal(new[3], old[0])
        np.testing.assert_allclose(new[0], np.mean(old, axis=0), rtol=1e-5)
    with pytest.raises(UserError, match="network: expected weights of the architecture"):
        model.initialize(TransformationNetwork(width=4))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("many") / "many.keras"
    network = TransformationNetwork(width=4, conditions=CONDITIONS)
    for variable in row_variables(network):
        variable.assign(np.random.default_rng(0).normal(1, 0.2, variable.shape))
    network.save(path)
    return path


def adding(folder, many, **changes):
    given = {"style": None, "add": str(folder / "style.png"), "to": str(many), "style_sizes": (32, 40), "width": None}
    return tiny_settings(folder, **{**given, **changes})


def test_a_painting_is_added_and_all_else_stays_bit_for_bit(folder, many, eager_steps):
    train(adding(folder, many, learning_rate=0.05))
    before, after = load_network(str(many)), final(folder)
    new = [Condition("style", 32), Condition("style", 40)]
    assert list(after.conditions) == [*before.conditions[:4], *new, before.conditions[4]]
    rows = {id(variable) for variable in row_variables(after)}
    for old, variable in zip(before.get_weights(), after.weights, strict=True):
        value = np.asarray(variable)
        np.testing.assert_array_equal(np.delete(value, (4, 5), 0) if id(variable) in rows else value, old)
    # Both were trained, from rows of one painting: each has numbers of its own.
    learnt = np.asarray(row_variables(after)[0])
    assert not any(
        (learnt[4 + number] == other).all() for number in range(2) for other in np.delete(learnt, 4 + number, 0)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"to": "udnie_fast"}, "--to: expected a network of many paintings. Received: udnie_fast, of one"),
        ({"to": "nowhere.keras"}, "--to: expected one of .* Received: 'nowhere.keras'"),
        ({"to": None}, "--add, --to: expected both"),
        ({"add": None}, "--add, --to: expected both"),
        ({"style": "style.png"}, "--style: expected it, or --add. Received: both"),
        ({"initialize": "udnie_fast"}, "--initialize: expected none with --add"),
        ({"style_sizes": (32, 32)}, "--style-sizes: expected sizes that differ"),
        ({"style_loss": "bn"}, "style_loss: expected gram for many paintings"),
        ({"add": "nowhere.png"}, "--add: expected image files or folders of them. Received: nowhere.png"),
    ],
)
def test_what_cannot_be_added_is_told(folder, many, changes, message, eager_steps):
    with pytest.raises(UserError, match=message):
        train(adding(folder, many, **changes))


def test_a_painting_of_a_name_that_is_there_is_told(folder, many, eager_steps):
    with pytest.raises(
        UserError, match="--add: expected a painting of another name than fine, flat. Received: .*fine.png"
    ):
        train(adding(folder, many, add=str(folder / "paintings" / "fine.png")))


def test_paintings_are_called_as_their_files(folder):
    write_photo(folder / "my cat+dog.png", paintings()["fine"])
    files = [str(folder / "my cat+dog.png"), str(folder / "paintings")]
    assert list(painting_files(files)) == ["my_cat_dog", "fine", "flat"]
    write_photo(folder / "photograph.png", paintings()["fine"])
    for given, message in (
        ([str(folder / "photograph.png")], "--paintings: expected a file of another name than photograph"),
        (
            [str(folder / "paintings"), str(folder / "paintings" / "fine.png")],
            "--paintings: expected files of different",
        ),
        ([str(folder / "none")], r"--paintings: expected image files or folders of them. Received: .*\(no such file\)"),
        (["udnie_fast"], "--paintings: expected a painting, an image file. Received: 'udnie_fast', a network"),
    ):
        with pytest.raises(UserError, match=message):
            painting_files(given)


def test_a_network_of_other_conditions_is_told():
    with pytest.raises(UserError, match="network: expected a TransformationNetwork with conditions of fine, flat"):
        make([("fine", 32)])
    with pytest.raises(UserError, match="Received: fine, flat without sizes"):
        make(["fine", "flat"])


@pytest.mark.parametrize(
    "options, message",
    [
        ({"balance": 5.0}, "balance: expected at most 1. Received: 5.0"),
        ({"balance": float("nan")}, "balance: expected at least 0. Received: nan"),
        ({"condition_rate": -1.0}, "condition_rate: expected at least 0. Received: -1.0"),
        ({"condition_rate": float("nan")}, "condition_rate: expected at least 0. Received: nan"),
        ({"style_sizes": (32, 0)}, "style_sizes: expected at least 1. Received: 0"),
        ({"style_layers": ()}, "style_layers: expected at least one layer for many paintings. Received: none"),
    ],
)
def test_numbers_that_are_none_are_told_before_a_loss_network_is_built(options, message, monkeypatch):
    monkeypatch.setattr("fast_style.multi_style_objective.build_loss_network", None)
    with pytest.raises(UserError, match=f"^{message}$"):
        MultiStyleTransfer(paintings(), TransformationNetwork(width=2, conditions=CONDITIONS), **options)


def test_a_network_of_many_is_found_with_its_conditions(many):
    assert find_network(many, TASK).config["conditions"][0] == ["fine", 32]


def test_adding_has_settings_of_its_own_and_needs_no_photographs(many):
    """What `fast-style-train --add painting.jpg --to network.keras --output run/` sets; another preset is one's own."""
    from fast_style.common.images.crops import Crops

    given = {"add": "painting.jpg", "to": str(many), "output": "run"}
    assert TASK.settings.preset_of(given) == "add"
    assert TASK.settings.preset_of({"style": "painting.jpg"}) is None
    settings = TASK.settings(**TASK.settings.given_over(TASK.presets["add"], given))
    assert (settings.content, settings.batch_size) == ("samples", 1)
    assert Crops(settings.content, 64, 3).crop(1).shape == (64, 64, 3)


@pytest.mark.slow
def test_scales_and_shifts_learn_faster_than_what_every_step_trains():
    """The first step of Adam moves each number by its learning rate, whatever the gradient."""
    from fast_style.common.training.adam import Adam

    model = make(condition_rate=8.0, balance=0.0)
    model.compile(Adam(1e-3), run_eagerly=True)
    before = [np.asarray(variable) for variable in model.network.weights]
    model.train_on_batch(photos(2))
    rows = {id(variable) for variable in row_variables(model.network)}
    for old, variable in zip(before, model.network.weights, strict=True):
        moved = np.abs(np.asarray(variable) - old).max()
        assert moved == pytest.approx(8e-3 if id(variable) in rows else 1e-3, rel=0.05)


def test_settings_of_a_run_that_goes_on_are_those_of_its_record(folder):
    record = tiny_record(settings=json.loads(json.dumps(vars(many_settings(folder)))))
    (folder / "run").mkdir()
    (folder / "run" / "run.json").write_text(json.dumps(record))
    settings = resumed_settings(TASK.settings, folder / "run", {})
    assert settings.style_sizes == (32, 48)
    assert settings.paintings == (str(folder / "paintings"),)
