"""Trained networks in files: those that ship in the package, and `.keras` files of users."""

import dataclasses
import functools
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.files import file_digest, write_bytes
from fast_style.common.json_files import write_json
from fast_style.common.networks.precision import resolve_precision

# Of a network's description, what does not change what its weights mean.
AROUND_THE_WEIGHTS = ("name", "trainable", "dtype", "histogram_matching", "margin")


@dataclasses.dataclass(frozen=True)
class Shelf:
    """The networks that ship in one folder, by the manifest in it.

    ``manifest.json`` maps a name to ``{"file", "sha256", "class", "config", "licence", "recipe", ...}``;
    the file is a ``.npz`` of float16 arrays in the order of ``network.get_weights()``.

    Attributes:
        folder: with ``manifest.json``.
        network_class: what its networks are, built with ``network_class(**config)``: a class, or a
            tuple of those that an entry's ``"class"`` may name.
    """

    folder: Path
    network_class: type | tuple

    def manifest(self):
        """``{name: entry}``, in the order of the file."""
        return read_manifest(self.folder)

    def load(self, name):
        """A shipped network by name.

        Raises:
            UserError: an unknown name, or a file that is not the one of the manifest.
        """
        entries = self.manifest()
        if name not in entries:
            raise UserError(
                f"network: expected one of {', '.join(entries) or 'none that ship'}, or a file. Received: {name!r}"
            )
        entry = entries[name]
        content = (self.folder / entry["file"]).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != entry["sha256"]:
            raise UserError(
                f"network {name}: expected {entry['file']} with sha256 {entry['sha256']}. Received: {digest}; "
                "install the package again"
            )
        classes = {one.__name__: one for one in _classes(self.network_class)}
        network = classes[entry["class"]](**entry["config"], name=name)
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            network.set_weights([file[f"{i:03d}"].astype("float32") for i in range(len(file.files))])
        return network

    def add(self, name, network, **entry):
        """Writes a network's float16 weights into the folder and its entry into the manifest."""
        arrays = {f"{i:03d}": array.astype("float16") for i, array in enumerate(network.get_weights())}
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise UserError(f"network {name}: expected weights that float16 can hold. Received: an overflow")
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        content = buffer.getvalue()
        file = f"{name}.npz"
        config = {k: v for k, v in network.get_config().items() if k not in ("name", "trainable", "dtype")}
        entries = self.manifest() if (self.folder / "manifest.json").exists() else {}
        entries[name] = {
            "file": file,
            "sha256": hashlib.sha256(content).hexdigest(),
            "class": type(network).__name__,
            "config": config,
            **entry,
        }
        write_bytes(self.folder / file, content)
        write_json(self.folder / "manifest.json", entries)


def read_manifest(folder):
    """``{name: entry}`` of a folder of shipped networks."""
    return json.loads((Path(folder) / "manifest.json").read_text())


def load_keras_file(path, network_class):
    """Loads a ``.keras`` file that holds a network of a class, or of one in a tuple, and nothing else.

    The file is looked into before anything of it is built: what is not exactly such a class, but a
    Lambda layer with code in it, say, is refused. Nothing is unpickled.

    Raises:
        UserError: no such file, no ``.keras`` file, another architecture.
    """
    import keras

    path = Path(path)
    classes = _classes(network_class)
    expected = f"a .keras file of a {' or '.join(one.__name__ for one in classes)}"
    config = read_keras_config(path, expected)
    received = config.get("registered_name") or config.get("class_name")
    if received not in [keras.saving.get_registered_name(one) for one in classes]:
        raise UserError(f"network: expected {expected}. Received: {path}, a {received}")
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"network: expected {expected}. Received: {path}, which does not load ({reason})") from error


