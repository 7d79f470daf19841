"""Super-resolution as a task. Light: imports no TensorFlow."""

from fast_style.common.errors import UserError
from fast_style.common.networks.source import find_network, shipped_sources
from fast_style.common.task import Lazily, Task
from superres.settings import SuperResolutionSettings

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
)


def load_network(network, factor=None):
    """A :class:`SuperResolutionNetwork` or :class:`SRCNN` by shipped name, or from a ``.keras`` file.

    Args:
        network: name or path; a new network at each call.
        factor: the factor that it must have; None for any.

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
