"""SavedModel: the form that TF Serving, TensorFlow's C++ and Java APIs and `tf.saved_model.load` read."""

import os

from fast_style.common.errors import UserError
from fast_style.common.images.pixels import to_uint8
from fast_style.common.networks.rebuilding import rebuilt
from fast_style.common.networks.source import Source
from fast_style.export.model_card import CARD, folder_digests, model_card, write_card
from fast_style.export.output import check_new_folder, whole_folder
from fast_style.export.settings import MAX_PIXELS, SAVED_MODEL_POLICIES
from fast_style.export.signatures import ensure_shape, write_signatures
from fast_style.export.weights_input import SIGNATURES, described_inputs, weights_shape, weights_specification


def export_saved_model(
    source: Source,
    folder: str | os.PathLike,
    *,
    precision: str = "float32",
    max_pixels: int = MAX_PIXELS,
    overwrite: bool = False,
    licence: str | None = None,
) -> dict:
    """SavedModel of a network, with three signatures or five, and ``model_card.json`` within it.

    - ``serving_default``: from ``images``, uint8 (batch, height, width, 3), to ``images``, uint8, factor times as high
      and wide.
    - ``serve_float``: the same in float32, 0..255.
    - ``serve_bytes``: from ``image_bytes``, string (batch,), JPEG, PNG, GIF, BMP or WebP, to ``image_bytes``, PNG.

    A network with conditions paints its first there. It has two more signatures, from ``images`` and ``weights`` of the
    conditions, float32, whose order the card has: ``serve_weights``, (batch or 1, conditions), and ``serve_map``,
    (batch or 1, height, width, conditions).

    >>> import tempfile, superres
    >>> from fast_style.export import export_saved_model, find_network
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     superres.SRCNN(factor=2).save(f"{folder}/tiny.keras")
    ...     card = export_saved_model(find_network(f"{folder}/tiny.keras"), f"{folder}/saved_model")
    >>> sorted(card["signatures"])
    ['serve_bytes', 'serve_float', 'serving_default']

    Args:
        source: of :func:`find_network`.
        folder: new or empty; it appears whole or not at all.
        precision: ``"float32"`` (default) or ``"bfloat16"`` for what is computed between input and output.
        max_pixels: that the results of one request may have, at least 1, all images of its batch together; of
            ``serve_bytes``, which computes one image after the other, each. A request for more is
            answered by InvalidArgument rather than by a server out of memory.
        overwrite: replace an export that is there. Default: False.
        licence: of the weights, for the card. Default: that which ships with them.

    Returns:
        the model card, a dict.

    Raises:
        UserError: an unknown precision, a folder that is not empty, a disk that is full.
    """
    if precision not in SAVED_MODEL_POLICIES:
        raise UserError(f"precision: expected one of {', '.join(SAVED_MODEL_POLICIES)}. Received: {precision!r}")
    check_new_folder(folder, overwrite)
    with whole_folder(folder) as part:
        write_saved_model(source, part, precision, max_pixels)
        card = saved_model_card(source, part, precision, max_pixels, licence)
        write_card(part / CARD, card)
    return card


def write_saved_model(source, folder, precision="float32", max_pixels=MAX_PIXELS):
    """Writes the files of a SavedModel into a folder that is there."""
    import tensorflow as tf

    from fast_style.export.image_bytes import decode, encode

    network, factor = rebuilt(source.network, SAVED_MODEL_POLICIES[precision]), source.factor
    array = (None, None, None, 3)

    def check(shape):
        """Operations that refuse what is empty or too large, of the lengths whose product is the number of pixels."""
        pixels = tf.reduce_prod(tf.cast(shape, tf.int64)) * factor**2
        return [
            tf.debugging.assert_positive(pixels, "images: expected at least one pixel"),
            tf.debugging.assert_less_equal(
                pixels,
                tf.constant(max_pixels, tf.int64),
                f"images: expected a result of at most {max_pixels} pixels",
            ),
        ]

    def compute(images, *weights):
        """float32 (batch, height, width, 3), not clipped."""
        images = ensure_shape(images, array)
        checks = [one for given in weights for one in check_weights(tf.shape(images), given)]
        with tf.control_dependencies([*check(tf.shape(images)[:3]), *checks]):
            return network(tf.identity(images), *weights, training=False)

    def check_weights(shape, weights):
        """Operations that refuse weights of another picture, or that are no numbers."""
        of = tf.shape(weights)[:-1]
        fits = tf.equal(of, shape[: len(weights.shape) - 1])
        fits = tf.concat([fits[:1] | tf.equal(of[:1], 1), fits[1:]], 0)
        finite = tf.reduce_all(tf.math.is_finite(weights))
        return [
            tf.debugging.Assert(tf.reduce_all(fits), ["weights: expected those of the images. Received: shape", of]),
            tf.debugging.Assert(finite, ["weights: expected finite numbers"]),
        ]

    def serving_default(images):
        return {"images": to_uint8(compute(images))}

    def serve_weights(images, weights):
        return {"images": to_uint8(compute(images, ensure_shape(weights, weights_shape(network, False))))}

    def serve_map(images, weights):
        return {"images": to_uint8(compute(images, ensure_shape(weights, weights_shape(network, True))))}

    def serve_float(images):
        return {"images": tf.clip_by_value(compute(images), 0.0, 255.0)}

    def one_png(encoded):
        rgb, alpha = decode(encoded, lambda shape: check(shape[:2]))
        return encode(to_uint8(compute(rgb[None]))[0], alpha)

    def serve_bytes(image_bytes):
        image_bytes = ensure_shape(image_bytes, (None,))
        # One after the other: images of a batch differ in size, and memory is for one at a time.
        return {"image_bytes": tf.map_fn(one_png, image_bytes, fn_output_signature=tf.string, parallel_iterations=1)}

    images = tf.TensorSpec(array, tf.uint8, "images")
    signatures = {
        "serving_default": (serving_default, images),
        "serve_float": (serve_float, tf.TensorSpec(array, tf.float32, "images")),
        "serve_bytes": (serve_bytes, tf.TensorSpec((None,), tf.string, "image_bytes")),
    }
    if network.conditions:
        for function, mapped in ((serve_weights, False), (serve_map, True)):
            signatures[function.__name__] = (function, images, *weights_specification(network, mapped))
    write_signatures(folder, network, signatures)


def saved_model_card(source, folder, precision, max_pixels, licence=None):
    """The model card of a SavedModel that lies in a folder."""
    array = ["batch", "height", "width", 3]
    larger = array if source.factor == 1 else ["batch", f"height * {source.factor}", f"width * {source.factor}", 3]

    def images(dtype, shape):
        return {"images": {"dtype": dtype, "shape": shape, "range": [0, 255]}}

    def encoded(formats):
        return {"image_bytes": {"dtype": "string", "shape": ["batch"], "content": formats}}

    signatures = {
        "serving_default": {"inputs": images("uint8", array), "outputs": images("uint8", larger)},
        "serve_float": {"inputs": images("float32", array), "outputs": images("float32", larger)},
        "serve_bytes": {"inputs": encoded("JPEG, PNG, GIF, BMP or WebP"), "outputs": encoded("PNG")},
    }
    if source.network.conditions:
        for name, mapped in SIGNATURES.items():
            inputs = images("uint8", array) | described_inputs(source.network, mapped)
            signatures[name] = {"inputs": inputs, "outputs": images("uint8", larger)}
    return model_card(
        source, "saved_model", precision, signatures, folder_digests(folder), licence, max_pixels=max_pixels
    )
