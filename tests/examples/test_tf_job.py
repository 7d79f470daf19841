"""The Kubernetes file of a training on several machines, by a schema: no cluster is here that would read it."""

import copy
import json
import re
import shlex
from pathlib import Path

import jsonschema
import pytest
import yaml

from fast_style.common.commands.command_line import Parser, add_settings, given_settings
from fast_style.common.settings import check_settings
from fast_style.settings import StyleSettings

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parent / "tfjob.schema.json").read_text())


@pytest.fixture(scope="module")
def job():
    return yaml.safe_load((ROOT / "examples" / "kubernetes" / "tfjob.yaml").read_text())


def test_fields_are_those_of_the_operator(job):
    jsonschema.validate(job, SCHEMA)


@pytest.mark.parametrize("slip", ["tfReplicaSpec", "runPolicies"])
def test_a_slip_is_one(job, slip):
    wrong = copy.deepcopy(job)
    wrong["spec"][slip] = {}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


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
