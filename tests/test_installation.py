"""What is installed lives beside other distributions that have a package ``common`` or ``export``, in any order."""

import os
import shutil
import subprocess
import sys
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


def test_ours_first(wheels, tmp_path):
    installation = Installation(tmp_path)
    installation.install(wheels[OURS])
    installation.install(*(wheels[name] for name in FOREIGN))
    installation.check_ours()
    installation.check_foreign()
    installation.uninstall(OURS)
    installation.check_foreign()


def test_ours_last(wheels, tmp_path):
    installation = Installation(tmp_path)
    installation.install(*(wheels[name] for name in FOREIGN))
    installation.install(wheels[OURS])
    installation.check_foreign()
    installation.check_ours()
    installation.uninstall(*FOREIGN)
    installation.check_ours()
