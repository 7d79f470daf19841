"""Super-resolution as a task. Light: imports no TensorFlow."""

import os
import typing

from fast_style.common.app.tab import Tab
from fast_style.common.errors import UserError
from fast_style.common.networks.source import find_network, shipped_sources
from fast_style.common.task import Lazily, Task
from superres.settings import TRAINING_PRESETS, SuperResolutionSettings

if typing.TYPE_CHECKING:
    from superres.enlarging_network import EnlargingNetwork

TASK = Task(
    name="super-resolution",
    package="superres",
    settings=SuperResolutionSettings,
    base=Lazily("superres.enlarging_network:EnlargingNetwork"),
    networks=(Lazily("superres.network:SuperResolutionNetwork"), Lazily("superres.srcnn:SRCNN")),
    build_network=Lazily("superres.train:build_network"),
    build_trainer=Lazily("superres.train:build_trainer"),
    check_settings=Lazily("superres.train:check_settings"),
    apply=Lazily("superres.upscaling:upscale"),
    show=Lazily("superres.demo:demo_pictures"),
    validation_size=lambda settings: settings.size,
    in_manifest=("degradation",),
    use="`superres upscale --network NAME` enlarges with one; it was trained to undo the degradation.",
    facts=lambda entry: {
        "factor": str(entry["config"]["factor"]),
        "degradation": entry["degradation"],
        "histogram matching": "on" if entry["config"]["histogram_matching"] else "off",
    },
    figures=Lazily("superres.evaluation.recorded_figures:figures"),
    evaluation=Lazily("superres.evaluation.recorded_figures:recorded"),
    presets=TRAINING_PRESETS,
    tabs=(
        Tab("Enlarge", 30, Lazily("superres.app.enlarge:build")),
        Tab("Enlarge a clip", 42, Lazily("superres.app.video:build")),
        Tab("Train to enlarge", 70, Lazily("superres.app.train:build"), for_strangers=False),
    ),
)


def load_network(network: str | os.PathLike, factor: int | None = None) -> "EnlargingNetwork":
    """:class:`SuperResolutionNetwork` or :class:`SRCNN` by shipped name, or from a ``.keras`` file.

    >>> import superres
    >>> network = superres.load_network("x4_srcnn")
    >>> type(network).__name__, network.factor
    ('SRCNN', 4)

    Args:
        network: name (``superres networks`` lists them) or path.
        factor: the factor that it must have: 2, 4 or 8. Default: None for any.

    Returns:
        SuperResolutionNetwork or SRCNN, a new one at each call, under Keras' dtype policy.

    Raises:
        UserError: no such name or file, a file of something else, a damaged file, another factor.
    """
    return find_network(network, TASK, factor=factor).load()


def default_network(factor):
    """The name of the shipped network for a factor that is used when none is named: the manifest's first.

    Raises:
        UserError: none ships for this factor.
    """
    for name, source in shipped_sources(TASK).items():
        if source.factor == factor:
            return name
    raise UserError(f"--network: expected a .keras file, because none ships for factor {factor}. Received: none")


def network_for(scale):
    """The name of the shipped network that enlarges by `scale`, or by the next more, or by the most that there is.

    Raises:
        UserError: none ships.
    """
    factors = sorted({source.factor for source in shipped_sources(TASK).values()})
    return default_network(next((factor for factor in factors if factor >= scale), factors[-1] if factors else scale))
