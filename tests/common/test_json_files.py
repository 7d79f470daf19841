"""JSON in files and back."""

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
