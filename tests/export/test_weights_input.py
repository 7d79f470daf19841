"""Exports of a network of several paintings: with weights, and of fixed styles."""

import json

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from fast_style.common.errors import UserError
from fast_style.common.networks.source import find_network
from fast_style.conditions import mixed
from fast_style.export import export_onnx, export_saved_model, export_tflite, fixed_styles, verify
from fast_style.export.fresh_process import FreshProcess
from fast_style.export.model_card import read_card
from fast_style.export.tf_serving import warmup_requests
from fast_style.export.tflite import compare, convert
from fast_style.network import TransformationNetwork
from tests.export.test_cli import run
from tests.fast_style.tiny_paintings import SIZED, photograph, trained
from tests.levels import quick_first

pytestmark = pytest.mark.usefixtures("eager_pictures")
CONDITIONS = [*SIZED, ("photograph", None)]
COUNT = len(CONDITIONS)
ROOT_2 = 2**0.5


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "many.keras"
    trained(conditions=CONDITIONS).save(path)
    return path


@pytest.fixture(scope="module")
def source(file):
    return find_network(file)


@pytest.fixture(scope="module")
def saved(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "model"
    export_saved_model(source, folder, max_pixels=20_000)
    return folder


@pytest.fixture(scope="module")
def process():
    with FreshProcess() as process:
        yield process


@pytest.fixture(scope="module")
def loaded(saved):
    return tf.saved_model.load(saved)


@pytest.fixture
def signatures(loaded):
    return loaded.signatures


def regions(height, width):
    weights = np.zeros((1, height, width, COUNT), "float32")
    weights[:, : height // 2, :, 1] = weights[:, height // 2 :, :, 4] = 1
    return weights


@pytest.mark.slow
def test_a_saved_model_takes_weights_of_the_picture_and_of_each_pixel(source, signatures):
    network, photos = source.network, np.stack([photograph(19, 33, seed) for seed in (0, 1)])
    shares = np.random.default_rng(0).dirichlet(np.ones(COUNT), 2).astype("float32")
    for weights in (shares, shares[:1]):
        made = signatures["serve_weights"](images=tf.constant(photos), weights=tf.constant(weights))["images"].numpy()
        for photo, weight, picture in zip(photos, np.resize(weights, (2, COUNT)), made, strict=True):
            assert np.abs(network.render(photo[None], weight[None]).numpy()[0].astype(int) - picture).max() <= 1
    made = signatures["serve_map"](images=tf.constant(photos), weights=tf.constant(regions(19, 33)))["images"].numpy()
    for photo, picture in zip(photos, made, strict=True):
        assert np.abs(network.render(photo[None], regions(19, 33)).numpy()[0].astype(int) - picture).max() <= 1
    first = signatures["serving_default"](images=tf.constant(photos))["images"].numpy()
    assert np.abs(network.render(photos[:1]).numpy().astype(int) - first[:1]).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("signature", "weights", "message"),
    [
        ("serve_weights", np.ones((1, COUNT + 1)), "input"),
        ("serve_weights", np.ones((3, COUNT)), "weights: expected those of the images"),
        ("serve_weights", np.full((1, COUNT), np.nan), "weights: expected finite numbers"),
        ("serve_map", np.ones((1, 20, 33, COUNT)), "weights: expected those of the images"),
        ("serve_map", np.ones((1, 1, 1, COUNT)), "weights: expected those of the images"),
    ],
    ids=str,
)
def test_weights_that_do_not_fit_are_refused(signatures, signature, weights, message):
    images = tf.constant(np.stack([photograph(19, 33)] * 2))
    with pytest.raises((tf.errors.InvalidArgumentError, ValueError), match=message):
        signatures[signature](images=images, weights=tf.constant(weights, tf.float32))


@pytest.mark.slow
def test_the_card_has_the_conditions_in_order_and_verify_compares_every_signature(saved, file, process):
    card = read_card(saved)
    assert card["conditions"] == [{"painting": painting, "size": size} for painting, size in CONDITIONS]
    assert card["signatures"]["serve_weights"]["inputs"]["weights"]["shape"] == ["batch", COUNT]
    assert card["signatures"]["serve_map"]["inputs"]["weights"]["shape"] == ["batch", "height", "width", COUNT]
    found = verify(saved, file, process)
    names = ["serving_default", "serve_float", "serve_bytes", "serve_weights", "serve_map"]
    assert [one.signature for one in found] == names * 2
    assert all(one.holds for one in found)


@pytest.mark.slow
def test_verify_finds_rows_that_differ(source, tmp_path, process):
    """Of the last condition, which is not the first."""
    saved = tmp_path / "many.tflite"
    export_tflite(source, saved, size=(24, 36))
    other = source.load()
    layer = other.blocks[-1].normalization
    layer.gamma.assign(np.concatenate([np.asarray(layer.gamma)[:-1], -np.asarray(layer.gamma)[-1:]]))
    other.save(tmp_path / "other.keras")
    assert not verify(saved, tmp_path / "other.keras", process)[0].holds
    TransformationNetwork(width=4).save(tmp_path / "plain.keras")
    with pytest.raises(UserError, match="--against: expected a network of several paintings, as .* Received: one of"):
        verify(saved, tmp_path / "plain.keras", process)


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({"size": (24, 36)}, [1, COUNT]),
        pytest.param({"size": (24, 36), "mapped": True, "uint8": True}, [1, 24, 36, COUNT], marks=pytest.mark.slow),
        pytest.param({"precision": "float16", "mapped": True}, [1, "height", "width", COUNT], marks=pytest.mark.slow),
    ],
    ids=["weights", "map", "map of any size"],
)
def test_a_tflite_file_has_the_second_input(source, file, tmp_path, process, options, shape):
    card = export_tflite(source, tmp_path / "many.tflite", **options)
    assert card["signatures"]["serving_default"]["inputs"]["weights"]["shape"] == shape
    assert [one["painting"] for one in card["conditions"]] == [painting for painting, _ in CONDITIONS]
    runner = Interpreter(str(tmp_path / "many.tflite")).get_signature_runner("serving_default")
    assert runner.get_input_details()["weights"]["shape"].tolist()[-1] == COUNT
    assert all(one.holds for one in verify(tmp_path / "many.tflite", file, process))


