"""TFLite files against the Keras networks, run by LiteRT."""

import hashlib
import json

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.rebuilding import rebuilt
from fast_style.common.networks.source import find_network
from fast_style.export import tflite
from fast_style.export.comparison import FLOORS, cover, psnr
from fast_style.export.model_card import CARD, card_path, fixed_shape, model_card, read_card, write_card
from fast_style.export.tflite import check_builtin, compare, convert, export_tflite, most_dimensions, operators, run
from fast_style.export.verification import table, verify
from fast_style.network import TransformationNetwork
from superres.srcnn import SRCNN
from tests.levels import quick_first
from tests.tampering import refusal, tampered_values

pytestmark = pytest.mark.usefixtures("eager_pictures")
WITHOUT_XNNPACK = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES


def photo(height, width):
    return cover(sample_photos()["coffee"], height, width)


@pytest.mark.parametrize(
    ("name", "precision", "size", "uint8"),
    [
        ("x2", "float32", (25, 35), False),
        ("style", "float16", None, False),
        ("x2", "dynamic", None, True),
        ("x2", "int8", (24, 36), True),
    ],
)
def test_file_and_card(tmp_path, sources, photo_folder, name, precision, size, uint8):
    source, file = sources[name], tmp_path / "out.tflite"
    card = export_tflite(source, file, precision, size, uint8, photo_folder if precision == "int8" else None)
    content = file.read_bytes()
    assert card == json.loads(card_path(file).read_text())
    assert (card["sha256"], card["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    # The file says what the card says.
    signature = Interpreter(model_content=content).get_signature_runner("serving_default")
    dtype = "uint8" if uint8 else "float32"
    for details, described in (
        (signature.get_input_details(), card["signatures"]["serving_default"]["inputs"]),
        (signature.get_output_details(), card["signatures"]["serving_default"]["outputs"]),
    ):
        assert list(details) == list(described) == ["images"]
        assert np.dtype(details["images"]["dtype"]).name == described["images"]["dtype"] == dtype
        assert len(details["images"]["shape"]) == 4
        if size:
            assert details["images"]["shape"].tolist() == described["images"]["shape"]
    assert "TRANSPOSE_CONV" in card["operators"]
    assert not any("CUSTOM" in name for name in card["operators"])
    # And it computes what the network does, at a size that is not the one it was compared at, where it may.
    image = photo(*(size or (31, 18)))
    (result,) = run(content, [image])
    assert result.shape == (image.shape[0] * source.factor, image.shape[1] * source.factor, 3)
    assert psnr(source.network.render(image[None]).numpy()[0], np.rint(result)) >= FLOORS[precision]


def asked(content, shape, strict=False, signature=False, resolver=OpResolverType.AUTO):
    """What a file answers to an input of a shape that its caller resizes it to: (input, output), None if refused."""
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    (details,) = interpreter.get_input_details()
    images = np.random.default_rng(0).integers(0, 256, shape).astype(details["dtype"])
    try:
        if signature:
            return images, interpreter.get_signature_runner("serving_default")(images=images)["images"]
        interpreter.resize_tensor_input(details["index"], shape, strict=strict)
        interpreter.allocate_tensors()
        interpreter.set_tensor(details["index"], images)
        interpreter.invoke()
    except (RuntimeError, ValueError):
        return None
    return images, interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "size"),
    quick_first(
        [("style", None), ("x2", (24, 32))]
        + [(network, None) for network in ("x2", "resize", "srcnn")]
        + [(network, (24, 32)) for network in ("style", "resize", "srcnn")]
        + [(network, (1, 1)) for network in ("style", "x2", "resize", "srcnn")],
        2,
    ),
)
def test_another_shape_is_refused(sources, network, size):
    """A batch of two would share its statistics; of another size than a file's fixed one a corner would be answered."""
    made = {"resize": lambda: TransformationNetwork(width=4, upsampling="resize"), "srcnn": lambda: SRCNN(factor=2)}
    keras_network = made[network]() if network in made else sources[network].network
    content = convert(rebuilt(keras_network), size=size)
    for shape in [(1, 24, 32, 3), (1, 31, 18, 3), (1, 48, 64, 3), (1, 12, 16, 3), (1, 1, 1, 3), (1, 1, 32, 3)]:
        answers = [
            asked(content, shape, **options)
            for options in ({}, {"strict": True}, {"signature": True}, {"resolver": WITHOUT_XNNPACK})
        ]
        if size in (None, shape[1:3]):
            given = answers[0][0]
            expected = np.clip(keras_network(given).numpy(), 0, 255)
            for images, answer in answers:
                np.testing.assert_array_equal(images, given)
                np.testing.assert_allclose(answer, expected, atol=0.1)
        else:
            assert answers == [None] * 4, shape
    # Of these, some have as many pixels as are asked for.
    two = [(2, 24, 32, 3), (2, 12, 32, 3), (3, 17, 20, 3), (2, 1, 1, 3)]
    others = [
        (1, 24, 32, 4),
        (1, 24, 32, 1),
        (1, 0, 8, 3),
        (1, 8, 0, 3),
        (0, 24, 32, 3),
        (24, 32, 3),
        (1, 1, 24, 32, 3),
    ]
    for shape in [*two, *others]:
        for options in ({}, {"resolver": WITHOUT_XNNPACK}):
            assert asked(content, shape, **options) is None, (shape, options)


