"""Networks in ``.keras`` files, read without running anything that is in them."""

import json
import zipfile
from pathlib import Path

from fast_style.common.errors import UserError


def load_keras_file(path, classes, argument="network"):
    """Loads a ``.keras`` file that holds a network of one of some classes, and nothing else.

    The file is looked into before anything of it is built: what is not exactly such a class, but a
    Lambda layer with code in it, say, is refused. Nothing is unpickled.

    Args:
        path: of the file.
        classes: Keras models that are registered.
        argument: what to call it in errors.

    Raises:
        UserError: no such file, no ``.keras`` file, another architecture.
    """
    import keras

    path = Path(path)
    expected = f"a .keras file of a {' or '.join(one.__name__ for one in classes)}"
    config = read_keras_config(path, expected, argument)
    received = config.get("registered_name") or config.get("class_name")
    if received not in [keras.saving.get_registered_name(one) for one in classes]:
        raise UserError(f"{argument}: expected {expected}. Received: {path}, a {received}")
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{argument}: expected {expected}. Received: {path}, which does not load ({reason})") from error


def read_keras_config(path, expected="a .keras file", argument="network"):
    """The description of a model in a ``.keras`` file, a dict. Light: imports no TensorFlow.

    Args:
        path: of the file.
        expected: what errors say that it should be.
        argument: what to call it in errors.

    Raises:
        UserError: no such file, no ``.keras`` file.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{argument}: expected {expected} or a shipped name. Received: {path} (no such file)")
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{argument}: expected {expected}. Received: {path} (not a .keras file)") from error
    return config if isinstance(config, dict) else {}
