"""Mutated pictures, read as the commands read them: ``python -m tests.fuzz.pictures COUNT SEED``."""

import sys

from fast_style.common.images.image_io import read_photo
from tests.fuzz.corpus import picture_files
from tests.fuzz.trial import Trial
from tests.tampering import tampered_bytes


def main(count, seed):
    trial = Trial("pictures")
    files = picture_files()
    for name, content in files.items():
        trial.attempt(name, read_photo, content)
    for number, (name, content) in enumerate(files.items()):
        share = count // len(files) + (number < count % len(files))
        for index, changed in enumerate(tampered_bytes(content, share, seed)):
            trial.attempt(f"{name}, {index} of {share}, seed {seed}", read_photo, changed)
    trial.finish()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
