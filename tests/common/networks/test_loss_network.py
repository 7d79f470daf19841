"""The loss network: layers by the paper's names, weights from every kind of file."""

import hashlib
import io
import urllib.error
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo
from fast_style.common.images.pixels import IMAGENET_MEAN_BGR
from fast_style.common.networks.hdf5 import datasets
from fast_style.common.networks.loss_network import BLOCKS, build_loss_network, layer_names, read_vgg_weights
from fast_style.common.networks.precision import dtype_policy
from tests.tampering import refusal, tampered_bytes

CHANNELS = (64, 128, 256, 512, 512)


def convolution_shapes(architecture):
    """``{"block1_conv1": (3, 3, 3, 64), ...}`` from table 1 of Simonyan and Zisserman."""
    shapes, inputs = {}, 3
    for block, (count, channels) in enumerate(zip(BLOCKS[architecture], CHANNELS, strict=True), start=1):
        for conv in range(1, count + 1):
            shapes[f"block{block}_conv{conv}"] = (3, 3, inputs, channels)
            inputs = channels
    return shapes


def random_arrays(architecture, last):
    """``{"block1_conv1": [kernel, bias], ...}`` up to the layer `last`; biases differ from zero."""
    random, arrays = np.random.default_rng(5), {}
    for name, shape in convolution_shapes(architecture).items():
        kernel = random.normal(0, np.sqrt(2 / np.prod(shape[:3])), shape).astype("float32")
        arrays[name] = [kernel, random.normal(size=shape[-1]).astype("float32")]
        if name == last:
            return arrays


def write_npz(path, arrays):
    kernels = {f"{name}/kernel": kernel for name, (kernel, _) in arrays.items()}
    np.savez(path, **kernels, **{f"{name}/bias": bias for name, (_, bias) in arrays.items()})
    return path


