"""A painting where a network is meant, and a network where a painting is: what to do instead, in one line."""

import os
import re
import shlex
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.networks.source import shipped_name, shipped_sources
from fast_style.conditions import PHOTOGRAPH
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


def painting_files(paths, argument="--paintings"):
    """``{name: path}`` of paintings, each called as its file without what follows the last dot.

    Args:
        paths: image files, and folders of them, in which they come in the order of their names.
        argument: what to call it in errors.

    Raises:
        UserError: no image; one that is not there; two of a name, or a name that no style can be called by.
    """
    files = []
    for path in map(Path, paths):
        if path.is_dir():
            files += sorted(one for one in path.iterdir() if one.suffix.lower() in EXTENSIONS)
        elif path.is_file():
            files.append(path)
        else:
            check_painting(path, argument)
            raise UserError(f"{argument}: expected image files or folders of them. Received: {path} (no such file)")
    found = {}
    for file in files:
        name = painting_name(file, argument)
        if name in found:
            raise UserError(f"{argument}: expected files of different names. Received: {found[name]} and {file}")
        found[name] = str(file)
    if not found:
        raise UserError(f"{argument}: expected image files or folders of them. Received: {' '.join(map(str, paths))}")
    return found


def painting_name(file, argument="--paintings"):
    """What a painting is called: its file's name without suffix, whatever is no letter, digit, dot or dash as ``_``.

    Raises:
        UserError: the name of the photograph, or none.
    """
    name = re.sub(r"[^\w.-]+", "_", Path(file).stem).lstrip("-.")
    if name in ("", PHOTOGRAPH):
        raise UserError(f"{argument}: expected a file of another name than {PHOTOGRAPH}. Received: {file}")
    return name


def check_files(settings):
    """:func:`check_painting` of the settings of a training."""
    for painting in (settings.style, settings.add):
        if painting is not None:
            check_painting(painting, "--add" if painting is settings.add else "--style")
    if settings.paintings:
        painting_files(settings.paintings)


def run_facts(used, last):
    """``Task.run_facts``: how the painting was read, which is named where it is not that of the last run."""
    if used.get("paintings"):
        painting = f"{len(used['paintings'])} at {' '.join(map(str, used['style_sizes']))}"
    else:
        other = f"{Path(used['style']).stem}, " if used["style"] != last["style"] else ""
        painting = f"{other}{used['style_size']}"
    layers = used["style_layer_weights"] or [1] * len(used["style_layers"])
    return {
        "painting": painting,
        "of style layers": " ".join(f"{weight:g}" for weight in layers),
        "moved by": f"{used.get('stability_shift', 0)}",
        "margin": f"{used.get('training_margin', 0)}",
    }
