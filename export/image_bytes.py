"""Encoded images within a graph: bytes in, PNG out, as `fast_style.common.images.image_io` reads and writes them.

Everything is decided from the bytes by operations whose results the decoders are given, so that no optimisation of a
graph, such as folding what is constant, can put a decoder in front of a check.
"""

import functools

import tensorflow as tf

from fast_style.common.images.opening import JPEG_END, JPEG_NOISE
from fast_style.common.images.pixels import to_uint8
from fast_style.common.images.transparency import SQUARES
from superres.bicubic import bicubic_resize

# APP14 of a JPEG: "the four channels are inks as Adobe writes them", which is how Pillow takes them in any case.
ADOBE_MARKER = b"\xff\xee\x00\x0eAdobe\x00\x64" + bytes(5)
# Where the flags of an extended WebP stand, and those of an animation with alpha.
WEBP_FLAGS, WEBP_ANIMATED_ALPHA = 20, b"\x12"


def decode(encoded, check=None):
    """Decodes one image.

    Grey and palette become RGB, more than 8 bits are scaled to 8, CMYK JPEG is converted, of an animation the first
    frame is taken. Alpha is kept apart, colours are as they are without it. The orientation in EXIF or XMP is
    applied. Colour profiles are not: TensorFlow's decoders pass them over; nor do they know the transparency of GIF.
    BMP is taken as opaque, its fourth byte being undefined.

    Args:
        encoded: scalar string: JPEG, PNG, GIF, WebP, or BMP of 24 or 32 bits.
        check: function from the shape of an image, int64 (height, width, channels), to operations that refuse it;
            they run on what the header declares before that is decoded, and again on what was decoded.

    Returns:
        (rgb, alpha): uint8 (height, width, 3) and (height, width, 1), opaque where there is no alpha.

    Bytes that are no image raise InvalidArgumentError, which a server sends as that request's answer.
    """
    content = tf.io.decode_raw(encoded, tf.uint8)
    is_bmp = _begins(encoded, b"BM")
    kind = tf.cast(_begins(encoded, b"\xff\xd8\xff"), tf.int32) + 2 * tf.cast(_begins(encoded, b"\x89PNG"), tf.int32)
    segments = _jpeg_frame(content)
    with tf.control_dependencies(check(_declared_shape(encoded, content, segments)) if check else ()):
        encoded, content = tf.identity(encoded), tf.identity(content)
    decoders = (_decode_other, lambda *both: _decode_jpeg(*both, segments[0]), _decode_png)
    pixels = tf.switch_case(kind, [lambda decoder=decoder: decoder(encoded, content) for decoder in decoders])
    pixels.set_shape((None, None, None))
    # Of a palette BMP the decoder gives the numbers of colours as grey.
    true_colour = tf.debugging.Assert(
        tf.logical_or(tf.logical_not(is_bmp), tf.shape(pixels)[2] >= 3), ["BMP: expected 24 or 32 bits a pixel"]
    )
    with tf.control_dependencies([true_colour, *(check(tf.shape(pixels, tf.int64)) if check else ())]):
        pixels = tf.identity(pixels)
    pixels = upright(pixels, orientation(encoded))
    channels = tf.shape(pixels)[2]
    rgb = tf.gather(pixels, tf.range(3) * tf.cast(channels >= 3, tf.int32), axis=2)
    has_alpha = tf.logical_and(channels % 2 == 0, tf.logical_not(is_bmp))
    alpha = tf.where(has_alpha, pixels[..., -1:], tf.constant(255, tf.uint8))
    rgb = tf.cond(tf.reduce_all(alpha > 0), lambda: rgb, lambda: colour_hidden(rgb, alpha))
    return tf.ensure_shape(rgb, (None, None, 3)), tf.ensure_shape(alpha, (None, None, 1))


def _begins(encoded, start, position=0):
    return tf.strings.substr(encoded + bytes(position + len(start)), position, len(start)) == start


