"""Clips that are written: what they keep of their source, and what stays when something fails."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fast_style.common.errors import UserError
from fast_style.common.video.formats import CONTAINERS, Target
from fast_style.common.video.painting import paint_clip
from fast_style.common.video.reading import open_clip
from fast_style.common.video.writing import open_writer
from tests.common.video.clips import RATE, frames_of, make_clip, number_of, packets_of, picture

HOUR = Fraction(1, 1000)
CHAPTERS = [
    {"id": 1, "start": 0, "end": 200, "time_base": HOUR, "metadata": {"title": "one"}},
    {"id": 2, "start": 200, "end": 400, "time_base": HOUR, "metadata": {"title": "two"}},
]


def written(source, target, paint=lambda frames: frames, codec=None, crf=None, **taken):
    """Notes of a clip that is written anew."""
    with open_clip(str(source), **taken) as clip:
        return paint_clip(clip, Target(str(target), codec, crf), paint).notes


@pytest.fixture
def rich(tmp_path):
    """A clip with everything."""
    return make_clip(
        tmp_path / "rich.mp4",
        10,
        times=[0, 40, 90, 120, 200, 240, 260, 330, 350, 400],
        time_base=Fraction(1, 1000),
        sound="aac",
        subtitle="mov_text",
        aspect=Fraction(4, 3),
        tags=(9, 9, 16, 1),
        chapters=CHAPTERS,
        metadata={"title": "a title", "comment": "a comment"},
    )


def test_everything_goes_along(rich, tmp_path):
    target = tmp_path / "out.mp4"
    assert written(rich, target, crf=1) == []
    before, after = frames_of(rich)[0], frames_of(target)[0]
    assert [(frame.time, frame.duration) for frame in after] == [(frame.time, frame.duration) for frame in before]
    assert [number_of(frame.rgb) for frame in after] == list(range(10))
    assert packets_of(target) == packets_of(rich) != []
    assert _lines(target) == _lines(rich) == [(Fraction(1, 10), b"\0\5hello")]
    with av.open(str(target)) as result, open_clip(str(target)) as clip:
        assert (clip.aspect, clip.metadata) == (Fraction(4, 3), {"title": "a title", "comment": "a comment"})
        context = result.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (9, 9, 16, 1)
        assert (context.codec.name, context.pix_fmt) == ("h264", "yuv420p")
        told = [
            (chapter["start"] * chapter["time_base"], chapter["metadata"]["title"]) for chapter in result.chapters()
        ]
        assert told == [(0, "one"), (Fraction(1, 5), "two")]
        assert result.streams.subtitles[0].language == "eng"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_titles_and_languages_of_pictures_and_sound_are_kept(tmp_path, suffix):
    """From MP4 to MP4, too, where a title is read by another name than it is written by."""
    path = make_clip(tmp_path / "clip.mkv", 3, sound="aac")
    with av.open(path) as one, av.open(str(tmp_path / "named.mkv"), "w") as other:
        streams = {old: other.add_stream_from_template(old) for old in one.streams}
        for stream in streams.values():
            stream.metadata.update({"title": f"main {stream.type}", "language": "fra"})
        for packet in one.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream]
                other.mux(packet)
    written(tmp_path / "named.mkv", tmp_path / f"once{suffix}")
    written(tmp_path / f"once{suffix}", tmp_path / f"twice{suffix}")
    with av.open(str(tmp_path / f"twice{suffix}")) as result:
        for stream in result.streams:
            title = stream.metadata.get("title") or stream.metadata.get("name")
            assert (title, stream.language) == (f"main {stream.type}", "fra")


@pytest.mark.parametrize(("before", "after"), [((720, 32), (360, 16)), ((360, 32), (720, 64))])
def test_without_tags_colours_are_those_that_players_guess_of_the_result(tmp_path, before, after):
    """BT.601 below 720 rows, BT.709 from there on, on either side."""
    red = np.full((*before, 3), (200, 40, 40), np.uint8)
    matrix = {720: 1, 360: 6}[before[0]]
    frames = [
        av.VideoFrame.from_ndarray(red, "rgb24").reformat(format="yuv444p", dst_colorspace=matrix) for _ in range(2)
    ]
    source = make_clip(tmp_path / "in.mkv", 2, sides=before, pictures=frames)

    def resized(batch):
        return np.broadcast_to(batch[:, :1, :1], (len(batch), *after, 3)).copy()

    written(source, tmp_path / "out.mkv", resized)
    with av.open(str(tmp_path / "out.mkv")) as result:
        assert result.streams.video[0].codec_context.colorspace == 2
    shown = frames_of(tmp_path / "out.mkv")[0][0].rgb
    np.testing.assert_allclose(shown[10, 10].astype(int), (200, 40, 40), atol=4)


def _lines(path):
    """Subtitles but for empty ones, which end the one before."""
    return [(time, content) for time, content in packets_of(path, "subtitle") if content.strip(b"\0")]


def test_a_part_has_its_part_of_sound_and_chapters(rich, tmp_path):
    target = tmp_path / "out.mp4"
    written(rich, target, start=Fraction(1, 5), end=Fraction(7, 20))
    assert [float(frame.time) for frame in frames_of(target)[0]] == [0, 0.04, 0.06, 0.13]
    sound = [(float(time) - 0.2, content) for time, content in packets_of(rich) if 0.2 <= time < 0.35]
    assert [content for _, content in packets_of(target)] == [content for _, content in sound]
    # Where a stream begins, MP4 says in milliseconds.
    assert packets_of(target)[0][0] == pytest.approx(sound[0][0], abs=1e-3)
    with av.open(str(target)) as result:
        assert [chapter["metadata"]["title"] for chapter in result.chapters()] == ["two"]


def test_full_range_stays_full(tmp_path):
    frames = [av.VideoFrame.from_ndarray(picture(number), "rgb24").reformat(format="yuvj444p") for number in range(2)]
    source = make_clip(tmp_path / "full.mp4", 2, pixels="yuvj444p", pictures=frames, tags=(5, 2, 2, 2))
    written(source, tmp_path / "out.mp4")
    with open_clip(str(tmp_path / "out.mp4")) as clip:
        assert clip.colours.range == 2
        rgb = next(clip.frames()).rgb
    np.testing.assert_allclose(rgb[4, 4].astype(int), picture(0)[4, 4].astype(int), atol=8)


@pytest.mark.parametrize(
    ("suffix", "sound", "note"),
    [
        (".mkv", "aac", "subtitle stream 2 is written as subrip: mov_text does not go into .mkv"),
        (".webm", "opus", "audio stream 1 is encoded again: aac does not go into .webm"),
        (".mov", "aac", None),
    ],
)
def test_what_a_container_does_not_take_is_turned_into_what_it_does(rich, tmp_path, suffix, sound, note):
    target = tmp_path / f"out{suffix}"
    notes = written(rich, target)
    assert [one for one in notes if note and note in one] == ([f"{target}: {note}"] if note else [])
    with av.open(str(target)) as result:
        assert result.streams.audio[0].codec_context.codec.canonical_name == sound
        seconds = [packet.pts * packet.time_base for packet in result.demux(audio=0) if packet.dts is not None]
        assert seconds[-1] == pytest.approx(packets_of(rich)[-1][0], abs=0.05)
    ((time, text),) = _lines(target)
    assert (float(time), text[-5:]) == (pytest.approx(0.1, abs=0.03), b"hello")
    if suffix != ".webm":
        assert [content for _, content in packets_of(target)] == [content for _, content in packets_of(rich)]


@pytest.mark.parametrize("name", ["out.gif", "out.webp", "%d.png"])
def test_pictures_say_that_they_have_no_sound(rich, tmp_path, name):
    notes = written(rich, tmp_path / name)
    left = [
        f"{kind} does not go into {Path(name).suffix} and is left out"
        for kind in ("audio stream 1", "subtitle stream 2")
    ]
    if Path(name).suffix != ".png":
        left.append(f"metadata does not go into {Path(name).suffix} and is left out: title, comment")
    assert notes == [f"{tmp_path / name}: {text}" for text in left]


def test_sound_that_a_container_refuses_late_is_encoded_again(tmp_path):
    """Opus in .mov: FFmpeg says that it goes and refuses the file."""
    source = make_clip(tmp_path / "clip.mkv", sound="libopus")
    notes = written(source, tmp_path / "out.mov")
    assert notes == [f"{tmp_path / 'out.mov'}: audio stream 1 is encoded again: opus does not go into .mov"]
    assert len(frames_of(tmp_path / "out.mov")[0]) == 10


@pytest.mark.parametrize("sides", [(23, 32), (24, 31), (23, 31)])
def test_of_odd_sides_a_line_is_cut_and_nothing_moves(tmp_path, sides):
    """338 is not 340: neither padded nor resized. A checkerboard would show either."""
    rows, columns = np.indices(sides)
    board = np.repeat((255 * ((rows // 2 + columns // 2) % 2)).astype(np.uint8)[..., None], 3, axis=2)
    for number in range(2):
        Image.fromarray(board).save(tmp_path / f"{number}.png")
    target = tmp_path / "out.mp4"
    notes = written(tmp_path / "%d.png", target, crf=1)
    result = frames_of(target)[0][0].rgb
    assert result.shape[:2] == tuple(side - side % 2 for side in sides)
    assert np.abs(result.astype(int) - board[: result.shape[0], : result.shape[1]]).mean() < 8
    lost = {(23, 32): "row", (24, 31): "column", (23, 31): "row and column"}[sides]
    assert notes == [f"{target}: h264 takes even sides: of {sides[1]}x{sides[0]} pixels the last {lost} is cut off"]
    assert written(tmp_path / "%d.png", tmp_path / "out.webm") == []
    assert frames_of(tmp_path / "out.webm")[0][0].rgb.shape[:2] == sides


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_animations_keep_their_times(tmp_path, suffix):
    source = make_clip(tmp_path / "clip.mp4", times=[0, 5, 20, 22], time_base=Fraction(1, 100))
    target = tmp_path / f"out{suffix}"
    assert written(source, target) == []
    frames = frames_of(target)[0]
    assert [frame.time * 100 for frame in frames] == [0, 5, 20, 22]
    assert frames[-1].duration == Fraction(2, 100)
    for number, frame in enumerate(frames):
        np.testing.assert_allclose(frame.rgb[2:8, 2:12].mean((0, 1)), picture(number)[4, 4], atol=6)
    with Image.open(target) as image:
        assert image.info["loop"] == 0


@pytest.mark.parametrize(("suffix", "most"), [(".gif", 50), (".webp", 90)])
def test_animations_have_no_frames_that_browsers_show_longer(tmp_path, suffix, most):
    """One of 10 ms or less they show for 100."""
    source = make_clip(tmp_path / "clip.mp4", 120, time_base=Fraction(1, 120))
    target = tmp_path / f"out{suffix}"
    (note,) = written(source, target)
    assert note.endswith(f" frames are left out: {suffix} shows {most} a second at most")
    frames = frames_of(target)[0]
    assert min(frame.duration for frame in frames) > Fraction(1, 100)
    assert frames[-1].time + frames[-1].duration == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("plays", "gif"), [(0, 0), (1, None), (4, 3)])
def test_animations_are_shown_as_often(tmp_path, plays, gif):
    """A GIF says how often it is shown again, and nothing for once; a WebP how often."""
    pictures = [Image.fromarray(picture(number)) for number in range(3)]
    pictures[0].save(tmp_path / "in.webp", save_all=True, append_images=pictures[1:], duration=100, loop=plays)
    times = {} if gif is None else {"loop": gif}
    pictures[0].save(tmp_path / "in.gif", save_all=True, append_images=pictures[1:], duration=100, **times)
    for source in ("in.webp", "in.gif"):
        for target, expected in (("out.webp", plays), ("out.gif", gif)):
            written(tmp_path / source, tmp_path / target)
            with Image.open(tmp_path / target) as image:
                assert image.info.get("loop") == expected
            (tmp_path / target).unlink()


AC3 = "audio stream 1 is encoded again: ac3 does not go into .webm"
PCM = "audio stream 1 is encoded again, with 2 of 16 channels: pcm_f32le does not go into .webm, nor 16 into"


@pytest.mark.parametrize(
    ("codec", "layout", "suffix", "channels", "note"),
    [
        ("ac3", "5.1(side)", ".mkv", 6, None),
        ("ac3", "5.1(side)", ".webm", 6, AC3),
        ("ac3", "4.0", ".webm", 4, AC3),
        ("ac3", "2.1", ".webm", 3, AC3),
        ("pcm_f32le", "hexadecagonal", ".webm", 2, f"{PCM} libopus"),
    ],
)
def test_loudspeakers_elsewhere_are_the_usual_ones(tmp_path, codec, layout, suffix, channels, note):
    """As in films: Opus, which WebM has, knows 5.1 with those at the sides behind, and no more than eight."""
    with av.open(str(tmp_path / "film.mkv"), "w") as output:
        video = output.add_stream("libx264", rate=RATE)
        video.height, video.width, video.pix_fmt = 24, 32, "yuv420p"
        audio = output.add_stream(codec, rate=48000, layout=layout)
        kind, count = audio.format.name, av.AudioLayout(layout).nb_channels
        for number in range(5):
            output.mux(video.encode(av.VideoFrame.from_ndarray(picture(number), "rgb24")))
        for number in range(6):
            silence = np.zeros((count, 1536) if audio.format.is_planar else (1, count * 1536), np.float32)
            frame = av.AudioFrame.from_ndarray(silence, kind, layout)
            frame.sample_rate, frame.pts, frame.time_base = 48000, number * 1536, Fraction(1, 48000)
            output.mux(audio.encode(frame))
        output.mux(video.encode(None))
        output.mux(audio.encode(None))
    target = tmp_path / f"out{suffix}"
    assert written(tmp_path / "film.mkv", target) == ([f"{target}: {note}"] if note else [])
    with av.open(str(target)) as result:
        assert result.streams.audio[0].codec_context.channels == channels


def test_other_percents_in_names_of_numbered_frames(tmp_path):
    source = make_clip(tmp_path / "clip.mp4", 2)
    written(source, tmp_path / "50% done" / "9%_%03d.png")
    assert sorted(path.name for path in (tmp_path / "50% done").iterdir()) == ["9%_001.png", "9%_002.png"]


def test_numbered_frames(tmp_path):
    source = make_clip(tmp_path / "clip.mp4", 3)
    written(source, tmp_path / "deep" / "f%03d.png")
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["f001.png", "f002.png", "f003.png"]
    assert [number_of(frame.rgb) for frame in frames_of(tmp_path / "deep" / "f%03d.png")[0]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("suffix", "codec"), [(suffix, codec) for suffix, (_, codecs) in CONTAINERS.items() for codec in codecs]
)
def test_every_codec_goes_into_its_containers(tmp_path, suffix, codec):
    source = make_clip(tmp_path / "clip.mp4", 3, sides=(64, 64))
    target = tmp_path / f"out{suffix}"
    written(source, target, codec=None if suffix in (".gif", ".webp") else codec)
    assert [round(frame.time * RATE) for frame in frames_of(target)[0]] == [0, 1, 2]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_less_is_better_and_larger(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(3):
        Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(tmp_path / f"{number}.png")
    for crf in (10, 40):
        written(tmp_path / "%d.png", tmp_path / f"{crf}.mp4", crf=crf)
    assert (tmp_path / "10.mp4").stat().st_size > 3 * (tmp_path / "40.mp4").stat().st_size


def test_what_fails_leaves_nothing_and_what_was_there_stays(tmp_path):
    source = make_clip(tmp_path / "clip.mp4", 10)
    (tmp_path / "out.mp4").write_bytes(b"before")

    def fail(frames):
        if number_of(frames[0]) == 5:
            raise UserError("photo: too large")
        return frames

    with pytest.raises(UserError, match="too large"):
        written(source, tmp_path / "out.mp4", fail)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == b"before"


@pytest.mark.parametrize("before", [(), (1, 2)])
def test_numbered_frames_that_fail_leave_nothing(tmp_path, before):
    source = make_clip(tmp_path / "clip.mp4", 12)
    for number in before:
        (tmp_path / f"{number:03d}.png").write_bytes(b"before")

    def fail(frames):
        if number_of(frames[0]) == 9:
            raise UserError("photo: too large")
        return frames

    with pytest.raises(UserError, match="too large"):
        written(source, tmp_path / "%03d.png", fail)
    assert sorted(path.name for path in tmp_path.iterdir()) == [*(f"{number:03d}.png" for number in before), "clip.mp4"]
    assert all((tmp_path / f"{number:03d}.png").read_bytes() == b"before" for number in before)


def test_numbered_frames_are_in_their_place_when_all_are_there(tmp_path):
    source, seen = make_clip(tmp_path / "clip.mp4", 12), []

    def paint(frames):
        seen.extend(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
        return frames

    written(source, tmp_path / "%03d.png", paint)
    assert set(seen) == {"clip.mp4"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [*(f"{n:03d}.png" for n in range(1, 13)), "clip.mp4"]


def test_numbered_frames_that_are_not_wanted_leave_nothing(tmp_path):
    with open_clip(make_clip(tmp_path / "clip.mp4", 2)) as clip:
        writer = open_writer(Target(str(tmp_path / "%d.png")), clip, clip.sides)
        for frame in clip.frames():
            writer.add(frame)
        assert not writer.close(lambda: False)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_numbered_frames_that_are_stopped_are_those_that_there_are(tmp_path):
    with open_clip(make_clip(tmp_path / "clip.mp4", 9)) as clip:
        done = []
        options = {"on_frame": lambda: done.append(1), "should_stop": lambda: len(done) == 3}
        assert paint_clip(clip, Target(str(tmp_path / "%d.png")), lambda frames: frames, **options).count == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.png", "2.png", "3.png", "clip.mp4"]


def test_fewer_numbered_frames_leave_none_of_those_before(tmp_path):
    """Whatever their digits, which reading takes, too; a link is replaced and not what it points to."""
    for name in ("0001.png", "0002.png", "0003.png", "0004.png", "05.png", "other.png"):
        (tmp_path / name).write_bytes(b"before")
    (tmp_path / "0002.png").unlink()
    (tmp_path / "0002.png").symlink_to("other.png")
    written(make_clip(tmp_path / "clip.mp4", 3), tmp_path / "%04d.png")
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["0001.png", "0002.png", "0003.png", "other.png"]
    assert [number_of(frame.rgb) for frame in frames_of(tmp_path / "%04d.png")[0]] == [0, 1, 2]
    assert (tmp_path / "other.png").read_bytes() == b"before"


def test_numbered_frames_where_nothing_can_be_written(tmp_path):
    source = make_clip(tmp_path / "clip.mp4", 20)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"%d.png: expected a clip that can be written. Received: "):
        written(source, tmp_path / "file" / "%d.png")


def test_a_place_that_cannot_be_written(tmp_path):
    source = make_clip(tmp_path / "clip.mp4", 20)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"out.mp4: expected a clip that can be written. Received: "):
        written(source, tmp_path / "file" / "out.mp4")


def test_the_file_has_the_rights_of_others(tmp_path):
    for name, file in (("out.mp4", "out.mp4"), ("%d.png", "1.png")):
        written(make_clip(tmp_path / "clip.mp4", 2), tmp_path / name)
        (tmp_path / "other").write_text("")
        assert (tmp_path / file).stat().st_mode == (tmp_path / "other").stat().st_mode
