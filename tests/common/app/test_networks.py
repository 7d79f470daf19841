"""Networks that are ready: each read once, and errors told to who asks."""

import threading

import numpy as np
import pytest

import fast_style.common.app.networks
from fast_style.common.app.networks import Networks, given_networks
from fast_style.common.errors import UserError
from fast_style.common.networks.source import find_network, shipped_sources
from fast_style.network import TransformationNetwork
from fast_style.task import TASK


@pytest.fixture
def source(tmp_path):
    TransformationNetwork(width=1).save(tmp_path / "tiny.keras")
    return find_network(tmp_path / "tiny.keras", TASK)


@pytest.mark.slow
def test_each_is_read_once_and_anew_where_the_file_changed(source):
    networks = Networks("float32")
    networks.start()
    found = []
    threads = [threading.Thread(target=lambda: found.append(networks.get(source))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] is found[1] is found[2]
    TransformationNetwork(width=2).save(source.path)
    assert networks.get(find_network(source.path, TASK)).width == 2


def test_networks_of_any_task_are_given_as_files_and_folders(source, tmp_path):
    from superres.srcnn import SRCNN

    SRCNN(factor=2).save(tmp_path / "twice.keras")
    (tmp_path / "notes.keras").write_text("none")
    found = given_networks([tmp_path, source.path])
    assert {(one.name, one.task.name) for one in found} == {("tiny", "style-transfer"), ("twice", "super-resolution")}
    with pytest.raises(UserError, match=r"--network: .*notes\.keras"):
        given_networks([tmp_path / "notes.keras"])


@pytest.mark.slow
def test_one_that_is_there_does_not_wait_for_another(source, tmp_path):
    networks = Networks("float32")
    networks.start()
    ready = networks.get(source)
    with networks._lock:  # as while another is read
        assert networks.get(source) is ready


def test_before_tensorflow_starts_a_network_that_ships_is_there(rng):
    networks, photo = Networks("float32"), rng.integers(0, 256, (1, 24, 31, 3), np.uint8)
    shipped = shipped_sources(TASK)["starry_night_fast"]
    soon = networks.get_soon(shipped)
    assert not networks._started.is_set()
    assert networks.get_soon(shipped) is soon
    networks.start()
    then = networks.get(shipped)
    assert networks.get_soon(shipped) is then
    assert np.abs(soon.render(photo).astype(int) - np.asarray(then.render(photo))).max() <= 1


@pytest.mark.slow
def test_one_that_does_not_ship_is_waited_for(source):
    networks = Networks("float32")
    networks.start()
    assert networks.get_soon(source) is networks.get(source)


@pytest.mark.slow
def test_what_is_expected_is_read_before_anybody_asks(source):
    networks = Networks("float32")
    networks.expect([source])
    networks._start()
    assert len(networks._ready) == 1


def test_what_is_expected_waits_while_somebody_looks(source, monkeypatch):
    networks, read = Networks("float32"), threading.Event()
    monkeypatch.setattr(networks, "get", lambda source: read.set())
    networks.expect([source])
    with networks.in_front():
        with networks.in_front():
            networks.start()
            networks.wait()
        assert not read.wait(0.1)
    assert read.wait(60)
    networks.expect([source])
    with networks.in_front():
        networks.start()
        networks.wait()
        networks.stop()  # does not wait for who looks


def test_who_ends_waits_for_what_is_read_and_reads_no_more(source, monkeypatch):
    networks, begun, go_on = Networks("float32"), threading.Event(), threading.Event()

    def read(source):
        begun.set()
        assert go_on.wait(60)

    monkeypatch.setattr(networks, "get", read)
    networks.expect([source])
    networks.start()
    assert begun.wait(60)
    begun.clear()
    networks.expect([source])
    threading.Timer(0.05, go_on.set).start()
    networks.stop()
    assert go_on.is_set()
    assert not begun.is_set()
    Networks().stop()  # that never began


def test_a_backend_that_does_not_start_is_told(source, monkeypatch):
    def refuse():
        raise UserError("KERAS_BACKEND: expected tensorflow. Received: torch")

    monkeypatch.setattr(fast_style.common.app.networks, "start_tensorflow", refuse)
    networks = Networks()
    networks.start()
    with pytest.raises(UserError, match="KERAS_BACKEND"):
        networks.get(source)
