"""Formats of image files, by name. Light: commands name them before Pillow is imported."""

from pathlib import Path

# Formats that are written, by the name that users give, as Pillow calls them.
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "bmp": "BMP", "tiff": "TIFF"}
# How names of files of these formats end.
SUFFIXES = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".jpe": "jpg",
    ".jfif": "jpg",
    ".png": "png",
    ".webp": "webp",
    ".bmp": "bmp",
    ".tif": "tiff",
    ".tiff": "tiff",
}
# Formats that are read, as Pillow calls them; by no other is a file opened, whatever it holds. JPEG includes MPO,
# several pictures in a file. AVIF is read where Pillow was built with it, HEIF where pillow-heif is installed.
READ_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "HEIF")
# How names of files that are read end.
EXTENSIONS = (*SUFFIXES, ".gif", ".mpo", ".avif", ".heic", ".heif", ".hif")


def format_of_result(source):
    """Key of `FORMATS` for the result of a photograph of this name: its own format, PNG where that is not written."""
    suffix = Path(source).suffix.lower()
    return "jpg" if suffix == ".mpo" else SUFFIXES.get(suffix, "png")
