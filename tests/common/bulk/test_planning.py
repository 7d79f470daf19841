"""Which photographs words mean, where their results go, and which are left where some are there."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fast_style.common.bulk.planning import BulkPlan
from fast_style.common.commands.photo_jobs import jobs_by_label
from fast_style.common.errors import UserError
from tests.common.bulk.conftest import picture


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in ("in/a.jpg", "in/deep/b.png", "in/deep/a.jpg"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(picture())
    return tmp_path


def plan(options, labels=("wave",)):
    return BulkPlan(options, labels, "painted")


def pairs(made, label="wave"):
    return [(job.source, job.target) for job in made.jobs[label]]


def test_paths_are_planned_as_by_the_local_command(photos, parse):
    made = plan(parse("in", "-o", "out"), ["wave", "udnie"])
    assert made.jobs == jobs_by_label(parse("in", "-o", "out"), ["wave", "udnie"], "painted")
    job = made.jobs["wave"][0]
    assert (made.source(job).path, made.target(job).path) == (
        os.path.abspath("in/a.jpg"),
        os.path.abspath("out/a_wave.jpg"),
    )


def test_a_folder_of_a_store(store, parse):
    store.objects |= dict.fromkeys(("b/in/a.jpg", "b/in/deep/c.gif", "b/in/.d.jpg", "b/in/notes.md"), b"x")
    made = plan(parse(store.uri("b/in"), "-o", store.uri("b/out")))
    assert pairs(made) == [
        ("s3://b/in/a.jpg", "s3://b/out/a_wave.jpg"),
        ("s3://b/in/deep/c.gif", "s3://b/out/deep/c_wave.png"),
    ]
    made.target(made.jobs["wave"][1]).write(made.source(made.jobs["wave"][1]).source())
    assert store.objects["b/out/deep/c_wave.png"] == b"x"


def test_one_result_of_a_store_goes_to_a_disk(store, parse, tmp_path):
    store.objects["b/in/a.jpg"] = b"x"
    made = plan(parse(store.uri("b/in/*.jpg"), "-o", tmp_path / "out"))
    assert pairs(made) == [("s3://b/in/a.jpg", str(tmp_path / "out/a_wave.jpg"))]
    assert made.target(made.jobs["wave"][0]).filesystem is None


def test_a_list_of_paths(photos, store, parse):
    """A file that is missing is one photograph that fails, and not the end of all."""
    store.objects["b/z.png"] = b"x"
    Path("list.txt").write_text(f"in/a.jpg\n\n  in/deep/a.jpg  \nin/none.png\n{store.uri('b/z.png')}\n")
    made = plan(parse("list.txt", "-o", "out"))
    assert pairs(made) == [
        ("in/a.jpg", "out/in_a_wave.jpg"),
        ("in/deep/a.jpg", "out/deep_a_wave.jpg"),
        ("in/none.png", "out/none_wave.png"),
        ("s3://b/z.png", "out/z_wave.png"),
    ]


def test_each_photograph_is_painted_once_however_it_is_named(photos, parse):
    Path("list.txt").write_text("./in/../in/a.jpg")
    made = plan(parse("in/a.jpg", "./in/a.jpg", os.path.abspath("in/a.jpg"), "list.txt", "-o", "out"))
    assert [target for _, target in pairs(made)] == ["out/a_wave.jpg"]


def test_a_list_of_windows(photos, parse):
    Path("list.txt").write_bytes("\N{ZERO WIDTH NO-BREAK SPACE}in/a.jpg\r\nin/deep/b.png\r\n".encode())
    assert [source for source, _ in pairs(plan(parse("list.txt", "-o", "out")))] == ["in/a.jpg", "in/deep/b.png"]


def test_rows_of_one_name_are_photographs_of_their_own(photos, parse):
    names = ["a.jpg", "a.jpg", "b.jpg", "a.jpg", "a.jpg (2)", "a.jpg (2)"]
    contents = [str(number).encode() for number in range(len(names))]
    pq.write_table(pa.table({"path": names, "bytes": contents}), "in.parquet")
    made = plan(parse("in.parquet", "-o", "out"))
    assert [made.source(job).source() for job in made.jobs["wave"]] == contents
    assert len({job.target for job in made.jobs["wave"]}) == len(names)


def test_a_table(photos, parse):
    pq.write_table(pa.table({"path": ["/x/../a.jpg", "b/c.webp"], "bytes": [b"one", b"two"]}), "in.parquet")
    made = plan(parse("in.parquet", "-o", "out", "--format", "png"))
    assert pairs(made) == [("in.parquet#/x/../a.jpg", "out/x/a_wave.png"), ("in.parquet#b/c.webp", "out/b/c_wave.png")]
    assert [made.source(job).source() for job in made.jobs["wave"]] == [b"one", b"two"]


def test_what_is_there_is_left_out_or_refused(store, parse, capsys):
    store.objects |= dict.fromkeys(("b/in/a.jpg", "b/in/c.png", "b/out/a_wave.jpg"), b"x")
    words = store.uri("b/in"), "-o", store.uri("b/out")
    with pytest.raises(UserError, match=r"expected new files, or --overwrite\. Received: s3://b/out/a_wave\.jpg"):
        plan(parse(*words))
    assert len(pairs(plan(parse(*words, "--overwrite")))) == 2
    assert pairs(plan(parse(*words, "--skip-existing"))) == [("s3://b/in/c.png", "s3://b/out/c_wave.png")]
    assert "1 of 2 photographs have their result already" in capsys.readouterr().err
    store.objects["b/out/c_wave.png"] = b"x"
    with pytest.raises(SystemExit) as stopped:
        plan(parse(*words, "--skip-existing"))
    assert stopped.value.code == 0


def test_results_in_a_table_go_on_where_they_stopped(photos, parse):
    words = "in", "-o", "out.parquet"
    made = plan(parse(*words))
    assert [target for _, target in pairs(made)] == ["a_wave.jpg", "deep/a_wave.jpg", "deep/b_wave.png"]
    assert made.target(made.jobs["wave"][0]) is None
    made.table.write({"deep/a_wave.jpg": b"x"})
    assert [job.target for job in made.written_since(made.jobs["wave"])] == ["deep/a_wave.jpg"]
    assert [source for source, _ in pairs(plan(parse(*words, "--skip-existing")))] == ["in/a.jpg", "in/deep/b.png"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["in", "none.txt"], r"none\.txt: expected a file that can be read\. Received: no such file"),
        (["s3://b/x.png", "-o", "s3://b/out.png"], r"--output: expected a folder, or a name that ends in \.parquet"),
        (["none-*.parquet"], r"photo: expected none-\*\.parquet to name files\. Received: none"),
        (["in", "-o", "x.parquet", "--overwrite"], r"--overwrite: expected files\. Received: x\.parquet, to which"),
        (["empty.txt"], r"photo: expected photographs\. Received: empty\.txt, with none"),
    ],
)
def test_what_is_refused(photos, store, parse, words, message):
    Path("empty.txt").touch()
    store.objects["b/x.png"] = b"x"
    words = [store.uri(word.removeprefix("s3://")) if word.startswith("s3://") else word for word in words]
    with pytest.raises(UserError, match=message):
        plan(parse(*words))
