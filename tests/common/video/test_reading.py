"""Clips as they are read: upright, in order of time, and with what does not decode."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import write_photo
from fast_style.common.video.reading import open_clip
from tests.common.images.files import animated_webp
from tests.common.video.clips import RATE, damage, frames_of, make_clip, number_of, picture, turn


def numbers(frames):
    return [number_of(frame.rgb) for frame in frames]


@pytest.mark.parametrize(
    ("matrix", "upright"),
    [
        ((1, 0, 0, 1), lambda rgb: rgb),
        ((0, 1, -1, 0), lambda rgb: np.rot90(rgb, -1)),  # a quarter to the right
        ((-1, 0, 0, -1), lambda rgb: np.rot90(rgb, 2)),
        ((0, -1, 1, 0), lambda rgb: np.rot90(rgb, 1)),
        ((-1, 0, 0, 1), lambda rgb: rgb[:, ::-1]),
        ((1, 0, 0, -1), lambda rgb: rgb[::-1]),
        ((0, 1, 1, 0), lambda rgb: rgb.swapaxes(0, 1)),
    ],
)
def test_frames_are_upright(tmp_path, matrix, upright):
    path = make_clip(tmp_path / "clip.mp4", 2, aspect=Fraction(4, 3))
    turn(path, *matrix)
    with open_clip(path) as clip:
        first = next(clip.frames()).rgb
        assert first.shape[:2] == clip.sides == upright(picture(0)).shape[:2]
        assert clip.aspect == (Fraction(4, 3) if clip.sides == (24, 32) else Fraction(3, 4))
    np.testing.assert_allclose(first.astype(int), upright(picture(0)).astype(int), atol=12)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_times_of_a_variable_rate_are_kept(tmp_path, suffix):
    times = [0, 10, 11, 50, 55, 90]
    frames, notes = frames_of(make_clip(tmp_path / f"clip{suffix}", times=times, time_base=Fraction(1, 100)))
    assert [frame.time for frame in frames] == [Fraction(time, 100) for time in times]
    assert [frame.duration * 100 for frame in frames] == [10, 1, 39, 5, 35, 35]
    assert (numbers(frames), notes) == ([0, 1, 2, 3, 4, 5], [])


def test_thirty_thousand_by_a_thousand_and_one(tmp_path):
    frames, _ = frames_of(make_clip(tmp_path / "clip.mp4", 5, time_base=Fraction(1001, 30000)))
    assert [frame.time for frame in frames] == [number * Fraction(1001, 30000) for number in range(5)]


def test_times_that_begin_anywhere_count_from_the_first(tmp_path):
    """As broadcasts: FFmpeg begins a transport stream at 1.4 s."""
    frames, _ = frames_of(make_clip(tmp_path / "clip.ts", 5, pixels="yuv420p"))
    assert [round(float(frame.time) * RATE, 6) for frame in frames] == [0, 1, 2, 3, 4]


def test_the_first_frame_is_not_before_a_beginning_that_is_rounded(tmp_path):
    """Of 30 frames a second, of which two are sent ahead: 1.4666... s, which FFmpeg gives as 1.466667."""
    path = tmp_path / "clip.ts"
    make_clip(path, 5, pixels="yuv420p", time_base=Fraction(1, 30), options={"bf": "2"})
    with av.open(str(path)) as container:
        assert container.start_time / 1e6 > container.streams.video[0].start_time / 90_000
    assert numbers(frames_of(path)[0]) == [0, 1, 2, 3, 4]


def test_a_part(tmp_path):
    path = make_clip(tmp_path / "clip.mp4", 20, options={"g": "5"})
    frames, _ = frames_of(path, start=Fraction(6, RATE), end=Fraction(12, RATE))
    assert numbers(frames) == [6, 7, 8, 9, 10, 11]
    assert [frame.time * RATE for frame in frames] == [0, 1, 2, 3, 4, 5]
    with open_clip(path, start=0.2, end=0.6) as clip:
        assert clip.count == 10
    assert frames_of(path, start=9)[0] == []


@pytest.mark.parametrize(
    ("name", "container", "codec"),
    [
        ("clip.ts", None, "libx264"),
        ("clip.mts", "mpegts", "mpeg2video"),
        ("clip.mpg", None, "mpeg2video"),
        ("clip.h264", None, "libx264"),
        ("clip.m2v", "mpeg2video", "mpeg2video"),
        ("clip.mkv", None, "libx264"),
    ],
)
@pytest.mark.parametrize("start", [1, 2, 3])
def test_a_part_of_what_seeks_badly_is_whole(tmp_path, name, container, codec, start):
    """Seeking in some containers ends behind the place, at a frame that needs others, or fails."""
    path = make_clip(
        tmp_path / name, 100, pixels="yuv420p", codec=codec, options={"g": "40"}, sides=(48, 64), container=container
    )
    whole = [(frame.time - start, frame.rgb) for frame in frames_of(path)[0] if frame.time >= start]
    part, notes = frames_of(path, start=start)
    assert notes == []
    assert len(part) == len(whole) > 0
    for (time, rgb), frame in zip(whole, part, strict=True):
        assert abs(time - frame.time) <= Fraction(1, RATE)
        np.testing.assert_array_equal(frame.rgb, rgb)


def test_what_is_shown_long_is_there_at_any_start(tmp_path):
    """Of a screen that is filmed when it changes."""
    path = make_clip(tmp_path / "clip.mkv", times=[0, 10, 500, 510], time_base=Fraction(1, 100))
    frames, _ = frames_of(path, start=2)
    assert numbers(frames) == [1, 2, 3]
    assert [(frame.time, frame.duration) for frame in frames[:2]] == [(0, 3), (3, Fraction(1, 10))]
    (frame,), _ = frames_of(path, start=2, end=4)
    assert (number_of(frame.rgb), frame.time, frame.duration) == (1, 0, 2)
    pictures = [Image.fromarray(picture(number)) for number in range(3)]
    for name in ("clip.gif", "clip.webp"):
        target = tmp_path / name
        pictures[0].save(target, save_all=True, append_images=pictures[1:], duration=[100, 5000, 300], lossless=True)
        frames, _ = frames_of(target, start=2)
        assert numbers(frames) == [1, 2]
        assert [(frame.time, frame.duration) for frame in frames] == [
            (0, Fraction(31, 10)),
            (Fraction(31, 10), Fraction(3, 10)),
        ]


def test_titles_of_any_encoding(tmp_path):
    path = make_clip(tmp_path / "clip.avi", 2, pixels="yuv420p", metadata={"title": "Caf_"})
    with open(path, "r+b") as file:
        content = file.read()
        file.seek(content.index(b"Caf_") + 3)
        file.write(b"\xe9")
    assert numbers(frames_of(path)[0]) == [0, 1]


def test_names_with_a_colon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "clip.mp4", 2)
    (tmp_path / "clip.mp4").rename("2026-01-02T10:30:00.mp4")
    assert numbers(frames_of("2026-01-02T10:30:00.mp4")[0]) == [0, 1]


def test_a_list_of_other_files_is_no_clip(tmp_path):
    """FFmpeg would open them, whatever the list is called."""
    make_clip(tmp_path / "secret.ts", 2, pixels="yuv420p")
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile secret.ts\n")
    with pytest.raises(UserError, match="expected moving pictures. Received: a list of other files"):
        open_clip(str(tmp_path / "list.mp4"))


def test_another_rate(tmp_path):
    frames, _ = frames_of(make_clip(tmp_path / "clip.mp4", 10), fps=50)
    assert numbers(frames) == [number // 2 for number in range(20)]
    assert frames[0].rgb is frames[1].rgb


def test_long_sides_are_limited_to_even_ones(tmp_path):
    frames, _ = frames_of(make_clip(tmp_path / "clip.mp4", 2, sides=(24, 34)), max_size=21)
    assert frames[0].rgb.shape == (16, 20, 3)


def test_pixels_that_are_not_square_are_made_so_where_nobody_can_tell(tmp_path):
    path = make_clip(tmp_path / "clip.mp4", 2, aspect=Fraction(3, 2))
    frames, _ = frames_of(path, square=True)
    assert frames[0].rgb.shape == (24, 48, 3)


@pytest.mark.parametrize("number", [0, 3, 9])
def test_a_bad_packet_is_one_frame_that_is_shown_again(tmp_path, number):
    path = make_clip(tmp_path / "clip.mp4", 10, options={"g": "1"})
    damage(path, number)
    frames, notes = frames_of(path)
    assert [round(frame.time * RATE) for frame in frames] == list(range(10))
    assert numbers(frames) == [max(one - (one == number), int(number == 0)) for one in range(10)]
    assert notes == [
        f"{path}: 1 frame does not decode; the one before is shown again at {number / RATE:.2f} s",
    ]


def test_bad_packets_of_h264_cost_no_time(tmp_path):
    path = make_clip(tmp_path / "clip.mp4", 20, options={"g": "5", "bf": "2"})
    damage(path, 7)
    frames, notes = frames_of(path)
    assert [frame.time * RATE for frame in frames] == list(range(20))
    assert "not decode" in notes[0]


def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path):
    path = make_clip(tmp_path / "clip.mkv", 20, codec="ffv1", pixels="bgr0")
    content = (tmp_path / "clip.mkv").read_bytes()
    (tmp_path / "clip.mkv").write_bytes(content[: len(content) // 2])
    frames, notes = frames_of(path)
    assert 5 < len(frames) < 20
    assert notes == [f"{path}: ends early: the file is cut off"]
    (tmp_path / "clip.mkv").write_bytes(content[:100])
    with pytest.raises(UserError, match="clip.mkv: expected "):
        frames_of(path)


def test_what_is_no_clip(tmp_path):
    (tmp_path / "text.mp4").write_text("no clip")
    with pytest.raises(UserError, match=r"text.mp4: expected moving pictures that FFmpeg reads. Received: Inv"):
        open_clip(str(tmp_path / "text.mp4"))
    with pytest.raises(UserError, match="expected moving pictures that FFmpeg reads. Received: No such file"):
        open_clip(str(tmp_path / "none.mp4"))
    with av.open(str(tmp_path / "sound.mp4"), "w") as output:
        stream = output.add_stream("aac", rate=48000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 48000
        output.mux([*stream.encode(silence), *stream.encode(None)])
    with pytest.raises(UserError, match="expected moving pictures. Received: a file without a video stream"):
        open_clip(str(tmp_path / "sound.mp4"))


@pytest.mark.parametrize(
    "taken", [{"fps": 0}, {"fps": 2000}, {"max_size": 0}, {"start": -1}, {"start": 2, "end": 1}, {"end": 0}]
)
def test_bad_options(tmp_path, taken):
    with pytest.raises(UserError, match=f"{next(iter(taken))}"):
        open_clip("clip.mp4", **taken)


def test_what_is_lost_is_said(tmp_path):
    ten = [av.VideoFrame.from_ndarray(picture(number), "rgb24").reformat(format="yuv420p10le") for number in range(2)]
    path = make_clip(tmp_path / "ten.mp4", 2, pixels="yuv420p10le", pictures=ten)
    assert frames_of(path)[1] == [f"{path}: of 10 bits a colour, 8 are painted and written"]
    clear = np.dstack([picture(0), np.full((24, 32), 99, np.uint8)])
    frames = [av.VideoFrame.from_ndarray(clear, "rgba").reformat(format="yuva420p") for _ in range(2)]
    path = make_clip(tmp_path / "clear.webm", 2, codec="libvpx-vp9", pixels="yuva420p", pictures=frames)
    assert frames_of(path)[1] == [f"{path}: transparency is left out"]
    opaque = np.dstack([picture(0), np.full((24, 32), 255, np.uint8)])
    frames = [av.VideoFrame.from_ndarray(one, "rgba") for one in (opaque, opaque, clear)]
    path = make_clip(tmp_path / "later.mov", 3, codec="png", pixels="rgba", pictures=frames)
    assert frames_of(path)[1] == [f"{path}: transparency is left out"]


def test_frames_of_which_a_part_does_not_decode_are_counted(tmp_path):
    """Of MPEG-4, whose decoder paints over what is damaged."""
    grain = np.random.default_rng(0).integers(0, 255, (160, 240, 3), np.uint8)
    moving = [np.ascontiguousarray(grain[at : at + 96, 2 * at : 2 * at + 128]) for at in range(12)]
    frames = [av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p") for rgb in moving]
    path = make_clip(tmp_path / "clip.mkv", 12, sides=(96, 128), codec="mpeg4", pixels="yuv420p", pictures=frames)
    with av.open(path) as container:
        packet = [one for one in container.demux(video=0) if one.size][5]
        place = packet.pos + packet.size // 2
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(b"\xff" * 40)
    frames, notes = frames_of(path)
    assert len(frames) == 12
    assert notes == [f"{path}: 1 frame is damaged, at 0.20 s"]


def test_numbered_frames_in_order_of_their_numbers(tmp_path):
    for number in (1, 2, 10):
        write_photo(tmp_path / f"f{number}.png", picture(number))
    write_photo(tmp_path / "other.png", picture(5))
    frames, _ = frames_of(tmp_path / "f%d.png", fps=10)
    assert numbers(frames) == [1, 2, 10]
    assert [frame.time for frame in frames] == [0, Fraction(1, 10), Fraction(1, 5)]
    frames, notes = frames_of(tmp_path)
    assert (numbers(frames), frames[1].time) == ([1, 2, 10], Fraction(1, 25))
    assert notes == [f"{tmp_path}: 1 other picture is left out: other.png"]
    (tmp_path / "f2.png").write_bytes(b"no picture")
    frames, notes = frames_of(tmp_path / "f%d.png")
    assert numbers(frames) == [1, 1, 10]
    assert "1 frame does not decode" in notes[0]
    with pytest.raises(UserError, match="expected numbered pictures. Received: none"):
        open_clip(str(tmp_path / "none%d.png"))
    with pytest.raises(UserError, match=r"expected pictures until 0\.01 s. Received: none"):
        open_clip(str(tmp_path / "f%d.png"), end=0.01)


@pytest.mark.parametrize("name", ["clip.gif", "clip.webp"])
def test_the_last_frame_of_an_animation_ends_at_the_end(tmp_path, name):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue", "green")]
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=3000)
    assert [frame.duration for frame in frames_of(tmp_path / name, end=4)[0]] == [3, 1]


def test_webps_and_gifs_that_move(tmp_path):
    (tmp_path / "clip.webp").write_bytes(animated_webp())
    frames, notes = frames_of(tmp_path / "clip.webp")
    assert [(frame.time, frame.duration) for frame in frames] == [
        (0, Fraction(1, 10)),
        (Fraction(1, 10), Fraction(1, 10)),
    ]
    assert [tuple(frame.rgb[0, 0]) for frame in frames] == [(255, 0, 0), (0, 0, 255)]
    assert notes == []
    pictures = [Image.fromarray(picture(number)) for number in range(3)]
    pictures[0].save(tmp_path / "clip.gif", save_all=True, append_images=pictures[1:], duration=[50, 120, 30])
    frames, _ = frames_of(tmp_path / "clip.gif")
    assert [frame.time for frame in frames] == [0, Fraction(5, 100), Fraction(17, 100)]
    assert frames[-1].duration == Fraction(3, 100)
    assert numbers(frames) == [0, 1, 2]