def _number(content, position, size, big=True):
    """A whole number of `size` bytes, a scalar int64; beyond the end they are zeros."""
    padded = tf.concat([content[position : position + size], tf.zeros(size, tf.uint8)], 0)[:size]
    digits = tf.cast(padded if big else tf.reverse(padded, [0]), tf.int64)
    return tf.reduce_sum(tf.bitwise.left_shift(digits, tf.range(8 * size - 8, -8, -8, dtype=tf.int64)))


def _declared_shape(encoded, content, frame):
    """(height, width, 3) that a header promises, int64: what is too large is refused before it is decoded."""

    def sides(places, size=2, big=True, mask=0xFFFF_FFFF, more=0):
        return tf.stack([tf.bitwise.bitwise_and(_number(content, at, size, big), mask) + more for at in places])

    def packed():
        bits = _number(content, 21, 4, False)
        sizes = tf.bitwise.right_shift(bits, tf.constant([14, 0], tf.int64))
        return tf.bitwise.bitwise_and(sizes, 0x3FFF) + 1

    is_webp = _begins(encoded, b"WEBP", 8)
    cases = [
        (_begins(encoded, b"\xff\xd8\xff"), lambda: tf.stack(frame[1:])),
        (_begins(encoded, b"\x89PNG"), lambda: sides((20, 16), 4)),
        (_begins(encoded, b"GIF8"), lambda: sides((8, 6), 2, False)),
        (is_webp & _begins(encoded, b"VP8X", 12), lambda: sides((27, 24), 3, False, more=1)),
        (is_webp & _begins(encoded, b"VP8L", 12), packed),
        (is_webp & _begins(encoded, b"VP8 ", 12), lambda: sides((28, 26), 2, False, 0x3FFF)),
    ]
    shape = tf.case(cases, default=lambda: tf.ones(2, tf.int64))
    return tf.concat([tf.maximum(shape, 1), [3]], 0)


def _decode_jpeg(encoded, content, channels):
    """RGB by the transform that Pillow uses too, pixel for pixel."""
    inks = tf.logical_and(channels == 4, tf.size(_places(content[: 1 << 16], b"Adobe")) == 0)
    marked = tf.strings.join([tf.strings.substr(encoded, 0, 2), ADOBE_MARKER, tf.strings.substr(encoded, 2, -1)])
    return _decode_endless(tf.where(inks, marked, encoded))


def _decode_endless(encoded):
    """RGB of a JPEG, where only its last two bytes are missing too, as Pillow and browsers read it.

    With an end put behind, the decoder fills in what is cut off, without a word. A picture that is whole does not
    change when noise is put before that end; one that is cut off does, and is decoded as it is, which is refused.
    """

    def decode(content):
        return tf.io.decode_jpeg(content, channels=3, dct_method="INTEGER_ACCURATE")

    def ended():
        half_an_end = tf.strings.substr(encoded, -1, 1) == JPEG_END[:1]
        content = tf.where(half_an_end, tf.strings.substr(encoded, 0, tf.strings.length(encoded) - 1), encoded)
        first, second = decode(content + JPEG_END), decode(content + JPEG_NOISE + JPEG_END)
        return tf.cond(tf.reduce_all(first == second), lambda: first, lambda: decode(encoded))

    return tf.cond(tf.strings.substr(encoded, -2, 2) == JPEG_END, lambda: decode(encoded), ended)


