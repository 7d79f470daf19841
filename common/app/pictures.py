"""Pictures as the page shows them, and files as it hands them out."""

import hashlib
import re
import zipfile
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb, write_photo

# Long side in pixels of what is shown of a photograph; the file to save has them all.
SHOWN_SIDE = 1400
# Of a name in that of a small picture's file: of four bytes each, they and a digest are within the 255 that a file has.
LONGEST_WORDS = 40


def photo_input(label="Photograph: drop, paste, choose, or take one", camera=True, height=320, elem_id=None):
    """A component that takes a photograph; functions are given the path of the file as it was uploaded.

    The framework would open it first, by any decoder that Pillow has, and knows no line for what is no picture.
    """
    import gradio as gr

    sources = ["upload", "clipboard", *(["webcam"] if camera else [])]
    options = {"sources": sources, "type": "filepath", "image_mode": None, "buttons": []}
    photo = gr.Image(label=label, height=height, elem_id=elem_id, **options)
    photo.preprocess = lambda payload: payload and payload.path
    return photo


def shown(path, side=SHOWN_SIDE):
    """uint8 RGB of a file, at most `side` pixels high and wide."""
    from fast_style.common.images.geometry import limit_long_side

    return limit_long_side(as_rgb(str(path)), side)


def thumbnail(folder, picture, name):
    """Path of a small picture in a folder; given an array, the framework would write it anew whenever it is shown.

    Args:
        folder: that it is written into, whatever its name.
        picture: uint8 RGB.
        name: that tells it apart from others in the folder; any text.
    """
    words = re.sub(r"[^\w-]+", "_", name)[:LONGEST_WORDS]
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:12]
    path = Path(folder) / f"{words}_{digest}.jpg"
    write_photo(path, picture, "jpg")
    return str(path)


def checked(photo, name="photograph"):
    """The path of an uploaded photograph.

    Raises:
        UserError: there is none.
    """
    if not photo:
        raise UserError(f"{name}: expected a picture, dropped, pasted or taken here. Received: none")
    return photo


def zipped(folder, paths, name):
    """Path of a new ``name.zip`` in a folder, of files as they lie below it; pictures are packed as they are."""
    target = Path(folder) / f"{name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            archive.write(path, Path(path).relative_to(folder))
    return str(target)
