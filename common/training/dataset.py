"""Photographs -> batches: a folder, a tensorflow-datasets name, or the user's own tf.data."""

import os

import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.images.crops import Crops, validation_crops

# Photographs that are shuffled at a time where the source has no random access.
TFDS_SHUFFLE = 2048
# Records kept at hand there to take the place of those that do not decode.
TFDS_SPARES = 16
# Where the seed is 0, which TensorFlow takes beside another 0 for none.
DEFAULT_SEED = 87654321


class Photographs(Crops):
    """Seeded, endless stream of batches of square crops from a source of photographs.

    With tensorflow-datasets, order is a shuffle through a buffer, and one of the first records takes
    the place of one that does not decode.

    Args:
        source: a folder, as of :class:`Crops`, or ``"tfds:NAME"`` (``"tfds:coco/2017"``), read through
            tensorflow-datasets (split ``train``, feature ``image``).
        options: see :class:`Crops`, as for attributes and errors; in ``bad``,
            ``"tfds:NAME #index"`` stands for the path of a record.
    """

    def _open(self):
        if not self.source.startswith("tfds:"):
            return super()._open()
        self._records, count = _load_tfds(self.source.removeprefix("tfds:"))
        self._spares = list(self._records.take(TFDS_SPARES).as_numpy_iterator())
        return count

    def batches(self, start=0, share=None):
        """Endless tf.data of uint8 (batch, size, size, 3), from batch number `start` on.

        Args:
            start: number of a batch.
            share: (first, one behind the last) of the crops of each batch that are made; default all.
        """
        epoch, position = divmod(start * self.batch_size, self.count)
        arguments = tf.data.Dataset.range(epoch, 2**62).flat_map(self._epoch).skip(position)
        if share is None:
            return self._batch(arguments, self.batch_size)
        first, end = share
        if first == end:
            return tf.data.Dataset.from_tensors(tf.zeros((0, self.size, self.size, 3), tf.uint8)).repeat()

        def is_in(number, *record):
            place = number % self.batch_size
            return (first <= place) & (place < end)

        return self._batch(arguments.filter(is_in), end - first)

    def epochs(self):
        """tf.data of uint8 (batch, size, size, 3) that ends after each pass over the photographs.

        Each new iteration is the next epoch, in another order; crops that do not fill a batch are
        left out.
        """
        per_epoch = self.count // self.batch_size * self.batch_size
        epoch = tf.Variable(-1, dtype=tf.int64, trainable=False)
        crops = tf.data.Dataset.from_tensors(0).map(lambda _: epoch.assign_add(1)).flat_map(self._epoch)
        batches = self._batch(crops.take(per_epoch), self.batch_size)
        batches = batches.apply(tf.data.experimental.assert_cardinality(per_epoch // self.batch_size))
        # For whoever sees TensorFlow's error, which has that of the photographs in its text alone.
        batches.photographs = self
        return batches

    def _epoch(self, epoch):
        """tf.data of the arguments of `_crop` for each crop of an epoch."""
        numbers = tf.data.Dataset.range(epoch * self.count, (epoch + 1) * self.count)
        if hasattr(self, "_paths"):
            return numbers
        # The seed names the epoch: iterating again, or from the middle, gives the same order. That of this function's
        # graph is set, because it is otherwise the process's, of which 0 beside a symbolic seed is an error.
        tf.compat.v1.get_default_graph().seed = self.seed or DEFAULT_SEED
        shuffled = self._records.shuffle(TFDS_SHUFFLE, seed=self.seed + epoch, reshuffle_each_iteration=False)
        return tf.data.Dataset.zip(numbers, shuffled).map(lambda number, record: (number, *record))

    def _batch(self, arguments, count):
        def crop(*arguments):
            image = tf.numpy_function(self._crop, arguments, tf.uint8)
            return tf.ensure_shape(image, (self.size, self.size, 3))

        crops = arguments.map(crop, num_parallel_calls=4, deterministic=True)
        return crops.batch(count, drop_remainder=True).prefetch(4)

    def _crop(self, number, *record):
        """Crop number i: uint8 (size, size, 3). A record is its index and encoded image."""
        return self._crop_of(number, self._record_candidates(*record)) if record else self.crop(number)

    def _record_candidates(self, index, image):
        """A record, then the spares from one that the index picks."""
        yield f"{self.source} #{index}", image
        for offset in range(len(self._spares)):
            spare, image = self._spares[(index + offset) % len(self._spares)]
            yield f"{self.source} #{spare}", image


def _load_tfds(name):
    """(tf.data of index and encoded image, their number) of a tensorflow-datasets train split."""
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise UserError(f"tfds:{name}: expected tensorflow-datasets to be installed. Received: {error}") from error
    try:
        builder = tfds.builder(name)
        if "image" in builder.info.features:
            builder.download_and_prepare()
            # Of each record, the encoded image and nothing else.
            decoders = tfds.decode.PartialDecoding({"image": True}, {"image": tfds.decode.SkipDecoding()})
            records = builder.as_dataset(split="train", decoders=decoders, shuffle_files=False)
    except Exception as error:  # tfds raises its own kinds for unknown names, failed downloads, missing splits
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"tfds:{name}: expected a tensorflow-datasets name. Received: {reason}") from error
    if "image" not in builder.info.features:
        raise UserError(f"tfds:{name}: expected a feature 'image'. Received: {', '.join(builder.info.features)}")
    return records.map(lambda record: record["image"]).enumerate(), int(records.cardinality())


def photos(
    source: str | os.PathLike,
    size: int = 256,
    batch_size: int = 4,
    *,
    resize_to: int | None = None,
    resize_up_to: int | None = None,
    squash: bool = False,
    flip: bool = True,
    seed: int = 0,
) -> "tf.data.Dataset":
    """Batches of square crops of photographs, for ``fit``: each iteration is an epoch, in an order of its own.

    >>> import tempfile, fast_style, numpy as np
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("cat.png", "dog.png"):
    ...         Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(f"{folder}/{name}")
    ...     for batch in fast_style.photos(folder, size=32, batch_size=2):
    ...         print(batch.dtype.name, batch.shape)
    uint8 (2, 32, 32, 3)

    Args:
        source: a folder, walked recursively, or ``"tfds:NAME"`` (``"tfds:coco/2017"``), read through
            tensorflow-datasets (split ``train``, feature ``image``).
        size: side of the crops in pixels, at least 1. Default: 256, the paper's for style transfer.
        batch_size: crops a batch, at least 1. Default: 4, the paper's.
        resize_to: short side in pixels to which a photograph is resized before it is cropped, at least `size`; the
            aspect is kept. 0 crops photographs as they are, and enlarges only those that are too small. Default:
            `size`.
        resize_up_to: largest short side in pixels: each time a photograph comes, its short side is drawn between
            `resize_to` and this, evenly on a logarithmic scale. Default: None, always `resize_to`.
        squash: resize to size x size without keeping the aspect, as the paper does, and crop nothing. Default: False.
        flip: mirror every other photograph, at random. Default: True.
        seed: of order, crops and flips, an int of at least 0. Default: 0.

    Returns:
        tf.data of uint8 (batch_size, size, size, 3), RGB; crops that do not fill a batch are left out. Photographs that
        do not decode are skipped, until they are more than one and more than 1 % of all.

    Raises:
        UserError: no such folder, no photograph in it, fewer photographs than a batch, a bad size or seed;
            tensorflow-datasets not installed, or no such name. In the course of ``fit`` of the trainers here, too many
            photographs that do not decode. Whatever else reads the batches gets TensorFlow's
            ``tf.errors.InvalidArgumentError`` of that, in whose message the line stands.
    """
    options = {"resize_to": resize_to, "resize_up_to": resize_up_to, "squash": squash, "flip": flip, "seed": seed}
    return Photographs(source, size, batch_size, **options).epochs()


def validation_batches(folder, size, batch_size=1, resize=True):
    """:func:`validation_crops` as tf.data of uint8 (batch, size, size, 3)."""
    crops = validation_crops(folder, size, resize)
    return tf.data.Dataset.from_tensor_slices(crops).batch(batch_size).prefetch(2)
