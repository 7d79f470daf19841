"""Clips painted: each frame is what `stylize` makes of it."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import fast_style
from fast_style.cli import main
from fast_style.common.errors import UserError
from fast_style.common.video.network_painter import NetworkPainter
from fast_style.network import TransformationNetwork
from fast_style.painter import Painter
from fast_style.stylization import stylize
from fast_style.video import frame_painter
from tests.common.video.clips import frames_of, make_clip, packets_of


@pytest.fixture(scope="module")
def network():
    network = TransformationNetwork(width=2)
    # A new network paints grey.
    network.to_rgb.set_weights([weight * 30 for weight in network.to_rgb.get_weights()])
    return network


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"strength": 0.5}, {"original_colours": True}, {"max_size": 16}])
def test_frames_are_those_of_stylize(tmp_path, network, options):
    path = make_clip(tmp_path / "clip.mp4", 3)
    painted = list(fast_style.stylize_frames(path, network, precision="float32", calm=False, **options))
    sources = frames_of(path, max_size=options.pop("max_size", None))[0]
    assert [frame.time for frame in painted] == [frame.time for frame in sources]
    for frame, source in zip(painted, sources, strict=True):
        np.testing.assert_array_equal(frame.rgb, stylize(source.rgb, network, **options))


def test_a_clip_is_painted_into_a_file(tmp_path, network):
    path = make_clip(tmp_path / "clip.mp4", 5, sound="aac")
    target = tmp_path / "out.mkv"
    result = fast_style.stylize_video(path, target, network, codec="ffv1", precision="float32", calm=False)
    assert (result.count, result.stopped, result.notes) == (5, False, [])
    expected = list(fast_style.stylize_frames(path, network, precision="float32", calm=False))
    for frame, painted in zip(frames_of(target)[0], expected, strict=True):
        np.testing.assert_array_equal(frame.rgb, painted.rgb)
    assert [content for _, content in packets_of(target)] == [content for _, content in packets_of(path)]
    with pytest.raises(UserError, match="target: expected a new file, or overwrite=True. Received: "):
        fast_style.stylize_video(path, target, network)


def test_a_batch_is_filled_up(network, monkeypatch):
    """On a GPU frames go in batches, the last of which is short; here the machine is told that it has one."""
    import tensorflow as tf

    frames = np.random.default_rng(0).integers(0, 256, (5, 20, 24, 3), np.uint8)
    one = NetworkPainter(network, 20, 24, 1 << 30)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["one"])
    several = NetworkPainter(network, 20, 24, 1 << 30)
    assert (one.batch, several.batch) == (1, 8)
    expected = np.concatenate([one(frames[number : number + 1]) for number in range(5)])
    np.testing.assert_allclose(several(frames).astype(int), expected.astype(int), atol=1)


def test_what_is_too_large_is_painted_in_strips(network, monkeypatch):
    frames = np.random.default_rng(0).integers(0, 256, (1, 40, 44, 3), np.uint8)
    whole, _ = frame_painter(Painter(network), 40, 44)
    monkeypatch.setattr("fast_style.stylization.WHOLE_BYTES", 1)
    strips, batch = frame_painter(Painter(network), 40, 44)
    assert batch == 1
    np.testing.assert_allclose(strips(frames)[0].astype(int), whole(frames)[0].astype(int), atol=1)


def test_strips_begin_at_half_of_the_memory(network, monkeypatch):
    """As of photographs: of a machine that holds less than twice 3.5 GiB, half."""
    needed = network.peak_bytes(40, 44)
    assert frame_painter(Painter(network), 40, 44)[0].__name__ == "paint"
    monkeypatch.setattr("fast_style.stylization.physical_memory", lambda: 2 * needed - 2)
    assert frame_painter(Painter(network), 40, 44)[0].__name__ == "<lambda>"


def test_batches_take_half_of_the_memory_at_most(network, monkeypatch):
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["one"])
    monkeypatch.setattr("fast_style.stylization.physical_memory", lambda: 6 * network.peak_bytes(20, 24))
    assert frame_painter(Painter(network), 20, 24)[1] == 3


def test_as_a_whole_what_memory_does_not_hold_is_refused(network, monkeypatch):
    monkeypatch.setattr("fast_style.stylization.physical_memory", lambda: network.peak_bytes(40, 44) - 1)
    with pytest.raises(UserError, match="clip: expected frames that 0 GiB of memory can hold, .* Received: 44x40"):
        frame_painter(Painter(network), 40, 44, streaming="off")


def run(arguments, capsys):
    """(exit code, standard output, standard error)."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return stop.value.code or 0, *capsys.readouterr()


@pytest.mark.slow
def test_clips_and_photographs_on_the_command_line(tmp_path, tiny_network, capsys):
    make_clip(tmp_path / "clip.mp4", 4, sound="aac")
    make_clip(tmp_path / "short.gif", 2, codec="gif", pixels="rgb8")
    (tmp_path / "photo.png").write_bytes(_png())
    names = [tmp_path / name for name in ("clip.mp4", "short.gif", "photo.png")]
    flags = ["--style", tiny_network, "-o", tmp_path / "out"]
    code, out, err = run(["stylize", *names, *flags], capsys)
    assert (code, err) == (0, "")
    results = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert results == ["clip_tiny.mp4", "photo_tiny.png", "short_tiny.gif"]
    assert all(name in out for name in results)
    assert packets_of(tmp_path / "out" / "clip_tiny.mp4") == packets_of(tmp_path / "clip.mp4")
    code, _, err = run(["stylize", *names, *flags], capsys)
    assert code == 2
    assert "expected a new file, or --overwrite" in err
    code, _, err = run(["stylize", *names, *flags, "--skip-existing"], capsys)
    assert (code, err.count("is there already"), err.count("have their result already")) == (0, 2, 1)


def _png():
    from fast_style.common.images.image_io import encode

    return encode(np.zeros((6, 8, 3), np.uint8))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--fps", "0"], "argument --fps: expected more than 0, to 1000. Received: 0"),
        (["--start", "x"], "argument --start: expected seconds or h:mm:ss. Received: x"),
        (["--codec", "vp8"], "argument --codec: invalid choice: 'vp8'"),
        (["--codec", "vp9", "-o", "x.mov"], "--codec: expected h264 or h265 or prores in .mov. Received: vp9"),
    ],
)
def test_bad_flags_are_one_line(tmp_path, capsys, flags, message):
    code, out, err = run(["stylize", make_clip(tmp_path / "clip.mp4", 2), "--style", "wave", *flags], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


@pytest.mark.slow
def test_without_pyav_one_line_before_tensorflow_starts(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", 2)
    program = (
        "import sys; sys.modules['av'] = None\n"
        "from fast_style.cli import main\n"
        "try: main(['stylize', sys.argv[1], '--style', 'wave'])\n"
        "finally: print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, clip], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "False\n")
    assert 'pip install "fast-style[video]"' in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_ctrl_c_leaves_a_clip_that_plays(tmp_path, tiny_network):
    """A command of its own, interrupted while it paints: the file holds the frames so far, with their sound."""
    clip = make_clip(tmp_path / "clip.mp4", 2000, sides=(128, 128), sound="aac")
    command = [sys.executable, "-m", "fast_style", "stylize", clip, "--style", tiny_network, "-o", tmp_path / "out.mp4"]
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not list(tmp_path.glob(".*.part.mp4")):
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    assert (out, "holds the first" in err, "Traceback" in err) == ("", True, False)
    frames = frames_of(tmp_path / "out.mp4")[0]
    assert 0 < len(frames) < 2000
    assert packets_of(tmp_path / "out.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "out.mp4"]
