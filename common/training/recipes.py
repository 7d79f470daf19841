"""The settings of networks that ship, to train them again."""

import dataclasses
import itertools
import json
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.settings import flag


def of_the_machine(settings):
    """Names of the settings of a class that are to be given anew, or left at their default.

    They name files of the machine that a network was trained on, or what is quickest on it, which may be the slowest
    on another.
    """
    return [field.name for field in dataclasses.fields(settings) if field.metadata.get("of_machine")]


def stage_files(task, stages):
    """``{setting: names}`` of the files that stages of a recipe were trained with, each stage with those of its own.

    Args:
        task: of the recipe.
        stages: their records.
    """
    found = {}
    for field in dataclasses.fields(task.settings):
        if field.metadata.get("of_stage"):
            used = (_listed(stage["settings"].get(field.name)) for stage in stages)
            found[field.name] = list(dict.fromkeys(itertools.chain(*used)))
    return found


def _listed(names):
    """A list of a setting that names one file, several or none."""
    return [names] if isinstance(names, str) else list(names or ())


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
            first. ``output`` is a folder: the stages go to ``stage_1``, ``stage_2`` ... in it. A setting of which each
            stage has a file of its own, as ``style``, may be a folder, of which each takes its file, or its many: some
            networks began at one of another painting.

    Raises:
        UserError: no such recipe; a file that the recipe needs is not given, or not in the folder of such files.
    """
    stages, result = read_recipe(task, name)["stages"], []
    used = stage_files(task, stages)
    folder = _folder_of_files(task, name, stages, used, given)
    names = {field.name for field in dataclasses.fields(task.settings)} - set(of_the_machine(task.settings))
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
        here = {key: value for key, value in given.items() if key not in used or recorded.get(key)}
        here["output"] = given.get("output") and str(Path(given["output"]) / f"stage_{number}")
        if folder:
            here |= {key: _within(folder, recorded[key]) for key in used if recorded.get(key)}
        if result:
            here["initialize"] = str(Path(result[-1].output) / "network.keras")
        result.append(task.settings(**task.settings.given_over(settings, here)))
    return result


def _folder_of_files(task, name, stages, used, given):
    """The folder that was given for a setting of which each stage has a file of its own; None for none.

    Raises:
        UserError: a file that is not in it; no folder, and nothing else, for a setting of many files.
    """
    files = ", ".join(dict.fromkeys(itertools.chain(*used.values())))
    for key in used:
        if isinstance(given.get(key), str) and (folder := Path(given[key])).is_dir():
            if missing := [file for names in used.values() for file in names if not (folder / file).is_file()]:
                raise UserError(
                    f"{flag(key)}: expected a {noun_of(task, key)} or a folder with {files}, which recipe {name} was "
                    f"trained with. Received: {folder} without {', '.join(dict.fromkeys(missing))}"
                )
            return folder
    for key, names in used.items():
        if names and key not in given and not _one_each(stages, key):
            raise UserError(
                f"{flag(key)}: expected {len(names)} files, or {flag(next(iter(used)))} with a folder of {files}, "
                f"which recipe {name} was trained with. Received: none"
            )
    return None


def _within(folder, names):
    """The path of a file in a folder; of several, a tuple."""
    return str(folder / names) if isinstance(names, str) else tuple(str(folder / name) for name in names)


def _one_each(stages, key):
    """Whether a setting names one file in each stage, or none, rather than many."""
    return all(isinstance(stage["settings"].get(key), str | None) for stage in stages)


def stage_files_note(task, name, stages):
    """A line on a recipe of several files, as paintings, for which one was given; "" where each stage has its own.

    Args:
        task, name: which recipe.
        stages: their settings, of :func:`recipe_settings`.
    """
    recorded = read_recipe(task, name)["stages"]
    for key, names in stage_files(task, recorded).items():
        given = {getattr(settings, key) for settings in stages} - {None}
        if _one_each(recorded, key) and len(names) > 1 and len(given) == 1:
            others = names[:-1] if recorded[-1]["settings"].get(key) else names
            return (
                f"recipe {name} began with {' and '.join(others)}: its stages will take {given.pop()} instead; for the "
                f"network that ships give {flag(key)} a folder with {', '.join(names)}"
            )
    return ""


def noun_of(task, key):
    """What the file is that a setting of a stage names, as ``"painting"``."""
    return next(field.metadata["of_stage"] for field in dataclasses.fields(task.settings) if field.name == key)
