"""Photographs to batches: reproducible, resumable, and strict about files that do not decode."""

import contextlib
import os

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.settings import TrainingSettings
from fast_style.common.training.crops_ahead import CropsAhead
from fast_style.common.training.dataset import Photographs, photos, validation_batches


def write_photos(folder, count, height=20, width=30, seed=0):
    """Pictures of noise: no two crops are alike."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    for i in range(count):
        Image.fromarray(random.integers(0, 256, (height, width, 3), np.uint8)).save(folder / f"{i:03d}.png")
    return folder


def write_colours(folder, count, size=8):
    """Photograph number i is grey of value i: a crop tells which it came from."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        Image.fromarray(np.full((size, size, 3), i, np.uint8)).save(folder / f"{i:03d}.png")
    return folder


def taken(dataset, count):
    return np.stack(list(dataset.take(count).as_numpy_iterator()))


def values(dataset):
    """The grey value of each crop of `write_colours`, in order."""
    return [int(crop[0, 0, 0]) for batch in dataset.as_numpy_iterator() for crop in batch]


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    return write_photos(tmp_path_factory.mktemp("noise"), 7)


@pytest.fixture(scope="module")
def colours(tmp_path_factory):
    return write_colours(tmp_path_factory.mktemp("colours"), 10)


class TestBatches:
    def test_shape_and_dtype(self, noise):
        batches = Photographs(noise, 16, 3).batches()
        assert batches.element_spec == tf.TensorSpec((3, 16, 16, 3), tf.uint8)
        assert taken(batches, 2).shape == (2, 3, 16, 16, 3)

    def test_same_seed_same_crops(self, noise):
        one, two = (taken(Photographs(noise, 16, 2, seed=5).batches(), 8) for _ in range(2))
        np.testing.assert_array_equal(one, two)

    def test_iterating_again_gives_the_same(self, noise):
        batches = Photographs(noise, 16, 2).batches()
        np.testing.assert_array_equal(taken(batches, 5), taken(batches, 5))

    def test_another_seed_gives_others(self, noise):
        one, two = (taken(Photographs(noise, 16, 2, seed=s).batches(), 8) for s in (5, 6))
        assert not np.array_equal(one, two)

    @pytest.mark.parametrize("start", [1, 3, 7, 20])
    def test_starting_later_continues_exactly(self, start, noise):
        """7 photographs, batches of 2: batch 3 spans two epochs, 7 begins the third, 20 lies in the sixth."""
        photographs = Photographs(noise, 16, 2)
        whole = taken(photographs.batches(), start + 4)
        np.testing.assert_array_equal(taken(Photographs(noise, 16, 2).batches(start=start), 4), whole[start:])

    def test_every_photograph_once_an_epoch(self, colours):
        """10 photographs, batches of 5: each pair of batches is a permutation, and not twice the same."""
        batches = Photographs(colours, 8, 5).batches()
        order = values(batches.take(6))
        epochs = [order[:10], order[10:20], order[20:]]
        assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
        assert epochs[0] != epochs[1] != epochs[2]


