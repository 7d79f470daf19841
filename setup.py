"""Metadata is in setup.cfg. What is computed here: which folders are installed and where, and what the index shows."""

import configparser
import re
from pathlib import Path

from setuptools import find_namespace_packages, setup

# `common` and `export` are names of other distributions: installed, these folders lie within fast_style.
WITHIN_FAST_STYLE = ("common", "export")
INSTALLED = [pattern for name in (*WITHIN_FAST_STYLE, "fast_style", "superres") for pattern in (name, f"{name}.*")]


def installed_name(package):
    """The name under which a folder's package is imported."""
    return f"fast_style.{package}" if package.split(".")[0] in WITHIN_FAST_STYLE else package


def description(readme, source=None):
    """The README for an index, which has none of the files that it links to.

    Links and pictures lead to the repository at the URL `source`; without one, links are their text alone, and pictures
    are left out.
    """
    relative = r"\((?!https?:|#|mailto:)([^)\s]+)\)"
    if source:
        readme = re.sub(rf"(!?\[[^\]]*\]){relative}", rf"\1({source}/blob/HEAD/\2)", readme)
        return re.sub(r'src="(?!https?:)([^"]+)"', rf'src="{source}/raw/HEAD/\1"', readme)
    readme = re.sub(rf"!\[[^\]]*\]{relative}\n*", "", readme)
    readme = re.sub(rf"\[([^\]]*)\]{relative}", r"\1", readme)
    return re.sub(r'<img src="(?!https?:)[^>]*>', "", readme)


CONFIGURATION = configparser.ConfigParser()
CONFIGURATION.read("setup.cfg")
URLS = dict(line.split(" = ") for line in CONFIGURATION["metadata"]["project_urls"].strip().splitlines())

# Folders of data count as packages: setuptools warns of those that are not listed.
setup(
    packages=[
        installed_name(package) for package in find_namespace_packages(include=INSTALLED, exclude=["*.__pycache__"])
    ],
    long_description=description(Path("README.md").read_text(encoding="utf-8"), URLS.get("Source")),
    package_dir={installed_name(name): name for name in WITHIN_FAST_STYLE},
)