def read_keras_config(path, expected="a .keras file"):
    """The description of a model in a ``.keras`` file, a dict. Light: imports no TensorFlow.

    Args:
        path: of the file.
        expected: what errors say that it should be.

    Raises:
        UserError: no such file, no ``.keras`` file.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"network: expected {expected} or a shipped name. Received: {path} ({no_file(path)})")
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"network: expected {expected}. Received: {path} (not a .keras file)") from error
    return config if isinstance(config, dict) else {}


def _classes(network_class):
    return network_class if isinstance(network_class, tuple) else (network_class,)


def network_digest(network, entries):
    """sha256, in hexadecimal, of the file that holds a network.

    Args:
        network: a shipped name or a path.
        entries: ``{name: manifest entry}`` of those that ship.
    """
    return entries[network]["sha256"] if network in entries else file_digest(network)


def no_file(path):
    """What is at a path that is no file of a network, in words for an error; None where one may be there."""
    path = Path(path)
    if path.is_dir():
        inside = path / "network.keras"
        return f"a folder; the network of a run is {inside}" if inside.is_file() else "a folder"
    if not path.is_file():
        return "no such file"
    if path.suffix == ".npz":
        return "a training checkpoint; the network of a run is its network.keras"
    return None


def network_label(network):
    """What a network is called in results: its name; of a run's ``network.keras``, the run's."""
    path = Path(network)
    return path.resolve().parent.name if path.name == "network.keras" else path.stem


def copy_weights(source, target):
    """Copies all weights of a network into another of the same architecture.

    Raises:
        UserError: the architectures differ.
    """
    # Shapes alone would not tell: the weights of a residual fit a network without a skip, too.
    if _architecture(source) != _architecture(target):
        raise UserError(
            f"network: expected weights of the architecture {_architecture(target)}. Received: {_architecture(source)}"
        )
    target.set_weights(source.get_weights())


def _architecture(network):
    config = network.get_config()
    options = [f"{k}={v}" for k, v in config.items() if k not in AROUND_THE_WEIGHTS]
    return f"{type(network).__name__} of {', '.join(options)}"


def rebuilt(network, policy="float32"):
    """The same network under a dtype policy: one trained under mixed_float16, say, exports in float32 only.

    Args:
        network: any network of the two tasks.
        policy: a Keras dtype policy name; variables are float32 under every one offered.

    Returns:
        a new network of the same class, with copies of the weights.
    """
    config = {**network.get_config(), "dtype": policy}
    twin = type(network).from_config(config)
    copy_weights(network, twin)
    return twin


def as_network(network, load, ability, expected):
    """A network itself, or by name or path, as functions of users take it.

    Args:
        network: a network, a name or a path.
        load: function from a name or path to a network; see :func:`loaded_once`.
        ability: the method that a network must have.
        expected: what such networks are, for the error.

    Raises:
        UserError: what `load` refuses; something that is no such network.
    """
    if isinstance(network, str | Path):
        return loaded_once(load, network)
    if not hasattr(network, ability):
        raise UserError(
            f"network: expected {expected}, the name of one that ships, or a .keras file. "
            f"Received: {type(network).__name__}"
        )
    return network


def loaded_once(load, network):
    """What `load` makes of a name or path, kept for the next call: to read and trace it takes seconds.

    Loaded anew where the file, or the global dtype policy, has changed. Not for what somebody may train.

    Args:
        load: function from a name or path to a network.
        network: the name or path.
    """
    import keras

    changed = Path(network).stat().st_mtime_ns if Path(network).is_file() else None
    return _loaded(load, str(network), changed, keras.config.dtype_policy().name)


@functools.lru_cache(maxsize=2)
def _loaded(load, network, changed, policy):
    return load(network)


def in_precision(network, precision="auto"):
    """The network as it makes pictures in a precision: itself, or :func:`rebuilt` where that is another policy.

    Args:
        network: any network of the two tasks.
        precision: see :func:`resolve_precision`; ``"auto"`` is what is quickest forward here. In
            bfloat16 the pictures of networks that ship are within 50 dB of PSNR of those in float32.

    Raises:
        UserError: an unknown precision.
    """
    policy = resolve_precision(precision, training=False)
    return network if network.dtype_policy.name == policy else rebuilt(network, policy)
