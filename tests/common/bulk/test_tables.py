"""Photographs in Parquet, and results in it."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fast_style.common.bulk.places import place_of
from fast_style.common.bulk.tables import TableFolder, rows_of
from fast_style.common.errors import UserError


def table(folder, columns, **options):
    pq.write_table(pa.table(columns), folder / "in.parquet", **options)
    return place_of(str(folder / "in.parquet"))


def read(place):
    return [(name, row.source()) for name, row in rows_of(place)]


def test_rows_of_several_groups(tmp_path):
    contents = [b"one", b"two", b"three", b"four", b"five"]
    place = table(tmp_path, {"path": list("abcde"), "jpeg": contents, "width": range(5)}, row_group_size=2)
    assert read(place) == list(zip("abcde", contents, strict=True))


def test_rows_without_names_are_numbered(tmp_path):
    assert read(table(tmp_path, {"bytes": [b"one", b"two"]})) == [("in_000000", b"one"), ("in_000001", b"two")]


def test_datasets_of_hugging_face(tmp_path):
    place = table(tmp_path, {"image": [{"bytes": b"one", "path": "a.jpg"}, {"bytes": b"two", "path": None}]})
    assert read(place) == [("a.jpg", b"one"), ("in_000001", b"two")]


@pytest.mark.parametrize(
    ("columns", "received"),
    [({"path": ["a"]}, "none of path"), ({"a": [b"1"], "b": [b"2"]}, "a, b of a, b")],
)
def test_which_column_holds_photographs_must_be_clear(tmp_path, columns, received):
    with pytest.raises(UserError, match=rf"in\.parquet: expected one column of bytes\. Received: {received}"):
        read(table(tmp_path, columns))


def test_what_is_no_table(tmp_path):
    (tmp_path / "in.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(UserError, match=r"in\.parquet: expected a Parquet file\. Received: "):
        read(place_of(str(tmp_path / "in.parquet")))
    with pytest.raises(UserError, match=r"none\.parquet: expected a Parquet file\. Received: "):
        read(place_of(str(tmp_path / "none.parquet")))


def test_a_row_without_bytes_is_a_photograph_that_fails(tmp_path):
    _, row = next(rows_of(table(tmp_path, {"bytes": pa.array([None], pa.binary())})))
    with pytest.raises(UserError, match=r"expected bytes in bytes\. Received: none"):
        row.source()


def test_results_that_are_written_again_are_there_once(store):
    folder = TableFolder(place_of(store.uri("bucket/out.parquet")))
    for _ in range(2):
        folder.write({"b.png": b"two", "a.png": b"one"})
    folder.write({"c.png": b"three"})
    folder.write({})
    assert folder.names() == {"a.png", "b.png", "c.png"}
    assert len(store.objects) == 2
    assert len(store.puts) == 3
    found = [row for place in folder.place.files() for row in read(folder.place.within(place))]
    assert sorted(found) == [("a.png", b"one"), ("b.png", b"two"), ("c.png", b"three")]
