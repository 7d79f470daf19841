"""Super-resolution networks by name, as shipped in the package, or by file."""

from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.networks.network_files import (
    Shelf,
    load_keras_file,
    network_digest,
    no_file,
    read_keras_config,
    read_manifest,
)

FOLDER = Path(__file__).parent / "pretrained"
CLASSES = ("SuperResolutionNetwork", "SRCNN")


def network_entries():
    """``{name: manifest entry}`` of the networks that ship. Light: imports no TensorFlow."""
    return read_manifest(FOLDER)


def network_classes():
    """What a network may be."""
    from superres.network import SuperResolutionNetwork
    from superres.srcnn import SRCNN

    return (SuperResolutionNetwork, SRCNN)


def shelf():
    """The shelf of shipped super-resolution networks."""
    return Shelf(FOLDER, network_classes())


def apply(rgb, network):
    """What users get of a network: :func:`superres.upscale`."""
    from superres.upscaling import upscale

    return upscale(rgb, network)


def default_network(factor):
    """The name of the shipped network for a factor that is used when none is named: the manifest's first.

    Raises:
        UserError: none ships for this factor.
    """
    for name, entry in network_entries().items():
        if entry["config"]["factor"] == factor:
            return name
    raise UserError(f"--network: expected a .keras file, because none ships for factor {factor}. Received: none")


def check_network(network, factor=None):
    """Finds out what can be without TensorFlow: that a network is there, and of the factor asked for.

    Raises:
        UserError: neither a shipped name nor an existing ``.keras`` file; one of another factor.
    """
    entries = network_entries()
    if network in entries:
        check_factor(network, entries[network]["config"]["factor"], factor)
    elif reason := no_file(network):
        raise UserError(
            f"network: expected one of {', '.join(entries) or 'none that ship'}, or a .keras file. "
            f"Received: {network!r} ({reason})"
        )
    else:
        options = read_keras_config(network, f"a .keras file of a {' or '.join(CLASSES)}").get("config")
        if isinstance(options, dict) and "factor" in options:
            check_factor(network, options["factor"], factor)


def check_factor(network, received, factor):
    """Raises UserError where a factor is asked for and the network's is another."""
    if factor is not None and received != factor:
        raise UserError(f"network: expected one of factor {factor}. Received: {network}, of factor {received}")


def digest(network):
    """sha256, in hexadecimal, of the file of a network by shipped name or path."""
    return network_digest(network, network_entries())


def load_network(network, factor=None):
    """A :class:`SuperResolutionNetwork` or :class:`SRCNN` by shipped name, or from a ``.keras`` file.

    Args:
        network: name or path.
        factor: the factor that it must have; None for any.

    Raises:
        UserError: no such name or file, a file of something else, a damaged file, another factor.
    """
    check_network(network, factor)
    if network in network_entries():
        return shelf().load(network)
    loaded = load_keras_file(network, network_classes())
    check_factor(network, loaded.factor, factor)
    return loaded
