"""TF_CONFIG: clusters that it names, and one line for what it must not say."""

import json

import pytest

from fast_style.cli import train_main
from fast_style.common.errors import UserError
from fast_style.common.training.cluster import read_cluster

WORKERS = {"worker": ["a:1", "b:2"]}


@pytest.fixture
def tf_config(monkeypatch):
    return lambda text: monkeypatch.setenv("TF_CONFIG", text if isinstance(text, str) else json.dumps(text))


ONE = {"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 0}}


@pytest.mark.parametrize("text", ["", " ", "{}", ONE])
def test_what_names_nobody_else_is_no_cluster(text, tf_config):
    tf_config(text)
    assert read_cluster() is None


def test_a_cluster_begins_with_its_chief(tf_config):
    """As TFJob writes it: a chief of its own, and an environment."""
    config = {"cluster": {**WORKERS, "chief": ["c:3"]}, "task": {"type": "worker", "index": 1}, "environment": "cloud"}
    tf_config(config)
    cluster = read_cluster()
    assert list(cluster.addresses.values()) == ["c:3", "a:1", "b:2"]
    assert (len(cluster), cluster.number, cluster.name(cluster.task)) == (3, 2, "worker 1 (b:2)")
    tf_config({"cluster": WORKERS, "task": {"type": "worker", "index": "0"}})  # some write indices as text
    assert read_cluster().number == 0


FAULTS = {
    "{": "expected JSON",
    "[]": "expected an object",
    '{"cluster": {"worker": ["a:1", "b:2"]}}': "task: expected an object. Received: none",
    '{"cluster": {"worker": "a:1"}, "task": {"type": "worker", "index": 0}}': "cluster.worker: expected a list",
    **{
        json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}}): message
        for cluster, kind, index, message in (
            (WORKERS, "worker", 2, "task: expected one of 2 in the cluster. Received: worker 2"),
            (WORKERS, "worker", -1, "task: expected one of 2 in the cluster. Received: worker -1"),
            (WORKERS, "chief", 0, "task: expected of type worker in the cluster. Received: chief 0"),
            ({**WORKERS, "ps": ["c:3"]}, "ps", 0, "cluster: expected chief and worker alone. Received: 'ps'"),
            ({"worker": ["a:1", "b"]}, "worker", 0, "expected host:port of each worker. Received: 'b'"),
            ({"worker": ["a:1", "b:70000"]}, "worker", 0, "expected host:port of each worker. Received: 'b:70000'"),
            ({"worker": ["a:1", "a:1"]}, "worker", 0, "expected addresses that differ. Received: 'a:1' twice"),
            ({"chief": ["a:1", "b:2"]}, "chief", 0, "cluster: expected one chief. Received: 2"),
            ({}, "worker", 0, "task: expected of type chief or worker in the cluster. Received: worker 0"),
        )
    },
}


@pytest.mark.parametrize(("text", "message"), FAULTS.items())
def test_what_names_no_cluster_is_one_line(text, message, tf_config):
    tf_config(text)
    with pytest.raises(UserError) as error:
        read_cluster()
    assert str(error.value).startswith("TF_CONFIG: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_the_command_ends_with_one_line_and_leaves_nothing(tf_config, tmp_path, capsys):
    tf_config("{'cluster'")
    with pytest.raises(SystemExit) as stop:
        train_main(["--style", "a.jpg", "--content", "photos", "--output", str(tmp_path / "run")])
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("fast-style-train: error: TF_CONFIG: expected JSON. Received: ")
    assert not list(tmp_path.iterdir())
