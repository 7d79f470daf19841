"""What is installed lives beside other distributions that have a package ``common`` or ``export``, in any order."""

import email.policy
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS, FOREIGN = "fast-style", ["foreign-common", "foreign-export"]
# What somebody else's packages, and a user's own common.py, are known by.
CHECK_FOREIGN = "import common, export; assert common.owner == export.owner == 'foreign'"
CHECK_OURS = """
import fast_style, superres, fast_style.common.errors, fast_style.export, superres.export
from fast_style.export.settings import MAX_PIXELS
assert fast_style.__version__ == superres.__version__ != "0+unknown"
assert fast_style.common.__file__.endswith(os.path.join("fast_style", "common", "__init__.py"))
assert fast_style.export.__file__.endswith(os.path.join("fast_style", "export", "__init__.py"))
for name in (fast_style.__file__, superres.__file__, fast_style.common.__file__, fast_style.export.__file__):
    assert name.startswith(sys.prefix), name
    assert os.path.isfile(os.path.join(os.path.dirname(name), "py.typed")), name
"""


def run(*command, cwd):
    """What a command prints; the checkout is not on its path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pip(*arguments, cwd):
    """pip of this environment, which looks for nothing on the network."""
    run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """``{distribution: wheel}`` of this project, without the weights of networks, and of two foreign ones."""
    folder = tmp_path_factory.mktemp("wheels")
    project = folder / OURS
    for name in ("common", "export", "fast_style", "superres"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("*.npz", "*.jpg", "__pycache__"))
    for name in ("setup.py", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project)
    for name in FOREIGN:
        package = name.removeprefix("foreign-")
        (folder / name / package).mkdir(parents=True)
        (folder / name / package / "__init__.py").write_text("owner = 'foreign'\n")
        (folder / name / "setup.cfg").write_text(f"[metadata]\nname = {name}\n[options]\npackages = {package}\n")
        (folder / name / "setup.py").write_text("from setuptools import setup\nsetup()\n")
    names = [OURS, *FOREIGN]
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "built")
    pip("wheel", *options, *(f"./{name}" for name in names), cwd=folder)
    return {name: next((folder / "built").glob(f"{name.replace('-', '_')}-*.whl")) for name in names}


class Installation:
    """A virtual environment of its own, and beside it the folder of a user who has a ``common.py``."""

    def __init__(self, folder):
        self._folder, self._python = folder / "environment", folder / "environment" / "bin" / "python"
        self._user, self._elsewhere = folder / "user", folder / "elsewhere"
        self._user.mkdir()
        self._elsewhere.mkdir()
        (self._user / "common.py").write_text("owner = 'user'\n")
        run(sys.executable, "-m", "venv", "--without-pip", self._folder, cwd=folder)
        # Of what is installed here the commands below need NumPy alone; of the rest, pip would take ours for installed.
        (packages,) = self._folder.glob("lib/python*/site-packages")
        for part in Path(np.__file__).parents[1].glob("numpy*"):
            (packages / part.name).symlink_to(part)

    def install(self, *wheels):
        pip("--python", self._python, "install", "--no-deps", "--no-index", *wheels, cwd=self._elsewhere)

    def uninstall(self, *names):
        pip("--python", self._python, "uninstall", "--yes", *names, cwd=self._elsewhere)

    def check_foreign(self):
        run(self._python, "-c", CHECK_FOREIGN, cwd=self._elsewhere)

    def check_ours(self):
        run(self._python, "-c", f"import os, sys\n{CHECK_OURS}", cwd=self._elsewhere)
        own = f"import os, sys, common\n{CHECK_OURS}\nassert common.owner == 'user'"
        run(self._python, "-c", own, cwd=self._user)
        styles = run(self._python, "-m", "fast_style", "styles", cwd=self._user)
        assert styles.startswith("starry_night: ")
        assert run(self._folder / "bin" / "fast-style", "styles", cwd=self._user) == styles


@pytest.mark.slow
def test_metadata_is_what_an_index_shows(wheels):
    """A licence as an expression, typed, and a description without links to files that the index does not have."""
    with zipfile.ZipFile(wheels[OURS]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        found = email.message_from_bytes(wheel.read(name), policy=email.policy.default)
    assert found["License-Expression"] == "Apache-2.0"
    assert "Paper, https://arxiv.org/abs/1603.08155" in found.get_all("Project-URL")
    assert "Typing :: Typed" in found.get_all("Classifier")
    text = found.get_content()
    assert text.startswith("# fast-style")
    links = re.findall(r"\]\(([^)]*)\)", text) + re.findall(r'src="([^"]*)"', text)
    assert links
    assert all(link.startswith("https://") for link in links)
    assert "docs/guide/paint.md" in text, "the text of a link stays"


def test_the_description_links_to_the_repository_where_that_has_an_address(monkeypatch):
    monkeypatch.setattr("setuptools.setup", lambda **_: None)
    monkeypatch.chdir(ROOT)
    description = runpy.run_path(str(ROOT / "setup.py"))["description"]
    text = '[a](docs/index.md) [b](https://b.org) ![c](c.jpg) <img src="d.jpg" alt="d">'
    assert description(text, "https://host/us") == (
        "[a](https://host/us/blob/HEAD/docs/index.md) [b](https://b.org) ![c](https://host/us/blob/HEAD/c.jpg) "
        '<img src="https://host/us/raw/HEAD/d.jpg" alt="d">'
    )


@pytest.mark.slow
def test_an_sdist_has_every_file_of_the_repository(tmp_path):
    """So that its tests run; files of version control and continuous integration's own are nobody else's."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no checkout")
    tracked = {name for name in listed.stdout.split("\0") if name and not os.path.basename(name).startswith(".git")}
    code = "import setuptools.build_meta as b, sys; b.build_sdist(sys.argv[1])"
    copy = tmp_path / "copy"
    for name in tracked:
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    run(sys.executable, "-c", code, tmp_path, cwd=copy)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in tracked if (ROOT / name).exists()} <= packed


@pytest.mark.slow
def test_ours_first(wheels, tmp_path):
    installation = Installation(tmp_path)
    installation.install(wheels[OURS])
    installation.install(*(wheels[name] for name in FOREIGN))
    installation.check_ours()
    installation.check_foreign()
    installation.uninstall(OURS)
    installation.check_foreign()


@pytest.mark.slow
def test_ours_last(wheels, tmp_path):
    installation = Installation(tmp_path)
    installation.install(*(wheels[name] for name in FOREIGN))
    installation.install(wheels[OURS])
    installation.check_foreign()
    installation.check_ours()
    installation.uninstall(*FOREIGN)
    installation.check_ours()
