"""Small picture files of every format and kind that is read, made here."""

import io

import numpy as np
from PIL import Image, features


def picture_files(side=24):
    """``{name: bytes}``: sound files, of noise over a gradient."""
    generator = np.random.default_rng(0)
    ramp = np.linspace(0, 200, side)[None, :, None]
    rgb = (ramp + generator.integers(0, 56, (side, side + 7, 3))[:, :side]).astype(np.uint8)
    image = Image.fromarray(rgb)
    alpha = image.copy()
    alpha.putalpha(Image.fromarray(generator.integers(0, 256, (side, side), np.uint8)))
    grey = image.convert("L")
    grey16 = Image.fromarray(generator.integers(0, 65536, (side, side), np.uint16))
    floats = Image.fromarray(generator.random((side, side), np.float32))
    whole = Image.fromarray(generator.integers(0, 2**31 - 1, (side, side), np.int32))
    palette = image.quantize(16)
    frames = [image.rotate(90 * turn) for turn in (1, 2)]
    animated = {"save_all": True, "append_images": frames, "duration": 40}
    exif = Image.Exif()
    exif[0x0112] = 6
    text = {"comment": b"x" * 300}
    files = {
        "jpeg": (image, "JPEG", {"exif": exif}),
        "jpeg_progressive": (image, "JPEG", {"progressive": True, "quality": 30}),
        "jpeg_grey": (grey, "JPEG", text),
        "jpeg_cmyk": (image.convert("CMYK"), "JPEG", {}),
        "jpeg_mpo": (image, "MPO", {"save_all": True, "append_images": frames}),
        "png": (image, "PNG", {"icc_profile": _profile()}),
        "png_alpha": (alpha, "PNG", {}),
        "png_grey": (grey, "PNG", {"transparency": 3}),
        "png_16": (grey16, "PNG", {}),
        "png_palette": (palette, "PNG", {"transparency": 1, "bits": 4}),
        "png_bits": (grey.convert("1"), "PNG", {}),
        "png_animated": (image, "PNG", animated),
        "webp": (image, "WEBP", {"quality": 60}),
        "webp_alpha": (alpha, "WEBP", {"lossless": True}),
        "webp_animated": (image, "WEBP", animated),
        "gif": (palette, "GIF", {}),
        "gif_animated": (image, "GIF", animated),
        "bmp": (image, "BMP", {}),
        "bmp_palette": (palette, "BMP", {}),
        "tiff": (image, "TIFF", {"compression": "tiff_lzw"}),
        "tiff_raw": (alpha, "TIFF", {}),
        "tiff_float": (floats, "TIFF", {}),
        "tiff_16": (grey16, "TIFF", {"compression": "tiff_adobe_deflate"}),
        "tiff_32": (whole, "TIFF", {}),
    }
    if features.check("avif"):
        files["avif"] = (image, "AVIF", {})
    return {name: _encoded(*how) for name, how in files.items()}


def _profile():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _encoded(image, file_format, options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()
