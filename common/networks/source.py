"""One way from a name or a file to a network, with what is known of it. Light until the network is loaded."""

import dataclasses
import functools
import os
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import file_digest, path_text
from fast_style.common.installed import installed, require_tensorflow
from fast_style.common.json_files import read_json
from fast_style.common.networks.keras_file import load_keras_file, read_keras_config, registered_name
from fast_style.common.networks.presets import Presets
from fast_style.common.spelling import did_you_mean
from fast_style.common.task import Task, tasks

# What records of runs are called, beside the network of a run.
RUN_NETWORK, RUN_RECORD = "network.keras", "run.json"
# Networks that are kept for the next call by name: reading and tracing one takes seconds.
KEPT_NETWORKS = 32


@dataclasses.dataclass(frozen=True)
class Source:
    """A trained network: where it is, and what is known of it without loading it.

    Attributes:
        name: by which it ships; of a ``.keras`` file its stem, of a run's ``network.keras`` the run's.
        task: the :class:`common.task.Task` that it is of.
        path: of the file that its weights are in.
        config: options of its class, of which it is built.
        ships: whether it is one of those in the package.
        licence: of the weights, or None where nobody said.
        graph: what the manifest says of the graph by which LiteRT computes it, or None where there is none.
    """

    name: str
    task: Task
    path: Path
    config: dict
    ships: bool
    licence: str | None = None
    graph: dict | None = None

    @property
    def file(self):
        """The file that its weights are in, without folders."""
        return self.path.name

    @property
    def factor(self):
        """How many times larger an output is than its input."""
        return self.config.get("factor", 1)

    @property
    def conditions(self):
        """What a second input gives weights of, as the class takes it; None where there is none."""
        return self.config.get("conditions")

    @property
    def noise_channels(self):
        """Of the field of noise that it draws on; 0 where there is none."""
        return self.config.get("noise_channels", 0)

    @property
    def choices(self):
        """What was chosen of a network that knows several styles, as model cards have it: nothing."""
        return {}

    def derived(self, kind, **others):
        """A source of another kind, with what is known of this one but for what `others` say, which has it as base."""
        known = {field.name: getattr(self, field.name) for field in dataclasses.fields(Source)}
        return kind(**{**known, **others}, base=self)

    @functools.cached_property
    def sha256(self):
        """Of the file, in hexadecimal."""
        return Presets(self.task).manifest()[self.name]["sha256"] if self.ships else file_digest(self.path)

    @property
    def record_path(self):
        """Where the record of its training would be: its recipe, or ``run.json`` beside the file."""
        if self.ships:
            return self.task.home / "recipes" / Presets(self.task).manifest()[self.name]["recipe"]
        return self.path.parent / RUN_RECORD

    @property
    def recipe(self):
        """How it was trained, as recorded, or None.

        Raises:
            UserError: a record that is none.
        """
        if not self.record_path.is_file() or not (self.ships or self.path.name == RUN_NETWORK):
            return None
        stage = {"settings": dict}
        record = read_json(self.record_path, "a record of a training", {"stages": [stage]} if self.ships else stage)
        return record if self.ships else without_folders(record)

    def load(self):
        """The network, under the global dtype policy where it ships; a new one at each call.

        Raises:
            UserError: a file that is not the one of the manifest; one that does not load; TensorFlow is not installed.
        """
        require_tensorflow(f"loading the network {self.name}")
        if self.ships:
            return Presets(self.task).load(self.name)
        return load_keras_file(self.path, tuple(one.resolve() for one in self.task.networks))

    @property
    def network(self):
        """The network, kept for the next call: not for what somebody may train.

        Loaded anew where the file, or the global dtype policy, has changed.
        """
        import keras

        return _loaded(_Key(self), self.path.stat().st_mtime_ns, keras.config.dtype_policy().name)


class _Key:
    """A source as a key: equal where file and task are."""

    def __init__(self, source):
        self.source, self.key = source, (source.task.name, str(source.path.resolve()))

    def __eq__(self, other):
        return self.key == other.key

    def __hash__(self):
        return hash(self.key)


@functools.lru_cache(maxsize=KEPT_NETWORKS)
def _loaded(key, changed, policy):
    return key.source.load()


def shipped_sources(task=None):
    """``{name: Source}`` of the networks that ship, of one task or of all. Light: imports no TensorFlow."""
    return {
        name: Source(
            name,
            one,
            one.home / "pretrained" / entry["file"],
            entry["config"],
            True,
            entry["licence"],
            entry.get("graph"),
        )
        for one in ([task] if task else tasks())
        for name, entry in Presets(one).manifest().items()
    }


def shipped_name(name, task=None):
    """The name that a network ships under, whatever the case; None for none, or where a file has that name."""
    names = {one if one == name else one.casefold(): one for one in shipped_sources(task)}
    return names.get(name) or (None if os.path.exists(name) else names.get(name.casefold()))


