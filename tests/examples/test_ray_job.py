"""The command and the versions in the Kubernetes file of a Ray cluster."""

import configparser
import shlex
from pathlib import Path

import pytest

from fast_style.commands import stylize
from fast_style.common.bulk.flags import check_ray_flags
from fast_style.common.commands.command_line import Parser
from tests.examples.manifests import manifest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def job():
    return manifest("rayjob")


def test_its_command_is_one_of_ours(job):
    words = shlex.split(job["spec"]["entrypoint"])
    parsers = Parser().add_subparsers(parser_class=Parser)
    stylize.add(parsers)
    options = parsers.choices["stylize"].parse_args(words[2:])
    assert words[:2] == ["fast-style", "stylize"]
    check_ray_flags(options)
    assert options.ray == "auto"
    cluster = job["spec"]["rayClusterSpec"]
    (workers,) = cluster["workerGroupSpecs"]
    (container,) = workers["template"]["spec"]["containers"]
    room = int(container["resources"]["requests"]["cpu"]) // options.ray_cpus * workers["replicas"]
    assert options.ray_actors == room


def test_its_ray_is_what_was_tested(job):
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    bound = setup["options.extras_require"]["ray"].strip().partition(">=")[2]
    version = job["spec"]["rayClusterSpec"]["rayVersion"]
    assert version == f"{bound}.0"
    cluster = job["spec"]["rayClusterSpec"]
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        assert group["template"]["spec"]["containers"][0]["image"].endswith(f":{version}")
