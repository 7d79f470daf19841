"""A loaded image of any mode -> RGB and alpha of 8 bits, strip by strip: beside both, a strip is all that it takes."""

import contextlib
import io

import numpy as np
from PIL import ExifTags, Image, ImageCms

from fast_style.common.images.grey_levels import GreyLevels
from fast_style.common.images.strips import STRIP_PIXELS, row_strips
from fast_style.common.images.transparency import colour_hidden

# EXIF orientation -> what stands upright, seen as the file has it: an array that is written row by row as it is read.
AS_FILED = {
    2: lambda array: array[:, ::-1],
    3: lambda array: array[::-1, ::-1],
    4: lambda array: array[::-1],
    5: lambda array: array.swapaxes(0, 1),
    6: lambda array: array[:, ::-1].swapaxes(0, 1),
    7: lambda array: array[::-1, ::-1].swapaxes(0, 1),
    8: lambda array: array[::-1].swapaxes(0, 1),
}
# Modes that Pillow converts to RGB, or RGBA where they have alpha, once the strip is its own.
ALPHA_MODES = ("LA", "La", "PA", "RGBA", "RGBa")
GREY_MODES = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def to_arrays(image):
    """What an image shows, upright and in sRGB.

    Args:
        image: PIL image, loaded; of PNG, with what :func:`fast_style.common.images.opening.opened` adds.

    Returns:
        (rgb, alpha): uint8 (height, width, 3), not mixed with anything behind it, and uint8 (height, width), None
        where all is opaque.
    """
    turn = AS_FILED.get(_orientation(image), lambda array: array)
    height, width = turn(np.empty((image.height, image.width, 0), np.uint8)).shape[:2]
    rgb = np.empty((height, width, 3), np.uint8)
    has_alpha = image.mode in ALPHA_MODES or image.info.get("transparency") is not None
    alpha = np.empty((height, width), np.uint8) if has_alpha else None
    convert = _converter(image)
    filed_rgb, filed_alpha = turn(rgb), None if alpha is None else turn(alpha)
    for rows, strip in _strips(image):
        filed_rgb[rows] = convert(strip)
        if has_alpha:
            filed_alpha[rows] = _alpha(image, strip, rows)
    if has_alpha and alpha.min() == 255:
        alpha = None
    if alpha is not None:
        colour_hidden(rgb, alpha)
    return rgb, alpha


def _strips(image):
    """(slice of rows, image of them) from top to bottom."""
    for rows in row_strips(image.height, image.width, STRIP_PIXELS):
        yield rows, image.crop((0, rows.start, image.width, rows.stop))


def _orientation(image):
    """``ImageOps.exif_transpose`` fails where any other tag is malformed."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # whatever Pillow raises for EXIF data that it cannot parse
        return None


def _converter(image):
    """Function from a strip to uint8 (height, width, 3)."""
    profile = _profile(image)
    space = profile.profile.xcolor_space.strip() if profile else None
    if image.mode in GREY_MODES:
        return _grey_converter(image, profile, space)
    mode = {"P": "RGB", "PA": "RGB", "RGBA": "RGB", "RGBa": "RGB", "RGBX": "RGB"}.get(image.mode, image.mode)
    if mode == "LAB":
        profile = ImageCms.createProfile("LAB")
        transform = _transform(profile, "LAB")
    elif mode == "CMYK":
        transform = _transform(profile, "CMYK") if space == "CMYK" else None
    else:
        mode = "RGB"
        transform = _transform(profile, "RGB") if space == "RGB" else None
        if space == "GRAY" and image.mode in ("P", "PA"):
            grey = _grey_table(profile)
            return lambda strip: _grey_palette(_as_rgb(strip), grey)

    def convert(strip):
        strip = _as_rgb(strip) if mode == "RGB" else strip
        converted = ImageCms.applyTransform(strip, transform) if transform else strip
        return np.asarray(converted if converted.mode == "RGB" else converted.convert("RGB"))

    return convert


def _as_rgb(strip):
    """Colours alone: what Pillow mixes alpha into is taken apart first."""
    if strip.mode in ("P", "PA", "RGBa"):
        strip.info.pop("transparency", None)
        strip = strip.convert("RGBA")
    return strip if strip.mode == "RGB" else strip.convert("RGB")


def _grey_converter(image, profile, space):
    def pixels_of(strip):
        if strip.mode in as_mode:
            strip = strip.convert(as_mode[strip.mode])
        return np.asarray(strip.getchannel("L") if strip.mode == "LA" else strip)

    as_mode = {"1": "L", "La": "LA"}
    plain = Image.new("L", (1, 1)) if image.mode in ("1", "LA", "La") else image
    levels = GreyLevels(plain, lambda: (pixels_of(strip) for _, strip in _strips(image)))
    table = _grey_table(profile) if space == "GRAY" else None
    transform = _transform(profile, "RGB") if space == "RGB" else None
    if table is None:
        table = np.repeat(np.rint(np.arange(65536) / 257).astype(np.uint8)[:, None], 3, axis=1)
    if transform:
        table = np.asarray(ImageCms.applyTransform(Image.fromarray(table[None]), transform))[0]
    return lambda strip: table[levels(pixels_of(strip))]


def _grey_palette(strip, table):
    """A palette of greys under a grey profile, which is none for colours: these stay as they are."""
    rgb = np.asarray(strip)
    grey = (rgb[..., :1] == rgb[..., 1:]).all(axis=-1, keepdims=True)
    return np.where(grey, table[rgb[..., 0].astype(np.uint16) * 257], rgb)


def _profile(image):
    """The embedded colour profile; None where there is none, or none that is of use."""
    content = image.info.get("icc_profile")
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return ImageCms.ImageCmsProfile(io.BytesIO(content)) if content else None
    return None


def _transform(profile, mode, flags=ImageCms.Flags.NONE):
    """To sRGB; None where the profile is of no use."""
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB", flags=flags)
    return None


def _grey_table(profile):
    """uint8 (65536, 3): the colour of each level of 16 bits under a grey profile; None where it is of no use."""
    # littleCMS would put curves together to one of few points, by which linear 100 of 65535 is 2 and not 5.
    transform = _transform(profile, "I;16", ImageCms.Flags.NOOPTIMIZE)
    if transform is None:
        return None
    levels = Image.fromarray(np.arange(65536, dtype=np.uint16).reshape(256, 256))
    return np.asarray(ImageCms.applyTransform(levels, transform)).reshape(65536, 3)


def _alpha(image, strip, rows):
    """uint8 (height, width) of a strip, of a channel or of one colour that is declared transparent."""
    transparent = image.info.get("transparency")
    if strip.mode in ("LA", "RGBA", "La", "RGBa"):
        return np.asarray(strip.getchannel("A" if strip.mode.isupper() else "a"))
    if strip.mode in ("P", "PA"):
        strip.info["transparency"] = transparent
        if transparent is None:
            strip.info.pop("transparency")
        return np.asarray(strip.convert("RGBA").getchannel("A"))
    pixels = np.asarray(strip.convert("L") if strip.mode == "1" else strip)
    if "low_bytes" in image.info:  # of 16-bit RGB, which Pillow reads the first bytes of
        low = np.asarray(image.info["low_bytes"].crop((0, rows.start, image.width, rows.stop)))
        pixels = pixels.astype(np.uint16) << 8 | low
    same = pixels == np.asarray(transparent)
    return np.where(same.all(axis=-1) if same.ndim == 3 else same, 0, 255).astype(np.uint8)
