"""The Kubernetes files, by schemas: no cluster is here that would read them."""

import copy
import json

import jsonschema
import pytest

from tests.examples.manifests import HERE, manifest

SLIPS = {"rayjob": ("shutdownAfterJobFinish", "rayClusterSpecs"), "tfjob": ("tfReplicaSpec", "runPolicies")}


def check(name, job):
    jsonschema.validate(job, json.loads((HERE / f"{name}.schema.json").read_text()))


@pytest.mark.parametrize("name", SLIPS)
def test_fields_are_those_of_the_operator(name):
    check(name, manifest(name))


@pytest.mark.parametrize(("name", "slip"), [(name, slip) for name, slips in SLIPS.items() for slip in slips])
@pytest.mark.parametrize("value", [True, {}])
def test_a_slip_is_one(name, slip, value):
    wrong = copy.deepcopy(manifest(name))
    wrong["spec"][slip] = value
    with pytest.raises(jsonschema.ValidationError):
        check(name, wrong)
