"""Loads an artifact in a fresh process and compares what it computes with the Keras network."""

import contextlib
import dataclasses
import os
from pathlib import Path

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import encode, read_photo
from fast_style.common.networks.rebuilding import in_precision
from fast_style.common.networks.source import find_network
from fast_style.common.reports.text import text_table
from fast_style.export.comparison import FLOORS, photographs, psnr
from fast_style.export.fresh_process import FreshProcess
from fast_style.export.model_card import fixed_shape, read_card
from fast_style.export.styled_source import fixed_styles
from fast_style.export.variation import seeded_source
from fast_style.export.weights_input import NAME, is_mapped, sample_weights

# (height, width) that artifacts of any size are compared at; the second is odd.
SIZES = [(96, 128), (75, 101)]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One input through one signature.

    Attributes:
        signature: its name.
        height, width: of the input in pixels.
        difference: largest of any pixel and channel, of 255; NaN where the artifact computes no number.
        psnr: in dB; infinite where nothing differs, -inf where the artifact computes something that is not finite.
        floor: what `psnr` must reach.
    """

    signature: str
    height: int
    width: int
    difference: float
    psnr: float
    floor: float

    @property
    def holds(self):
        """Whether it is within tolerance."""
        return self.psnr >= self.floor


def verify(
    artifact: str | os.PathLike,
    against: str | os.PathLike | None = None,
    process: FreshProcess | None = None,
) -> list[Comparison]:
    """Comparison of an artifact with the Keras network at two sizes, one odd; of a fixed size, at that one.

    The artifact is loaded in a process of its own that cannot import this package, by
    ``tf.saved_model.load``, LiteRT or ONNX Runtime, and run on sample photographs through every signature.

    >>> import tempfile, superres
    >>> from fast_style.export import export_tflite, find_network, verify
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     superres.SRCNN(factor=2).save(f"{folder}/tiny.keras")
    ...     card = export_tflite(find_network(f"{folder}/tiny.keras"), f"{folder}/tiny.tflite", size=(16, 24))
    ...     comparisons = verify(f"{folder}/tiny.tflite", against=f"{folder}/tiny.keras")
    >>> all(one.holds for one in comparisons)
    True

    Args:
        artifact: folder of a SavedModel, or a ``.tflite`` or ``.onnx`` file, with its model card.
        against: shipped name or ``.keras`` file of the network, which need not be the one that the
            artifact was made from. Default: the shipped one that the card names.
        process: an open FreshProcess, for the next of several artifacts. Default: one for this alone.

    Returns:
        list of Comparison, one a photograph and signature: ``signature``, ``height``, ``width``, the largest
        ``difference`` of 255, the ``psnr`` in dB, the ``floor`` that it must reach, and ``holds``, whether it does.

    Raises:
        UserError: no such artifact or network, one that was trained on since it shipped, an artifact
            that does not load or is for another size.
    """
    artifact = Path(artifact)
    if not artifact.exists():
        raise UserError(
            f"ARTIFACT: expected a SavedModel, a .tflite or an .onnx file. Received: {artifact} (no such file)"
        )
    card = read_card(artifact)
    source = find_network(against or _shipped(artifact, card), argument="--against")
    made_from = card["network"]["sha256"]
    if against is None and source.sha256 != made_from:
        raise UserError(
            f"--against: expected the network that {artifact} was made from, sha256 {made_from}. Received: none, and "
            f"the {source.name} that ships is another by now, sha256 {source.sha256}"
        )
    if card.get("styles"):
        source = fixed_styles(source, card["styles"], card.get("stroke") or 1.0)
    if card.get("seed") is not None:
        source = seeded_source(source, card["seed"])
    network = in_precision(source.network, "float32")
    images = photographs(_sizes(card))[: len(SIZES)]
    inputs, expected = {}, {}
    for signature in card["signatures"]:
        mapped = is_mapped(card, signature)
        for number, image in enumerate(images):
            inputs[f"{signature}/{number}"] = _input(signature, image)
            weights = () if mapped is None else (_weights(artifact, network, number, image, mapped),)
            inputs |= {f"{signature}/{number}/{NAME}": one for one in weights}
            if (mapped, number) not in expected:
                expected[mapped, number] = network.render(image[None], *weights).numpy()[0]
    with contextlib.nullcontext(process) if process else FreshProcess() as process:
        outputs = process.run(artifact, inputs)
    comparisons = []
    for number, image in enumerate(images):
        for signature in card["signatures"]:
            picture = expected[is_mapped(card, signature), number]
            received = _output(signature, outputs[f"{signature}/{number}"])
            if received.shape != picture.shape:
                raise UserError(
                    f"{artifact}: expected a result of {picture.shape}. Received: {received.shape}; "
                    f"is it of the network {source.name}?"
                )
            difference = np.abs(received.astype(np.float64) - picture).max()
            comparisons.append(
                Comparison(
                    signature,
                    *image.shape[:2],
                    float(difference),
                    psnr(picture, received),
                    FLOORS[card["precision"]],
                )
            )
    return comparisons


def _weights(artifact, network, number, image, mapped):
    if not network.conditions:
        raise UserError(f"--against: expected a network of several paintings, as {artifact} is. Received: one of one")
    return sample_weights(network, number, image.shape[:2], mapped)


def _shipped(artifact, card):
    if not card["network"]["ships"]:
        raise UserError(
            f"--against: expected the network that {artifact} was made from, {card['network']['file']}, "
            "because it does not ship. Received: none"
        )
    return card["name"]


def _sizes(card):
    """Input sizes that an artifact can be compared at."""
    size = tuple(fixed_shape(card)[1:3])
    if None not in size:
        return [size]
    most = card.get("max_pixels", float("inf")) / card["factor"] ** 2
    return [fitting(size, most) for size in SIZES]


def fitting(size, most):
    """A size of at most so many pixels, by halving; odd sides stay odd."""
    while size[0] * size[1] > most and size != (1, 1):
        size = tuple(max(1, side // 2 | side % 2) for side in size)
    return size


def _input(signature, image):
    if signature == "serve_bytes":
        return np.frombuffer(encode(image, "png"), np.uint8)
    return image[None].astype(np.float32 if signature == "serve_float" else np.uint8)


def _output(signature, array):
    """(height, width, 3) of what a signature answers for one image, rounded; uint8 would make numbers of NaN."""
    if signature == "serve_bytes":
        return read_photo(array.tobytes()).on_white()
    return np.rint(array[0])


def table(comparisons):
    """Comparisons as text, a line each."""
    rows = [("signature", "size", "largest", "PSNR dB", "floor", "")]
    for one in comparisons:
        figures = f"{one.width}x{one.height}", f"{one.difference:.0f}", f"{one.psnr:.1f}", f"{one.floor:.0f}"
        rows.append((one.signature, *figures, "ok" if one.holds else "OUT OF TOLERANCE"))
    return "\n".join(text_table(rows))
