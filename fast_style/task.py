"""Style transfer as a task. Light: imports no TensorFlow."""

from fast_style.common.networks.source import find_network
from fast_style.common.task import Lazily, Task
from fast_style.settings import TRAINING_PRESETS, StyleSettings

TASK = Task(
    name="style-transfer",
    package="fast_style",
    settings=StyleSettings,
    base=Lazily("fast_style.network:TransformationNetwork"),
    networks=(Lazily("fast_style.network:TransformationNetwork"),),
    build_network=Lazily("fast_style.train:build_network"),
    build_trainer=Lazily("fast_style.train:build_trainer"),
    check_files=Lazily("fast_style.paintings:check_files"),
    check_settings=Lazily("fast_style.train:check_settings"),
    apply=Lazily("fast_style.stylization:stylize"),
    show=Lazily("fast_style.demo:demo_pictures"),
    presets=TRAINING_PRESETS,
)


def load_network(network):
    """A :class:`TransformationNetwork` by shipped name, or from a ``.keras`` file; a new one at each call.

    Raises:
        UserError: no such name or file, a file of something else, a damaged file.
    """
    return find_network(network, TASK).load()
