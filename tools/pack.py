"""Packs what a list of trainings needs into one folder: to take to a machine that has nothing else.

``python -m tools.pack tools/jobs/style-transfer.json --photos PHOTOS/ --validation VAL/ --styles PAINTINGS/
--weights VGG19.npz --output pack --megabytes 55``

The list names ``pack/photos``, ``pack/validation``, ``pack/styles/…`` and ``pack/weights.npz``. There:
``KERAS_BACKEND=jax python -m tools.train_many tools/jobs/style-transfer.json --output runs --seconds 800``.
``tools/jobs/super-resolution.json`` has no paintings, and its weights are those of VGG16.
"""

import argparse
import shutil
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.files import check_writable
from fast_style.common.images.geometry import resize_short_side
from fast_style.common.images.image_io import list_images, read_photo, write_photo
from tools.job_list import read_jobs

VALIDATION_PHOTOS = 10


def pack(jobs, photos, validation, weights, output, styles=None, megabytes=55.0, short_side=384, quality=85):
    """Fills a folder with paintings, weights, validation photographs, and as many photographs as there is room for.

    Args:
        jobs: list of dicts, settings of trainings.
        photos, validation: folders; of the second the first ten.
        weights: file of the loss network.
        output: folder, new or empty.
        styles: folder of the paintings that the jobs name.
        megabytes: that all of it may take.
        short_side: of photographs, in pixels; smaller ones stay as they are.
        quality: of their JPEG.

    Returns:
        number of photographs packed.

    Raises:
        UserError: a painting or file that is not there, no photographs, or no room for them.
    """
    output = Path(output)
    check_writable(output)
    if output.is_dir() and any(output.iterdir()):
        raise UserError(f"--output: expected a new or empty folder. Received: {output}")
    named = {path for job in jobs for path in (*job.get("paintings", ()), *filter(None, [job.get("style")]))}
    names = sorted({Path(path).name for path in named})
    for name in names:
        if styles is None or not (Path(styles) / name).is_file():
            raise UserError(f"--styles: expected a folder with {name}. Received: {styles}")
    if not Path(weights).is_file():
        raise UserError(f"--weights: expected a file. Received: {weights}")
    validation, photos = list_images(validation)[:VALIDATION_PHOTOS], list_images(photos)
    output.mkdir(parents=True, exist_ok=True)
    for name in names:
        (output / "styles").mkdir(exist_ok=True)
        shutil.copyfile(Path(styles) / name, output / "styles" / name)
    shutil.copyfile(weights, output / "weights.npz")
    for path in validation:
        write_photo(output / "validation" / f"{path.stem}.jpg", read_photo(path).rgb, "jpg", quality)
    packed = 0
    for path in photos:
        rgb = read_photo(path).rgb
        rgb = resize_short_side(rgb, short_side) if min(rgb.shape[:2]) > short_side else rgb
        target = output / "photos" / f"{packed:05d}.jpg"
        write_photo(target, rgb, "jpg", quality)
        if size(output) > megabytes * 1e6:
            target.unlink()
            break
        packed += 1
    if not packed:
        raise UserError(f"--megabytes: expected room for photographs. Received: {megabytes}")
    return packed


def size(folder):
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.pack", description=__doc__.splitlines()[0])
    parser.add_argument("jobs", metavar="JOBS.json")
    for name in ("photos", "validation", "weights", "output"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--styles", help="where jobs have paintings")
    parser.add_argument("--megabytes", type=float, default=55.0)
    options = vars(parser.parse_args(arguments))
    with errors_as_lines(parser.prog):
        packed = pack(read_jobs(options.pop("jobs")), **options)
        print(f"{options['output']}: {packed} photographs, {size(options['output']) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
