"""Networks in `.keras` files."""

import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.networks.hdf5 import datasets
from fast_style.common.networks.keras_file import CONFIG, WEIGHTS, load_keras_file
from fast_style.common.networks.source import find_network
from fast_style.network import TransformationNetwork
from superres.network import SuperResolutionNetwork
from tests.levels import quick_first
from tests.tampering import refusal, tampered_bytes, tampered_values


@pytest.fixture
def network():
    keras.utils.set_random_seed(3)
    return TransformationNetwork(width=4, upsampling="resize")


def test_keras_file_round_trip(tmp_path, network):
    network.save(tmp_path / "n.keras")
    loaded = load_keras_file(tmp_path / "n.keras", (TransformationNetwork,))
    for before, after in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_code_in_a_keras_file_is_never_run(tmp_path):
    """A Lambda layer whose code would leave a folder behind: the file is refused by what it is, unread."""
    trap = tmp_path / "executed"
    path = str(trap)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: [x, __import__("os").mkdir(path)][0])])
    trap.rmdir()  # building the model ran it here
    model.save(tmp_path / "trap.keras")
    with pytest.raises(
        UserError, match="a .keras file of a TransformationNetwork. Received: .*trap.keras, a Sequential"
    ):
        load_keras_file(tmp_path / "trap.keras", (TransformationNetwork,))
    assert not trap.exists()


TINY = {
    "style": lambda: TransformationNetwork(width=1, upsampling="resize"),
    "x2": lambda: SuperResolutionNetwork(2, width=2, residual_blocks=0),
}


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """``{name: {member: bytes}}`` of the files of two small networks."""
    folder, found = tmp_path_factory.mktemp("networks"), {}
    for name, build in TINY.items():
        build().save(folder / f"{name}.keras")
        with zipfile.ZipFile(folder / f"{name}.keras") as archive:
            found[name] = {info.filename: archive.read(info) for info in archive.infolist()}
    return found


def packed(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def load(path):
    find_network(path).load()


def of_weights(members, change):
    """The members with a function done to the open file of the weights."""
    stream = io.BytesIO(members[WEIGHTS])
    with h5py.File(stream, "a") as file:
        change(file)
    return {**members, WEIGHTS: stream.getvalue()}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), quick_first([("x2", 60), ("style", 30)]))
def test_a_tampered_description_is_one_line(tmp_path, members, name, count):
    """In the whole of it, most of which nobody reads; and in the options of the network."""
    description = json.loads(members[name][CONFIG])
    tampered = list(tampered_values(description, count // 3))
    tampered += [{**description, "config": config} for config in tampered_values(description["config"], count)]
    refused = []
    for one in tampered:
        path = packed(tmp_path / "n.keras", {**members[name], CONFIG: json.dumps(one)})
        refused.append(refusal(load, path))
    assert len(list(filter(None, refused))) > count // 2


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("width", value) for value in (10**6, 257, -1, 0, 1.5, "8", True, None, [8], {"a": 1}, float("nan"))),
        *(("margin", value) for value in (10**9, 257, -1, 2.0, "1", True, [], float("inf"))),
        *(("normalization", value) for value in ("x", 1, [], {}, None)),
        *(("dtype", value) for value in ("x", 1, [], {}, {"config": {"name": 3}}, {"config": {"name": "x"}})),
        ("name", 3),
        ("name", "a/b"),
        ("trainable", "x"),
        ("more", 1),
    ],
)
def test_an_option_that_is_none_is_one_line(tmp_path, members, name, option, value):
    description = json.loads(members[name][CONFIG])
    description["config"][option] = value
    path = packed(tmp_path / "n.keras", {**members[name], CONFIG: json.dumps(description)})
    assert f"Received: {path}, " in refusal(load, path)


