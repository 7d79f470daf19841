"""JSON in files and back."""

import os

import pytest

from fast_style.common.errors import UserError
from fast_style.common.json_files import read_json, write_json


def test_what_is_written_is_read(tmp_path):
    write_json(tmp_path / "a.json", {"one": [1, None]})
    assert (tmp_path / "a.json").read_text() == '{\n  "one": [\n    1,\n    null\n  ]\n}\n'
    assert read_json(tmp_path / "a.json", "a record") == {"one": [1, None]}


def test_what_json_has_not_goes_by_the_default(tmp_path):
    write_json(tmp_path / "a.json", {"path": tmp_path}, default=str)
    assert read_json(tmp_path / "a.json", "a record") == {"path": str(tmp_path)}


@pytest.mark.parametrize("content", [None, b"{", b"\xff"])
def test_what_cannot_be_read_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(UserError, match="a.json: expected a record in JSON. Received: "):
        read_json(tmp_path / "a.json", "a record")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[" * 100_000, "Received: values too deep within each other"),
        ("[]", "a.json: expected a record in JSON: expected an object. Received: \\[\\]"),
        ('{"n": NaN}', "n: expected a finite number. Received: nan"),
    ],
)
def test_what_has_another_shape_is_one_line(tmp_path, content, message):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(UserError, match=message):
        read_json(tmp_path / "a.json", "a record", {"n": float})


def test_what_is_no_regular_file_or_too_large_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "large", "wb") as file:
        file.truncate(2**33)
    for name, reason in (("pipe", "no regular file"), ("large", "more than 64 MiB"), (".", "Is a directory")):
        with pytest.raises(UserError, match=f"expected a record in JSON. Received: .*{reason}"):
            read_json(tmp_path / name, "a record")
