"""The network that an export is made from, of either task, and what is known of it."""

import dataclasses
import json
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import file_digest
from fast_style.common.networks.network_files import load_keras_file, loaded_once, network_label, no_file
from fast_style.common.training.run_record import NAME as RUN_RECORD


@dataclasses.dataclass(frozen=True)
class Source:
    """A trained network.

    Attributes:
        name: by which it ships; of a ``.keras`` file its stem, of a run's ``network.keras`` the run's.
        network: a TransformationNetwork, SuperResolutionNetwork or SRCNN.
        task: ``"style-transfer"`` or ``"super-resolution"``.
        file: the file that its weights are from, without folders.
        sha256: of that file.
        ships: whether it is one of those in the package.
        licence: of the weights, or None where nobody said.
        recipe: how it was trained, as recorded, or None.
    """

    name: str
    network: object
    task: str
    file: str
    sha256: str
    ships: bool
    licence: str | None = None
    recipe: dict | None = None

    @property
    def factor(self):
        """How many times larger an output is than its input."""
        return getattr(self.network, "factor", 1)


def shipped_entries():
    """``{name: (package, manifest entry)}`` of what ships for either task. Light: imports no TensorFlow."""
    from fast_style.pretrained_networks import style_entries
    from superres.pretrained_networks import network_entries

    styles = {name: ("fast_style", entry) for name, entry in style_entries().items()}
    return styles | {name: ("superres", entry) for name, entry in network_entries().items()}


def check_source(network, argument="network"):
    """Finds out what can be without TensorFlow: that it ships, or is a file that may hold a network.

    Raises:
        UserError: neither; a run folder or a training checkpoint.
    """
    shipped = shipped_entries()
    if network in shipped:
        return
    if reason := no_file(network):
        raise UserError(
            f"{argument}: expected one of {', '.join(shipped)}, or a .keras file. Received: {network!r} ({reason})"
        )


def load_source(network, argument="network"):
    """Loads a network of either task by shipped name, or from a ``.keras`` file.

    Kept for the next call, as :func:`loaded_once` does: one network is exported in several
    precisions, then verified.

    Returns:
        Source.

    Raises:
        UserError: no such name or file, a checkpoint, a file of something else, a damaged file.
    """
    check_source(str(network), argument)
    return loaded_once(_load, network)


def _load(network):
    shipped = shipped_entries()
    if network in shipped:
        return _shipped(network, *shipped[network])
    from fast_style.network import TransformationNetwork
    from superres.pretrained_networks import network_classes

    path = Path(network)
    loaded = load_keras_file(path, (TransformationNetwork, *network_classes()))
    task = "style-transfer" if isinstance(loaded, TransformationNetwork) else "super-resolution"
    return Source(
        network_label(path), loaded, task, path.name, file_digest(path), ships=False, recipe=_run_record(path)
    )


def _shipped(name, package, entry):
    if package == "fast_style":
        from fast_style.pretrained_networks import FOLDER, shelf
    else:
        from superres.pretrained_networks import FOLDER, shelf
    task = "style-transfer" if package == "fast_style" else "super-resolution"
    recipe = json.loads((FOLDER.parent / "recipes" / entry["recipe"]).read_text())
    return Source(name, shelf().load(name), task, entry["file"], entry["sha256"], True, entry["licence"], recipe)


def _run_record(path):
    """The record of the run that a ``network.keras`` lies in, or None."""
    from fast_style.common.training.run_record import read_record, without_folders

    if path.name != "network.keras" or not (path.parent / RUN_RECORD).is_file():
        return None
    return without_folders(read_record(path.parent))


def keras_result(network, image):
    """What a network makes of one image in Keras.

    Args:
        network: of either task.
        image: uint8 (height, width, 3).

    Returns:
        uint8 (height * factor, width * factor, 3).
    """
    compiled = network.enlarge if hasattr(network, "enlarge") else network.paint
    return compiled(image[None]).numpy()[0]
