"""The settings of networks that ship, to train them again."""

import dataclasses
import json
from pathlib import Path

from common.errors import UserError

# Settings that name files of the machine a network was trained on: to be given anew, or left at their default.
FILES = ("content", "output", "style", "loss_weights", "validation", "preview", "initialize")
# And what is quickest on it, which may be the slowest on another: measured anew.
OF_THE_MACHINE = (*FILES, "precision")


def recipe_names(package):
    """Names of the recipes of ``"fast_style"`` or ``"superres"``."""
    return sorted(path.stem for path in _folder(package).glob("*.json"))


def read_recipe(package, name):
    """The recipe of a shipped network, a dict with ``"title"``, ``"summary"`` and the records of its ``"stages"``.

    Raises:
        UserError: no such recipe.
    """
    if name not in recipe_names(package):
        raise UserError(
            f"--recipe: expected one of {', '.join(recipe_names(package)) or 'none (none ships)'}. Received: {name!r}"
        )
    return json.loads((_folder(package) / f"{name}.json").read_text())


def recipe_settings(package, name, settings_class, given):
    """Settings of every stage of a recipe, in order, each started from the network of the one before.

    Args:
        package, name: which recipe.
        settings_class: a :class:`common.settings.TrainingSettings`.
        given: settings that the user gave, by name; they hold for every stage, ``initialize`` for the
            first. ``output`` is a folder: the stages go to ``stage_1``, ``stage_2`` ... in it.

    Raises:
        UserError: no such recipe; a file that the recipe needs is not given.
    """
    stages, result = read_recipe(package, name)["stages"], []
    names = {field.name for field in dataclasses.fields(settings_class)} - set(OF_THE_MACHINE)
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
        if result:
            here["initialize"] = str(Path(result[-1].output) / "network.keras")
        elif recorded["initialize"] and not recorded["initialize"].endswith(".keras"):
            settings["initialize"] = recorded["initialize"]  # a network that ships
        result.append(settings_class(**settings_class.given_over(settings, here)))
    return result


def changed_start(package, name, settings):
    """A line on a recipe that began at a network which ships as another by now; "" where it did not.

    Args:
        package, name: which recipe.
        settings: of its first stage, of :func:`recipe_settings`.
    """
    from common.network_files import read_manifest  # which numpy is for, and --help is not

    stage = read_recipe(package, name)["stages"][0]
    start, before = stage["settings"]["initialize"], stage.get("initialize_sha256")
    now = read_manifest(Path(__file__).parent.parent / package / "pretrained").get(start, {}).get("sha256")
    if settings.initialize != start or now is None or before in (None, now):
        return ""
    return f"recipe {name} began at a {start} that was trained on since: the network will not be the one that ships"


def _folder(package):
    return Path(__file__).parent.parent / package / "recipes"
