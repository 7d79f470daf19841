"""The app's folder: names that nobody guesses, and nothing that stays for ever."""

import os
import time

import pytest

from fast_style.common.app.folder import KEPT_SECONDS, AppFolder
from fast_style.common.errors import UserError


def test_new_folders_have_names_that_cannot_be_guessed(tmp_path):
    folder = AppFolder(tmp_path / "app")
    names = {folder.new().name for _ in range(3)}
    assert len(names) == 3
    assert {len(name) for name in names} == {32}


def test_what_is_too_old_goes_and_trainings_stay(tmp_path):
    folder = AppFolder(tmp_path / "app")
    old, new = folder.new(), folder.new()
    (old / "cat.png").write_bytes(b"")
    (folder.path / "runs").mkdir()
    os.utime(old, times=(time.time() - KEPT_SECONDS - 1,) * 2)
    folder.new()
    assert not old.exists()
    assert new.exists()
    folder.sweep()
    assert list(folder.temporary.iterdir()) == []
    assert (folder.path / "runs").is_dir()


def test_links_within_are_taken_away_and_not_followed(tmp_path):
    folder = AppFolder(tmp_path / "app")
    (tmp_path / "mine").mkdir()
    (folder.temporary / "link").symlink_to(tmp_path / "mine")
    folder.sweep()
    assert (tmp_path / "mine").is_dir()
    assert not (folder.temporary / "link").exists()


def test_messages_name_files_without_their_place(tmp_path):
    folder = AppFolder(tmp_path / "app")
    text = f"{folder.new()}/cat.jpg: expected an image. Received: /etc/passwd"
    assert folder.without_path(text) == "cat.jpg: expected an image. Received: /etc/passwd"


def test_two_apps_share_no_folder(tmp_path):
    """The second would empty what is temporary of the first."""
    first, second = AppFolder(tmp_path / "app"), AppFolder(tmp_path / "app")
    first.hold()
    with pytest.raises(UserError, match="--folder: expected a folder that no other app is using. Received: .*app$"):
        second.hold()
    first.release()
    second.hold()
    second.release()
    assert not list(second.path.glob(".*"))


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "app").write_text("")
    with pytest.raises(UserError, match="--folder: expected a folder"):
        AppFolder(tmp_path / "app")
