"""A folder that TF Serving serves: versioned models, configuration, warm-up requests, clients."""

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.images.image_io import encode
from fast_style.common.networks.source import find_network
from fast_style.export.extras import require
from fast_style.export.model_card import CARD, write_card
from fast_style.export.output import whole_folder, writing
from fast_style.export.saved_model import saved_model_card, write_saved_model
from fast_style.export.serving_folder import MODELS_CONFIG, TEMPLATES, check_serving_folder, next_version
from fast_style.export.settings import MAX_PIXELS
from fast_style.export.weights_input import NAME, SIGNATURES, sample_weights

# Where TF Serving looks for it within a version: fixed by TF Serving.
WARMUP = Path("assets.extra") / "tf_serving_warmup_requests"
# (height, width) of warm-up requests: what is asked for first must not wait for memory and thread pools.
WARMUP_SIZES = [(256, 256)]


def export_serving(
    folder: str | os.PathLike,
    models: Mapping[str, str | os.PathLike],
    *,
    precision: str = "float32",
    warmup: Sequence[tuple[int, int]] = WARMUP_SIZES,
    max_pixels: int = MAX_PIXELS,
    update: bool = False,
    licence: str | None = None,
) -> list[Path]:
    """Folder for TF Serving, of one model or several.

    ::

        models.config            the models by name, for --model_config_file
        batching.config          for --batching_parameters_file
        docker-compose.yml       the official image of this TensorFlow's version, REST on 8501 and gRPC on 8500
        docker-compose.gpu.yml   what a GPU changes in it
        healthcheck.sh           whether all models are available
        monitoring.config        metrics for Prometheus, whose configuration is prometheus.yml
        clients/                 rest_client.py, grpc_client.py
        <model>/<version>/       a SavedModel, its card, and warm-up requests in assets.extra

    >>> import tempfile, superres
    >>> from fast_style.export import export_serving
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     superres.SRCNN(factor=2).save(f"{folder}/tiny.keras")
    ...     export_serving(f"{folder}/served", {"tiny": f"{folder}/tiny.keras"}, warmup=[])
    [PosixPath('.../served/tiny/1')]

    Args:
        folder: new or empty; with `update`, one that this function made.
        models: ``{name: shipped name or .keras file}``; a name is a folder and what clients ask for: letters, digits,
            ``-``, ``_`` and ``.``, and none of the names above.
        precision, max_pixels, licence: as of :func:`export_saved_model`.
        warmup: list of (height, width) in pixels: each is asked of each signature when a server loads the model.
            Default: 256x256.
        update: add to a folder that is there: a model that it has gets its next version number, which a
            running server picks up; other files stay as they are.

    Returns:
        list of pathlib.Path, the version folders written.

    Raises:
        UserError: a bad model, a bad name of one, a folder that is not empty, a size that is more than `max_pixels`, a
            full disk, tensorflow-serving-api not installed.
    """
    check_serving_folder(folder, models, update)
    require("tensorflow_serving.apis.prediction_log_pb2", "serving")
    folder = Path(folder)
    sources = {name: find_network(network, argument="--models") for name, network in models.items()}
    for name, source in sources.items():
        for height, width in warmup:
            if height * width * source.factor**2 > max_pixels:
                raise UserError(
                    f"--warmup: expected a result of at most {max_pixels} pixels. "
                    f"Received: {height}x{width} for {name}, which enlarges {source.factor} times"
                )
    if update:
        models_config(folder, [])  # one that cannot be read is found out before a version is served
        return _fill(folder, sources, precision, warmup, max_pixels, licence)
    with whole_folder(folder) as part:
        made = _fill(part, sources, precision, warmup, max_pixels, licence)
    return [folder / version.relative_to(part) for version in made]


