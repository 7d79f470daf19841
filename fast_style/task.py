"""Style transfer as a task. Light: imports no TensorFlow."""

import os
import typing

from fast_style.common.app.tab import Tab
from fast_style.common.networks.source import find_network
from fast_style.common.task import Lazily, Task
from fast_style.settings import TRAINING_PRESETS, StyleSettings

if typing.TYPE_CHECKING:
    from fast_style.network import TransformationNetwork

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
    check_config=Lazily("fast_style.conditions:check_config"),
    apply=Lazily("fast_style.stylization:stylize"),
    show=Lazily("fast_style.demo:demo_pictures"),
    presets=TRAINING_PRESETS,
    use="`fast-style stylize --style NAME` paints with one.",
    facts=lambda entry: {"filters": str(entry["config"]["width"])},
    knows=Lazily("fast_style.conditions:paintings_known"),
    figures=Lazily("fast_style.evaluation.recorded_figures:figures"),
    run_facts=Lazily("fast_style.paintings:run_facts"),
    evaluation=Lazily("fast_style.evaluation.recorded_figures:recorded"),
    tabs=(
        Tab("Photograph", 10, Lazily("fast_style.app.photograph:build")),
        Tab("Regions", 20, Lazily("fast_style.app.regions:build")),
        Tab("Video", 40, Lazily("fast_style.app.video:build")),
        Tab("Live", 50, Lazily("fast_style.app.live:build")),
        Tab("Optimise", 45, Lazily("fast_style.app.optimize:build"), for_strangers=False),
        Tab("Train", 60, Lazily("fast_style.app.train:build"), for_strangers=False),
    ),
)


def load_network(network: str | os.PathLike) -> "TransformationNetwork":
    """:class:`TransformationNetwork` by shipped name, or from a ``.keras`` file.

    >>> import fast_style
    >>> network = fast_style.load_network("starry_night_fast")
    >>> network.width, network.upsampling
    (16, 'bilinear')

    Args:
        network: name (``fast-style styles`` lists them) or path.

    Returns:
        TransformationNetwork, a new one at each call, under Keras' dtype policy.

    Raises:
        UserError: no such name or file, a file of something else, a damaged file.
    """
    return find_network(network, TASK).load()
