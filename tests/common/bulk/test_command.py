"""Flags, and what is said at the end."""

import pytest

from fast_style.common.bulk.cluster import process_resources, ray_cluster
from fast_style.common.bulk.command import failure_table
from fast_style.common.bulk.flags import check_ray_flags
from fast_style.common.commands.photo_jobs import Job
from fast_style.common.errors import UserError

WITHOUT = """
import sys
sys.modules["ray"] = None
from PACKAGE.cli import main
try:
    main(sys.argv[1:])
finally:
    print("Keras" if "keras" in sys.modules else "no Keras")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "words"),
    [("fast_style", ["stylize", "a.png", "--style", "wave"]), ("superres", ["upscale", "a.png"])],
)
def test_without_the_extra_one_line_says_what_to_install(fresh_processes, package, words, tmp_path):
    """Neither Keras, which starts TensorFlow, nor Ray was imported by then."""
    done = fresh_processes.run(WITHOUT.replace("PACKAGE", package), *words, "--ray", "local", cwd=tmp_path)
    assert done.returncode == 2
    program = {"fast_style": "fast-style stylize", "superres": "superres upscale"}[package]
    assert done.stderr == (
        f'{program}: error: --ray: expected Ray Data (pip install "fast-style[ray]"). Received: an installation '
        "without ray\n"
    )
    assert done.stdout == "no Keras\n"


def test_flags_beside_ray(parse):
    check_ray_flags(parse("a.png", "--ray-cpus", "0.5"))
    options = parse("a.png", "--ray-actors", "2")
    options.ray = None
    with pytest.raises(UserError, match=r"--ray-actors: expected it beside --ray\. Received: no --ray"):
        check_ray_flags(options)
    for words in (["-"], ["a.png", "-o", "-"]):
        with pytest.raises(UserError, match=r"--ray: expected files and folders, and no standard streams"):
            check_ray_flags(parse(*words))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "127.0.0.1:x", "ray://127.0.0.1:1"])
def test_an_address_without_a_cluster_is_one_line_at_once(parse, address):
    options = parse("a.png")
    options.ray, options.verbose = address, False
    with pytest.raises(UserError, match=rf"--ray: expected .*\. Received: {address}"), ray_cluster(options):
        pass


class Nodes:
    """What a cluster says of its machines."""

    def __init__(self, *resources):
        self._resources = resources

    def nodes(self):
        return [{"Alive": True, "Resources": one} for one in self._resources] + [{"Alive": False, "Resources": {}}]


@pytest.mark.parametrize(
    ("words", "nodes", "expected"),
    [
        ([], [{"CPU": 16}, {"CPU": 8}, {}], (4, 0, 6)),
        ([], [{"CPU": 2}], (2, 0, 1)),
        (["--ray-cpus", "0.5"], [{"CPU": 2}, {"CPU": 1}], (0.5, 0, 6)),
        (["--ray-cpus", "1", "--ray-gpus", "0.25"], [{"CPU": 16, "GPU": 1}, {"CPU": 16}], (1, 0.25, 4)),
        (["--ray-actors", "3"], [{"CPU": 64}], (4, 0, 3)),
    ],
)
def test_how_many_processes_paint(parse, words, nodes, expected):
    resources, processes = process_resources(Nodes(*nodes), parse("a.png", *words))
    assert (resources["num_cpus"], resources["num_gpus"], processes) == expected


def test_no_room_for_a_process(parse, capsys):
    options = parse("a.png", "--ray-gpus", "1")
    with pytest.raises(UserError, match=r"--ray: expected a machine with 2 cores and 1 GPUs for a process"):
        process_resources(Nodes({"CPU": 2}), options)
    options.ray = "10.0.0.1:6379"  # where machines may be added while it waits
    assert process_resources(Nodes({"CPU": 2}), options)[1] == 1
    assert "no machine of the cluster has 2 cores and 1 GPUs for a process: waiting" in capsys.readouterr().err


def test_failures_are_a_table():
    failed = [
        (Job("in/longer.png", "", "png"), "in/longer.png: expected an image. Received: an empty file"),
        (Job("a\n.png", "", "png"), "expected room"),
    ]
    assert failure_table(failed) == [
        "photograph     reason",
        "a\\n.png        expected room",
        "in/longer.png  expected an image. Received: an empty file",
    ]
    assert failure_table([]) == []