@pytest.mark.slow
@pytest.mark.parametrize(("precision", "uint8"), quick_first([("dynamic", True), ("float16", False), ("int8", False)]))
def test_another_shape_is_refused_in_every_precision(sources, precision, uint8):
    calibration = [photo(24, 24)] if precision == "int8" else None
    content = convert(rebuilt(sources["style"].network), precision, (24, 24), uint8, calibration)
    assert asked(content, (1, 24, 24, 3)) is not None
    for shape in [(2, 24, 24, 3), (1, 48, 48, 3), (1, 12, 48, 3)]:
        assert asked(content, shape) is None, shape


@pytest.mark.slow
def test_int8_convolutions_are_integer_and_normalization_is_not(sources, photo_folder):
    content = convert(sources["x2"].network, "int8", (24, 24), calibration=[photo(24, 24)])
    interpreter = Interpreter(model_content=content)
    tensors = {tensor["index"]: np.dtype(tensor["dtype"]).name for tensor in interpreter.get_tensor_details()}
    kinds = {}
    for operator in interpreter._get_ops_details():
        kinds.setdefault(operator["op_name"], set()).update(tensors[index] for index in operator["outputs"])
    assert kinds["CONV_2D"] == kinds["TRANSPOSE_CONV"] == {"int8"}
    assert kinds["TANH"] == kinds["MUL"] == {"float32"}


@pytest.mark.slow
def test_int8_of_the_shipped_network_is_usable(photo_folder):
    """The trained one, with instance normalization: 42 dB at 64x64 when this was written; the issue asks for 30."""
    source = find_network("starry_night")
    images = [cover(image, 64, 64) for image in sample_photos().values()]
    content = convert(source.network, "int8", (64, 64), calibration=images)
    assert len(content) < 0.3 * 4 * source.network.count_params()  # 8 bits a weight, not 32
    assert min(compare(content, source.network, images)) > 35


@pytest.mark.slow
def test_a_field_of_noise_is_not_written_for_every_filter():
    """At 64x64 with its borders the field is 40x40 of 2 channels; of 32 filters it would be 205 KB, as large again."""
    network = TransformationNetwork(width=8, margin=8, noise_channels=2)
    network.noise.set_weights([np.ones((1, 1, 2, 32), np.float32)])
    plain = TransformationNetwork(width=8, margin=8)
    content, without = (convert(one, "float32", (64, 64)) for one in (network, plain))
    assert len(content) - len(without) < 1.5 * 4 * 40 * 40 * 2 + 8192
    assert min(compare(content, network, [photo(64, 64)])) > 45


@pytest.mark.slow
def test_a_file_that_falls_short_is_kept_only_when_asked(tmp_path, sources):
    """Calibrated on black, ranges of activations are those of black: photographs overflow them."""
    (tmp_path / "black").mkdir()
    write_photo(tmp_path / "black" / "black.png", np.zeros((24, 24, 3), np.uint8))
    arguments = (sources["x2"], tmp_path / "out.tflite", "int8", (24, 24), False, tmp_path / "black")
    with pytest.raises(UserError, match="expected a PSNR of at least 30 dB from the Keras network with int8"):
        export_tflite(*arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["black"]
    card = export_tflite(*arguments, allow_loss=True)
    assert card["psnr_db"] < 30
    assert sorted(path.name for path in tmp_path.iterdir()) == ["black", "out.model_card.json", "out.tflite"]


def test_operators_of_tensorflow_are_refused():
    """A file with one, made as Keras' own exporter does by default."""

    @tf.function(input_signature=[tf.TensorSpec((1, 4, 4, 3), tf.float32)])
    def with_flex(x):
        return tf.image.resize(x, (8, 8), "bicubic")

    converter = tf.lite.TFLiteConverter.from_concrete_functions([with_flex.get_concrete_function()], with_flex)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    content = converter.convert()
    assert operators(content) == ["CUSTOM FlexResizeBicubic"]
    with pytest.raises(UserError, match="expected builtin TFLite operators only. Received: CUSTOM FlexResizeBicubic"):
        check_builtin(content)


def test_five_dimensions_are_refused():
    @tf.function(input_signature=[tf.TensorSpec((1, 2, 3, 4, 5), tf.float32)])
    def with_five(x):
        return x + 1.0

    content = tf.lite.TFLiteConverter.from_concrete_functions([with_five.get_concrete_function()], with_five).convert()
    assert most_dimensions(content) == 5
    with pytest.raises(UserError, match="expected tensors of at most 4 dimensions. Received: 5"):
        check_builtin(content)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"precision": "int4"}, "precision: expected one of float32, float16, dynamic, int8. Received: 'int4'"),
        ({"precision": "int8"}, "calibration: expected a folder of photographs for int8"),
        ({"size": (0, 8)}, "size: expected at least 1x1"),
        ({"size": (4000, 4000)}, "Received: 4000x4000, to be enlarged 2 times"),
        ({"photos": "{folder}"}, "expected photographs .* Received: a folder with none"),
        ({"precision": "int8", "calibration": "{folder}"}, "expected photographs .* Received: a folder with none"),
    ],
)
def test_bad_arguments(tmp_path, sources, options, message):
    options = {k: v.format(folder=tmp_path) if isinstance(v, str) else v for k, v in options.items()}
    with pytest.raises(UserError, match=message):
        export_tflite(sources["x2"], tmp_path / "out.tflite", **options)
    assert list(tmp_path.iterdir()) == []


