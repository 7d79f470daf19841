"""Formats of image files, by name. Light: commands name them before Pillow is imported."""

# Formats that are written, by the name that users give, as Pillow calls them.
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "bmp": "BMP", "tiff": "TIFF"}
# How names of files of these formats end.
SUFFIXES = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".png": "png",
    ".webp": "webp",
    ".bmp": "bmp",
    ".tif": "tiff",
    ".tiff": "tiff",
}
# How names of files that are read end.
EXTENSIONS = (*SUFFIXES, ".gif")
