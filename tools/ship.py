"""Puts the network of a finished run among those that ship. For maintainers: ``python -m tools.ship --help``."""

import argparse
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import write_photo
from fast_style.common.json_files import read_json, write_json
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import RUN_NETWORK, find_network, without_folders
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import warn
from fast_style.common.task import tasks
from fast_style.common.training.run_record import read_record


def ship(task, name, runs, title, summary, look=None):
    """Adds the network of the last run to those that ship with a task, and writes its recipe.

    Args:
        task: :class:`Task`.
        name: by which users will ask for it.
        runs: run folders in the order in which they were trained, each started from the one before.
        title, summary: what ``styles`` or ``networks`` prints of it.
        look: what its pictures look like, in a line; default what was said of the network of this name before.

    The recipe, ``recipes/<name>.json``, holds the records of all runs: settings, versions,
    hardware, time, losses. Runs that went on from a network that ships follow the stages of its recipe, of another
    painting too: every recipe begins at random weights. Paths are cut to their last part.
    ``pretrained/<name>.jpg`` is the thumbnail.
    """
    from tools.litert_graph import write_graph
    from tools.thumbnail import thumbnail  # which imports TensorFlow, and main() quietens that first

    presets, network = Presets(task), find_network(Path(runs[-1]) / RUN_NETWORK, task).load()
    stages = [without_folders(read_record(run)) for run in runs]
    recipes, start = task.home / "recipes", stages[0]["settings"]["initialize"]
    if start and (recipes / f"{start}.json").exists():
        stages = read_json(recipes / f"{start}.json", "a recipe")["stages"] + stages
    recipe = {"name": name, "title": title, "summary": summary, "stages": stages}
    entry = {"title": title, "summary": summary, "recipe": f"{name}.json", "licence": "Apache-2.0"}
    entry |= {setting: stages[-1]["settings"][setting] for setting in task.in_manifest}
    if look := look or presets.manifest().get(name, {}).get("look"):
        entry["look"] = look
    presets.add(name, network, **entry)
    try:
        write_graph(presets, name)
    except UserError as error:
        warn(f"{name} ships without a graph for LiteRT, and is computed by TensorFlow alone: {error}")
    write_json(recipes / f"{name}.json", recipe)
    write_photo(presets.folder / f"{name}.jpg", thumbnail(presets.load(name), task), "jpg", 90)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.ship", description=ship.__doc__.splitlines()[0])
    by_package = {task.package: task for task in tasks()}
    parser.add_argument("package", choices=tuple(by_package))
    parser.add_argument("name")
    parser.add_argument("runs", nargs="+", metavar="RUN", help="run folders, in order")
    parser.add_argument("--title", required=True)
    parser.add_argument("--summary", required=True)
    parser.add_argument("--look", help="what its pictures look like, in a line (default: what is said now)")
    options = parser.parse_args(arguments)
    start_tensorflow()
    with errors_as_lines(parser.prog):
        given = vars(options)
        ship(by_package[given.pop("package")], **given)


if __name__ == "__main__":
    main()
