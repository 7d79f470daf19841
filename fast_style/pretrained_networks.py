"""Style networks by name, as shipped in the package, or by file."""

from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.networks.network_files import Shelf, load_keras_file, network_digest, no_file, read_manifest

FOLDER = Path(__file__).parent / "pretrained"


def style_entries():
    """``{name: manifest entry}`` of the styles that ship. Light: imports no TensorFlow."""
    return read_manifest(FOLDER)


def shelf():
    """The shelf of shipped style networks."""
    from fast_style.network import TransformationNetwork

    return Shelf(FOLDER, TransformationNetwork)


def apply(rgb, network):
    """What users get of a network: :func:`fast_style.stylize`."""
    from fast_style.stylization import stylize

    return stylize(rgb, network)


def check_style(style, name="style"):
    """Raises UserError unless `style` can be a shipped name or an existing file; imports no TensorFlow.

    Args:
        style: a name or path.
        name: what to call it in errors.
    """
    if style not in style_entries() and (reason := no_file(style)):
        raise UserError(
            f"{name}: expected one of {', '.join(style_entries())}, or a .keras file. Received: {style!r} ({reason})"
        )


def digest(style):
    """sha256, in hexadecimal, of the file of a network by shipped name or path."""
    return network_digest(style, style_entries())


def load_network(style):
    """A :class:`TransformationNetwork` by shipped name, or from a ``.keras`` file.

    Raises:
        UserError: no such name or file, a file of something else, a damaged file.
    """
    check_style(style)
    if style in style_entries():
        return shelf().load(style)
    from fast_style.network import TransformationNetwork

    return load_keras_file(style, TransformationNetwork)