@pytest.mark.parametrize(
    ("option", "value"),
    [("factor", 3), ("factor", 10**9), ("factor", "2"), ("residual_blocks", 65), ("residual_blocks", [])],
)
def test_an_option_of_super_resolution_that_is_none_is_one_line(tmp_path, members, option, value):
    description = json.loads(members["x2"][CONFIG])
    description["config"][option] = value
    path = packed(tmp_path / "n.keras", {**members["x2"], CONFIG: json.dumps(description)})
    assert f"Received: {path}, " in refusal(load, path)


@pytest.mark.slow
def test_tampered_bytes_are_one_line(tmp_path, members):
    """Of the archive, and of the weights in it, whose checksum is right again."""
    path = packed(tmp_path / "n.keras", members["x2"])
    refused = []
    for tampered in tampered_bytes(path.read_bytes(), 60):
        path.write_bytes(tampered)
        refused.append(refusal(load, path))
    assert len(list(filter(None, refused))) > 30
    for tampered in tampered_bytes(members["x2"][WEIGHTS], 60):
        refusal(load, packed(path, {**members["x2"], WEIGHTS: tampered}))


def encrypted(content):
    """An archive whose headers say that its members are encrypted."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(signature)
        while start >= 0:
            changed[start + offset] |= 1
            start = changed.find(signature, start + 1)
    return bytes(changed)


@pytest.mark.parametrize("kind", ["encrypted", "deep", "method", "large", "lacking", "folder"])
def test_an_odd_archive_is_one_line(tmp_path, members, kind):
    path = packed(tmp_path / "n.keras", members["x2"])
    if kind == "encrypted":
        path.write_bytes(encrypted(path.read_bytes()))
    elif kind == "deep":
        packed(path, {**members["x2"], CONFIG: "[" * 100_000})
    elif kind == "method":
        packed(path, members["x2"], compression=zipfile.ZIP_LZMA)
    elif kind == "large":
        packed(path, {**members["x2"], CONFIG: " " * 2**24}, compression=zipfile.ZIP_DEFLATED)
    elif kind == "lacking":
        packed(path, {CONFIG: members["x2"][CONFIG]})
    else:
        path.unlink()
        path.mkdir()
    assert str(path) in refusal(load, path)


def elsewhere(file, secret):
    """The first weight as the bytes of another file."""
    path = next(iter(datasets(file)))
    shape = file[path].shape
    del file[path]
    file.create_dataset(path, shape, "u1", external=[(str(secret), 0, int(np.prod(shape)))])


def linked(file, secret):
    path = next(iter(datasets(file)))
    del file[path]
    file[path] = h5py.ExternalLink(str(secret), "/a")


def virtual(file, secret):
    path = next(iter(datasets(file)))
    layout = h5py.VirtualLayout(file[path].shape, "f4")
    layout[:] = h5py.VirtualSource(str(secret), "a", file[path].shape)
    del file[path]
    file.create_virtual_dataset(path, layout)


def huge(file, secret):
    path = next(iter(datasets(file)))
    del file[path]
    file.create_dataset(path, (2**40,), "f4", chunks=(2**10,))


def nan(file, secret):
    file[next(iter(datasets(file)))][...] = np.nan


def text(file, secret):
    path = next(iter(datasets(file)))
    del file[path]
    file[path] = ["text"]


def within_itself(file, secret):
    file["layers"]["again"] = file["layers"]
    nan(file, secret)


TAMPERINGS = {
    elsewhere: "has its data in another file",
    virtual: "has its data in another file",
    linked: "is a link",
    huge: "bytes of arrays, where",
    nan: "has numbers that are not finite",
    text: "which is no number",
    within_itself: "has numbers that are not finite",
}


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_tampered_weights_are_one_line(tmp_path, members, tamper):
    """Where they are elsewhere, they are not read; where they take more than the network, no memory is taken."""
    secret = tmp_path / "secret"
    with h5py.File(secret, "w") as file:
        file["a"] = np.zeros(10_000, "f4")
    path = packed(tmp_path / "n.keras", of_weights(members["x2"], lambda file: tamper(file, secret)))
    assert TAMPERINGS[tamper] in refusal(load, path)
