"""The server: who gets in, and what is served."""

import dataclasses
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from fast_style.common.app.folder import AppFolder
from fast_style.common.app.settings import AppSettings
from fast_style.common.errors import UserError

pytest.importorskip("gradio", reason="the app's framework is not installed: pip install '.[app-test]'")
from fast_style.common.app import server
from fast_style.common.app.page import tabs

PASSWORD = "open sesame"
ROOT = Path(__file__).parents[3]


@dataclasses.dataclass
class Apps:
    """Two apps in one process, and what a third at the port of the first was told."""

    folder: AppFolder
    address: str
    address_with_password: str
    refusal: str


@pytest.fixture(scope="module")
def apps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    command = [sys.executable, "-m", "tests.common.app.serve", str(folder), PASSWORD]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield Apps(AppFolder(folder), *json.loads(line))
        process.stdin.close()


def ask(address, path="", data=None, **headers):
    """(status, text) of a request."""
    request = urllib.request.Request(urllib.parse.urljoin(address, path), data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def test_the_page_has_every_tab_and_nothing_from_elsewhere(apps):
    status, text = ask(apps.address)
    assert status == 200
    assert all(f'"label":"{tab.title}"' in text for tab in tabs())
    # What a browser fetches: scripts, style sheets, fonts, pictures. Of elsewhere it is told nothing.
    fetched = re.findall(r'(?:<script[^>]*\ssrc|<link[^>]*\shref|<img[^>]*\ssrc)="([^"]+)"', text)
    fetched += re.findall(r"url\(([^)]+)\)|@import\s+([^;]+)", text)
    assert not [one for one in fetched if "//" in str(one)]
    assert '"enable_queue":true' in text
    assert '"analytics_enabled":false' in text.replace(" ", "") or "analytics_enabled" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/proc/self/environ",
        "setup.cfg",
        "{folder}/speeds.json",
        "{folder}/temporary/../secret",
        "http://127.0.0.1:1/x",
    ],
)
def test_files_of_others_are_not_served(apps, path):
    (apps.folder.path / "secret").write_text("hidden words")
    (apps.folder.path / "speeds.json").write_text("{}")
    status, text = ask(apps.address, f"gradio_api/file={path.format(folder=apps.folder.path)}")
    assert status == 403
    assert "hidden words" not in text


def test_what_is_temporary_is_served_to_who_knows_its_name(apps):
    path = apps.folder.new() / "cat.png"
    path.write_bytes(b"picture")
    assert ask(apps.address, f"gradio_api/file={path}") == (200, "picture")


@pytest.mark.parametrize("path", ["monitoring", "gradio_api/monitoring", "docs", "openapi.json", "gradio_api/runs"])
def test_there_is_nothing_beside_the_page(apps, path):
    assert ask(apps.address, path)[0] in (403, 404)


def test_no_event_is_an_interface_for_programs(apps):
    status, text = ask(apps.address, "gradio_api/info")
    assert status == 200
    assert '"named_endpoints":{}' in text
    assert '"unnamed_endpoints":{}' in text


def test_a_name_that_leads_here_from_elsewhere_is_refused(apps):
    assert ask(apps.address, Host="example.org")[0] == 400
    assert ask(apps.address, Host="localhost")[0] == 200


def test_without_the_password_there_is_nothing(apps):
    address = apps.address_with_password
    path = AppFolder(apps.folder.path / "with_password").new() / "cat.png"
    path.write_bytes(b"picture")
    assert ask(address, f"gradio_api/file={path}")[0] == 401
    assert ask(address, "config")[0] == 401
    assert "paint-all" not in ask(address)[1]
    wrong = urllib.parse.urlencode({"username": "me", "password": "open says me"}).encode()
    assert ask(address, "login", wrong)[0] == 400


def test_with_the_password_there_is_the_page(apps):
    address = apps.address_with_password
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    data = urllib.parse.urlencode({"username": "anybody", "password": PASSWORD}).encode()
    with opener.open(urllib.parse.urljoin(address, "login"), data) as answer:
        assert answer.status == 200
    with opener.open(address) as answer:
        assert "paint-all" in answer.read().decode()


def test_a_port_that_is_taken_is_one_line(apps):
    assert apps.refusal.startswith("--listen, --port: expected an address of this machine and a port that is free.")


def test_a_second_app_in_one_folder_is_refused(apps):
    with pytest.raises(UserError, match="--folder: expected a folder that no other app is using"):
        server.prepare(AppSettings(folder=str(apps.folder.path)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"network": ("gone.keras",)}, r"--network: expected one of .* Received: 'gone.keras' \(no such file\)"),
        ({"network": ("{empty}",)}, "--network: expected a network's .keras file, or a folder of some"),
        ({"segmentation": "gone.tflite"}, "--segmentation: expected a TFLite file"),
    ],
)
def test_files_that_are_not_there_are_refused_at_the_start(tmp_path, settings, message):
    (tmp_path / "empty").mkdir()
    settings = {
        name: tuple(one.format(empty=tmp_path / "empty") for one in value) if isinstance(value, tuple) else value
        for name, value in settings.items()
    }
    with pytest.raises(UserError, match=message):
        server.prepare(AppSettings(folder=str(tmp_path / "app"), **settings))
    assert not (tmp_path / "app").exists()


def test_without_a_password_nobody_beyond_this_machine(tmp_path, monkeypatch):
    monkeypatch.delenv("FAST_STYLE_PASSWORD", raising=False)
    with pytest.raises(UserError, match="--listen: expected --password"):
        server.prepare(AppSettings(folder=str(tmp_path / "app"), listen="0.0.0.0"))
    assert not (tmp_path / "app").exists()


def test_a_public_page_has_no_tab_for_its_owner_alone():
    assert "Train" in {tab.title for tab in tabs()}
    assert not {"Train", "Train to enlarge", "Optimise"} & {tab.title for tab in tabs(for_strangers=True)}
    assert {"Photograph", "Regions", "Enlarge", "Video", "Live"} <= {tab.title for tab in tabs(for_strangers=True)}


def test_tabs_are_in_their_order():
    painting = ["Photograph", "Regions", "Enlarge", "Video", "Enlarge a clip", "Optimise", "Live"]
    assert [tab.title for tab in tabs()] == [*painting, "Train", "Train to enlarge"]