def write_legacy_h5(path, arrays, prefix=""):
    """The layout of the files that keras.applications downloads: ``block1_conv1/block1_conv1_W_1:0``."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in arrays]
        for name, (kernel, bias) in arrays.items():
            group = file.create_group(f"{prefix}{name}")
            group.attrs["weight_names"] = [f"{name}_W_1:0".encode(), f"{name}_b_1:0".encode()]
            group[f"{name}_W_1:0"], group[f"{name}_b_1:0"] = kernel, bias
    return path


def layers_of(network):
    return {layer.name: layer.get_weights() for layer in network.model.layers if layer.weights}


@pytest.fixture(scope="module")
def network():
    return build_loss_network("vgg16", ("relu1_2", "relu2_2"), weights="random")


class TestNames:
    def test_vgg16(self):
        assert list(layer_names("vgg16").items())[:4] == [
            ("relu1_1", "block1_conv1"),
            ("relu1_2", "block1_conv2"),
            ("relu2_1", "block2_conv1"),
            ("relu2_2", "block2_conv2"),
        ]
        assert list(layer_names("vgg16"))[-1] == "relu5_3"
        assert len(layer_names("vgg16")) == 13

    def test_vgg19(self):
        assert layer_names("vgg19")["relu3_4"] == "block3_conv4"
        assert list(layer_names("vgg19"))[-1] == "relu5_4"
        assert len(layer_names("vgg19")) == 16

    @pytest.mark.parametrize("architecture", ["vgg16", "vgg19"])
    def test_names_are_those_of_keras(self, architecture):
        vgg = getattr(keras.applications, architecture.upper())(include_top=False, weights=None)
        convolutions = [layer for layer in vgg.layers if isinstance(layer, keras.layers.Conv2D)]
        assert [layer.name for layer in convolutions] == list(layer_names(architecture).values())
        assert {layer.name: layer.kernel.shape for layer in convolutions} == convolution_shapes(architecture)

    def test_unknown_architecture(self):
        with pytest.raises(UserError, match=r"loss network: expected one of vgg16, vgg19\. Received: 'resnet50'"):
            build_loss_network("resnet50", weights="random")

    @pytest.mark.parametrize("layers, received", [(("relu1_2", "relu3_4"), "relu3_4"), ((), "none")])
    def test_unknown_layers(self, layers, received):
        with pytest.raises(
            UserError, match=rf"layers: expected names of vgg16 among relu1_1, .*\. Received: {received}"
        ):
            build_loss_network("vgg16", layers, weights="random")


class TestModel:
    def test_one_output_a_layer(self, network):
        """relu1_2 has the image's size, relu2_2 lies behind one pooling: half, rounded down."""
        features = network(tf.zeros((2, 13, 10, 3)))
        assert {name: tuple(f.shape) for name, f in features.items()} == {
            "relu1_2": (2, 13, 10, 64),
            "relu2_2": (2, 6, 5, 128),
        }

    def test_features_are_rectified(self, network, rng):
        features = network(tf.constant(rng.uniform(0, 255, (1, 8, 8, 3)), tf.float32))["relu2_2"].numpy()
        assert features.min() == 0.0
        assert features.max() > 0.0

    @pytest.mark.parametrize(
        "architecture, layers, deepest",
        [("vgg16", ("relu1_1",), 1), ("vgg16", ("relu2_2", "relu1_2"), 4), ("vgg19", ("relu3_4",), 8)],
    )
    def test_no_deeper_than_the_deepest(self, architecture, layers, deepest):
        model = build_loss_network(architecture, layers, weights="random").model
        convolutions = [layer.name for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
        assert convolutions == list(layer_names(architecture).values())[:deepest]
        assert model.layers[-1].name == convolutions[-1]

    def test_frozen(self, network):
        assert network.model.trainable_variables == []
        assert len(network.model.variables) == 8

    def test_images_still_receive_gradients(self, network, rng):
        images = tf.constant(rng.uniform(0, 255, (1, 8, 8, 3)), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = tf.reduce_sum(network(images)["relu2_2"])
        assert np.abs(tape.gradient(value, images)).max() > 0

    def test_restrict_shares_weights_and_drops_what_is_deeper(self, network, rng):
        shallow = network.restrict(("relu1_2",))
        assert [layer.name for layer in shallow.model.layers if layer.weights] == ["block1_conv1", "block1_conv2"]
        assert shallow.model.get_layer("block1_conv1") is network.model.get_layer("block1_conv1")
        images = tf.constant(rng.uniform(0, 255, (1, 8, 8, 3)), tf.float32)
        np.testing.assert_array_equal(shallow(images)["relu1_2"], network(images)["relu1_2"])

    @pytest.mark.parametrize("compute_dtype", ["bfloat16", "float16"])
    def test_compute_dtype_is_the_global_policys(self, compute_dtype):
        with dtype_policy(f"mixed_{compute_dtype}"):
            mixed = build_loss_network("vgg16", ("relu1_1",), weights="random")
        assert mixed(tf.zeros((1, 4, 4, 3)))["relu1_1"].dtype == compute_dtype
        assert all(variable.dtype == "float32" for variable in mixed.model.variables)


class TestPreprocessing:
    def test_by_hand(self, tmp_path):
        """A kernel that copies the three input channels shows what the first convolution sees.

        RGB (200, 150, 100) is BGR (100, 150, 200), minus the mean (-3.939, 33.221, 76.32); a bias of
        10 keeps ReLU away from the first.
        """
        kernel, bias = np.zeros((3, 3, 3, 64), "float32"), np.zeros(64, "float32")
        for channel in range(3):
            kernel[1, 1, channel, channel] = 1.0
        bias[:3] = 10.0
        path = write_npz(tmp_path / "copy.npz", {"block1_conv1": [kernel, bias]})
        network = build_loss_network("vgg16", ("relu1_1",), weights=path)
        image = tf.constant([[[[200.0, 150.0, 100.0]]]])
        np.testing.assert_allclose(np.ravel(network(image)["relu1_1"])[:4], [6.061, 43.221, 86.32, 0.0], atol=1e-4)


class TestRandomWeights:
    def test_repeatable_by_the_seed(self):
        one, same, other = (build_loss_network("vgg16", ("relu1_2",), "random", seed=s) for s in (3, 3, 4))
        for a, b, c in zip(one.model.get_weights(), same.model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
            if a.ndim == 4:
                assert not np.array_equal(a, c)

    def test_depth_does_not_change_the_layers_below(self, network):
        shallow = build_loss_network("vgg16", ("relu1_2",), "random")
        for name, weights in layers_of(shallow).items():
            np.testing.assert_array_equal(weights[0], layers_of(network)[name][0])

    def test_he_normal(self, network):
        """Variance 2 / (3 * 3 * inputs), over 36,864 numbers for conv1_2: within 3 %."""
        kernel = network.model.get_layer("block1_conv2").get_weights()[0]
        assert kernel.var() == pytest.approx(2 / (9 * 64), rel=0.03)

    def test_come_from_no_file(self, network):
        assert (network.weights, network.sha256) == ("random", None)


class TestWeightFiles:
    def assert_loaded(self, network, arrays):
        for name, (kernel, bias) in layers_of(network).items():
            np.testing.assert_array_equal(kernel, arrays[name][0])
            np.testing.assert_array_equal(bias, arrays[name][1])

    @pytest.mark.parametrize("write, name", [(write_npz, "w.npz"), (write_legacy_h5, "w.h5")])
    def test_npz_and_legacy_h5(self, write, name, tmp_path):
        arrays = random_arrays("vgg16", "block2_conv2")
        path = write(tmp_path / name, arrays)
        network = build_loss_network("vgg16", ("relu2_2",), weights=path)
        self.assert_loaded(network, arrays)
        assert len(layers_of(network)) == 4
        assert network.weights == str(path)
        assert network.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()

    def test_weights_h5_that_keras_saves(self, tmp_path):
        """Keras 3 numbers the layers by class, ``layers/conv2d_3/vars/0``, and h5py lists 10 before 2."""
        vgg = keras.applications.VGG16(include_top=False, weights=None)
        vgg.save_weights(tmp_path / "vgg.weights.h5")
        arrays = read_vgg_weights(tmp_path / "vgg.weights.h5", "vgg16")
        assert set(arrays) == set(layer_names("vgg16").values())
        for name, (kernel, bias) in arrays.items():
            np.testing.assert_array_equal(kernel, vgg.get_layer(name).kernel)
            np.testing.assert_array_equal(bias, vgg.get_layer(name).bias)
        self.assert_loaded(build_loss_network("vgg16", ("relu3_3",), tmp_path / "vgg.weights.h5"), arrays)

    def test_weights_h5_of_another_architecture_is_refused(self, tmp_path):
        """Its eighth convolution is block3_conv4 in VGG19, block4_conv1 in VGG16."""
        shapes = list(convolution_shapes("vgg19").values())[:8]
        with h5py.File(tmp_path / "vgg19.weights.h5", "w") as file:
            for i, shape in enumerate(shapes):
                group = file.create_group(f"layers/conv2d{f'_{i}' if i else ''}/vars")
                group["0"], group["1"] = np.zeros(shape, "float32"), np.zeros(shape[-1], "float32")
        with pytest.raises(UserError, match=r"layer block4_conv1: expected shapes .* of vgg16\. Received: .*256"):
            build_loss_network("vgg16", ("relu1_2",), tmp_path / "vgg19.weights.h5")

    def test_legacy_model_file_with_an_optimizer(self, tmp_path):
        """Adam's moments carry the kernel's name and shape, and must not be taken for it."""
        arrays = random_arrays("vgg16", "block1_conv2")
        path = write_legacy_h5(tmp_path / "model.h5", arrays, prefix="model_weights/")
        with h5py.File(path, "a") as file:
            for name, (kernel, bias) in arrays.items():
                moments = file.create_group(f"optimizer_weights/adam/{name}")
                moments["kernel_momentum"], moments["bias_momentum"] = 0 * kernel, 0 * bias
        self.assert_loaded(build_loss_network("vgg16", ("relu1_2",), path), arrays)

    @pytest.mark.parametrize("write, name", [(write_npz, "w.npz"), (write_legacy_h5, "w.h5")])
    def test_lacking_layers_are_named(self, write, name, tmp_path):
        arrays = random_arrays("vgg16", "block2_conv2")
        del arrays["block1_conv2"]
        path = write(tmp_path / name, arrays)
        expected = rf"loss weights: {path} lacks layers that are needed: block1_conv2, block3_conv1$"
        with pytest.raises(UserError, match=expected):
            build_loss_network("vgg16", ("relu3_1", "relu1_1"), weights=path)

    def test_a_kernel_without_its_bias_is_lacking(self, tmp_path):
        np.savez(tmp_path / "w.npz", **{"block1_conv1/kernel": np.zeros((3, 3, 3, 64), "float32")})
        with pytest.raises(UserError, match=r"lacks layers that are needed: block1_conv1$"):
            build_loss_network("vgg16", ("relu1_1",), weights=tmp_path / "w.npz")

    def test_wrong_shape(self, tmp_path):
        arrays = random_arrays("vgg16", "block1_conv2")
        arrays["block1_conv2"][0] = arrays["block1_conv2"][0][:, :, :32]
        path = write_npz(tmp_path / "w.npz", arrays)
        expected = (
            rf"loss weights: {path}, layer block1_conv2: expected shapes \[\(3, 3, 64, 64\), \(64,\)\] of vgg16\. "
            r"Received: \[\(3, 3, 32, 64\), \(64,\)\]"
        )
        with pytest.raises(UserError, match=expected):
            build_loss_network("vgg16", ("relu1_2",), weights=path)

    def test_named_layers_of_another_architecture_are_refused(self, tmp_path):
        """The layers of VGG19's blocks 1 to 3 have VGG16's shapes: only block3_conv4 gives it away."""
        path = write_npz(tmp_path / "vgg19.npz", random_arrays("vgg19", "block3_conv4"))
        with pytest.raises(UserError, match=rf"expected a file of vgg16\. Received: {path} with block3_conv4"):
            build_loss_network("vgg16", ("relu3_3",), weights=path)

    def test_missing_file(self, tmp_path):
        expected = (
            rf"loss weights: expected 'imagenet', 'random' or a file\. Received: {tmp_path}/no.npz \(no such file\)"
        )
        with pytest.raises(UserError, match=expected):
            build_loss_network(weights=tmp_path / "no.npz")

    @pytest.mark.parametrize("name", ["w.npz", "w.h5", "w.txt"])
    @pytest.mark.parametrize("content", [b"", b"no weights at all", b"PK\x03\x04 torn"])
    def test_a_file_that_is_something_else(self, name, content, tmp_path):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=rf"loss weights: {tmp_path}/{name} cannot be read as \.npz or Keras \.h5"):
            build_loss_network(weights=tmp_path / name)

    def test_a_single_array_named_npz(self, tmp_path):
        with open(tmp_path / "w.npz", "wb") as file:
            np.save(file, np.zeros(3))
        with pytest.raises(UserError, match=r"cannot be read as"):
            build_loss_network(weights=tmp_path / "w.npz")

    def test_pickled_objects_are_not_loaded(self, tmp_path):
        np.savez(tmp_path / "w.npz", **{"block1_conv1/kernel": np.array([{"code": 1}], dtype=object)})
        with pytest.raises(UserError, match=r"cannot be read as .*kernel.npy is of object, which is no number"):
            build_loss_network(weights=tmp_path / "w.npz")


class TestImagenetDownload:
    FILE = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"

    @pytest.fixture
    def keras_home(self, tmp_path, monkeypatch):
        """As in a process started with KERAS_HOME, which Keras reads when it is imported."""
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
        return tmp_path

    @pytest.fixture
    def no_network(self, monkeypatch):
        def fail(*_):
            raise urllib.error.URLError("no route to host")

        monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", fail)

    @pytest.mark.parametrize("architecture", ["vgg16", "vgg19"])
    def test_a_failed_download_says_which_file_to_put_where(self, architecture, keras_home, no_network):
        with pytest.raises(UserError) as caught:
            build_loss_network(architecture, weights="imagenet")
        message = str(caught.value)
        assert message.startswith("loss weights: 'imagenet' could not be downloaded (URL fetch failure on https://")
        assert "no route to host" in message
        file = self.FILE.replace("vgg16", architecture)
        assert message.endswith(f"Put {file} into {keras_home / 'models'}, or name a weights file")
        assert "\n" not in message

    def test_a_file_put_there_is_used(self, keras_home, no_network, monkeypatch):
        """Without the network. Keras' check of the file's md5 is let pass: the real file is not here."""
        monkeypatch.setattr("keras.src.utils.file_utils.validate_file", lambda *_, **__: True)
        arrays = random_arrays("vgg16", "block5_conv3")
        (keras_home / "models").mkdir()
        path = write_legacy_h5(keras_home / "models" / self.FILE, arrays)
        network = build_loss_network("vgg16", ("relu1_2",), weights="imagenet")
        for name, (kernel, bias) in layers_of(network).items():
            np.testing.assert_array_equal(kernel, arrays[name][0])
            np.testing.assert_array_equal(bias, arrays[name][1])
        assert network.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()

    def test_a_corrupt_file_there_is_not_used(self, keras_home, no_network):
        """Keras sees that its md5 is another and downloads anew, which fails here."""
        (keras_home / "models").mkdir()
        (keras_home / "models" / self.FILE).write_bytes(b"half a file")
        with pytest.raises(UserError, match="could not be downloaded"):
            build_loss_network("vgg16", weights="imagenet")


class TestRealWeights:
    """On the ImageNet weights beside the checkout, where they are."""

    @pytest.fixture
    def photo(self, shared_data):
        path = sorted((shared_data / "photos" / "val").glob("*.jpg"))[0]
        return read_photo(path).rgb[100:164, 100:164].astype("float32")[None]

    @staticmethod
    def convolved(x, kernel, bias):
        """3x3 convolution with zero padding and ReLU, by numpy in float64."""
        height, width = x.shape[:2]
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        total = bias.astype(np.float64)
        for i in range(3):
            for j in range(3):
                total = total + padded[i : i + height, j : j + width] @ kernel[i, j].astype(np.float64)
        return np.maximum(total, 0)

    @pytest.mark.parametrize(
        "architecture, file", [("vgg16", "vgg16_conv1_1-conv3_3.npz"), ("vgg19", "vgg19_conv1_1-conv5_1.npz")]
    )
    def test_features_of_a_photograph_equal_numpys(self, architecture, file, shared_data, photo):
        """conv1_1, conv1_2, pooling and conv2_1 computed by numpy from the file's arrays."""
        path = shared_data / "weights" / file
        network = build_loss_network(architecture, ("relu1_1", "relu1_2", "relu2_1"), weights=path)
        features = network(tf.constant(photo))
        with np.load(path) as arrays:
            weights = {n: (arrays[f"{n}/kernel"], arrays[f"{n}/bias"]) for n in list(layer_names("vgg16").values())[:3]}
        x = photo[0, ..., ::-1].astype(np.float64) - np.array(IMAGENET_MEAN_BGR)
        x = self.convolved(x, *weights["block1_conv1"])
        np.testing.assert_allclose(features["relu1_1"][0], x, atol=1e-4 * x.max())
        x = self.convolved(x, *weights["block1_conv2"])
        np.testing.assert_allclose(features["relu1_2"][0], x, atol=1e-4 * x.max())
        x = x.reshape(32, 2, 32, 2, 64).max((1, 3))
        x = self.convolved(x, *weights["block2_conv1"])
        np.testing.assert_allclose(features["relu2_1"][0], x, atol=1e-4 * x.max())

    def test_layers_that_the_file_does_not_hold_are_named(self, shared_data):
        path = shared_data / "weights" / "vgg16_conv1_1-conv3_3.npz"
        with pytest.raises(UserError, match=r"lacks layers that are needed: block4_conv1, block4_conv2$"):
            build_loss_network("vgg16", ("relu4_2",), weights=path)


def patched_header(content, shape):
    """An archive of arrays in which each claims a shape, with its checksum right."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(buffer, "w") as changed:
        for info in archive.infolist():
            header = io.BytesIO()
            np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": shape})
            changed.writestr(info.filename, header.getvalue() + archive.read(info)[128:])
    return buffer.getvalue()


class TestTamperedWeightFiles:
    """One line, before memory is taken or another file is read."""

    @pytest.fixture
    def arrays(self):
        return random_arrays("vgg16", "block1_conv2")

    @staticmethod
    def load(path):
        build_loss_network("vgg16", ("relu1_2",), weights=path)

    @pytest.mark.parametrize("write, name", [(write_npz, "w.npz"), (write_legacy_h5, "w.h5")])
    def test_bytes(self, write, name, tmp_path, arrays):
        path = write(tmp_path / name, arrays)
        refused = []
        for tampered in tampered_bytes(path.read_bytes(), 40):
            path.write_bytes(tampered)
            refused.append(refusal(read_vgg_weights, path, "vgg16"))
        assert len(list(filter(None, refused))) > 5

    @pytest.mark.parametrize("write, name", [(write_npz, "w.npz"), (write_legacy_h5, "w.h5")])
    def test_not_finite(self, write, name, tmp_path, arrays):
        arrays["block1_conv2"][1][3] = np.inf
        path = write(tmp_path / name, arrays)
        assert "has numbers that are not finite" in refusal(self.load, path)

    @pytest.mark.parametrize("shape", [(10**6, 10**6, 10**3), (-1, 3), (2**62, 2**62), ()])
    def test_npz_of_another_size_than_it_claims(self, tmp_path, arrays, shape):
        path = write_npz(tmp_path / "w.npz", arrays)
        path.write_bytes(patched_header(path.read_bytes(), shape))
        assert "has another size than the shape" in refusal(self.load, path)

    def test_npz_that_unpacks_to_gigabytes(self, tmp_path):
        """256 KB."""
        header = {"descr": "<f4", "fortran_order": False, "shape": (2**26,)}
        with (
            zipfile.ZipFile(tmp_path / "w.npz", "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("block1_conv1/kernel.npy", "w") as member,
        ):
            np.lib.format.write_array_header_1_0(member, header)
            for _ in range(2**12):
                member.write(bytes(2**16))
        assert "are the most" in refusal(self.load, tmp_path / "w.npz")

    @pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
    def test_npz_of_an_odd_compression(self, tmp_path, arrays, method):
        path = write_npz(tmp_path / "w.npz", arrays)
        with zipfile.ZipFile(path) as archive:
            content = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, member in content.items():
                archive.writestr(name, member)
        assert "is compressed by method" in refusal(self.load, path)

    def test_two_arrays_of_one_name(self, tmp_path, arrays):
        path = write_npz(tmp_path / "w.npz", arrays)
        with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("block1_conv1/kernel.npy", b"")
        assert "two arrays of one name" in refusal(self.load, path)

    def test_text(self, tmp_path):
        np.savez(tmp_path / "w.npz", **{"block1_conv1/kernel": np.full((3, 3, 3, 64), "a")})
        assert "which is no number" in refusal(self.load, tmp_path / "w.npz")

    @pytest.mark.parametrize("kind", ["external", "link", "soft", "huge"])
    def test_h5_with_its_data_elsewhere(self, tmp_path, arrays, kind):
        path, secret = write_legacy_h5(tmp_path / "w.h5", arrays), tmp_path / "secret"
        secret.write_bytes(bytes(2**20))
        with h5py.File(path, "a") as file:
            place = next(key for key, dataset in datasets(file).items() if dataset.ndim == 4)
            shape = file[place].shape
            del file[place]
            if kind == "external":
                file.create_dataset(place, shape, "f4", external=[(str(secret), 0, 2**20)])
            elif kind == "huge":
                file.create_dataset(place, (2**20, 2**10, 3, 3), "f4", chunks=(2**10, 1, 1, 1))
            else:
                file[place] = h5py.ExternalLink(str(secret), "/a") if kind == "link" else h5py.SoftLink("/nothing")
        said = {"external": "has its data in another file", "huge": "are the most"}.get(kind, "is a link")
        assert said in refusal(self.load, path)


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_features_by_numpy_are_those_of_the_network(rng, pooling):
    """Of sides that halve to odd ones, down to the third block."""
    network = build_loss_network("vgg19", ("relu1_1", "relu2_2", "relu3_2"), "random", pooling=pooling)
    image = rng.integers(0, 256, (37, 50, 3)).astype("uint8")
    expected = network(image[None].astype("float32"))
    found = network.features_by_numpy(image)
    assert set(found) == set(expected)
    for name, features in expected.items():
        features = np.asarray(features)[0]
        np.testing.assert_allclose(found[name], features, atol=1e-3 * features.max())
