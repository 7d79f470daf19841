"""Metadata is in setup.cfg. What is computed here: which folders are installed, and where."""

from setuptools import find_namespace_packages, setup

# `common` and `export` are names of other distributions: installed, these folders lie within fast_style.
WITHIN_FAST_STYLE = ("common", "export")
INSTALLED = [pattern for name in (*WITHIN_FAST_STYLE, "fast_style", "superres") for pattern in (name, f"{name}.*")]


def installed_name(package):
    """The name under which a folder's package is imported."""
    return f"fast_style.{package}" if package.split(".")[0] in WITHIN_FAST_STYLE else package


# Folders of data count as packages: setuptools warns of those that are not listed.
setup(
    packages=[
        installed_name(package) for package in find_namespace_packages(include=INSTALLED, exclude=["*.__pycache__"])
    ],
    package_dir={installed_name(name): name for name in WITHIN_FAST_STYLE},
)
