"""The version of both packages, installed or not."""

import importlib
import importlib.metadata

import pytest

import fast_style
import fast_style.common.version
import superres


def test_the_version_is_that_of_the_distribution():
    assert fast_style.__version__ == superres.__version__ == importlib.metadata.version("fast-style")


def test_a_checkout_that_is_not_installed_has_a_version(monkeypatch):
    def no_such_distribution(name):
        raise importlib.metadata.PackageNotFoundError(name)

    with monkeypatch.context() as patch:
        patch.setattr(importlib.metadata, "version", no_such_distribution)
        assert importlib.reload(fast_style.common.version).__version__ == "0+unknown"
    assert importlib.reload(fast_style.common.version).__version__ == fast_style.__version__


@pytest.mark.parametrize("package", ["fast_style", "superres"])
def test_python_m_is_the_console_script(package, capsys):
    module = importlib.import_module(f"{package}.__main__")
    with pytest.raises(SystemExit) as end:
        module.main(["--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {package.replace('_', '-')} ")
