"""Real clusters of Ray, on this machine, and the commands as users start them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from fast_style.cli import main
from fast_style.common.images.image_io import write_photo
from fast_style.network import TransformationNetwork
from tests.common.bulk.conftest import picture

pytestmark = pytest.mark.slow
# More, and smaller, for a run by hand: 1000.
PHOTOGRAPHS = int(os.environ.get("BULK_PHOTOGRAPHS", "60"))
SIDE = min(240, 24000 // PHOTOGRAPHS)
BAD = 10
ROOT = Path(__file__).resolve().parents[3]
# Two nodes as two raylets, until a line comes: the second is killed then, as a machine that loses its power.
NODES = """
import os, sys
from ray.cluster_utils import Cluster

one = {"num_cpus": 1, "object_store_memory": 100 << 20}
cluster = Cluster(initialize_head=True, head_node_args={**one, "include_dashboard": False})
other = cluster.add_node(**one)
print("address", cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(other, allow_graceful=False)
print("killed", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


def started(*words, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
    return subprocess.Popen(list(map(str, words)), text=True, env=environment, **options)


def command(module, *words, cwd):
    """(exit code, standard output, standard error) of a command."""
    program = started(sys.executable, "-m", module, *words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = program.communicate(timeout=900)
    return program.returncode, output, errors


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder of small photographs of three sizes, of which ten are bad, and a network, ``tiny.keras``."""
    folder = tmp_path_factory.mktemp("bulk")
    generator, bad = np.random.default_rng(0), []
    (folder / "in").mkdir()
    for number in range(PHOTOGRAPHS):
        path = folder / "in" / f"{number:05d}.{('png', 'jpg')[number % 2]}"
        height, width = ((SIDE, 2 * SIDE), (2 * SIDE, SIDE), (SIDE, SIDE))[number % 3]
        write_photo(path, generator.integers(0, 256, (height, width, 3), np.uint8))
        if number % (PHOTOGRAPHS // BAD) == 1:
            path.write_bytes(path.read_bytes()[:200] if len(bad) % 2 else b"no image")
            bad.append(path.name)
    assert len(bad) == BAD
    keras.utils.set_random_seed(0)
    network = TransformationNetwork(width=4)
    network.to_rgb.kernel.assign(network.to_rgb.kernel * 20)
    network.save(folder / "tiny.keras")
    return folder, bad


STYLIZE = "stylize", "in", "--network", "tiny.keras", "--precision", "float32"


@pytest.fixture(scope="module")
def local(photos):
    """What the local command makes of them."""
    folder, _ = photos
    with contextlib.chdir(folder), pytest.raises(SystemExit) as stopped:
        main([*STYLIZE, "-o", "local"])
    assert stopped.value.code == 2
    return folder / "local"


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_a_machine_that_dies_costs_nothing(photos, local):
    """Of two, one is killed in the midst: nothing is lost, nothing is there twice, the bad ones are named."""
    folder, bad = photos
    nodes = started(
        sys.executable, "-c", NODES, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        address = next(line for line in nodes.stdout if line.startswith("address")).split()[1]
        words = *STYLIZE, "-o", "far", "--ray", address
        program = started(
            sys.executable, "-m", "fast_style", *words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        good = PHOTOGRAPHS - BAD
        while program.poll() is None and len(list(folder.glob("far/*"))) < good / 3:
            time.sleep(0.02)
        nodes.stdin.write("\n")
        nodes.stdin.flush()
        there = len(list(folder.glob("far/*")))
        output, errors = program.communicate(timeout=900)
    finally:
        nodes.communicate("\n", timeout=60)
    assert program.returncode == 2, errors
    assert good / 3 <= there < good
    assert contents(folder / "far") == contents(local)
    assert output.startswith(f"{good} photographs in ")
    assert " on 2 processes, " in output
    table = errors[errors.index("photograph ") :]  # behind lines of progress, where it takes a minute
    head, *rows, last = table.splitlines()
    assert head.split() == ["photograph", "reason"]
    assert [row.split()[0] for row in rows] == [f"in/{name}" for name in bad]
    assert all("expected a" in row for row in rows)
    assert last == f"{good} of {PHOTOGRAPHS} photographs done, {BAD} failed"


def test_it_goes_on_where_it_was_stopped(photos, local):
    folder, _ = photos
    words = *STYLIZE, "-o", "stopped", "--ray", "local"
    program = started(
        sys.executable, "-m", "fast_style", *words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while program.poll() is None and len(list(folder.glob("stopped/*"))) < 5:
        time.sleep(0.02)
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=300)
    assert program.returncode == 130, errors
    assert "stopping after this photograph" in errors
    assert "the same command with --skip-existing goes on" in errors.splitlines()[-1]
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("stopped/[!.]*")}
    assert 5 <= len(before) < PHOTOGRAPHS - BAD
    assert command("fast_style", *words, "--skip-existing", cwd=folder)[0] == 2
    for part in folder.glob("stopped/.*.part"):  # of what was being written
        part.unlink()
    assert contents(folder / "stopped") == contents(local)
    assert all((folder / "stopped" / name).stat().st_mtime_ns == time_ for name, time_ in before.items())


def test_a_photograph_that_kills_is_named(photos, tmp_path):
    """Processes that paint it end, as where memory runs out; the others of its window are painted."""
    names = [f"{number}.png" for number in range(128)]  # two a window
    for name in names:
        (tmp_path / name).write_bytes(picture())
    code = (
        "import sys, json, argparse, functools\n"
        "from tests.common.bulk.deadly import run\n"
        "print(json.dumps(run(sys.argv[1:])))"
    )
    program = started(sys.executable, "-c", code, tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = program.communicate(timeout=300)
    result = json.loads(output.splitlines()[-1])
    assert sorted(result["done"]) == sorted({*names} - {"77.png"}), errors
    (failure,) = result["failed"]
    assert failure.endswith(
        "77.png: expected a photograph that a process outlives. Received: one at which 2 processes died"
    )


def test_one_machine_and_a_table(photos, tmp_path):
    """`superres upscale` into a table, by LiteRT; nobody is told of it, and no dashboard listens."""
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / f"in/{number}.png").write_bytes(picture(number))
    words = "upscale", "in", "--network", "x4_srcnn", "--engine", "litert"
    assert command("superres", *words, "-o", "local", cwd=tmp_path)[0] == 0
    code, output, errors = command("superres", *words, "-o", "far.parquet", "--ray", "local", cwd=tmp_path)
    assert (code, errors) == (0, "")
    assert output.startswith("3 photographs in ")
    assert output.count("\n") == 1
    import pyarrow.parquet as pq

    rows = pq.read_table(tmp_path / "far.parquet").to_pylist()
    assert {row["path"]: row["bytes"] for row in rows} == contents(tmp_path / "local")
    assert len(rows) == 3
    code, _, errors = command(
        "superres", *words, "-o", "far.parquet", "--ray", "local", "--skip-existing", cwd=tmp_path
    )
    assert (code, errors) == (0, "3 of 3 photographs have their result already\n")
