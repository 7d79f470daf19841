"""A network of several conditions: scales and shifts of each, mixed by weights."""

import json
import zipfile

import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.networks.source import find_network, shipped_sources
from fast_style.conditions import (
    Condition,
    as_conditions,
    check_config,
    mixed,
    paintings_known,
    paintings_of,
    row_variables,
)
from fast_style.network import TransformationNetwork
from fast_style.paintings import painting_name
from fast_style.streaming import stylize_in_strips
from fast_style.task import TASK, load_network
from tests.fast_style.tiny_paintings import CONDITIONS, photograph, trained
from tests.levels import quick_first
from tests.tampering import refusal

pytestmark = pytest.mark.usefixtures("eager_pictures")
COUNT = len(CONDITIONS)


def weights_map(height, width, seed=0):
    """Soft regions of all conditions, that add up to 1 everywhere."""
    values = np.random.default_rng(seed).uniform(0, 1, (height, width, COUNT)).astype("float32")
    values[: height // 2, :, 0] += 3
    values[height // 2 :, :, 2] += 3
    return values / values.sum(-1, keepdims=True)


def one_hot(number):
    return np.eye(COUNT, dtype="float32")[number][None]


def plain(network, number):
    """The network of one painting that one condition is."""
    return mixed(network, one_hot(number)[0])


@pytest.mark.parametrize("options", [{}, {"upsampling": "resize", "reflection_padding": 0}], ids=str)
def test_every_normalized_layer_has_scales_and_shifts_of_each_condition(options):
    """Fifteen normalizations; 2 * (4 + 8 + 16 + 10 * 16 + 8 + 4) = 400 numbers a condition at 4 filters."""
    network = TransformationNetwork(width=4, conditions=COUNT, **options)
    rows = row_variables(network)
    assert len(rows) == 30
    assert all(variable.shape[0] == COUNT for variable in rows)
    assert sum(np.prod(variable.shape) for variable in rows) == 400 * COUNT


@pytest.mark.slow
def test_a_condition_is_the_network_of_its_rows():
    network, photo = trained(), photograph(37, 50)[None]
    for number in range(COUNT):
        expected = plain(network, number)(photo)
        np.testing.assert_allclose(network(photo, one_hot(number)), expected, atol=2e-3)
    assert np.abs(np.asarray(network(photo, one_hot(0))) - np.asarray(network(photo, one_hot(2)))).mean() > 5


@pytest.mark.slow
def test_without_weights_it_is_the_first_condition_and_keras_users_may_give_a_list():
    network, photo = trained(), photograph(24, 31)[None]
    np.testing.assert_array_equal(network(photo), network(photo, one_hot(0)))
    np.testing.assert_array_equal(network([photo, one_hot(2)]), network(photo, one_hot(2)))
    np.testing.assert_allclose(network.predict([photo, one_hot(2)], verbose=0), network(photo, one_hot(2)), atol=1e-2)
    inputs = keras.Input((24, 31, 3)), keras.Input((COUNT,))
    model = keras.Model(inputs, network([*inputs]))
    np.testing.assert_allclose(model([photo, one_hot(2)]), network(photo, one_hot(2)), atol=1e-2)


@pytest.mark.slow
def test_each_photograph_of_a_batch_has_its_own_weights():
    network, photos = trained(), np.stack([photograph(24, 31, seed) for seed in range(3)])
    weights = np.stack([one_hot(1)[0], one_hot(3)[0], np.full(COUNT, 1 / COUNT)]).astype("float32")
    together = np.asarray(network(photos, weights))
    for photo, weight, made in zip(photos, weights, together, strict=True):
        np.testing.assert_allclose(network(photo[None], weight[None])[0], made, atol=2e-3)


@pytest.mark.slow
def test_a_blend_mixes_scales_and_shifts():
    network, photo = trained(), photograph(24, 31)[None]
    shares = np.array([0.6, 0.0, 0.4, 0.0], "float32")
    np.testing.assert_allclose(network(photo, shares[None]), mixed(network, shares)(photo), atol=2e-3)
    pair = mixed(network, [shares, one_hot(1)[0]])
    np.testing.assert_allclose(pair(photo, [[0.0, 1.0]]), network(photo, one_hot(1)), atol=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"reflection_padding": 0}, {"upsampling": "resize", "margin": 24}], ids=str)
def test_a_map_that_is_the_same_everywhere_is_the_whole_pictures_weights(options):
    network, photo = trained(**options), photograph(37, 50)[None]
    shares = np.array([0.5, 0.2, 0.2, 0.1], "float32")
    everywhere = np.broadcast_to(shares, (1, 37, 50, COUNT))
    np.testing.assert_allclose(network(photo, everywhere), network(photo, shares[None]), atol=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"reflection_padding": 0}], ids=str)