def _fill(folder, sources, precision, warmup, max_pixels, licence):
    made = []
    with contextlib.ExitStack() as undo:  # a server would serve what is there of an update that failed
        for name, source in sources.items():
            version = folder / name / str(next_version(folder / name))
            with whole_folder(version) as part:
                write_saved_model(source, part, precision, max_pixels)
                (part / WARMUP).parent.mkdir()
                write_warmup(part / WARMUP, name, warmup, source.network)
                write_card(part / CARD, saved_model_card(source, part, precision, max_pixels, licence))
            undo.callback(_remove_version, version)
            made.append(version)
        with writing(folder):
            for path in sorted(path for path in TEMPLATES.rglob("*") if path.is_file() and path.suffix != ".pyc"):
                target = folder / path.relative_to(TEMPLATES)
                target.parent.mkdir(exist_ok=True)
                if not target.exists():  # what a user has changed stays
                    target.write_bytes(path.read_bytes().replace(b"TENSORFLOW_VERSION", serving_version().encode()))
        # Last: it names only what is there.
        write_bytes(folder / MODELS_CONFIG, models_config(folder, made).encode())
        undo.pop_all()
    return made


def serving_version():
    """The version of TF Serving's image that goes with this TensorFlow: they count alike but for patches."""
    import tensorflow as tf

    return ".".join([*tf.__version__.split(".")[:2], "0"])


def _remove_version(version):
    shutil.rmtree(version, ignore_errors=True)
    with contextlib.suppress(OSError):
        version.parent.rmdir()  # of a model that is new


def models_config(folder, versions):
    """Text of ``models.config``: what it has already, and the models of new version folders.

    Paths in it are those within the container, where the folder is ``/models``.
    """
    config = require("tensorflow_serving.config.model_server_config_pb2", "serving").ModelServerConfig()
    from google.protobuf import text_format

    path = Path(folder) / MODELS_CONFIG
    if path.is_file():
        try:
            text_format.Parse(path.read_text(), config)
        except (text_format.ParseError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: expected the configuration of models. Received: {error}") from error
    have = {model.name for model in config.model_config_list.config}
    for name in dict.fromkeys(version.parent.name for version in versions):
        if name not in have:
            config.model_config_list.config.add(name=name, base_path=f"/models/{name}", model_platform="tensorflow")
    return text_format.MessageToString(config)


def write_warmup(path, model, sizes, network=None):
    """Writes PredictionLog records: each size through each signature of a model.

    Args:
        path: the TFRecord file.
        model: name in the requests.
        sizes: list of (height, width); the images are grey.
        network: which it is of; None for one without conditions.
    """
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path)) as writer:
        for request in warmup_requests(model, sizes, network):
            writer.write(request.SerializeToString())


def warmup_requests(model, sizes, network=None):
    """PredictionLog messages of :func:`write_warmup`."""
    logs = require("tensorflow_serving.apis.prediction_log_pb2", "serving")
    for height, width in sizes:
        png = encode(np.full((height, width, 3), 128, np.uint8), "png")
        requests = {
            "serving_default": {"images": _grey((1, height, width, 3), np.uint8)},
            "serve_float": {"images": _grey((1, height, width, 3), np.float32)},
            "serve_bytes": {"image_bytes": _strings([png])},
        }
        for name, mapped in SIGNATURES.items() if network is not None and network.conditions else ():
            weights = _tensor(sample_weights(network, 0, (height, width), mapped))
            requests[name] = requests["serving_default"] | {NAME: weights}
        for signature, inputs in requests.items():
            log = logs.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name = model
            request.model_spec.signature_name = signature
            for name, tensor in inputs.items():
                request.inputs[name].CopyFrom(tensor)
            yield log


def _grey(shape, dtype):
    """TensorProto of 128s; one value stands for all, so that it takes bytes and not megabytes."""
    import tensorflow as tf

    tensor = tf.make_tensor_proto(dtype(128), shape=())
    tensor.tensor_shape.CopyFrom(tf.TensorShape(shape).as_proto())
    return tensor


def _tensor(array):
    import tensorflow as tf

    return tf.make_tensor_proto(array)


def _strings(values):
    import tensorflow as tf

    return tf.make_tensor_proto(values, dtype=tf.string)
