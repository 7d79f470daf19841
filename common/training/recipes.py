"""The settings of networks that ship, to train them again."""

import dataclasses
import json
from pathlib import Path

from fast_style.common.errors import UserError

# Settings that name files of the machine a network was trained on: to be given anew, or left at their default.
FILES = ("content", "output", "style", "paintings", "add", "to", "loss_weights", "validation", "preview", "initialize")
# And what is quickest on it, which may be the slowest on another: measured anew.
OF_THE_MACHINE = (*FILES, "precision")


def recipe_names(task):
    """Names of the recipes of a task."""
    return sorted(path.stem for path in (task.home / "recipes").glob("*.json"))


def read_recipe(task, name):
    """The recipe of a shipped network, a dict with ``"title"``, ``"summary"`` and the records of its ``"stages"``.

    Raises:
        UserError: no such recipe.
    """
    if name not in recipe_names(task):
        raise UserError(
            f"--recipe: expected one of {', '.join(recipe_names(task)) or 'none (none ships)'}. Received: {name!r}"
        )
    return json.loads((task.home / "recipes" / f"{name}.json").read_text())


def recipe_settings(task, name, given):
    """Settings of every stage of a recipe, in order, each started from the network of the one before.

    Args:
        task, name: which recipe.
        given: settings that the user gave, by name; they hold for every stage, ``initialize`` for the
            first. ``output`` is a folder: the stages go to ``stage_1``, ``stage_2`` ... in it. ``style`` may be
            a folder, of which each stage takes its painting: some networks began at one of another painting.

    Raises:
        UserError: no such recipe; a file that the recipe needs is not given, or not in the folder of paintings.
    """
    stages, result = read_recipe(task, name)["stages"], []
    folder = given.get("style")
    folder = Path(folder) if folder and Path(folder).is_dir() else None
    if folder and (missing := [file for file in paintings(stages) if not (folder / file).is_file()]):
        raise UserError(
            f"--style: expected a painting or a folder with {', '.join(paintings(stages))}, which recipe {name} "
            f"was trained with. Received: {folder} without {', '.join(missing)}"
        )
    names = {field.name for field in dataclasses.fields(task.settings)} - set(OF_THE_MACHINE)
    for number, stage in enumerate(stages, start=1):
        recorded = stage["settings"]
        settings = {key: tuple(v) if isinstance(v, list) else v for key, v in recorded.items() if key in names}
        weights = recorded["loss_weights"]
        of_pixels_alone = stage.get("loss_network", recorded["loss_network"]) is None
        if weights in ("imagenet", "random"):
            settings["loss_weights"] = weights
        elif not of_pixels_alone and "loss_weights" not in given:
            raise UserError(
                f"--loss-weights: expected a file of {recorded['loss_network']} weights like {weights}, which recipe "
                f"{name} was trained with, or imagenet. Received: none"
            )
        here = {**given, "output": given.get("output") and str(Path(given["output"]) / f"stage_{number}")}
        if folder:
            here["style"] = str(folder / recorded["style"])
        if result:
            here["initialize"] = str(Path(result[-1].output) / "network.keras")
        result.append(task.settings(**task.settings.given_over(settings, here)))
    return result


def paintings(stages):
    """Names of the files of the paintings of a recipe's stages, in their order; none for super-resolution."""
    used = (stage["settings"].get("style") for stage in stages)
    return list(dict.fromkeys(painting for painting in used if painting))


def paintings_note(task, name, stages):
    """A line on a recipe of several paintings for which one was given; "" where each stage has its own.

    Args:
        task, name: which recipe.
        stages: their settings, of :func:`recipe_settings`.
    """
    used = paintings(read_recipe(task, name)["stages"])
    if len(used) < 2 or len({settings.style for settings in stages}) > 1:
        return ""
    return (
        f"recipe {name} began with {' and '.join(used[:-1])}: all its stages will paint {stages[0].style} instead; for "
        f"the network that ships give --style a folder with {', '.join(used)}"
    )