def test_a_map_lies_where_the_picture_does(options):
    """What is added to a photograph of one colour by a second condition, its shift alone another, lies in its region.

    A shift that is larger at the last normalized layer alone acts where the map says, to within the last layer's reach.
    """
    network = trained(**options)
    for variable in row_variables(network):
        value = np.repeat(np.asarray(variable)[:1], COUNT, 0)
        variable.assign(value)
    layer = network.blocks[-1].normalization
    layer.beta.assign(np.asarray(layer.beta) + 2.0 * np.eye(COUNT)[1][:, None])
    photo = photograph(60, 48)[None]
    weights = np.zeros((1, 60, 48, COUNT), "float32")
    weights[..., 0] = 1
    weights[:, 21:33, 9:30] = one_hot(1)[0]
    changed = np.abs(np.asarray(network(photo, weights)) - np.asarray(network(photo))).max((0, 3)) > 1e-3
    rows, columns = np.nonzero(changed.any(1))[0], np.nonzero(changed.any(0))[0]
    # The 9x9 layer reaches 4 pixels beyond.
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (21 - 4, 32 + 4, 9 - 4, 29 + 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "options", "size"),
    quick_first(
        [
            ("float32", {"reflection_padding": 0}, (21, 30)),
            ("float32", {}, (61, 47)),
            ("float32", {"upsampling": "resize", "margin": 24}, (3, 90)),
            ("mixed_bfloat16", {}, (21, 30)),
        ]
    ),
    ids=str,
)
def test_strips_equal_the_whole_with_weights_and_maps(policy, options, size):
    network, rgb = in_precision(trained(**options), policy), photograph(*size)
    for weights in (np.array([0.5, 0.2, 0.2, 0.1], "float32"), weights_map(*size), None):
        whole = (network.render(rgb[None]) if weights is None else network.render(rgb[None], weights[None])).numpy()[0]
        # 4 rows of features a strip, the least.
        difference = np.abs(stylize_in_strips(rgb, network, strip_pixels=1, weights=weights).astype(int) - whole)
        assert np.ptp(whole.astype(int)) > 60
        assert difference.max() <= (1 if policy == "float32" else 16)
        assert difference.mean() < (0.01 if policy == "float32" else 1.5)


@pytest.mark.slow
def test_strips_of_a_panorama_turn_the_map_too():
    network, rgb, weights = trained(), photograph(9, 200), weights_map(9, 200)
    whole = network.render(rgb[None], weights[None]).numpy()[0]
    assert np.abs(stylize_in_strips(rgb, network, strip_pixels=64 * 60, weights=weights).astype(int) - whole).max() <= 1


@pytest.mark.slow
def test_fast_statistics_take_the_map_at_the_copys_size(monkeypatch):
    from fast_style import streaming

    monkeypatch.setattr(streaming, "REDUCED_SIDE", 64)
    network, rgb, shares = trained(), photograph(96, 128), np.array([0.5, 0.2, 0.2, 0.1], "float32")
    everywhere = np.broadcast_to(shares, (96, 128, COUNT))
    mapped, whole = (stylize_in_strips(rgb, network, "fast", weights=one) for one in (everywhere, shares))
    assert np.abs(mapped.astype(int) - whole).max() <= 1
    assert np.abs(mapped.astype(int) - stylize_in_strips(rgb, network, weights=shares)).mean() > 1


@pytest.mark.slow
def test_it_comes_back_from_a_file_with_the_names_of_its_conditions(tmp_path):
    network, photo = trained(), photograph(24, 31)[None]
    network.save(tmp_path / "many.keras")
    for loaded in (keras.saving.load_model(tmp_path / "many.keras"), load_network(tmp_path / "many.keras")):
        assert loaded.conditions == tuple(Condition(*one) for one in CONDITIONS)
        np.testing.assert_allclose(loaded(photo, one_hot(2)), network(photo, one_hot(2)), atol=1e-3)
    copy = TransformationNetwork.from_config(json.loads(json.dumps(network.get_config())))
    assert copy.conditions == network.conditions


def test_networks_of_one_painting_are_described_as_before():
    assert "conditions" not in TransformationNetwork(width=2).get_config()
    assert TransformationNetwork(width=2, conditions=2).conditions == (Condition("painting_1"), Condition("painting_2"))
    assert paintings_of(trained().conditions) == {"wave": [0, 1], "udnie": [2]}


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (None, ""),
        ([["a", 256], ["a", 512], ["b", 256], ["b", 512]], "2 paintings, each read at 256, 512 pixels: a, b"),
        ([["wave", 256], ["mine", None], ["photograph", None]], "2 paintings: wave (256), mine; the photograph"),
        ([["mine", None]], "1 painting: mine"),
    ],
)
def test_what_it_knows_is_said_in_words(conditions, words):
    assert paintings_known({"config": {"conditions": conditions} if conditions else {}}) == words


