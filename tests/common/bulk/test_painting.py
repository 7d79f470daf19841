"""A process that paints windows, without Ray around it."""

import dataclasses
import functools
import pickle

import numpy as np
import pytest

from fast_style.common.bulk import painting
from fast_style.common.bulk.painting import PaintingOrder, PaintingProcess, Tries, Window
from fast_style.common.bulk.places import place_of
from fast_style.common.bulk.tables import TableFolder
from fast_style.common.commands.photo_jobs import Job, run_jobs
from fast_style.common.images.image_io import Photo, read_photo
from fast_style.common.networks.source import find_network
from superres.upscaling import photo_enlarger, upscale_photo
from tests.common.bulk.conftest import picture


def inverted(network, told=None):
    """Something that paints: each photograph's negative, of which it tells."""

    def transform(photo, job):
        if told is not None:
            told.append(job.source)
        if job.source.endswith("odd.png"):
            raise ZeroDivisionError("of this one")
        return Photo(255 - photo.rgb)

    return transform


@pytest.fixture
def process():
    """A function to a process that paints by something."""

    def process(make):
        order = PaintingOrder.of(find_network("x4_srcnn"), make, "litert", "float32", 95)
        return PaintingProcess(pickle.dumps(order), None)

    return process


def window(sources, folder, table=None):
    """Photographs ``{name: place}`` as one window."""
    jobs = [Job(name, str(folder / f"{name}_x.png"), "png") for name in sources]
    return Window(jobs, list(sources.values()), [place_of(job.target) for job in jobs], table)


def test_results_are_those_of_the_local_command(process, store, tmp_path):
    """The same bytes, from a disk and from a store; the bad one has the same reason."""
    contents = {"a.png": picture(1), "b.jpg": picture(2, file_format="jpg"), "bad.png": b"no image"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        store.objects[f"b/{name}"] = content
    make = functools.partial(photo_enlarger, tile=0)
    source = find_network("x4_srcnn")
    jobs = [Job(str(tmp_path / name), str(tmp_path / f"local-{name}"), "webp") for name in contents]
    transform = PaintingOrder.of(source, make, "litert", "float32", 95).load()
    _, local = run_jobs(jobs, transform, progress=False)
    for where in (store.uri("b"), str(tmp_path)):
        places = [place_of(where).within(name) for name in contents]
        targets = [place_of(str(tmp_path / f"far-{name}")) for name in contents]
        far = [Job(place.name, target.path, "webp") for place, target in zip(places, targets, strict=True)]
        done, failed = process(make).paint(Window(far, places, targets))
        assert len(done) == 2
        assert [reason.rpartition("bad.png: ")[2] for _, reason in failed] == [
            reason.rpartition("bad.png: ")[2] for _, reason in local
        ]
        for name in ("a.png", "b.jpg"):
            assert (tmp_path / f"far-{name}").read_bytes() == (tmp_path / f"local-{name}").read_bytes()
    assert not (tmp_path / "far-bad.png").exists()


def test_photographs_of_one_size_follow_each_other(process, tmp_path, store):
    told = []
    sizes = {"a": (8, 12), "b": (20, 5), "c": (8, 12), "d": (20, 5), "e": (8, 9)}
    store.objects |= {f"b/{name}": picture(0, *size) for name, size in sizes.items()}
    at = place_of(store.uri("b"))
    made = process(inverted)
    made._transform = inverted(None, told)
    made.paint(window({name: at.within(name) for name in sizes}, tmp_path))
    assert told == ["e", "a", "c", "b", "d"]


def test_what_nobody_foresaw_is_the_fault_of_one_photograph(process, store, tmp_path):
    names = ["a.png", "odd.png", "b.png", "none.png"]
    store.objects |= {f"b/{name}": picture() for name in names[:3]}
    at = place_of(store.uri("b"))
    done, failed = process(inverted).paint(window({name: at.within(name) for name in names}, tmp_path))
    assert {job.source for job, _ in done} == {"a.png", "b.png"}
    reasons = {job.source: reason for job, reason in failed}
    assert reasons["odd.png"] == "odd.png: ZeroDivisionError: of this one"
    assert reasons["none.png"] == "s3://b/none.png: expected a file that can be read. Received: no such file"


def test_results_of_a_window_are_one_table(process, store, tmp_path):
    names = ["a.png", "bad.png", "b.png"]
    store.objects |= {"b/a.png": picture(1), "b/bad.png": b"none", "b/b.png": picture(2)}
    at, out = place_of(store.uri("b")), TableFolder(place_of(store.uri("b/out.parquet")))
    jobs = [Job(name, f"{name}_x.png", "png") for name in names]
    for _ in range(2):  # as after a machine has died
        process(inverted).paint(Window(jobs, [at.within(name) for name in names], [None] * 3, out))
    assert out.names() == {"a.png_x.png", "b.png_x.png"}
    assert len(store.objects) == 4


@pytest.mark.slow
def test_a_network_of_a_file_travels_with_its_name(tmp_path):
    from superres.network import SuperResolutionNetwork

    path = tmp_path / "my-run" / "network.keras"
    path.parent.mkdir()
    SuperResolutionNetwork(factor=2, width=2, residual_blocks=1).save(path)
    source = find_network(path)
    order = PaintingOrder.of(source, functools.partial(photo_enlarger), "tensorflow", "float32", 95)
    network = source.load()
    sent = pickle.dumps(order)
    path.unlink()
    photo = read_photo(picture())
    far = pickle.loads(sent).load()(photo, Job("a", "b", "png"))
    np.testing.assert_array_equal(far.rgb, upscale_photo(photo, network).rgb)


def test_machines_have_the_same_version(monkeypatch):
    order = PaintingOrder.of(find_network("x4_srcnn"), inverted, "litert", "float32", 95)
    old = PaintingProcess(pickle.dumps(dataclasses.replace(order, version="0.0.1")), None)
    columns = old({"index": [3], "window": [pickle.dumps(None)]})
    assert columns["number"] == [-1]
    assert columns["window"] == [3]
    assert columns["reason"][0].startswith("--ray: expected fast-style 0.0.1 on every machine. Received: ")


def test_tries_are_counted_for_each_window():
    tries = Tries()
    assert [tries.begin(number) for number in (0, 0, 1, 0)] == [1, 2, 1, 3]
    assert painting.MOST_TRIES > 1
