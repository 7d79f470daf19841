"""The layout of a folder that TF Serving serves. Light: imports no TensorFlow."""

from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import check_names, check_writable
from fast_style.export.output import check_replaceable

# Names the models, and makes a folder one for TF Serving.
MODELS_CONFIG = "models.config"
# What such a folder has beside the models.
TEMPLATES = Path(__file__).parent / "templates"


def check_serving_folder(folder, models, update=False):
    """Finds out, before long work starts, whether a folder can be filled.

    Args:
        folder: path.
        models: names of the models that it gets.
        update: whether it is one for TF Serving that gets more models or versions.

    Raises:
        UserError: a name that cannot be a folder in it and a part of a URL; with `update`, not such a folder;
            without, one that is not empty; a place that cannot be written.
    """
    folder = Path(folder)
    for name in models:
        _check_name(folder, name)
    if update:
        if not (folder / MODELS_CONFIG).is_file():
            raise UserError(f"DIR: expected a folder with {MODELS_CONFIG} to update. Received: {folder}")
        check_writable(folder, "DIR")
        return
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        hint = "; --update adds models and versions" if (folder / MODELS_CONFIG).is_file() else ""
        raise UserError(f"DIR: expected a new or empty folder. Received: {folder}, which is not{hint}")
    check_replaceable(folder)
    check_writable(folder.parent, "DIR")


def _check_name(folder, name):
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith("."):
        raise UserError(f"--models: expected a name of letters, digits, '-', '_' and '.'. Received: {name!r}")
    # In any case: some file systems have one for both.
    own = {path.name.casefold() for path in TEMPLATES.iterdir()} | {MODELS_CONFIG}
    if name.casefold() in own:
        raise UserError(
            f"--models: expected a name that is none of the folder's own, {', '.join(sorted(own))}. Received: {name!r}"
        )
    check_names(folder / name, "--models")


def versions(model):
    """The version folders of a model's folder, oldest first; none where there is no such folder."""
    if not Path(model).is_dir():
        return []
    return sorted((path for path in Path(model).iterdir() if path.name.isdigit()), key=lambda path: int(path.name))


def next_version(model):
    """One more than the highest version in a model's folder; 1 in an empty one."""
    present = versions(model)
    return int(present[-1].name) + 1 if present else 1


def artifacts(path):
    """What there is to verify at a path: itself, or of a folder for TF Serving the newest version of each model.

    Raises:
        UserError: a folder for TF Serving without a model.
    """
    path = Path(path)
    if not (path / MODELS_CONFIG).is_file():
        return [path]
    models = sorted(model for model in path.iterdir() if model.is_dir() and versions(model))
    if not models:
        raise UserError(f"ARTIFACT: expected a folder for TF Serving with models in it. Received: {path}, with none")
    return [versions(model)[-1] for model in models]
