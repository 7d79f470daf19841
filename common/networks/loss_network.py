"""The loss network: a frozen VGG16 or VGG19 with one output per requested layer (section 3.2)."""

import dataclasses
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.files import file_digest, open_regular
from fast_style.common.images.pixels import image_to_vgg
from fast_style.common.keras_configuration import check_keras
from fast_style.common.networks.filter_normalization import normalize_filters
from fast_style.common.networks.hdf5 import check_bytes, datasets
from fast_style.common.npz import DAMAGE, check_finite, read_npz, reason_of
from fast_style.common.settings import POOLINGS

BAND = 16  # rows of a picture that are convolved at once by NumPy: few enough to stay in a processor's cache
MOST_BYTES = 2**28  # of a file's convolutions: three times those of VGG19 in float32
# Convolutions in each of the five blocks (Simonyan and Zisserman 2015, table 1, columns D and E).
BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def layer_names(architecture):
    """Paper name -> Keras layer name, in order of depth: ``{"relu1_1": "block1_conv1", ...}``."""
    if architecture not in BLOCKS:
        raise UserError(f"loss network: expected one of {', '.join(BLOCKS)}. Received: {architecture!r}")
    return {
        f"relu{block}_{conv}": f"block{block}_conv{conv}"
        for block, count in enumerate(BLOCKS[architecture], start=1)
        for conv in range(1, count + 1)
    }


def check_layers(**layers):
    """Raises UserError for what is no list of layers, by name."""
    for name, value in layers.items():
        if isinstance(value, str):
            raise UserError(f"{name}: expected a list of layers. Received: {value!r}")


def check_layer_names(architecture, **layers):
    """Raises UserError for names that are no layers of a VGG, and for another architecture.

    Args:
        architecture: ``"vgg16"`` or ``"vgg19"``.
        layers: lists of names in the paper's words, by the name of their argument.
    """
    names = layer_names(architecture)
    check_layers(**layers)
    for argument, given in layers.items():
        unknown = [str(name) for name in given if name not in names]
        if unknown:
            raise UserError(
                f"{argument}: expected names of {architecture} among {', '.join(names)}. Received: {', '.join(unknown)}"
            )


def least_side(layers):
    """Side in pixels of the smallest image that has features at every layer: each block halves it."""
    return 2 ** max((int(name.removeprefix("relu").partition("_")[0]) - 1 for name in layers), default=0)


