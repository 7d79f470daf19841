"""Files are written whole or not at all, and where they cannot be, that is found out beforehand."""

import os

import pytest

from fast_style.common.errors import UserError
from fast_style.common.files import check_writable, write_bytes


def test_permissions_are_those_of_any_new_file(tmp_path):
    """And not those of a temporary file, which only its owner may read."""
    write_bytes(tmp_path / "a", b"1")
    (tmp_path / "b").write_bytes(b"1")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(step, tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(UserError) as caught:
        write_bytes(path, b"new")
    expected = f"{path}: expected a place that can be written. Received: No space left on device"
    assert str(caught.value) == expected
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.png"]


def test_interrupted_by_ctrl_c(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "a.png", b"new")
    assert os.listdir(tmp_path) == []


def test_makes_the_folders_above(tmp_path):
    write_bytes(tmp_path / "a" / "b" / "c", b"new")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"new"


def test_file_in_a_folders_place(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    path = tmp_path / "file" / "a.png"
    with pytest.raises(UserError, match=rf"{path}: expected a place that can be written\. Received: \w"):
        write_bytes(path, b"new")
    assert (tmp_path / "file").read_bytes() == b"x"


def test_folder_in_the_files_place(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(UserError, match=r"expected a place that can be written\. Received: Is a directory"):
        write_bytes(tmp_path / "a.png", b"new")
    assert os.listdir(tmp_path) == ["a.png"]


def test_permission_denied(tmp_path, monkeypatch):
    """As any user but root meets it."""

    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", deny)
    monkeypatch.setattr("tempfile.NamedTemporaryFile", deny)
    with pytest.raises(UserError, match=r"a.png: expected a place that can be written\. Received: Permission denied"):
        write_bytes(tmp_path / "a.png", b"new")
    with pytest.raises(UserError, match=r"--output: expected a folder that can be written.*\(Permission denied\)"):
        check_writable(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into any folder; test_permission_denied stands in")
def test_folder_without_permission(tmp_path):
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(UserError, match=r"expected a place that can be written\. Received: Permission denied"):
            write_bytes(tmp_path / "a.png", b"new")
        with pytest.raises(UserError, match=r"--output: expected a folder that can be written.*Permission denied"):
            check_writable(tmp_path / "run")
    finally:
        tmp_path.chmod(0o755)


def test_check_writable_makes_no_folder(tmp_path):
    check_writable(tmp_path / "a" / "b")
    check_writable(tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_link_to_nowhere_is_no_folder(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"--output: expected a folder that can be written.*\(No such file"):
        check_writable(tmp_path / "link")


def test_check_writable_refuses_long_names(tmp_path):
    with pytest.raises(UserError, match=f"--run: expected names of at most 255 bytes. Received: {'x' * 300}, 300 by"):
        check_writable(tmp_path / ("x" * 300), name="--run")


def test_check_writable_names_the_argument(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    folder = tmp_path / "file" / "run"
    expected = rf"--run: expected a folder that can be written\. Received: {folder} \(Not a directory\)"
    with pytest.raises(UserError, match=expected):
        check_writable(folder, name="--run")
