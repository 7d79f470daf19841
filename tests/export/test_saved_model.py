"""SavedModels against the Keras networks that they are made from."""

import io
import json
import resource

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.networks.rebuilding import rebuilt
from fast_style.common.networks.source import Source, find_network
from fast_style.export.comparison import photographs, psnr
from fast_style.export.model_card import CARD, file_digest
from fast_style.export.saved_model import export_saved_model
from fast_style.network import TransformationNetwork
from fast_style.stylization import stylize_photo
from superres.upscaling import upscale_photo
from tests.common.images.files import animated_webp
from tests.export.conftest import encoded, picture


@pytest.fixture(scope="module")
def signatures(serving_folder):
    """``{network: signatures}`` as TensorFlow loads them."""
    loaded = {name: tf.saved_model.load(serving_folder / name / "1") for name in ("style", "x2")}
    return {name: model.signatures for name, model in loaded.items()}


@pytest.mark.parametrize("name", ["style", "x2"])
def test_signatures_are_those_of_the_card(signatures, serving_folder, name):
    card = json.loads((serving_folder / name / "1" / CARD).read_text())
    assert set(signatures[name]) == {"serving_default", "serve_float", "serve_bytes"} == set(card["signatures"])
    for signature, described in card["signatures"].items():
        function = signatures[name][signature]
        for specs, words in (
            (function.structured_input_signature[1], described["inputs"]),
            (function.structured_outputs, described["outputs"]),
        ):
            assert {key: spec.dtype.name for key, spec in specs.items()} == {k: v["dtype"] for k, v in words.items()}
            assert {key: len(spec.shape) for key, spec in specs.items()} == {
                k: len(v["shape"]) for k, v in words.items()
            }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["style", "x2"])
def test_arrays_of_any_size_and_batch(signatures, sources, name):
    """The numbers are those of the Keras network for each image by itself."""
    network = sources[name].network
    batch = np.stack([picture(19, 33, seed) for seed in (0, 1)])
    images = signatures[name]["serving_default"](images=tf.constant(batch))["images"].numpy()
    assert images.dtype == np.uint8
    for image, received in zip(batch, images, strict=True):
        assert np.abs(network.render(image[None]).numpy()[0].astype(int) - received).max() <= 1  # rounding
    floats = signatures[name]["serve_float"](images=tf.constant(batch, tf.float32))["images"].numpy()
    expected = np.clip(network(batch.astype("float32")).numpy(), 0, 255)
    assert (floats.min(), floats.max()) == (0, 255)  # clipped: the network passes both
    np.testing.assert_allclose(floats, expected, atol=0.01)