@pytest.mark.slow
@pytest.mark.parametrize("policy", quick_first(["mixed_bfloat16", "mixed_float16"]))
def test_reduced_precision_gives_the_same_picture(policy):
    network, photo = trained(), photograph(37, 50)[None]
    with dtype_policy(policy):
        reduced = TransformationNetwork(width=4, conditions=CONDITIONS, upsampling=network.upsampling)
    reduced.set_weights(network.get_weights())
    assert all(variable.dtype == "float32" for variable in row_variables(reduced))
    for weights in (np.array([[0.61, 0.0, 0.39, 0.0]], "float32"), weights_map(37, 50)[None]):
        made = [np.asarray(one.render(photo, weights), "float64") for one in (network, reduced)]
        assert 10 * np.log10(255**2 / np.mean((made[0] - made[1]) ** 2)) > 30


def test_gradients_reach_the_rows_that_have_weight_and_no_others():
    import tensorflow as tf

    network, photos = trained(), np.stack([photograph(24, 31, seed) for seed in range(2)])
    weights = np.concatenate([one_hot(0), one_hot(2)])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(network(photos, weights, training=True)))
    gradients = tape.gradient(loss, [variable.value for variable in row_variables(network)])
    for gradient in gradients:
        assert (np.abs(gradient).max(1) > 0).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("weights", "received"),
    [
        (np.ones((1, COUNT + 1)), r"\(1, 5\)"),
        (np.ones(COUNT), r"\(4,\)"),
        (np.ones((1, 8, 9, COUNT)), r"\(1, 8, 9, 4\)"),
    ],
)
def test_weights_of_another_shape_are_told(weights, received):
    with pytest.raises(
        UserError, match=rf"weights: expected \(batch, 4\) or \(batch, 24, 31, 4\)\. Received: {received}"
    ):
        trained()(photograph(24, 31)[None], weights)


def test_weights_without_conditions_are_told():
    with pytest.raises(UserError, match="weights: expected none, of a network of one painting"):
        TransformationNetwork(width=2)(photograph(8, 8)[None], one_hot(0))


@pytest.mark.parametrize("conditions", [0, 5000, True, "wave", [], ["a", "a"], [("a", 0)], [("a", 1, 2)], ["a\n"]])
def test_conditions_that_are_none_are_told(conditions):
    with pytest.raises(UserError, match="conditions: expected a number from 1 to 4096"):
        TransformationNetwork(width=2, conditions=conditions)


@pytest.mark.parametrize("name", ["/tmp/x", "../../x", "a/b", "..", ".hidden", "a\\b"])
def test_names_that_lead_out_of_a_folder_are_told(name):
    with pytest.raises(UserError, match="conditions: expected names without a slash or a dot in front"):
        as_conditions([(name, 256), "wave"])


def test_names_that_training_makes_are_names():
    files = ["my painting.jpg", "a..b.png", "..hidden.jpg", "étude no. 3 (late).jpg", "a+b&c.jpg", "--x.webp"]
    names = [painting_name(file) for file in files]
    assert [one.painting for one in as_conditions(names)] == names
    for source in shipped_sources(TASK).values():
        check_config(source.config)


@pytest.mark.parametrize("name", ["../../x", "a\n", ""])
def test_a_file_with_such_a_name_is_refused_where_it_is_found(tmp_path, name):
    path = tmp_path / "many.keras"
    description = {"registered_name": "fast_style>TransformationNetwork", "config": {"conditions": [["wave", 256]]}}
    for refused in (False, True):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", json.dumps(description))
        if refused:
            line = refusal(find_network, path, TASK, "--network")
            assert line.startswith("--network: expected a .keras file of a TransformationNetwork. Received: ")
            assert f"{path}, in which conditions: expected " in line
        else:
            assert find_network(path, TASK).conditions == [["wave", 256]]
        description["config"]["conditions"] = [[name, 256]]


def test_conditions_need_instance_normalization():
    with pytest.raises(UserError, match="normalization: expected instance with conditions. Received: 'batch'"):
        TransformationNetwork(width=2, conditions=2, normalization="batch")


def test_shares_that_are_none_are_told():
    with pytest.raises(UserError, match=r"shares: expected finite numbers \(mixtures, 4\). Received: \(2,\)"):
        mixed(trained(), [0.5, 0.5])
    with pytest.raises(UserError, match="network: expected one with conditions"):
        mixed(TransformationNetwork(width=2), [1.0])


def test_an_empty_batch_stays_empty():
    network = trained()
    assert tuple(network(np.zeros((0, 8, 9, 3), np.uint8), np.zeros((0, COUNT))).shape) == (0, 8, 9, 3)