class TestCrops:
    @pytest.fixture
    def ramp(self, tmp_path):
        """20x40: red is the row, green the column, times 4."""
        rows, columns = np.mgrid[:20, :40]
        image = np.stack([4 * rows, 4 * columns, 0 * rows], axis=-1).astype(np.uint8)
        Image.fromarray(image).save(tmp_path / "ramp.png")
        return tmp_path

    def test_aspect_is_kept_and_position_is_random(self, ramp):
        """Short side 20 cropped at 20: all rows; columns run on by 4 from any of the 21 places."""
        crops = taken(Photographs(ramp, 20, 1, flip=False).batches(), 40)[:, 0].astype(int)
        for crop in crops:
            np.testing.assert_array_equal(crop[..., 0], np.broadcast_to(4 * np.arange(20)[:, None], (20, 20)))
            np.testing.assert_array_equal(crop[..., 1] - crop[:, :1, 1], np.broadcast_to(4 * np.arange(20), (20, 20)))
        lefts = set(crops[:, 0, 0, 1] // 4)
        assert len(lefts) > 10
        assert min(lefts) >= 0
        assert max(lefts) <= 20

    def test_resized_to_the_crops_size(self, ramp):
        """20x40 becomes 10x20: neighbours differ by 8 in both directions, but for the filter at the edges."""
        crop = taken(Photographs(ramp, 10, 1, flip=False).batches(), 1)[0, 0].astype(int)
        np.testing.assert_allclose(np.diff(crop[2:-2, 2:-2, 0], axis=0), 8, atol=1)
        np.testing.assert_allclose(np.diff(crop[2:-2, 2:-2, 1], axis=1), 8, atol=1)

    def test_resize_to(self, ramp):
        """Short side to 20, which it has, and crops of 10: steps stay 4, and rows vary too."""
        crops = taken(Photographs(ramp, 10, 1, resize_to=20, flip=False).batches(), 40)[:, 0].astype(int)
        np.testing.assert_array_equal(np.diff(crops[..., 0], axis=1), 4)
        assert len(set(crops[:, 0, 0, 0])) > 5

    def test_resize_up_to_draws_sides_evenly_on_a_scale_of_logarithms(self, ramp):
        """20x40, resized to a short side of 10 to 40: steps of 8 to 2, as many above 4 as below."""
        photographs = Photographs(ramp, 10, 1, resize_to=10, resize_up_to=40, flip=False)
        crops = taken(photographs.batches(), 200)[:, 0].astype(int)
        steps = np.diff(crops[:, 2:-2, 2:-2, 1], axis=2).mean((1, 2))
        assert (steps.min(), steps.max()) == (pytest.approx(2, abs=0.2), pytest.approx(8, abs=0.4))
        assert 80 < (steps > 4).sum() < 120  # half of 200, by three standard deviations
        np.testing.assert_array_equal(taken(photographs.batches(start=150), 5)[:, 0], crops[150:155])

    @pytest.mark.parametrize("size, step", [(10, 4), (20, 4), (40, 2)])
    def test_resize_to_0_crops_as_they_are_and_enlarges_only_the_small(self, size, step, ramp):
        """20x40 is left alone for crops up to 20; for 40 it is doubled, and steps are halved."""
        crop = taken(Photographs(ramp, size, 1, resize_to=0, flip=False).batches(), 1)[0, 0].astype(int)
        np.testing.assert_allclose(np.diff(crop[4:-4, 4:-4, 0], axis=0), step, atol=0 if step == 4 else 1)

    def test_squash_keeps_everything_and_not_the_aspect(self, ramp):
        """20x40 to 20x20 by Pillow's bicubic filter: steps of 4 downwards, of 8 to the right; every crop the same."""
        crops = taken(Photographs(ramp, 20, 1, squash=True, flip=False).batches(), 3)[:, 0].astype(int)
        np.testing.assert_array_equal(crops[0], crops[2])
        np.testing.assert_allclose(np.diff(crops[0, 2:-2, 2:-2, 0], axis=0), 4, atol=1)
        np.testing.assert_allclose(np.diff(crops[0, 2:-2, 2:-2, 1], axis=1), 8, atol=1)

    @pytest.mark.parametrize("squash", [False, True])
    def test_flips_about_half(self, squash, ramp):
        """Green rises to the right unless mirrored. Of 60 fair coins, 15 to 45 heads: all but 1 in 10,000 seeds."""
        crops = taken(Photographs(ramp, 20, 1, squash=squash).batches(), 60)[:, 0].astype(int)
        mirrored = np.sum(crops[:, 0, 0, 1] > crops[:, 0, -1, 1])
        assert 15 <= mirrored <= 45

    def test_small_photographs_are_enlarged(self, ramp):
        assert taken(Photographs(ramp, 64, 1).batches(), 1).shape == (1, 1, 64, 64, 3)


class TestEpochs:
    def test_finite_with_its_length(self, noise):
        """7 photographs are 3 batches of 2; the seventh is left out."""
        epochs = Photographs(noise, 16, 2).epochs()
        assert int(epochs.cardinality()) == 3
        assert len(list(epochs)) == 3
        assert epochs.element_spec == tf.TensorSpec((2, 16, 16, 3), tf.uint8)

    def test_each_iteration_is_the_next_epoch_in_another_order(self, colours):
        epochs = Photographs(colours, 8, 5).epochs()
        orders = [values(epochs) for _ in range(3)]
        assert all(sorted(order) == list(range(10)) for order in orders)
        assert orders[0] != orders[1] != orders[2]

    def test_agrees_with_batches(self, noise):
        """Where batches fill an epoch, the two are the same stream."""
        epochs = Photographs(noise, 16, 7).epochs()
        batches = taken(Photographs(noise, 16, 7).batches(), 3)
        for batch in batches:
            np.testing.assert_array_equal(next(iter(epochs)), batch)

    def test_a_folder_need_not_be_a_path_of_pathlibs(self, tmp_path):
        colours = write_colours(tmp_path / "colours", 2)
        (entry,) = os.scandir(tmp_path)
        assert Photographs(entry, 8, 2).source == str(colours)

    def test_photos_is_what_fit_takes(self, colours):
        batches = photos(colours, size=8, batch_size=5, seed=3)
        assert int(batches.cardinality()) == 2
        assert values(batches) == values(Photographs(colours, 8, 5, seed=3).epochs())


class TestBadPhotographs:
    def test_skipped_named_and_replaced_by_the_next(self, tmp_path):
        """Of 200 photographs number 7 is torn: in its place comes 8, which then is there twice."""
        folder = write_colours(tmp_path, 200, size=4)
        whole = values(Photographs(folder, 4, 10).batches().take(20))
        (folder / "007.png").write_bytes((folder / "007.png").read_bytes()[:40])
        photographs = Photographs(folder, 4, 10)
        assert values(photographs.batches().take(20)) == [8 if value == 7 else value for value in whole]
        assert list(photographs.bad) == [folder / "007.png"]
        assert "expected an image" in photographs.bad[folder / "007.png"]
        assert photographs.error is None

    def test_the_last_is_replaced_by_the_first(self, tmp_path):
        folder = write_colours(tmp_path, 100, size=4)
        (folder / "099.png").write_bytes(b"text")
        assert sorted(values(Photographs(folder, 4, 10).batches().take(10))) == [0, *range(99)]

    def test_the_order_is_the_same_when_resumed(self, tmp_path):
        """Whether the bad one was met before or not."""
        folder = write_colours(tmp_path, 100, size=4)
        (folder / "050.png").write_bytes(b"text")
        whole = values(Photographs(folder, 4, 10).batches().take(20))
        assert values(Photographs(folder, 4, 10).batches(start=10).take(10)) == whole[100:]

    def test_more_than_one_percent_stops(self, tmp_path):
        """Two of 199 are 1.005 %. The error is kept for whoever sees tf.data's, which holds its text too."""
        folder = write_colours(tmp_path, 199, size=4)
        for name in ("003.png", "150.png"):
            (folder / name).write_bytes(b"text")
        photographs = Photographs(folder, 4, 199)
        expected = (
            rf"{folder}: expected at most 1 of 199 photographs not to decode\. "
            rf"Received: 2, the last {folder}/(003|150)\.png: expected an image"
        )
        with pytest.raises(tf.errors.OpError, match=expected):
            taken(photographs.batches(), 1)
        assert isinstance(photographs.error, UserError)
        assert len(photographs.bad) == 2

    def test_the_first_error_stays_where_more_are_found(self, tmp_path):
        """Threads read ahead: whoever stops compares the text of what reached it with what is kept."""
        folder = write_colours(tmp_path, 6, size=4)
        for name in ("001.png", "002.png", "003.png", "004.png"):
            (folder / name).write_bytes(b"text")
        photographs, told = Photographs(folder, 4, 1), set()
        for number in range(12):
            with contextlib.suppress(UserError):
                photographs.crop(number)
            told.add(str(photographs.error))
        assert len(told - {"None"}) == 1
        assert len(photographs.bad) == 4

    def test_exactly_one_percent_goes_on(self, tmp_path):
        folder = write_colours(tmp_path, 200, size=4)
        for name in ("003.png", "150.png"):
            (folder / name).write_bytes(b"text")
        photographs = Photographs(folder, 4, 200)
        taken(photographs.batches(), 1)
        assert len(photographs.bad) == 2

    def test_none_that_decodes(self, tmp_path):
        for name in ("a.jpg", "b.jpg"):
            (tmp_path / name).write_bytes(b"text")
        photographs = Photographs(tmp_path, 4, 1)
        with pytest.raises(tf.errors.OpError, match="expected at most 1 of 2 photographs not to decode"):
            taken(photographs.batches(), 1)
        assert isinstance(photographs.error, UserError)


class TestRefused:
    def test_batch_larger_than_the_dataset(self, colours):
        expected = rf"batch_size: expected at most 10, the photographs in {colours}\. Received: 11"
        with pytest.raises(UserError, match=expected):
            Photographs(colours, 8, 11)

    def test_batch_as_large_as_the_dataset(self, colours):
        assert taken(Photographs(colours, 8, 10).batches(), 1).shape[1] == 10

    @pytest.mark.parametrize("name", ["size", "batch_size"])
    @pytest.mark.parametrize("value", [0, -1, 2.5, "8"])
    def test_not_a_positive_whole_number(self, name, value, colours):
        with pytest.raises(UserError, match=rf"{name}: expected a whole number of at least 1\. Received: {value!r}"):
            Photographs(colours, **{"size": 8, "batch_size": 2, name: value})

    @pytest.mark.parametrize("value", [7, -1, 2.5])
    def test_resize_to_below_the_crop(self, value, colours):
        with pytest.raises(
            UserError, match=rf"resize_to: expected at least the crop size, 8, or 0\. Received: {value}"
        ):
            Photographs(colours, 8, 2, resize_to=value)

    @pytest.mark.parametrize(
        "options, expected",
        [
            ({"resize_up_to": 7}, "at least resize_to, 8"),
            ({"resize_to": 20, "resize_up_to": 19}, "at least resize_to, 20"),
            ({"resize_up_to": 20.5}, "at least resize_to, 8"),
            ({"resize_to": 0, "resize_up_to": 20}, "none where resize_to is 0"),
            ({"squash": True, "resize_up_to": 20}, "none with squash, which resizes to the crop's size"),
        ],
    )
    def test_a_range_of_sides_that_is_none(self, options, expected, colours):
        with pytest.raises(UserError, match=f"resize_up_to: expected {expected}. Received: {options['resize_up_to']}"):
            Photographs(colours, 8, 2, **options)

    @pytest.mark.parametrize("kind", [Photographs, CropsAhead])
    @pytest.mark.parametrize(
        "changes, message",
        [
            ({"resize_to": 7}, "--resize-to: expected at least the crop size, 8, or 0. Received: 7"),
            ({"resize_up_to": 7}, "--resize-up-to: expected at least --resize-to, 8. Received: 7"),
            ({"resize_to": 0, "resize_up_to": 9}, "--resize-up-to: expected none where --resize-to is 0. Received: 9"),
            ({"squash": True, "resize_up_to": 9}, "--resize-up-to: expected none with --squash, which resizes"),
            ({"batch_size": 11}, "--batch-size: expected at most 10, the photographs in"),
            ({"batch_size": 0}, "--batch-size: expected a whole number of at least 1. Received: 0"),
            ({"seed": -1}, "--seed: expected a whole number of at least 0. Received: -1"),
        ],
    )
    def test_settings_are_named_by_their_flags(self, kind, changes, message, colours):
        settings = TrainingSettings(**{"content": str(colours), "size": 8, "batch_size": 2, **changes})
        with pytest.raises(UserError, match=message):
            kind.from_settings(settings)

    def test_no_folder(self, tmp_path):
        with pytest.raises(UserError, match=r"expected a folder of photographs\. Received: no such folder"):
            Photographs(tmp_path / "no")

    def test_empty_folder(self, tmp_path):
        with pytest.raises(UserError, match=r"expected photographs .* Received: a folder with none"):
            Photographs(tmp_path)


class TestTfds:
    """tensorflow-datasets' own mock of COCO: random pictures of 5 to 49 pixels a side, encoded as JPEG."""

    @pytest.fixture
    def coco(self):
        tfds = pytest.importorskip("tensorflow_datasets")
        with tfds.testing.mock_data(num_examples=12):
            yield "tfds:coco/2017"

    def test_batches(self, coco):
        photographs = Photographs(coco, 16, 5)
        assert photographs.count == 12
        batches = taken(photographs.batches(), 4)
        assert batches.shape == (4, 5, 16, 16, 3)
        assert batches.dtype == np.uint8

    def test_same_seed_same_crops(self, coco):
        one, two, other = (taken(Photographs(coco, 16, 5, seed=s).batches(), 5) for s in (1, 1, 2))
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, other)

    def test_iterating_again_gives_the_same(self, coco):
        batches = Photographs(coco, 16, 5).batches()
        np.testing.assert_array_equal(taken(batches, 4), taken(batches, 4))

    @pytest.mark.parametrize("start", [1, 2, 6])
    def test_starting_later_continues_exactly(self, start, coco):
        """12 records, batches of 5: batch 2 spans two epochs, 6 lies in the third."""
        whole = taken(Photographs(coco, 16, 5).batches(), start + 3)
        np.testing.assert_array_equal(taken(Photographs(coco, 16, 5).batches(start=start), 3), whole[start:])

    def test_every_record_once_an_epoch_in_another_order(self, coco):
        """Squashed and not flipped, a record gives the same crop whenever it comes."""
        batches = taken(Photographs(coco, 8, 6, squash=True, flip=False).batches(), 4).reshape(2, 12, -1)
        first, second = ([crop.tobytes() for crop in epoch] for epoch in batches)
        assert len(set(first)) == 12
        assert sorted(first) == sorted(second)
        assert first != second

    def test_epochs(self, coco):
        epochs = Photographs(coco, 8, 5, squash=True, flip=False).epochs()
        assert int(epochs.cardinality()) == 2
        first, second = (np.stack(list(epochs.as_numpy_iterator())) for _ in range(2))
        assert first.shape == second.shape == (2, 5, 8, 8, 3)
        assert not np.array_equal(first, second)

    def test_batch_larger_than_the_dataset(self, coco):
        with pytest.raises(
            UserError, match=r"batch_size: expected at most 12, the photographs in tfds:coco/2017\. Received: 13"
        ):
            Photographs(coco, 16, 13)

    @staticmethod
    def encoded_records(monkeypatch, bad, count):
        """`count` records, of which those in `bad` do not decode, in the place of tensorflow-datasets'."""
        pictures = [tf.io.encode_png(np.full((4, 4, 3), i, np.uint8)).numpy() for i in range(count)]
        pictures = [b"text" if i in bad else picture for i, picture in enumerate(pictures)]
        records = tf.data.Dataset.from_tensor_slices(pictures).enumerate()
        monkeypatch.setattr("fast_style.common.training.dataset._load_tfds", lambda name: (records, count))

    @pytest.mark.parametrize("make", [Photographs.batches, Photographs.epochs])
    @pytest.mark.parametrize("seed", [0, 3])
    def test_order_is_of_its_own_seed_whatever_the_process_has(self, seed, make, monkeypatch):
        """`fast-style-train` sets the process's seed, to 0 by default, which failed beside a symbolic one."""
        self.encoded_records(monkeypatch, (), 20)
        orders = []
        for process_seed in (0, 1):
            keras.utils.set_random_seed(process_seed)
            orders.append(values(make(Photographs("tfds:some", 4, 10, seed=seed)).take(2)))
        assert orders[0] == orders[1] != list(range(20))

    def test_order_of_a_run_is_as_it_was_begun(self, monkeypatch):
        """The first records of a run of seed 1 before the graph's seed was set, which a resumed run must meet again."""
        self.encoded_records(monkeypatch, (), 20)
        keras.utils.set_random_seed(1)
        assert values(Photographs("tfds:some", 4, 10, seed=1).batches().take(2)) == [
            *(10, 0, 9, 13, 19, 17, 14, 2, 5, 6, 8, 16, 18, 15, 1, 12, 4, 7, 11, 3)
        ]

    def test_records_that_do_not_decode_are_skipped_and_named(self, monkeypatch):
        """Of 200, number 150 is bad: one of the first 16 comes in its place, 150 % 16 = 6."""
        self.encoded_records(monkeypatch, {150}, 200)
        photographs = Photographs("tfds:some", 4, 10)
        order = values(photographs.batches().take(20))
        assert sorted(order) == sorted([*range(150), *range(151, 200), 6])
        assert list(photographs.bad) == ["tfds:some #150"]
        assert photographs.error is None
        resumed = Photographs("tfds:some", 4, 10)
        assert values(resumed.batches(start=12).take(8)) == order[120:]

    def test_a_bad_record_is_counted_once_however_often_it_comes(self, monkeypatch):
        self.encoded_records(monkeypatch, {150}, 200)
        photographs = Photographs("tfds:some", 4, 100)
        taken(photographs.batches(), 10)
        assert len(photographs.bad) == 1

    def test_more_than_one_percent_of_bad_records_stops(self, monkeypatch):
        self.encoded_records(monkeypatch, {20, 50, 150}, 200)
        photographs = Photographs("tfds:some", 4, 200)
        with pytest.raises(tf.errors.OpError, match="tfds:some: expected at most 2 of 200 photographs not to decode"):
            taken(photographs.batches(), 1)
        assert isinstance(photographs.error, UserError)

    def test_unknown_name(self, tmp_path, monkeypatch):
        pytest.importorskip("tensorflow_datasets")
        monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
        with pytest.raises(UserError, match=r"tfds:no_such_photos: expected a tensorflow-datasets name\. Received: "):
            Photographs("tfds:no_such_photos")

    def test_a_dataset_without_images(self):
        tfds = pytest.importorskip("tensorflow_datasets")
        with (
            tfds.testing.mock_data(num_examples=3),
            pytest.raises(UserError, match=r"tfds:imdb_reviews: expected a feature 'image'\. Received: .*text"),
        ):
            Photographs("tfds:imdb_reviews")


