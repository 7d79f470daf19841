"""Puts the network of a finished run among those that ship. For maintainers: ``python -m tools.ship --help``."""

import argparse
import importlib
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.images.image_io import write_photo
from fast_style.common.json_files import read_json, write_json
from fast_style.common.startup import start_tensorflow
from fast_style.common.training.run_record import read_record, without_folders


def ship(package, name, runs, title, summary):
    """Adds ``network.keras`` of the last run to ``<package>/pretrained`` and writes its recipe.

    Args:
        package: ``"fast_style"`` or ``"superres"``.
        name: by which users will ask for it.
        runs: run folders in the order in which they were trained, each started from the one before.
        title, summary: what ``styles`` or ``networks`` prints of it.

    The recipe, ``<package>/recipes/<name>.json``, holds the records of all runs: settings, versions,
    hardware, time, losses. Runs that went on from a network that ships follow the stages of its recipe, of another
    painting too: every recipe begins at random weights. Paths are cut to their last part.
    ``<package>/pretrained/<name>.jpg`` is the thumbnail.
    """
    from tools.thumbnail import thumbnail  # which imports TensorFlow, and main() quietens that first

    home = importlib.import_module(f"{package}.pretrained_networks")
    shelf, network = home.shelf(), home.load_network(str(Path(runs[-1]) / "network.keras"))
    stages = [without_folders(read_record(run)) for run in runs]
    recipes, start = shelf.folder.parent / "recipes", stages[0]["settings"]["initialize"]
    if start and (recipes / f"{start}.json").exists():
        stages = read_json(recipes / f"{start}.json", "a recipe")["stages"] + stages
    recipe = {"name": name, "title": title, "summary": summary, "stages": stages}
    entry = {"title": title, "summary": summary, "recipe": f"{name}.json", "licence": "Apache-2.0"}
    if "degradation" in stages[-1]["settings"]:  # super-resolution: what the network was trained to undo
        entry["degradation"] = stages[-1]["settings"]["degradation"]
    shelf.add(name, network, **entry)
    write_json(recipes / f"{name}.json", recipe)
    write_photo(shelf.folder / f"{name}.jpg", thumbnail(shelf.load(name), home.apply), "jpg", 90)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.ship", description=ship.__doc__.splitlines()[0])
    parser.add_argument("package", choices=("fast_style", "superres"))
    parser.add_argument("name")
    parser.add_argument("runs", nargs="+", metavar="RUN", help="run folders, in order")
    parser.add_argument("--title", required=True)
    parser.add_argument("--summary", required=True)
    options = parser.parse_args(arguments)
    start_tensorflow()
    with errors_as_lines(parser.prog):
        ship(**vars(options))


if __name__ == "__main__":
    main()
