"""A painting where a network is meant, and a network where a painting is: what to do instead, in one line."""

import os
import shlex
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.networks.source import shipped_name, shipped_sources
from fast_style.task import TASK


def check_no_painting(network, argument):
    """Raises UserError for an image where a network is expected, whether the file is there or not.

    Args:
        network: a name or path.
        argument: what to call it in errors.
    """
    if Path(network).suffix.lower() in EXTENSIONS and not os.path.isdir(network):
        word = shlex.quote(str(network))
        kind = "a painting" if os.path.exists(network) else "a painting that is not there"
        raise UserError(
            f"{argument}: expected one of {', '.join(shipped_sources(TASK))}, or a .keras file. Received: {network}, "
            f"{kind}; fast-style train --style {word} learns it, fast-style optimize --style {word} paints in it "
            "without a network"
        )


def check_painting(painting, argument="--style"):
    """Raises UserError for a network where a painting is expected.

    Args:
        painting: a path.
        argument: what to call it in errors.
    """
    name = str(painting)
    if not os.path.exists(name) and (network := shipped_name(name, TASK)):
        raise UserError(
            f"{argument}: expected a painting, an image file. Received: {name!r}, a network; "
            f"fast-style stylize --style {network} paints with it"
        )
    if Path(name).suffix == ".keras":
        raise UserError(
            f"{argument}: expected a painting, an image file. Received: {name}, a network; "
            f"fast-style stylize --network {name} paints with it"
        )


def check_files(settings):
    """:func:`check_painting` of the settings of a training."""
    check_painting(settings.style)


def run_facts(used, last):
    """``Task.run_facts``: how the painting was read, which is named where it is not that of the last run."""
    other = f"{Path(used['style']).stem}, " if used["style"] != last["style"] else ""
    layers = used["style_layer_weights"] or [1] * len(used["style_layers"])
    return {
        "painting": f"{other}{used['style_size']}",
        "of style layers": " ".join(f"{weight:g}" for weight in layers),
        "moved by": f"{used.get('stability_shift', 0)}",
        "margin": f"{used.get('training_margin', 0)}",
    }