class TestValidation:
    def test_centre_crops_in_order_all_of_them(self, tmp_path):
        """Five photographs in batches of 2, 2 and 1."""
        folder = write_colours(tmp_path, 5)
        batches = list(validation_batches(folder, 8, batch_size=2).as_numpy_iterator())
        assert [batch.shape for batch in batches] == [(2, 8, 8, 3), (2, 8, 8, 3), (1, 8, 8, 3)]
        assert [int(crop[0, 0, 0]) for batch in batches for crop in batch] == [0, 1, 2, 3, 4]

    def test_the_centre(self, tmp_path):
        """Of 30 columns at short side 20 the centre 20 are 5 to 24."""
        image = np.broadcast_to(np.arange(30, dtype=np.uint8)[None, :, None], (20, 30, 3))
        Image.fromarray(image).save(tmp_path / "a.png")
        crop = next(validation_batches(tmp_path, 20).as_numpy_iterator())[0]
        assert crop[0, :, 0].tolist() == list(range(5, 25))

    def test_may_be_iterated_again(self, noise):
        batches = validation_batches(noise, 16)
        np.testing.assert_array_equal(taken(batches, 7), taken(batches, 7))

    def test_no_photographs(self, tmp_path):
        with pytest.raises(UserError, match="Received: a folder with none"):
            validation_batches(tmp_path, 16)
