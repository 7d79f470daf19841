"""The command in the Kubernetes file of a training on several machines."""

import re
import shlex

import pytest

from fast_style.common.commands.command_line import Parser, add_settings, given_settings
from fast_style.common.settings import check_settings
from fast_style.settings import StyleSettings
from tests.examples.manifests import manifest


@pytest.fixture(scope="module")
def job():
    return manifest("tfjob")


def test_its_command_is_one_of_ours(job):
    (workers,) = job["spec"]["tfReplicaSpecs"].values()
    pod = workers["template"]["spec"]
    (container,) = pod["containers"]
    (script,) = container["args"]
    words = shlex.split(re.search(r'exec (.*) "\$@"$', script)[1])
    assert words[0] == "fast-style-train"
    parser = Parser()
    add_settings(parser, StyleSettings)
    given = given_settings(parser.parse_args(words[1:]), StyleSettings)
    check_settings(StyleSettings, given)
    assert given["batch_size"] % workers["replicas"] == 0
    # What the script looks for is what a run leaves, and what it names lies on the volumes.
    assert f"test -e {given['output']}/run.json" in script
    folders = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert folders.keys() == {volume["name"] for volume in pod["volumes"]}
    assert given["output"].startswith(folders["runs"])
    assert all(given[name].startswith(folders["data"]) for name in ("style", "content", "loss_weights"))