def find_network(
    network: str | os.PathLike, task: Task | None = None, argument: str = "network", factor: int | None = None
) -> Source:
    """Source of a network by the name that it ships under, or by its ``.keras`` file: what is known without loading it.

    >>> from fast_style.export import find_network
    >>> source = find_network("x4_srcnn")
    >>> source.name, source.task.name, source.factor, source.ships, source.licence
    ('x4_srcnn', 'super-resolution', 4, True, 'Apache-2.0')

    Args:
        network: name, in capitals or small letters, or path.
        task: the task that it must be of. Default: None for any.
        argument: what to call it in errors. Default: ``"network"``.
        factor: 2, 4 or 8, that it must have. Default: None for any.

    Returns:
        Source: ``name``, ``task``, ``path``, ``factor``, ``licence``, ``sha256`` and ``recipe``, how it was trained;
        ``load()`` gives a new Keras network, ``network`` one that is kept.

    Raises:
        UserError: no such name or file; a run's folder or a training checkpoint; a file of something else; another
            factor.
    """
    network = path_text(network)
    name = shipped_name(network, task)
    source = shipped_sources(task)[name] if name else _in_file(network, task, argument)
    if factor is not None and source.factor != factor:
        raise UserError(f"{argument}: expected one of factor {factor}. Received: {network}, of factor {source.factor}")
    return source


def _in_file(network, task, argument):
    if reason := no_file(network):
        names = shipped_sources(task)
        expected = f"one of {', '.join(names) or 'none that ship'}, or a .keras file"
        near = did_you_mean(network, names)
        raise UserError(f"{argument}: expected {expected}. Received: {network!r} ({reason}){near}")
    of = [task] if task else list(tasks())
    expected = f"a .keras file of a {' or '.join(one.kind for one in of)}"
    description = read_keras_config(network, expected, argument)
    registered = registered_name(description)
    found = next((one for one in of if registered in one.registered_names), None)
    if found is None:
        raise UserError(f"{argument}: expected {expected}. Received: {network}, a {registered:.80}")
    try:
        found.check_config(description["config"])
    except UserError as error:
        raise UserError(f"{argument}: expected {expected}. Received: {network}, in which {error}") from error
    path = Path(network)
    return Source(network_label(path), found, path, description["config"], False)


def as_network(network, task, argument="network", factor=None):
    """A network itself, or by name or path, as functions of users take it.

    Args:
        network: a network of the task, the name of one that ships, or a ``.keras`` file.
        task: :class:`common.task.Task`.
        argument, factor: as of :func:`find_network`.

    Raises:
        UserError: what :func:`find_network` refuses; something that is no network of the task.
    """
    if isinstance(network, str | os.PathLike):
        source = find_network(network, task, argument, factor)
        return source.network if installed("tensorflow") else _without_tensorflow(_Key(source))
    from fast_style.common.networks.litert_network import LiteRTNetwork

    if not isinstance(network, LiteRTNetwork):
        check_network(network, task, argument, ", the name of one that ships, or a .keras file")
    if factor not in (None, network.factor):
        raise UserError(f"{argument}: expected one of factor {factor}. Received: factor {network.factor}")
    return network


def check_network(network, task, argument="network", instead="; load_network gives one by name or file"):
    """Raises UserError for what is no network of a task, with what helps `instead`."""
    if not isinstance(network, task.base.resolve()):
        raise UserError(f"{argument}: expected a {task.kind}{instead}. Received: {type(network).__name__}")


@functools.lru_cache(maxsize=KEPT_NETWORKS)
def _without_tensorflow(key):
    """What paints with a network that ships, where TensorFlow is not installed; kept for the next call."""
    from fast_style.common.networks.litert_network import LiteRTNetwork

    if not key.source.graph:
        require_tensorflow(f"a network in a .keras file ({key.source.file})")
    return LiteRTNetwork(key.source)


def task_of_class(network_class):
    """The task of a class of networks, or of what it is derived from."""
    names = {one.__name__ for one in network_class.__mro__}
    return next(task for task in tasks() if names & {one.__name__ for one in (task.base, *task.networks)})


def no_file(path):
    """What is at a path that is no file of a network, in words for an error; None where one may be there."""
    path = Path(path)
    if os.path.isdir(path):
        inside = path / RUN_NETWORK
        return f"a folder; the network of a run is {inside}" if inside.is_file() else "a folder"
    if not os.path.isfile(path):
        return "no such file"
    if path.suffix == ".npz":
        return f"a training checkpoint; the network of a run is its {RUN_NETWORK}"
    return None


def network_label(network):
    """What a network is called in results: its name; of a run's ``network.keras``, the run's."""
    path = Path(network)
    return path.resolve().parent.name if path.name == RUN_NETWORK else path.stem


def without_folders(value):
    """A record with each absolute path cut to its last part: folders of one machine mean nothing on another."""
    if isinstance(value, dict):
        return {key: without_folders(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_folders(item) for item in value]
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value
