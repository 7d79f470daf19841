"""Square crops of photographs, each a function of its number: what batches are made of."""

import functools
import os
import threading

import numpy as np

from fast_style.common.errors import UserError, check_whole
from fast_style.common.files import path_text
from fast_style.common.images.geometry import resize_array, resize_short_side
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.common.images.sample_photos import SAMPLES, sample_paths
from fast_style.common.settings import flag
from fast_style.common.streams import warn

# Share of photographs that may fail to decode before training stops; one may in any case.
MAX_BAD_SHARE = 0.01


class Crops:
    """Square crops of the photographs in a folder.

    The crop number i is a function of the seed and i alone, so a stream that starts at i continues
    an interrupted one exactly. Photographs that do not decode are skipped, the next one in the
    folder takes the place, until they are more than one and more than 1 % of all.

    Args:
        source: a folder, walked recursively; or ``"samples"``, the three photographs that scikit-image carries.
        size: side of the crops in pixels.
        batch_size: crops a batch.
        resize_to: short side in pixels to which a photograph is resized before it is cropped;
            default `size`. The aspect is kept. 0 crops photographs as they are, and enlarges only
            those that are too small.
        resize_up_to: largest short side: each time a photograph comes, its short side is drawn between `resize_to` and
            this, evenly on a logarithmic scale. Default: None, always `resize_to`.
        squash: resize to size x size without keeping the aspect, as the paper does, and crop nothing.
        flip: mirror every other photograph, at random.
        seed: of order, crops and flips.
        named: function from the name of one of these to what errors call it. Default: the name.

    Attributes:
        bad: ``{path: reason}`` of the photographs that did not decode so far.
        error: the UserError that stopped the stream, if one did.

    Raises:
        UserError: no such folder, no photograph in it, fewer photographs than a batch, a bad size or seed.
    """

    def __init__(
        self,
        source,
        size=256,
        batch_size=4,
        *,
        resize_to=None,
        resize_up_to=None,
        squash=False,
        flip=True,
        seed=0,
        named=str,
    ):
        resize_to = size if resize_to is None else resize_to
        check_whole(1, **{named("size"): size, named("batch_size"): batch_size})
        check_whole(0, **{named("seed"): seed})
        if not isinstance(resize_to, int) or (resize_to != 0 and resize_to < size):
            raise UserError(
                f"{named('resize_to')}: expected at least the crop size, {size}, or 0. Received: {resize_to!r}"
            )
        if resize_up_to is not None:
            _check_range(resize_to, resize_up_to, squash, named)
        self.source, self.size, self.batch_size = path_text(source), size, batch_size
        self.resize_to, self.resize_up_to = resize_to, resize_up_to
        self.squash, self.flip, self.seed = squash, flip, seed
        self.bad, self.error = {}, None
        self._lock = threading.Lock()
        self.count = self._open()
        if self.count < batch_size:
            raise UserError(
                f"{named('batch_size')}: expected at most {self.count}, the photographs in {source}. "
                f"Received: {batch_size}"
            )

    @classmethod
    def from_settings(cls, settings):
        """The stream that a :class:`TrainingSettings` asks for; errors name flags, as of all settings."""
        names = ("size", "batch_size", "resize_to", "resize_up_to", "squash", "flip", "seed")
        return cls(settings.content, **{name: getattr(settings, name) for name in names}, named=flag)

    def _open(self):
        """Finds the photographs; their number."""
        samples = self.source == SAMPLES and not os.path.isdir(SAMPLES)
        self._paths = sample_paths() if samples else list_images(self.source, warn)
        return len(self._paths)

    def told(self, error):
        """The error that stopped the stream where another one came of it, which has it in its text; None else.

        TensorFlow has an error of its own for what is raised while it asks for a batch.

        Args:
            error: what was raised.
        """
        return self.error if self.error is not None and str(self.error) in str(error) else None

    def crop(self, number):
        """Crop number i: uint8 (size, size, 3)."""
        return self._crop_of(number, self._path_candidates(int(number)))

    def _crop_of(self, number, candidates):
        """Crop number i of the first of (name, source) that decodes."""
        rgb = self._read(candidates)
        generator = np.random.default_rng((self.seed, int(number)))
        if self.squash:
            rgb = resize_array(rgb, self.size, self.size)
        else:
            rgb = resize_short_side(rgb, self._short_side(generator) or max(self.size, min(rgb.shape[:2])))
            top, left = (int(generator.integers(0, side - self.size + 1)) for side in rgb.shape[:2])
            rgb = rgb[top : top + self.size, left : left + self.size]
        if self.flip and generator.random() < 0.5:
            rgb = rgb[:, ::-1]
        return np.ascontiguousarray(rgb)

    def _short_side(self, generator):
        """Short side in pixels of the photograph of the next crop; 0 for that which it has."""
        if self.resize_up_to is None:
            return self.resize_to
        return round(self.resize_to * (self.resize_up_to / self.resize_to) ** generator.random())

    def _path_candidates(self, number):
        """The photograph of crop number i, then those that follow it in the folder, as (name, source)."""
        epoch, position = divmod(number, self.count)
        first = _permutation(self.seed, epoch, self.count)[position]
        for offset in range(self.count):
            path = self._paths[(first + offset) % self.count]
            yield path, path

    def _read(self, candidates):
        for name, source in candidates:
            if name in self.bad:
                continue
            try:
                return read_photo(source, str(name)).on_white()
            except UserError as error:
                self._note_bad(name, error)
        self.error = self.error or UserError(f"{self.source}: expected photographs that decode. Received: none that do")
        raise self.error

    def _note_bad(self, name, error):
        with self._lock:
            self.bad[name] = str(error)
            most = max(1, int(MAX_BAD_SHARE * self.count))
            if len(self.bad) > most:
                # The first stays: threads that read ahead find more, and whoever stops knows it by its text.
                self.error = self.error or UserError(
                    f"{self.source}: expected at most {most} of {self.count} photographs not to decode. "
                    f"Received: {len(self.bad)}, the last {error}"
                )
                raise self.error


def _check_range(least, most, squash, named):
    name, other = named("resize_up_to"), named("resize_to")
    if squash:
        raise UserError(
            f"{name}: expected none with {named('squash')}, which resizes to the crop's size. Received: {most}"
        )
    if not isinstance(most, int) or not 0 < least <= most:
        wanted = f"at least {other}, {least}" if least else f"none where {other} is 0"
        raise UserError(f"{name}: expected {wanted}. Received: {most!r}")


@functools.lru_cache(maxsize=4)
def _permutation(seed, epoch, count):
    return np.random.default_rng((seed, epoch, 1)).permutation(count)


def validation_crops(folder, size, resize=True):
    """Centre crops of every photograph in a folder, in order: uint8 (photographs, size, size, 3).

    Each is the largest square, resized; without `resize` a square of the photograph as it is, where it is
    large enough. All are read here (200 KB each at 256 pixels), so that a bad one is found before training.

    Raises:
        UserError: no photograph in the folder, or one that does not decode.
    """
    crops = []
    for path in list_images(folder, warn):
        rgb = read_photo(path).on_white()
        rgb = resize_short_side(rgb, size if resize else max(size, min(rgb.shape[:2])))
        top, left = ((side - size) // 2 for side in rgb.shape[:2])
        crops.append(rgb[top : top + size, left : left + size])
    return np.stack(crops)