def _jpeg_frame(content):
    """(channels, height, width) that a JPEG declares, scalars int64; 0 where it does not, or of another format."""

    def is_searched(position, frame):
        return tf.logical_and(frame == 0, _number(content, position, 1) == 0xFF)

    def following(position, frame):
        # The frame's header has one of the markers C0 to CF but for three that are tables.
        marker = _number(content, position + 1, 1)
        is_table = tf.reduce_any(marker == tf.constant([0xC4, 0xC8, 0xCC], tf.int64))
        is_frame = tf.logical_and(marker // 16 == 0xC, tf.logical_not(is_table))
        length = tf.where(marker == 0xFF, tf.constant(1, tf.int64), 2 + _number(content, position + 2, 2))
        return position + tf.cast(length, tf.int32), tf.where(is_frame, position, frame)

    # With a limit: no file has as many segments in front of its picture.
    loop = (tf.where(tf.size(content) > 2, 2, 0), tf.constant(0))
    frame = tf.while_loop(is_searched, following, loop, maximum_iterations=10_000)[1]
    return [tf.where(frame > 0, _number(content, frame + at, size), 0) for at, size in ((9, 1), (5, 2), (7, 2))]


def _decode_png(encoded, content):
    """RGB of any PNG, RGBA with the colour that a chunk declares transparent.

    Of 16 bits, grey becomes the nearest of 8; of colours, and beside alpha, the first 8 are taken, as Pillow does.
    """

    def following(position, transparent):
        found = tf.reduce_all(content[position + 4 : position + 8] == tf.constant(list(b"tRNS"), tf.uint8))
        length = tf.minimum(_number(content, position, 4), 1 << 30)
        return position + 12 + tf.cast(length, tf.int32), tf.logical_or(transparent, found)

    def in_front_of_pixels(position, _):
        name = content[position + 4 : position + 8]
        return tf.logical_and(tf.size(name) == 4, tf.reduce_any(name[:4] != tf.constant(list(b"IDAT"), tf.uint8)))

    loop = (tf.constant(8), tf.constant(False))
    transparent = tf.while_loop(in_front_of_pixels, following, loop, maximum_iterations=10_000)[1]
    depth, colour_type = _number(content, 24, 1), _number(content, 25, 1)

    def decoded(channels):
        def nearest():
            pixels = tf.cast(tf.io.decode_png(encoded, channels=channels, dtype=tf.uint16), tf.float32)
            return tf.cast(tf.round(pixels / 257.0), tf.uint8)

        grey = tf.logical_and(depth == 16, colour_type == 0)
        return tf.cond(grey, nearest, lambda: tf.io.decode_png(encoded, channels=channels))

    # Alpha is asked for only where there is some: of fewer than 8 bits, TensorFlow adds one of that many.
    return tf.cond(transparent | (colour_type >= 4), lambda: decoded(4), lambda: decoded(3))


def _decode_other(encoded, content):
    """GIF, BMP and WebP.

    An animated WebP is always taken as one with alpha: of one without, TensorFlow 2.21 writes four channels into the
    room of three, which ends the process.
    """
    flags = _number(content, WEBP_FLAGS, 1)
    animated = _begins(encoded, b"WEBPVP8X", 8) & (tf.size(content) > WEBP_FLAGS) & (flags // 2 % 2 == 1)
    padded = tf.where(animated, encoded, bytes(WEBP_FLAGS + 1))
    front, back = tf.strings.substr(padded, 0, WEBP_FLAGS), tf.strings.substr(padded, WEBP_FLAGS + 1, -1)
    marked = tf.strings.join([front, WEBP_ANIMATED_ALPHA, back])
    return tf.io.decode_image(tf.where(animated, marked, encoded), channels=0, expand_animations=False)


def _places(content, pattern):
    """Where bytes occur: int32 (occurrences,), from the first on."""
    padded = tf.concat([content, tf.zeros(len(pattern), tf.uint8)], 0)
    begins = [padded[i : tf.size(content) + i] == byte for i, byte in enumerate(pattern[:4])]
    candidates = tf.cast(tf.where(functools.reduce(tf.logical_and, begins))[:, 0], tf.int32)
    windows = tf.gather(padded, candidates[:, None] + tf.range(len(pattern)))
    return tf.boolean_mask(candidates, tf.reduce_all(windows == tf.constant(list(pattern), tf.uint8), axis=1))


def orientation(encoded):
    """Orientation of a JPEG, PNG or WebP by EXIF, and by XMP where that does not say: a scalar int32 of 1 to 8.

    It is 1 where there is none, or in another format.

    Args:
        encoded: scalar string.
    """
    is_jpeg, is_png = _begins(encoded, b"\xff\xd8"), _begins(encoded, b"\x89PNG")
    is_webp = _begins(encoded, b"WEBP", 8)
    # What stands in front of the picture of a JPEG; PNG and WebP may have it behind theirs.
    content = tf.io.decode_raw(tf.where(is_jpeg, tf.strings.substr(encoded, 0, 1 << 20), encoded), tf.uint8)
    # Bytes of zeros behind: no read is beyond the end.
    head = tf.concat([content, tf.zeros(24, tf.uint8)], 0)

    def searched():
        found, value = _exif_orientation(head, tf.where(is_jpeg, 0, tf.where(is_png, 1, 2)))
        return tf.where(found, value, _xmp_orientation(head))

    value = tf.cond(is_jpeg | is_png | is_webp, searched, lambda: 1)
    return tf.where(tf.logical_and(value >= 1, value <= 8), value, 1)


def _exif_orientation(head, kind):
    """(whether EXIF has one, its value)."""
    last = tf.size(head) - 1

    def number(position, size):
        """Whole numbers of `size` bytes at positions in the TIFF structure, in its byte order."""
        places = tf.clip_by_value(start + position[:, None] + tf.range(size), 0, last)
        digits = tf.cast(tf.gather(head, places), tf.int32)
        digits = tf.where(little, digits, tf.reverse(digits, [1]))
        return tf.reduce_sum(tf.bitwise.left_shift(digits, 8 * tf.range(size)), axis=1)

    # The name of the segment or chunk, and the bytes up to its content.
    names = ((b"Exif\0\0", 6), (b"eXIf", 4), (b"EXIF", 8))
    starts = tf.switch_case(
        kind, [lambda name=name, skipped=skipped: _places(head, name)[:1] + skipped for name, skipped in names]
    )
    start = tf.reduce_sum(starts)
    # Some writers of WebP repeat the name that JPEG has.
    start += 6 * tf.cast(tf.size(_places(head[start : start + 6], b"Exif\0\0")) > 0, tf.int32)
    little = head[tf.minimum(start, last)] == ord("I")
    directory = tf.clip_by_value(number(tf.constant([4]), 4)[0], 0, last)
    entries = directory + 2 + 12 * tf.range(tf.minimum(number(directory[None], 2)[0], 64))
    is_orientation = number(entries, 2) == 0x0112
    value = tf.reduce_max(tf.where(is_orientation, number(entries + 8, 2), 0))
    return tf.logical_and(tf.size(starts) > 0, tf.reduce_any(is_orientation)), value


def _xmp_orientation(head):
    """The digit behind ``tiff:Orientation="`` or ``tiff:Orientation>``; 1 where there is none."""
    digits = []
    for pattern in (b'tiff:Orientation="', b"tiff:Orientation>"):
        places = _places(head, pattern)[:1] + len(pattern)
        digits.append(tf.cast(tf.gather(head, places), tf.int32) - ord("0"))
    return tf.concat([*digits, [1]], 0)[0]


def colour_hidden(rgb, alpha):
    """As :func:`fast_style.common.images.transparency.colour_hidden`, in a graph.

    Args:
        rgb: uint8 (height, width, 3).
        alpha: uint8 (height, width, 1).

    Returns:
        uint8 (height, width, 3).
    """
    weights = tf.cast(alpha, tf.float32)
    weighted = tf.concat([tf.cast(rgb, tf.float32) * weights, weights], axis=2)
    total = tf.reduce_sum(weighted, axis=(0, 1))
    colours = tf.where(total[3] > 0, tf.math.divide_no_nan(total[:3], total[3]), 255.0)
    for side in reversed(SQUARES):
        means = weighted[None]
        for window in ((side, 1), (1, side)):  # in two passes: a square at once takes its side times as long
            means = tf.nn.avg_pool2d(means, window, 1, "SAME")
        sums, weight = means[0, ..., :3], means[0, ..., 3:]
        colours = tf.where(weight > 0, tf.math.divide_no_nan(sums, weight), colours)
    return tf.where(alpha > 0, rgb, to_uint8(colours))


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
