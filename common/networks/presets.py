"""The networks that ship with a task, in the folder ``pretrained`` of its package."""

import hashlib
import io
import json

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.json_files import write_json
from fast_style.common.spelling import did_you_mean


class Presets:
    """The networks that ship with a task, by the manifest beside them.

    ``manifest.json`` maps a name to ``{"file", "sha256", "class", "config", "licence", "recipe", ...}``;
    the file is a ``.npz`` of float16 arrays in the order of ``network.get_weights()``.

    Args:
        task: :class:`common.task.Task`.
    """

    def __init__(self, task):
        self.task, self.folder = task, task.home / "pretrained"

    def manifest(self):
        """``{name: entry}``, in the order of the file. Light: imports no TensorFlow."""
        path = self.folder / "manifest.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def load(self, name):
        """A network that ships, by name.

        Raises:
            UserError: an unknown name, or a file that is not the one of the manifest.
        """
        entries = self.manifest()
        if name not in entries:
            raise UserError(
                f"network: expected one of {', '.join(entries) or 'none that ship'}, or a file. Received: {name!r}"
                + did_you_mean(name, entries)
            )
        entry = entries[name]
        content = (self.folder / entry["file"]).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != entry["sha256"]:
            raise UserError(
                f"network {name}: expected {entry['file']} with sha256 {entry['sha256']}. Received: {digest}; "
                "install the package again"
            )
        import numpy as np

        classes = {one.__name__: one for one in self.task.networks}
        network = classes[entry["class"]].resolve().from_config({**entry["config"], "name": name})
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            network.set_weights([file[f"{i:03d}"].astype("float32") for i in range(len(file.files))])
        return network

    def update(self, name, **entry):
        """Writes more of a network that is there into its entry of the manifest."""
        entries = self.manifest()
        entries[name] |= entry
        write_json(self.folder / "manifest.json", entries)

    def add(self, name, network, **entry):
        """Writes a network's float16 weights into the folder and its entry into the manifest."""
        import numpy as np

        from fast_style.common.networks.float16 import as_float16

        weights = network.get_weights()
        arrays = {f"{number:03d}": as_float16(array, f"network {name}") for number, array in enumerate(weights)}
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        content = buffer.getvalue()
        file = f"{name}.npz"
        config = {k: v for k, v in network.get_config().items() if k not in ("name", "trainable", "dtype")}
        entries = self.manifest()
        entries[name] = {
            "file": file,
            "sha256": hashlib.sha256(content).hexdigest(),
            "class": type(network).__name__,
            "config": config,
            **entry,
        }
        write_bytes(self.folder / file, content)
        write_json(self.folder / "manifest.json", entries)
