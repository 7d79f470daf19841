"""The Kubernetes files of the examples, as values of Python."""

from pathlib import Path

import yaml

HERE = Path(__file__).parent


def manifest(name):
    return yaml.safe_load((HERE.parents[1] / "examples" / "kubernetes" / f"{name}.yaml").read_text())
