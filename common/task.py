"""What a task is: all that commands, tools and exports know of style transfer, of super-resolution, of a third."""

import dataclasses
import functools
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path

# The entry points by which installed packages name their tasks, in setup.cfg.
GROUP = "fast_style.tasks"


class Lazily:
    """A function or class by name, imported when it is first called: commands know tasks before TensorFlow starts.

    Args:
        name: ``"package.module:name"``.
    """

    def __init__(self, name):
        self.name = name

    @property
    def __name__(self):
        return self.name.rpartition(":")[2]

    def resolve(self):
        """The function or class itself."""
        return pkgutil.resolve_name(self.name)

    def __call__(self, *arguments, **options):
        return self.resolve()(*arguments, **options)


@dataclasses.dataclass(frozen=True)
class Task:
    """One thing that networks are trained for.

    Attributes:
        name: ``"style-transfer"``, as model cards have it.
        package: the Python package, in whose folder ``pretrained/`` and ``recipes/`` lie, and under whose name its
            classes are registered with Keras.
        settings: of a training, a :class:`common.settings.TrainingSettings`.
        base: what each network of the task is, a :class:`common.networks.image_network.ImageNetwork`.
        networks: the classes of networks that files may hold.
        build_network: function from settings to a new network, under the global dtype policy.
        build_trainer: function from settings and a network to a trainer, not compiled.
        apply: function from uint8 RGB (height, width, 3) and a network to the uint8 RGB that users get; default
            what the network renders.
        show: function from ``{name: uint8 photograph}``, whether all that ships is asked for, and a function from a
            source to what paints with it, to an iterable of (label, name, uint8 picture, seconds): what demo and
            gallery have of the task.
        check_files: function that raises UserError for settings that name files of another kind; light.
        check_settings: function that raises UserError for settings that do not go together.
        check_config: function that raises UserError for options of a network in a file, a dict, that none has; light.
        presets: ``{name: settings}`` of the training command.
        validation_size: function from settings to the side in pixels of the squares that losses are measured on.
        in_manifest: settings of a training that are said of a network that ships.
        use: how users apply a network that ships, a sentence for listings.
        facts: function from an entry of the manifest to ``{head: text}``: what users choose a network by, beside its
            title and summary.
        knows: function from an entry of the manifest to what a network of several things knows, in words; of one
            ``""``.
        figures: function from ``{name: recipe}`` of what ships, and whether at every size, to an iterable of (title,
            remark, tables), a table being (heads, rows): what was measured, as recipes record it.
        run_facts: function from the settings of a run and of the last of its recipe to ``{head: text}``: what the
            gallery says of it, beside weights of terms and what all tasks have.
        evaluation: function from the folder of the task's ``evaluate`` to ``{sha256: what was measured}`` of each
            network in it, as recipes record it and `figures` shows it.
        tabs: of the app, each a :class:`common.app.tab.Tab`.
        folder: of ``pretrained/`` and ``recipes/``; None: that of the package.
    """

    name: str
    package: str
    settings: type
    base: Lazily
    networks: tuple[Lazily, ...]
    build_network: Callable
    build_trainer: Callable
    apply: Callable = lambda rgb, network: _rendered(rgb, network)
    show: Callable = lambda photos, everything, load: ()
    check_files: Callable = lambda settings: None
    check_settings: Callable = lambda settings: None
    check_config: Callable = lambda config: None
    presets: Mapping = dataclasses.field(default_factory=dict)
    validation_size: Callable = lambda settings: 256
    in_manifest: tuple[str, ...] = ()
    use: str = ""
    facts: Callable = lambda entry: {}
    knows: Callable = lambda entry: ""
    figures: Callable = lambda recipes, everything=False: ()
    run_facts: Callable = lambda used, last: {}
    evaluation: Callable = lambda folder: {}
    tabs: tuple = ()
    folder: Path | None = None

    @property
    def home(self):
        """The folder of ``pretrained/`` and ``recipes/``."""
        return self.folder or Path(importlib.util.find_spec(self.package).origin).parent

    @property
    def registered_names(self):
        """Names under which Keras files have the networks."""
        return tuple(f"{self.package}>{network.__name__}" for network in self.networks)

    @property
    def kind(self):
        """What its networks are, in words for errors: ``"SuperResolutionNetwork or SRCNN"``."""
        return " or ".join(network.__name__ for network in self.networks)


def _rendered(rgb, network):
    import numpy as np

    return np.asarray(network.render(rgb[None]))[0]


@functools.cache
def _installed():
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return {task.name: task for task in (point.load() for point in points)}


_registered = {}


def register(task):
    """Adds a task that no installed package names, for this process."""
    _registered[task.name] = task


def tasks():
    """All tasks: those of installed packages, by name of the entry point, then those registered."""
    return (_installed() | _registered).values()


def showcase(photos, load, everything=False):
    """What all tasks show of photographs; arguments and results as of ``Task.show``."""
    for task in tasks():
        yield from task.show(photos, everything, load)