@keras.saving.register_keras_serializable(package="fast_style")
class VggPreprocessing(keras.layers.Layer):
    """RGB 0..255 -> BGR minus the ImageNet mean, float32: bfloat16 would round pixels to whole numbers."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})

    def call(self, inputs):
        return image_to_vgg(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


@dataclasses.dataclass
class LossNetwork:
    """A frozen VGG that maps images to features by the paper's layer names.

    Attributes:
        model: ``keras.Model`` from float (batch, height, width, 3) RGB 0..255 to a dict
            ``{"relu2_2": features, ...}``.
        architecture: ``"vgg16"`` or ``"vgg19"``.
        weights: where the weights came from, for run records.
        sha256: of the weights file, or None for random weights.
        pooling: ``"max"``, or ``"average"`` as Gatys et al. have it.
        normalized: photographs over which filters were normalised; 0: they were not.
    """

    model: keras.Model
    architecture: str
    weights: str
    sha256: str | None
    pooling: str = "max"
    normalized: int = 0

    def __call__(self, images):
        return self.model(images, training=False)

    def features_by_numpy(self, image):
        """Features of an image, layer by layer by NumPy: for many images whose sides all differ.

        A backend that compiles every layer for every shape, as JAX does, takes minutes for them.

        Args:
            image: RGB 0..255, (height, width, 3).

        Returns:
            ``{"relu2_2": float32 (height, width, channels), ...}``, in float32 whatever the compute dtype is.
        """
        x, found = np.asarray(image, np.float32), {}
        outputs = {layer: name for name, layer in layer_names(self.architecture).items() if name in self.model.output}
        for layer in self.model.layers:
            if isinstance(layer, VggPreprocessing):
                x = keras.ops.convert_to_numpy(image_to_vgg(x))
            elif isinstance(layer, keras.layers.Conv2D):
                x = np.maximum(_convolved(x, *map(keras.ops.convert_to_numpy, (layer.kernel, layer.bias))), 0)
            elif not isinstance(layer, keras.layers.InputLayer):
                height, width, channels = x.shape
                blocks = x[: height // 2 * 2, : width // 2 * 2].reshape(height // 2, 2, width // 2, 2, channels)
                x = (np.max if self.pooling == "max" else np.mean)(blocks, axis=(1, 3))
            if layer.name in outputs:
                found[outputs[layer.name]] = x
        return found

    def restrict(self, layers):
        """The same network, sharing weights, built only as deep as `layers` need."""
        outputs = {name: self.model.output[name] for name in layers}
        return dataclasses.replace(self, model=keras.Model(self.model.input, outputs))

    def record(self):
        """What made the features, for run records and captions: a dict; departures from plain VGG only where made."""
        record = {"architecture": self.architecture, "weights": Path(self.weights).name, "sha256": self.sha256}
        if self.pooling != "max":
            record["pooling"] = self.pooling
        if self.normalized:
            record["normalized_over_photographs"] = self.normalized
        return record


def _convolved(x, kernel, bias):
    """A convolution of stride 1 with padding "same" of (height, width, in), as one product for each of its places."""
    height, width, channels = x.shape
    before = kernel.shape[0] // 2
    padded = np.pad(x, ((before, before), (before, before), (0, 0)))
    made = np.empty((height, width, bias.size), np.float32)

    def band(first):
        last = min(first + BAND, height)
        total = np.tile(bias, ((last - first) * width, 1))
        for row, column in np.ndindex(kernel.shape[:2]):
            seen = padded[first + row : last + row, column : column + width]
            total += np.ascontiguousarray(seen).reshape(-1, channels) @ kernel[row, column]
        made[first:last] = total.reshape(-1, width, bias.size)

    with ThreadPoolExecutor() as threads:
        list(threads.map(band, range(0, height, BAND)))
    return made


def build_loss_network(
    architecture="vgg16", layers=("relu2_2",), weights="imagenet", seed=0, pooling="max", normalize_over=()
):
    """Builds a frozen ``keras.applications`` VGG with one output per layer.

    Args:
        architecture: ``"vgg16"`` (the paper's) or ``"vgg19"``.
        layers: names in the paper's words, ``relu1_1`` ... ``relu5_3`` (``relu5_4`` in VGG19). The
            network is built no deeper than the deepest.
        weights: ``"imagenet"``, downloaded and verified by Keras; or a file: ``.npz`` with keys
            ``block1_conv1/kernel`` (height, width, in, out) and ``block1_conv1/bias``, or a Keras
            ``.h5`` or ``.weights.h5``; or ``"random"``, for tests.
        seed: of the random weights.
        pooling: ``"max"`` as VGG was trained; ``"average"`` instead, after Gatys et al., section 2.
        normalize_over: photographs, uint8 (height, width, 3) each. Filters are scaled so that the mean
            activation of each over these photographs is one (Gatys et al., section 2). Empty: not scaled.

    Returns:
        LossNetwork; none of its variables is trainable, compute dtype is the global policy's.

    Raises:
        UserError: unknown architecture or layer; a weights file that is missing, unreadable or
            lacks a needed layer; a download that failed; an unknown pooling.
    """
    check_keras()
    if pooling not in POOLINGS:
        raise UserError(f"pooling: expected one of {', '.join(POOLINGS)}. Received: {pooling!r}")
    names = layer_names(architecture)
    check_layer_names(architecture, layers=layers)
    if not layers:
        raise UserError(f"layers: expected names of {architecture} among {', '.join(names)}. Received: none")
    application = getattr(keras.applications, architecture.upper())
    needed = list(names)[: max(list(names).index(name) for name in layers) + 1]

    vgg, sha256 = _load_vgg(application, architecture, weights, [names[n] for n in needed], seed)
    images = keras.Input((None, None, 3), name="images")
    features = VggPreprocessing(name="preprocessing")(images)
    outputs = {}
    for layer in vgg.layers[1:]:
        if pooling == "average" and isinstance(layer, keras.layers.MaxPooling2D):
            layer = keras.layers.AveragePooling2D(layer.pool_size, layer.strides, name=layer.name)
        features = layer(features)
        outputs[layer.name] = features
        if layer.name == names[needed[-1]]:
            break
    if len(normalize_over):
        convolutions = [vgg.get_layer(names[name]) for name in needed]
        normalize_filters(keras.Model(images, [outputs[c.name] for c in convolutions]), convolutions, normalize_over)
    outputs = {name: outputs[names[name]] for name in layers}
    model = keras.Model(images, outputs, name=f"{architecture}_loss_network")
    model.trainable = False
    return LossNetwork(model, architecture, os.fspath(weights), sha256, pooling, len(normalize_over))


def _load_vgg(application, architecture, weights, needed, seed):
    """(VGG without top, sha256 of its weights file or None)."""
    if weights == "imagenet":
        cached = _keras_models_folder() / f"{architecture}_weights_tf_dim_ordering_tf_kernels_notop.h5"
        try:
            vgg = application(include_top=False, weights="imagenet")
        except Exception as error:  # urllib, OSError, ValueError (checksum): whichever way a download fails
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise UserError(
                f"loss weights: 'imagenet' could not be downloaded ({reason}). "
                f"Put {cached.name} into {cached.parent}, or name a weights file"
            ) from error
        return vgg, file_digest(cached) if cached.is_file() else None
    if weights == "random":
        vgg = application(include_top=False, weights=None)
        generator = np.random.default_rng(seed)
        for name in needed:
            vgg.get_layer(name).set_weights(_random_weights(vgg.get_layer(name), generator))
        return vgg, None
    path = Path(weights)
    arrays = read_vgg_weights(path, architecture)
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise UserError(f"loss weights: {path} lacks layers that are needed: {', '.join(missing)}")
    foreign = [
        name for name in arrays if re.fullmatch(r"block\d_conv\d", name) and name not in _keras_names(architecture)
    ]
    if foreign:
        raise UserError(f"loss weights: expected a file of {architecture}. Received: {path} with {', '.join(foreign)}")
    vgg = application(include_top=False, weights=None)
    # Layers that are not needed are checked too: VGG16 and VGG19 agree in the shapes of the first six.
    for name in [name for name in _keras_names(architecture) if name in arrays]:
        expected = [tuple(v.shape) for v in vgg.get_layer(name).weights]
        if [a.shape for a in arrays[name]] != expected:
            raise UserError(
                f"loss weights: {path}, layer {name}: expected shapes {expected} of {architecture}. "
                f"Received: {[a.shape for a in arrays[name]]}"
            )
    for name in needed:
        vgg.get_layer(name).set_weights(arrays[name])
    return vgg, file_digest(path)


def _keras_names(architecture):
    return list(layer_names(architecture).values())


def _keras_models_folder():
    """Where ``keras.applications`` keeps what it downloads; the rule is that of ``keras.utils.get_file``."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    return (home if os.access(home, os.W_OK) else Path("/tmp/.keras")) / "models"


def _random_weights(layer, generator):
    """He-normal kernel and zero bias, repeatable by the generator's seed."""
    kernel, bias = (variable.shape for variable in layer.weights)
    deviation = np.sqrt(2.0 / np.prod(kernel[:3]))
    return [generator.normal(0.0, deviation, kernel).astype("float32"), np.zeros(bias, "float32")]


def read_vgg_weights(path, architecture):
    """Reads ``{"block1_conv1": [kernel, bias], ...}`` from a ``.npz``, ``.h5`` or ``.weights.h5`` file.

    Raises:
        UserError: the file is missing or not such a file.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"loss weights: expected 'imagenet', 'random' or a file. Received: {path} (no such file)")
    try:
        arrays = _read_npz(path) if path.suffix == ".npz" else _read_h5(path, architecture)
        for name, pair in arrays.items():
            for array in filter(lambda array: array is not None, pair):
                check_finite(name, array)
    except DAMAGE as error:
        raise UserError(
            f"loss weights: {path} cannot be read as .npz or Keras .h5 weights ({reason_of(error)})"
        ) from error
    return {name: [kernel, bias] for name, (kernel, bias) in arrays.items() if kernel is not None and bias is not None}


def _read_npz(path):
    arrays = {}
    for key, array in read_npz(path, MOST_BYTES, re.compile(r"block\d_conv\d/(kernel|bias)").fullmatch).items():
        layer, _, kind = key.partition("/")
        kernel, bias = arrays.get(layer, (None, None))
        arrays[layer] = (array, bias) if kind == "kernel" else (kernel, array)
    return arrays


def _read_h5(path, architecture):
    """Kernels (4-D) and biases (1-D) by the layer that the dataset's path names.

    Legacy files name layers (``block1_conv1/...``); Keras 3 ``.weights.h5`` files number them
    (``layers/conv2d_3/vars/0``) in order of creation.
    """
    import h5py

    names = _keras_names(architecture)
    arrays = {}
    with open_regular(path) as stream, h5py.File(stream, "r") as file:
        found = {}
        for key, dataset in datasets(file).items():
            # An optimizer's moments are named after the kernels that they belong to.
            if not key.startswith("optimizer") and dataset.ndim in (1, 4) and (name := _layer(key, names)):
                found.setdefault(name, {})[dataset.ndim] = dataset
        check_bytes([dataset for pair in found.values() for dataset in pair.values()], MOST_BYTES)
        for name, pair in found.items():
            arrays[name] = tuple(np.asarray(pair[axes]) if axes in pair else None for axes in (4, 1))
    return arrays


def _layer(key, names):
    """The layer that the path of a dataset names, or None."""
    if named := re.search(r"block\d_conv\d", key):
        return named.group()
    numbered = re.search(r"(?:^|/)conv2d(?:_([0-9]{1,3}))?/", key)
    return names[int(numbered[1] or 0)] if numbered and int(numbered[1] or 0) < len(names) else None
