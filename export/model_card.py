"""`model_card.json`: what an artifact is, where it comes from and how it is called."""

from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import file_digest
from fast_style.common.json_files import read_json, write_json
from fast_style.common.json_shape import Maybe, json_fault
from fast_style.common.training.run_record import versions
from fast_style.export import weights_input
from fast_style.export.settings import MAX_PIXELS, PRECISIONS

CARD = "model_card.json"
SIGNATURES = ("serving_default", "serve_float", "serve_bytes", *weights_input.SIGNATURES)
# What reading an artifact takes.
SHAPE = {
    "name": str,
    "factor": range(1, 17),
    "precision": PRECISIONS,
    "signatures": {"serving_default": {"inputs": {"images": {"shape": [(range(1, 2**16), str, None)]}}}},
    "max_pixels": Maybe(range(1, 2**40)),
    "network": {"ships": bool, "file": str, "sha256": str},
    "styles": Maybe([{str: float}]),
    "stroke": Maybe(float),
    "seed": Maybe(range(2**32)),
}
OF_EACH_SIGNATURE = {str: {"inputs": {weights_input.NAME: Maybe({"shape": [(range(1, 2**16), str, None)]})}}}


def model_card(source, form, precision, signatures, sha256, licence=None, **extra):
    """The card of an artifact.

    Args:
        source: :class:`Source`.
        form: ``"saved_model"``, ``"tflite"`` or ``"onnx"``.
        precision: what is computed with.
        signatures: ``{name: {"inputs": {name: {"dtype", "shape", "range"}}, "outputs": ...}}``.
        sha256: of the artifact: one digest, or ``{file: digest}`` of a folder.
        licence: of the weights; default the source's.
        extra: what else is to be said.

    Returns:
        dict of JSON values.
    """
    network = source.network
    config = {k: v for k, v in network.get_config().items() if k not in ("name", "trainable", "dtype")}
    if network.conditions:
        extra["conditions"] = [condition._asdict() for condition in network.conditions]
    return {
        "name": source.name,
        "task": source.task.name,
        "factor": source.factor,
        "form": form,
        "precision": precision,
        "signatures": signatures,
        **source.choices,
        **extra,
        "network": {
            "class": type(network).__name__,
            "config": config,
            "file": source.file,
            "sha256": source.sha256,
            "ships": source.ships,
        },
        "licence": licence or source.licence or "not stated",
        "recipe": source.recipe,
        "versions": versions(),
        "sha256": sha256,
    }


def folder_digests(folder):
    """``{path within the folder: sha256}`` of all files below it but the card."""
    folder = Path(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CARD)
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}


def write_card(path, card):
    """Writes a card, whole or not at all."""
    write_json(path, card)


def card_path(artifact):
    """Where the card of an artifact lies: within a SavedModel; beside ``x.tflite`` as ``x.model_card.json``.

    Beside ``x.onnx`` as ``x.onnx.model_card.json``, so that both forms can lie in one folder.
    """
    artifact = Path(artifact)
    if artifact.is_dir():
        return artifact / CARD
    return artifact.with_name(f"{artifact.name if artifact.suffix == '.onnx' else artifact.stem}.{CARD}")


def read_card(artifact):
    """The card of an artifact.

    Raises:
        UserError: there is none, or it is not a model card in JSON, as :data:`SHAPE` has it.
    """
    path = card_path(artifact)
    if not path.exists():
        place = "in" if path.parent == Path(artifact) else "beside"
        raise UserError(f"{artifact}: expected an artifact with {path.name} {place} it. Received: none")
    card = read_json(path, "a model card", SHAPE)
    if fault := json_fault(card["signatures"], OF_EACH_SIGNATURE, "signatures"):
        raise UserError(f"{path}: expected a model card. Received: one with {fault}")
    shape, unknown = fixed_shape(card), card["signatures"].keys() - SIGNATURES
    if len(shape) != 4 or unknown:
        received = f"signature {sorted(unknown)[0]!r:.60}" if unknown else f"{len(shape)} axes"
        raise UserError(f"{path}: expected a model card of signatures {', '.join(SIGNATURES)}. Received: {received}")
    if None not in shape[1:3] and shape[1] * shape[2] * card["factor"] ** 2 > MAX_PIXELS:
        raise UserError(f"{path}: expected results of at most {MAX_PIXELS} pixels. Received: of {shape[1]}x{shape[2]}")
    return card


def fixed_shape(card):
    """The shape of the images that an artifact takes: None for each axis that is of any size."""
    shape = card["signatures"]["serving_default"]["inputs"]["images"]["shape"]
    return [size if isinstance(size, int) else None for size in shape]
