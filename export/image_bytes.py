"""Encoded images within a graph: bytes in, PNG out, with alpha as `fast_style.common.images.image_io` treats it."""

import tensorflow as tf

from fast_style.common.images.pixels import to_uint8
from superres.bicubic import bicubic_resize


def decode(encoded, check=None):
    """Decodes one image.

    Grey and palette become RGB, 16 bits are scaled to 8, CMYK JPEG is converted, of an animation the first
    frame is taken. Alpha is kept apart: colours are composed over white. A JPEG's EXIF orientation is
    applied. Colour profiles are not: TensorFlow's decoders pass them over; nor do they know the transparency
    of GIF. BMP is taken as opaque, its fourth byte being undefined.

    Args:
        encoded: scalar string: JPEG, PNG, GIF, WebP, or BMP of 24 or 32 bits.
        check: function from the shape of the decoded image, int32 (height, width, channels), to operations
            that refuse it; they run before anything more is computed.

    Returns:
        (rgb, alpha): uint8 (height, width, 3) and (height, width, 1), opaque where there is no alpha.

    Bytes that are no image raise InvalidArgumentError, which a server sends as that request's answer.
    """
    pixels = tf.io.decode_image(encoded, channels=0, expand_animations=False)
    pixels.set_shape((None, None, None))
    is_bmp = tf.strings.substr(encoded, 0, 2) == b"BM"
    # Of a palette BMP the decoder gives the numbers of colours as grey.
    true_colour = tf.debugging.Assert(
        tf.logical_or(tf.logical_not(is_bmp), tf.shape(pixels)[2] >= 3), ["BMP: expected 24 or 32 bits a pixel"]
    )
    with tf.control_dependencies([true_colour, *(check(tf.shape(pixels)) if check else ())]):
        pixels = tf.identity(pixels)
    pixels = upright(pixels, orientation(encoded))
    channels = tf.shape(pixels)[2]
    colours = tf.gather(pixels, tf.range(3) * tf.cast(channels >= 3, tf.int32), axis=2)
    has_alpha = tf.logical_and(channels % 2 == 0, tf.logical_not(is_bmp))
    alpha = tf.where(has_alpha, pixels[..., -1:], tf.constant(255, tf.uint8))
    opacity = tf.cast(alpha, tf.float32) / 255.0
    rgb = to_uint8(tf.cast(colours, tf.float32) * opacity + 255.0 * (1.0 - opacity))
    return tf.ensure_shape(rgb, (None, None, 3)), tf.ensure_shape(alpha, (None, None, 1))


def orientation(encoded):
    """EXIF orientation of a JPEG, a scalar int32 of 1 to 8; 1 where there is none, or in another format.

    Args:
        encoded: scalar string.
    """
    # Of what stands in front of the picture, at most 64 KiB are EXIF. 16 zeros behind: no read is beyond the end.
    head = tf.cast(tf.io.decode_raw(tf.strings.substr(encoded, 0, 1 << 16) + bytes(16), tf.uint8), tf.int32)
    last = tf.size(head) - 1

    def number(position, size):
        """Whole numbers of `size` bytes at positions in the TIFF structure, in its byte order."""
        digits = tf.gather(head, tf.clip_by_value(start + position[:, None] + tf.range(size), 0, last))
        digits = tf.where(little, digits, tf.reverse(digits, [1]))
        return tf.reduce_sum(tf.bitwise.left_shift(digits, 8 * tf.range(size)), axis=1)

    marks = tf.stack([head[i : tf.size(head) - 5 + i] == byte for i, byte in enumerate(b"Exif\0\0")])
    places = tf.where(tf.reduce_all(marks, axis=0))[:, 0]
    is_jpeg = tf.strings.substr(encoded, 0, 2) == b"\xff\xd8"
    found = tf.logical_and(is_jpeg, tf.size(places) > 0)
    start = tf.cast(tf.reduce_sum(places[:1]), tf.int32) + 6
    little = head[tf.minimum(start, last)] == ord("I")
    directory = tf.clip_by_value(number(tf.constant([4]), 4)[0], 0, last)
    entries = directory + 2 + 12 * tf.range(tf.minimum(number(directory[None], 2)[0], 64))
    value = tf.reduce_max(tf.where(number(entries, 2) == 0x0112, number(entries + 8, 2), 0))
    return tf.where(tf.logical_and(found, tf.logical_and(value >= 1, value <= 8)), value, 1)


def upright(pixels, value):
    """Turns (height, width, channels) as an EXIF orientation of 1 to 8 asks; `value` is a scalar int32."""
    pixels = tf.cond(value >= 5, lambda: tf.transpose(pixels, (1, 0, 2)), lambda: pixels)
    for axis, values in ((0, (3, 4, 7, 8)), (1, (2, 3, 6, 7))):
        pixels = _reversed_if(tf.reduce_any(value == tf.constant(values)), pixels, axis)
    return pixels


def _reversed_if(condition, pixels, axis):
    return tf.cond(condition, lambda: tf.reverse(pixels, [axis]), lambda: pixels)


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
        mask = to_uint8(bicubic_resize(tf.cast(alpha, tf.float32)[None], height, width, quantize=True))[0]
        return tf.io.encode_png(tf.concat([rgb, mask], axis=2))

    opaque = tf.reduce_all(tf.equal(alpha, 255))
    return tf.cond(opaque, lambda: tf.io.encode_png(rgb), with_alpha)
