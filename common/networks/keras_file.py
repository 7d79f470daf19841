"""Networks in ``.keras`` files, read without running anything that is in them."""

import json
import zipfile
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import open_regular
from fast_style.common.json_shape import Maybe, json_fault
from fast_style.common.npz import DAMAGE, check_finite, check_members, reason_of

# What Keras calls the members, and bytes that the first may have: a thousand times what it has.
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MOST_CONFIG_BYTES = 2**22
# Of the description of a network: what is read of it before the network checks it.
SHAPE = {
    "registered_name": Maybe(str),
    "class_name": Maybe(str),
    "config": {
        "name": Maybe(str),
        "trainable": Maybe(bool),
        "dtype": Maybe((str, {"config": {"name": str}})),
        "factor": Maybe(range(1, 17)),
    },
}


def load_keras_file(path, classes, argument="network"):
    """Loads a ``.keras`` file that holds a network of one of some classes, and nothing else.

    The file is looked into before anything of it is built: what is not exactly such a class, but a
    Lambda layer with code in it, say, is refused. Nothing is unpickled, and nothing of other files is read.

    Args:
        path: of the file.
        classes: Keras models that are registered.
        argument: what to call it in errors.

    Raises:
        UserError: no such file, no ``.keras`` file, another architecture, weights that are not finite.
    """
    import keras

    path = Path(path)
    expected = f"a .keras file of a {' or '.join(one.__name__ for one in classes)}"
    description = read_keras_config(path, expected, argument)
    received = registered_name(description)
    by_name = {keras.saving.get_registered_name(one): one for one in classes}
    if received not in by_name:
        raise UserError(f"{argument}: expected {expected}. Received: {path}, a {received:.80}")
    try:
        # Not by Keras' `load_model`, which builds whatever the description says.
        config = dict(description["config"])
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = config["dtype"]["config"]["name"]
        network = by_name[received].from_config(config)
        _check_weights(path, network)
        network.load_weights(path)
        for variable in network.weights:
            check_finite(variable.path, keras.ops.convert_to_numpy(variable))
    except Exception as error:  # of Keras and HDF5, for which there is no end of ways to be wrong
        raise UserError(
            f"{argument}: expected {expected}. Received: {path}, which does not load ({reason_of(error)})"
        ) from error
    return network


def read_keras_config(path, expected="a .keras file", argument="network"):
    """The description of a model in a ``.keras`` file, a dict. Light: imports no TensorFlow.

    Args:
        path: of the file.
        expected: what errors say that it should be.
        argument: what to call it in errors.

    Raises:
        UserError: no such file, no ``.keras`` file, a description that is none.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{argument}: expected {expected} or a shipped name. Received: {path} (no such file)")
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            check_members([archive.getinfo(CONFIG)], MOST_CONFIG_BYTES)
            description = json.loads(archive.read(CONFIG))
    except DAMAGE as error:
        raise UserError(f"{argument}: expected {expected}. Received: {path} (not a .keras file)") from error
    if fault := json_fault(description, SHAPE):
        raise UserError(f"{argument}: expected {expected}. Received: {path}, in which {fault}")
    return description


def registered_name(description):
    """The name under which the class of a described model is registered with Keras."""
    return str(description.get("registered_name") or description.get("class_name"))


def _check_weights(path, network):
    """Raises an error for weights that are elsewhere, or take more memory than a network with an optimizer."""
    import h5py

    from fast_style.common.networks.hdf5 import check_bytes, datasets

    # The largest optimizers keep four numbers of each parameter, and sums of its gradients.
    most = 2**20 + 24 * network.count_params()
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        check_members([archive.getinfo(WEIGHTS)], 2 * most)
        with archive.open(WEIGHTS) as member, h5py.File(member, "r") as stored:
            check_bytes(datasets(stored).values(), most)