def test_psnr_of_a_known_error():
    """An error of 1 everywhere: 20 log10(255) = 48.13 dB, the textbook value."""
    assert psnr(np.zeros((4, 4, 3)), np.ones((4, 4, 3))) == pytest.approx(48.1308, abs=1e-4)
    assert psnr(np.ones((2, 2, 3)), np.ones((2, 2, 3))) == float("inf")


def test_what_is_not_finite_is_far_and_never_kept(tmp_path, sources, monkeypatch):
    """One pixel of the second photograph; beside NaN, neither `<` nor `min` would find it."""
    for value in (np.nan, np.inf, -np.inf):
        received = np.ones((2, 2, 3))
        received[0, 1, 2] = value
        assert psnr(np.ones((2, 2, 3)), received) == psnr(received, received) == float("-inf")
    pictures = [np.zeros((48, 64, 3), np.float32) for _ in range(3)]
    pictures[1][0, 0, 0] = np.nan
    monkeypatch.setattr(tflite, "convert", lambda *arguments: b"")
    monkeypatch.setattr(tflite, "run", lambda *arguments, **options: pictures)
    for allow_loss in (False, True):
        with pytest.raises(UserError, match="out.tflite: expected results that are finite with float32. Received: NaN"):
            export_tflite(sources["x2"], tmp_path / "out.tflite", size=(24, 32), allow_loss=allow_loss)
    assert list(tmp_path.iterdir()) == []


def test_verify_finds_an_artifact_that_computes_no_numbers(tmp_path, network_files, sources):
    """Neither as 8 bits, of which NaN is some, nor beside what holds."""
    shape = {"inputs": {"images": {"shape": [1, 16, 24, 3]}}}
    write_card(tmp_path / f"x2.{CARD}", model_card(sources["x2"], "tflite", "int8", {"serving_default": shape}, ""))
    (tmp_path / "x2.tflite").touch()

    class Process:
        def run(self, artifact, inputs):
            return {name: np.full((1, 32, 48, 3), np.nan, np.float32) for name in inputs}

    comparisons = verify(tmp_path / "x2.tflite", network_files["x2"], Process())
    assert [(one.psnr, one.holds) for one in comparisons] == [(float("-inf"), False)] * 2
    assert table(comparisons).count("OUT OF TOLERANCE") == 2


@pytest.mark.parametrize("size", [(1, 1), (50, 20), (20, 50), (600, 700), (720, 1280)])
def test_cover_has_the_size(size):
    """Larger or smaller than the photograph, wider or higher; in the last, sides rounded one after the other fail."""
    assert cover(np.zeros((300, 451, 3), np.uint8), *size).shape == (*size, 3)


def test_rebuilt_is_another_network_with_the_same_weights(sources):
    network = sources["x2"].network
    twin = rebuilt(network)
    assert twin is not network
    for mine, theirs in zip(twin.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_tampered_card_is_one_line(tmp_path, sources):
    """Of 200 cards with one value that is odd; the artifact, which is not asked, is made up."""
    artifact = tmp_path / "out.tflite"
    shape = {"inputs": {"images": {"shape": [1, 16, 24, 3]}}}
    card = model_card(sources["style"], "tflite", "float16", {"serving_default": shape}, "0" * 64)
    refused = []
    for tampered in tampered_values(card, 200):
        write_card(card_path(artifact), tampered)
        refused.append(refusal(lambda: fixed_shape(read_card(artifact))))
    assert len(list(filter(None, refused))) > 40