@pytest.mark.slow
@pytest.mark.parametrize(("size",), quick_first([((24, 36),), (None,)]))
def test_an_onnx_file_has_the_second_input(source, file, tmp_path, process, size):
    pytest.importorskip("tf2onnx")
    card = export_onnx(source, tmp_path / "many.onnx", size=size)
    assert card["signatures"]["serving_default"]["inputs"]["weights"]["shape"] == [1, COUNT]
    assert [one["painting"] for one in card["conditions"]] == [painting for painting, _ in CONDITIONS]
    assert all(one.holds for one in verify(tmp_path / "many.onnx", file, process))


@pytest.mark.slow
def test_an_export_of_one_style_is_a_plain_network(source, file, tmp_path, process):
    one = fixed_styles(source, ["wave:0.6 + Udnie:0.4"], ROOT_2)
    rows = [0, 0.3, 0.3, 0, 0.2, 0.2, 0]
    np.testing.assert_allclose(one.rows, [rows], atol=1e-9)
    photo = photograph(21, 34)[None]
    expected = source.network.render(photo, np.array([rows], "float32")).numpy()
    assert np.abs(one.network.render(photo).numpy().astype(int) - expected).max() <= 1
    assert np.abs(one.load().render(photo).numpy().astype(int) - expected).max() <= 1
    assert source.network.conditions
    card = export_tflite(one, tmp_path / "one.tflite", size=(24, 36))
    assert card["styles"] == [{"wave": pytest.approx(0.6), "udnie": pytest.approx(0.4)}]
    assert (card["name"], card["stroke"], "conditions" in card) == ("many", pytest.approx(ROOT_2), False)
    assert list(card["signatures"]["serving_default"]["inputs"]) == ["images"]
    assert all(one.holds for one in verify(tmp_path / "one.tflite", file, process))


@pytest.mark.slow
def test_an_export_of_several_styles_takes_a_weight_for_each(source, file, tmp_path, process):
    pair = fixed_styles(source, ["udnie", "photograph"])
    assert [condition.painting for condition in pair.network.conditions] == ["udnie", "photograph"]
    card = export_tflite(pair, tmp_path / "pair.tflite", size=(24, 36), mapped=True)
    assert card["signatures"]["serving_default"]["inputs"]["weights"]["shape"] == [1, 24, 36, 2]
    assert all(one.holds for one in verify(tmp_path / "pair.tflite", file, process))


@pytest.mark.slow
def test_a_fixed_style_is_equalized_for_8_bits(source):
    network = mixed(source.network, np.eye(COUNT)[4])
    photos = [photograph(32, 32, seed) for seed in range(2)]
    assert min(compare(convert(network, "int8", (32, 32), calibration=photos), network, photos)) > 25


def test_warm_up_requests_have_the_weights(source):
    pytest.importorskip("tensorflow_serving.apis.prediction_log_pb2")
    requests = [log.predict_log.request for log in warmup_requests("many", [(8, 9)], source.network)]
    shapes = {
        request.model_spec.signature_name: [side.size for side in request.inputs["weights"].tensor_shape.dim]
        for request in requests
        if "weights" in request.inputs
    }
    assert shapes == {"serve_weights": [1, COUNT], "serve_map": [1, 8, 9, COUNT]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "saved-model {many} {out} --style monet",
            "--style: expected one of wave, udnie, photograph. Received: 'monet'",
        ),
        ("saved-model {plain} {out} --style wave", "--style: expected a network of several paintings. Received: plain"),
        ("saved-model {many} {out} --stroke 2", "--stroke: expected --style with it. Received: 2, without"),
        ("tflite {many} {out}.tflite --style wave --stroke 4", "--stroke: expected a size of strokes within those"),
        ("tflite {many} {out}.tflite --style wave --style Wave", "--style: expected styles that differ"),
        (
            "tflite {plain} {out}.tflite --map",
            "--map: expected a network of several paintings. Received: plain, of one",
        ),
        (
            "tflite {many} {out}.tflite --precision int8 --calibration {photos}",
            "precision: expected float32, float16 or dynamic for a network of several paintings, or one style of it",
        ),
    ],
)
def test_what_cannot_be_exported_is_one_line(file, tmp_path, photo_folder, capsys, arguments, message):
    TransformationNetwork(width=2).save(tmp_path / "plain.keras")
    places = {"many": file, "plain": tmp_path / "plain.keras", "out": tmp_path / "out", "photos": photo_folder}
    code, out, err = run(arguments.format(**places).split(), capsys)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert message in err
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(
    "change",
    [
        {"signatures": {"serving_default": {"inputs": {"images": {"shape": [1, 9, 9, 3]}, "weights": 3}}}},
        {"signatures": {"serving_default": {"inputs": {"images": {"shape": [1, 9, 9, 3]}}}, "serve_map": {}}},
        {"styles": ["wave"]},
        {"stroke": "broad"},
    ],
    ids=str,
)
def test_a_card_that_was_changed_is_refused(saved, tmp_path, change):
    card = json.loads((saved / "model_card.json").read_text()) | change
    (tmp_path / "model_card.json").write_text(json.dumps(card))
    with pytest.raises(UserError, match="expected a model card"):
        read_card(tmp_path)
