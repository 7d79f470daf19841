"""Exports of a network with a field of noise: of fixed size a constant, of any a function of position."""

import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.networks.source import find_network
from fast_style.export import fixed_styles, onnx, seeded_source, tflite
from fast_style.export.cli import main
from fast_style.export.comparison import FLOORS, psnr
from fast_style.export.equalization import equalized
from fast_style.export.model_card import read_card
from fast_style.export.saved_model import export_saved_model
from tests.fast_style.test_streaming import photograph, trained


@pytest.fixture(scope="module")
def network():
    return trained(noise_channels=3, noise_seed=4, upsampling="resize")


def agree(network, content, images, runner, floor=FLOORS["float32"]):
    for image in images:
        (result,) = runner(content, [image])
        assert psnr(network.render(image[None]).numpy()[0], np.rint(result)) >= floor
        other = network.with_seed(0).render(image[None]).numpy()[0]
        assert psnr(other, np.rint(result)) < 30  # of the seed that was exported, and no other


@pytest.mark.slow
def test_tflite_of_fixed_size_has_the_field_as_a_constant(network):
    """No operator that a file of the same network without it lacks, so that delegates for GPUs take it."""
    content = tflite.convert(network, size=(40, 54))
    plain = tflite.convert(trained(upsampling="resize"), size=(40, 54))
    assert tflite.operators(content) == tflite.operators(plain)
    assert tflite.most_dimensions(content) <= 4
    agree(network, content, [photograph(40, 54)], tflite.run)


@pytest.mark.slow
@pytest.mark.parametrize("form", [tflite, onnx])
def test_a_file_of_fixed_size_has_no_map_of_all_filters(network, form):
    """What the field adds is computed when the file is run: of 16 filters on 64x64 places one map is 262,144 bytes."""
    plain = form.convert(trained(upsampling="resize"), size=(256, 256))
    assert len(form.convert(network, size=(256, 256))) - len(plain) < 64 * 64 * 16 * 4


@pytest.mark.slow
def test_onnx_of_fixed_size(network):
    agree(network, onnx.convert(network, size=(40, 54)), [photograph(40, 54)], onnx.run)


@pytest.mark.slow
def test_tflite_of_any_size_computes_it(network):
    content = tflite.convert(network)
    assert tflite.most_dimensions(content) <= 4
    agree(network, content, [photograph(40, 54), photograph(31, 18)], tflite.run)


@pytest.mark.slow
def test_onnx(network):
    content = onnx.convert(network)
    agree(network, content, [photograph(40, 54), photograph(31, 18), photograph(1, 1)], onnx.run)


@pytest.mark.slow
def test_saved_model(network, tmp_path):
    network.save(tmp_path / "network.keras")
    export_saved_model(find_network(tmp_path / "network.keras"), tmp_path / "saved")
    images = np.stack([photograph(20, 30), photograph(20, 30, 1)])
    painted = tf.saved_model.load(str(tmp_path / "saved")).signatures["serving_default"](images=tf.constant(images))
    for image, picture in zip(images, painted["images"].numpy(), strict=True):
        assert np.abs(network.render(image[None]).numpy()[0].astype(int) - picture).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("form", ["tflite", "onnx", "saved-model"])
def test_an_export_of_another_seed(network, tmp_path, form):
    """The file paints on another part of the field; its card says which, and verify compares with that."""
    network.save(tmp_path / "network.keras")
    artifact = tmp_path / ("saved" if form == "saved-model" else f"seven.{form}")
    main([form, str(tmp_path / "network.keras"), str(artifact), "--seed", "7"])
    assert read_card(artifact)["seed"] == 7
    with pytest.raises(SystemExit) as stop:
        main(["verify", str(artifact), "--against", str(tmp_path / "network.keras")])
    assert stop.value.code == 0
    if form == "tflite":
        agree(network.with_seed(7), artifact.read_bytes(), [photograph(256, 256)], tflite.run)


def test_a_seed_without_a_field_is_one_line(tmp_path, capsys):
    trained().save(tmp_path / "plain.keras")
    with pytest.raises(SystemExit) as stop:
        main(["onnx", str(tmp_path / "plain.keras"), str(tmp_path / "plain.onnx"), "--seed", "7"])
    assert stop.value.code == 2
    assert "seed: expected 0 of a network without a field of noise. Received: 7" in capsys.readouterr().err
    assert not (tmp_path / "plain.onnx").exists()


def test_a_fixed_style_of_another_seed(tmp_path):
    """Both are chosen of a network of several paintings with a field; 8 bits take it, too."""
    sizes = [("wave", 256), ("udnie", 256)]
    trained(conditions=sizes, noise_channels=2).save(tmp_path / "many.keras")
    source = seeded_source(fixed_styles(find_network(tmp_path / "many.keras"), ["udnie"]), 7)
    assert source.choices == {"styles": [{"udnie": 1.0}], "stroke": 1.0, "seed": 7}
    assert (source.network.conditions, source.network.noise_seed) == (None, 7)


@pytest.mark.slow
def test_equalized_for_8_bits(network):
    """What is scaled goes out again in front of where the field is added."""
    photo = photograph(40, 54)
    painted = equalized(network, [photo]).render(photo[None]).numpy()[0]
    assert psnr(network.render(photo[None]).numpy()[0], painted) >= FLOORS["float32"]


@pytest.mark.slow
def test_8_bits_are_no_worse_than_without_the_field(network):
    photos, size = [photograph(40, 54, seed) for seed in range(4)], (40, 54)
    found = []
    for one in (network, trained(upsampling="resize")):
        content = tflite.convert(one, "int8", size, calibration=photos)
        found.append(min(tflite.compare(content, one, photos)))
    assert found[0] > found[1] - 2
