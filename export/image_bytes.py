"""Encoded images within a graph: bytes in, PNG out, with alpha as `common.image_io` treats it."""

import tensorflow as tf

from common.pixels import to_uint8
from superres.bicubic import bicubic_resize


def decode(encoded):
    """Decodes one image.

    Grey and palette become RGB, 16 bits are scaled to 8, CMYK JPEG is converted, of an animation the first
    frame is taken. Alpha is kept apart: colours are composed over white. EXIF orientation and colour
    profiles are not applied: TensorFlow's decoders pass them over.

    Args:
        encoded: scalar string: JPEG, PNG, GIF, BMP or WebP.

    Returns:
        (rgb, alpha): uint8 (height, width, 3) and (height, width, 1), opaque where there is no alpha.

    Bytes that are no image raise InvalidArgumentError, which a server sends as that request's answer.
    """
    pixels = tf.io.decode_image(encoded, channels=0, expand_animations=False)
    pixels.set_shape((None, None, None))
    channels = tf.shape(pixels)[2]
    colours = tf.gather(pixels, tf.range(3) * tf.cast(channels >= 3, tf.int32), axis=2)
    has_alpha = channels % 2 == 0
    alpha = tf.where(has_alpha, pixels[..., -1:], tf.constant(255, tf.uint8))
    opacity = tf.cast(alpha, tf.float32) / 255.0
    rgb = to_uint8(tf.cast(colours, tf.float32) * opacity + 255.0 * (1.0 - opacity))
    return tf.ensure_shape(rgb, (None, None, 3)), tf.ensure_shape(alpha, (None, None, 1))


def encode(rgb, alpha):
    """PNG bytes of uint8 (height, width, 3), with an alpha channel where `alpha` is not opaque everywhere.

    Args:
        rgb: uint8 (height, width, 3).
        alpha: uint8 (any height, any width, 1); enlarged bicubically to the size of `rgb`.

    Returns:
        scalar string.
    """

    def with_alpha():
        height, width = tf.shape(rgb)[0], tf.shape(rgb)[1]
        mask = to_uint8(bicubic_resize(tf.cast(alpha, tf.float32)[None], height, width))[0]
        return tf.io.encode_png(tf.concat([rgb, mask], axis=2))

    opaque = tf.reduce_all(tf.equal(alpha, 255))
    return tf.cond(opaque, lambda: tf.io.encode_png(rgb), with_alpha)