def photo_files():
    rgb = picture(20, 30)
    alpha = np.tile(np.arange(30, dtype=np.uint8) * 8, (20, 1))
    return {
        "rgb": encoded(rgb),
        "odd": encoded(picture(7, 5)),
        "grey": encoded(rgb[..., 0]),
        "alpha": encoded(np.dstack([rgb, alpha])),
        "grey and alpha": encoded(np.dstack([rgb[..., 0], alpha])),
        "opaque alpha": encoded(np.dstack([rgb, np.full_like(alpha, 255)])),
        "bmp": encoded(rgb, "BMP"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["style", "x2"])
def test_bytes_are_answered_as_the_command_line_answers_files(signatures, sources, name):
    """Images of different sizes and kinds in one batch; expected: Pillow's reading, the library's result."""
    network = sources[name].network
    files = photo_files()
    answers = signatures[name]["serve_bytes"](image_bytes=tf.constant(list(files.values())))["image_bytes"].numpy()
    for (kind, file), answer in zip(files.items(), answers, strict=True):
        photo = read_photo(file)
        if "grey" in kind and name == "x2":
            # `upscale` takes the colour out of what a network makes of grey; the graph does not.
            expected, alpha = network.render(photo.rgb[None]).numpy()[0], upscale_photo(photo, network).alpha
        else:
            made = stylize_photo(photo, network) if name == "style" else upscale_photo(photo, network)
            expected, alpha = made.rgb, made.alpha
        with Image.open(io.BytesIO(answer)) as image:
            pixels = np.asarray(image)
            assert (image.format, image.mode) == ("PNG", "RGB" if alpha is None else "RGBA"), kind
        # 1: float or integer arithmetic where alpha is composed or enlarged, which a network can amplify.
        limit = 0 if alpha is None else 6
        assert np.abs(pixels[..., :3].astype(int) - expected).max() <= limit, kind
        if alpha is not None:
            assert np.abs(pixels[..., 3].astype(int) - alpha).max() <= 1, kind


ANIMATIONS = [
    ("WEBP", {"lossless": True}),
    ("WEBP", {"quality": 30}),
    ("WEBP", {"allow_mixed": True, "minimize_size": True}),
    ("GIF", {"disposal": 2}),
    ("PNG", {}),
    ("PNG", {"default_image": True}),
]


def animation(mode, width, height, file_format, **options):
    """Bytes of an animation of three frames of noise."""
    channels = len(mode)
    noise = np.random.default_rng(0).integers(0, 256, (3, height, width, channels), np.uint8)
    frames = [Image.fromarray(frame) for frame in noise]
    buffer = io.BytesIO()
    frames[0].save(buffer, file_format, save_all=True, append_images=frames[1:], duration=50, **options)
    return buffer.getvalue()


def damaged(content):
    """The same cut short, and with other bytes in its header: flags and sizes."""
    yield from (content[:end] for end in range(12, len(content), len(content) // 8))
    for place in range(16, 32):
        yield from (content[:place] + bytes([value]) + content[place + 1 :] for value in (0, 2, 0xFF))


@pytest.mark.slow
def test_animations_do_not_end_the_process(serving_folder, tmp_path, fresh_processes):
    """TensorFlow 2.21 writes an opaque WebP's frames beyond their room; in a process of its own, which would die of it.

    Given as constants too, which an optimisation of the graph decodes beforehand.
    """
    sound = [animated_webp(width, height) for width, height in ((8, 6), (24, 18), (48, 40), (97, 61), (90, 90))]
    kinds = [(mode, *kind) for mode in ("RGB", "RGBA") for kind in ANIMATIONS]
    sound += [animation(mode, 33, 27, file_format, **options) for mode, file_format, options in kinds]
    files = {"sound": sound, "damaged": [part for content in sound[:1] + sound[5:] for part in damaged(content)]}
    np.savez(
        tmp_path / "files.npz",
        **{f"{kind}/{i:04}": np.frombuffer(file, np.uint8) for kind in files for i, file in enumerate(files[kind])},
    )
    script = """
import sys
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
serve = model.signatures["serve_bytes"]
files = np.load(sys.argv[2])
sound = [files[name].tobytes() for name in files if name.startswith("sound")]
for _ in range(5):
    answers = serve(image_bytes=tf.constant(sound))["image_bytes"].numpy()
constant = tf.function(lambda: serve(image_bytes=tf.constant(sound[4:5]))["image_bytes"])
print(all(len(answer) > 0 for answer in answers), (constant() == answers[4:5]).numpy().all())
for name in files:
    try:
        serve(image_bytes=tf.constant([files[name].tobytes()]))
    except tf.errors.InvalidArgumentError:
        pass
print("alive")
"""
    result = fresh_processes.run(script, serving_folder / "style" / "1", tmp_path / "files.npz")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["True", "True", "alive"]


@pytest.mark.slow
def test_alpha_on_any_background(signatures):
    """Of red that fades, the answer is what the network makes of red, and fades: no white is mixed in."""
    rgba = np.full((12, 16, 4), [255, 0, 0, 0], np.uint8)
    rgba[..., 3] = np.linspace(1, 255, 16)
    serve = signatures["style"]["serve_bytes"]
    answers = serve(image_bytes=tf.constant([encoded(rgba), encoded(rgba[..., :3])]))["image_bytes"].numpy()
    faded, plain = (np.asarray(Image.open(io.BytesIO(answer))) for answer in answers)
    np.testing.assert_array_equal(faded[..., :3], plain)
    np.testing.assert_array_equal(faded[..., 3], rgba[..., 3])


def test_metadata_is_dropped(signatures):
    exif = Image.Exif()
    exif[0x010E] = "a private description"
    jpeg = encoded(picture(16, 16), "JPEG", exif=exif)
    answer = signatures["style"]["serve_bytes"](image_bytes=tf.constant([jpeg]))["image_bytes"].numpy()[0]
    assert b"private" in jpeg
    assert b"private" not in answer
    with Image.open(io.BytesIO(answer)) as image:
        assert (dict(image.getexif()), image.info) == ({}, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Input is empty"),
        (b"Dear diary", "Unknown image file format"),
        (encoded(picture(40, 40))[:-60], "Invalid PNG data"),
        (encoded(picture(64, 64), "JPEG")[:-400], "Invalid JPEG|jpeg::Uncompress"),
        (encoded(picture(101, 100)), "expected a result of at most 10000 pixels"),
    ],
)
def test_bad_bytes_are_an_error_of_that_request(signatures, content, message):
    serve = signatures["style"]["serve_bytes"]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        serve(image_bytes=tf.constant([encoded(picture(8, 8)), content]))
    assert serve(image_bytes=tf.constant([encoded(picture(8, 8))]))["image_bytes"].numpy()[0].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("shape", "message"), [((1, 0, 4, 3), "at least one pixel"), ((2, 50, 51, 3), "at most 10000 pixels")]
)
def test_empty_and_too_large_arrays_are_refused(signatures, shape, message):
    """2 images of 50x51 pixels, enlarged twice, are 20,400; the folder was made for 10,000."""
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        signatures["x2"]["serving_default"](images=tf.zeros(shape, tf.uint8))


@pytest.mark.slow
def test_a_network_under_mixed_float16_is_rebuilt_in_float32(tmp_path, sources):
    with dtype_policy("mixed_float16"):
        half = TransformationNetwork.from_config({**sources["style"].network.get_config(), "dtype": "mixed_float16"})
    assert half.compute_dtype == "float16"
    half.set_weights(sources["style"].network.get_weights())
    half.save(tmp_path / "half.keras")
    source = find_network(tmp_path / "half.keras")
    assert source.network.compute_dtype == "float16"
    twin = rebuilt(source.network)
    assert {layer.compute_dtype for layer in twin._flatten_layers()} == {"float32"}
    image = picture(24, 28)
    np.testing.assert_array_equal(
        twin.render(image[None]).numpy()[0], sources["style"].network.render(image[None]).numpy()[0]
    )


@pytest.mark.slow
def test_bfloat16_computes_in_bfloat16_and_is_close(tmp_path, sources):
    source = sources["style"]
    card = export_saved_model(source, tmp_path / "out", precision="bfloat16")
    assert card["precision"] == "bfloat16"
    assert {file: file_digest(tmp_path / "out" / file) for file in card["sha256"]} == card["sha256"]
    model = tf.saved_model.load(tmp_path / "out")
    image = photographs([(40, 52)])[0]
    received = model.signatures["serving_default"](images=image[None])["images"].numpy()[0]
    # 8 bits of mantissa: neither equal nor far. 40 dB is an error of 2.6 of 255.
    assert 40 < psnr(source.network.render(image[None]).numpy()[0], received) < 70


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, sources):
    """The kernel refuses writes beyond a size: as a full disk does, in the middle of a file."""
    (tmp_path / "out").mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(
            UserError, match="expected a place that can be written. Received: File too large$"
        ) as caught:
            export_saved_model(sources["x2"], tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["out"]


@pytest.mark.slow
def test_folders_are_replaced_only_when_asked_and_only_exports(tmp_path, serving_folder, sources):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(UserError, match="not empty"):
            export_saved_model(sources["x2"], tmp_path / "mine", overwrite=overwrite)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / CARD).write_text("{}")
    with pytest.raises(UserError, match="or --overwrite"):
        export_saved_model(sources["x2"], tmp_path / "old")
    export_saved_model(sources["x2"], tmp_path / "old", overwrite=True)
    assert json.loads((tmp_path / "old" / CARD).read_text())["factor"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "old"]
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    (tmp_path / "old" / "variables" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="expected an export and nothing else. Received: .*old, with variables/notes"):
        export_saved_model(sources["x2"], tmp_path / "old", overwrite=True)
    assert (tmp_path / "old" / "variables" / "notes.txt").read_text() == "mine"


@pytest.mark.slow
def test_of_a_link_what_it_points_to_is_replaced(tmp_path, sources):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    export_saved_model(sources["x2"], tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / CARD).is_file()


def test_unknown_precision(tmp_path, sources):
    with pytest.raises(UserError, match="precision: expected one of float32, bfloat16. Received: 'int4'"):
        export_saved_model(sources["x2"], tmp_path / "out", precision="int4")


def test_card_of_a_shipped_network():
    """What the manifest says of it is in the source, from which every card is made."""
    source = find_network("starry_night")
    assert isinstance(source, Source)
    assert (source.task.name, source.factor, source.ships, source.licence) == ("style-transfer", 1, True, "Apache-2.0")
    assert source.recipe["stages"][0]["settings"]["style"] == "starry_night.jpg"
