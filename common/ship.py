"""Puts the network of a finished run among those that ship. For maintainers: ``python -m common.ship --help``."""

import argparse
import importlib
from pathlib import Path

from common.command_line import errors_as_lines
from common.image_io import write_photo
from common.json_files import read_json, write_json
from common.run_record import read_record
from common.startup import start_tensorflow


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
    from common.thumbnail import thumbnail  # which imports TensorFlow, and main() quietens that first

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


def without_folders(value):
    """A record with each absolute path cut to its last part: folders of one machine mean nothing on another."""
    if isinstance(value, dict):
        return {key: without_folders(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_folders(item) for item in value]
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m common.ship", description=ship.__doc__.splitlines()[0])
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
