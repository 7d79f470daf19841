"""Bytes on disks and in stores, by one interface."""

import pickle

import pytest

from fast_style.common.bulk.places import Place, is_pattern, matches, place_of
from fast_style.common.errors import UserError


@pytest.fixture(params=["disk", "store", "other"])
def folder(request, tmp_path, store):
    """The same folder on a disk, in a store whose puts are atomic, and in a file system that renames."""
    if request.param == "other":
        from pyarrow.fs import LocalFileSystem

        return Place(f"hdfs:/{tmp_path}/in", f"{tmp_path}/in", LocalFileSystem())
    return place_of(store.uri("bucket/in") if request.param == "store" else str(tmp_path / "in"))


def test_what_is_written_is_read_and_listed(folder):
    assert folder.files() == []
    assert not folder.within("a.png").exists()
    folder.within("deep/b.png").write(b"second")
    folder.within("a.png").write(b"first")
    folder.within("a.png").write(b"again")
    assert folder.files() == ["a.png", "deep/b.png"]
    assert folder.within("a.png").read() == b"again"
    assert folder.within("a.png").exists()
    assert folder.is_folder()
    assert not folder.within("a.png").is_folder()


def test_places_travel(folder):
    folder.within("a.png").write(b"first")
    assert pickle.loads(pickle.dumps(folder)).within("a.png").read() == b"first"


def test_a_file_that_is_not_there_is_one_line(folder):
    with pytest.raises(UserError, match=r"in/none\.png: expected a file that can be read\. Received: no such file"):
        folder.within("none.png").read()


def test_of_a_writing_that_breaks_off_nothing_is_seen(store, monkeypatch):
    """The upload is begun and its part is there; what ends it never comes."""
    place = place_of(store.uri("bucket/out/a.png"))
    stream = place.filesystem.open_output_stream(place.path)
    stream.write(b"half" * 2_000_000)
    assert store.objects == {}
    stream.close()
    assert list(store.objects) == ["bucket/out/a.png"]


def test_names_hold_no_keys(store):
    assert place_of(store.uri("bucket/in")).name == "s3://bucket/in"
    with pytest.raises(UserError) as raised:
        place_of("nothing://me:secret@bucket/in")
    assert str(raised.value).startswith("nothing://bucket: expected a URI of a store. Received: ")
    assert "secret" not in str(raised.value)


def test_file_systems_of_fsspec():
    folder = place_of("memory://here")
    folder.within("a.png").write(b"first")
    assert folder.files() == ["a.png"]
    assert folder.within("a.png").read() == b"first"


def test_keys_are_taken_as_they_are_written(store):
    """As stores' own commands take them; and one connection is for all that lies in a bucket."""
    first, second = (place_of(store.uri(f"bucket/{name}")) for name in ("my cat 100%.png", "my%20cat.png"))
    first.write(b"first")
    second.write(b"second")
    assert store.objects == {"bucket/my cat 100%.png": b"first", "bucket/my%20cat.png": b"second"}
    assert first.filesystem is second.filesystem


def test_a_picture_is_one_request(store):
    """Requests cost money: an upload in parts is three; to read is to ask for the size, and for the bytes."""
    place = place_of(store.uri("bucket/a.png"))
    place.write(b"small")
    assert store.requests == ["PUT"]
    assert place.read() == b"small"
    assert store.requests == ["PUT", "HEAD", "GET"]


def test_a_uri_of_a_disk_is_a_path(tmp_path):
    assert place_of(f"file://{tmp_path}/in") == Place(f"{tmp_path}/in", f"{tmp_path}/in")


def test_patterns(store, tmp_path):
    store.objects |= dict.fromkeys(("b/in/a.png", "b/in/b.jpg", "b/in/deep/c.png"), b"x")
    assert [place.name for place in matches(store.uri("b/in/*.png"))] == ["s3://b/in/a.png"]
    assert [place.name for place in matches(store.uri("b/*/*/*.png"))] == ["s3://b/in/deep/c.png"]
    assert is_pattern(store.uri("b/in/*.png"))
    assert not is_pattern(store.uri("b/in/a.png"))
    (tmp_path / "[a].txt").touch()
    assert not is_pattern(str(tmp_path / "[a].txt"))
