"""The page of the networks that ship, ``docs/models.md``, from their manifests and recipes.

``python -m tools.models_page --output docs/models.md``
"""

import argparse
import os
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.files import write_bytes
from fast_style.common.networks.presets import Presets
from fast_style.common.task import tasks
from fast_style.common.training.recipes import read_recipe
from tools.markdown import table

ROOT = Path(__file__).parents[1]
INTRODUCTION = (
    "Every network that ships. `python -m tools.models_page --output docs/models.md` makes this page of the manifests "
    "and recipes that ship.",
    "Files hold the parameters in float16. The licence is Apache-2.0. [The gallery](gallery.md) has larger pictures, "
    "and the settings of each run. *Trained* counts iterations by photographs a batch, size of the crops, and machine; "
    "it includes the runs of other networks that a network began at.",
)


def models_page():
    """The page as text. Light: imports no TensorFlow."""
    lines = ["# Models", *(line for text in INTRODUCTION for line in ("", text))]
    for task in tasks():
        presets = Presets(task)
        manifest = presets.manifest()
        recipes = {name: read_recipe(task, name) for name in manifest}
        rows = [_row(task, presets, name, entry, recipes[name]) for name, entry in manifest.items()]
        heading = f"{task.name.capitalize()} networks"
        lines += ["", f"## {heading}", "", task.use, "", *table(list(rows[0]), [list(row.values()) for row in rows])]
        known = {name: task.knows(entry) for name, entry in manifest.items()}
        lines += [line for name, text in known.items() if text for line in ("", f"`{name}` knows {text}.")]
        for title, remark, tables in task.figures(recipes):
            lines += ["", f"### {title}", "", remark]
            for heads, cells in tables:
                lines += ["", *table(heads, cells)]
    return "\n".join(lines) + "\n"


def _row(task, presets, name, entry, recipe):
    """``{head: cell}`` of one network."""
    folder = Path(os.path.relpath(presets.folder, ROOT)).as_posix()
    return {
        "": f'<img src="../{folder}/{name}.jpg" alt="{name}" width="96">',
        "name": f"`{name}`",
        "of": entry["title"],
        **task.facts(entry),
        "parameters": f"{recipe['stages'][-1]['parameters']:,}",
        "bytes": f"{(presets.folder / entry['file']).stat().st_size:,}",
        "trained": _runs(recipe),
        "character": entry.get("look") or entry["summary"],
    }


def _runs(recipe):
    """The runs that made a network, in words: iterations, crops, and where."""
    counts = {}
    for stage in recipe["stages"]:
        used, hardware = stage["settings"], stage["hardware"]
        where = " ".join(hardware["gpus"]) or f"{hardware['cores']} cores"
        run = f"{used['batch_size']} of {used['size']}x{used['size']}", where
        counts[run] = counts.get(run, 0) + stage["iteration"]
    return "; ".join(f"{iterations:,} x {crops}, {where}" for (crops, where), iterations in counts.items())


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.models_page", description=__doc__.splitlines()[0])
    parser.add_argument("--output", "-o", required=True, metavar="FILE", help="the page; links are of docs/models.md")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        write_bytes(Path(options.output), models_page().encode())
        print(options.output)


if __name__ == "__main__":
    main()
