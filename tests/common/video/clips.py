"""Clips that tests make themselves, and what is in clips."""

import struct
from fractions import Fraction

import av
import numpy as np

RATE = 25


def picture(number, height=24, width=32):
    """RGB whose four quarters differ, and whose blue tells the number."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2] = 220, 30, 0
    rgb[: height // 2, width // 2 :] = 30, 220, 0
    rgb[height // 2 :, : width // 2] = 200, 200, 0
    rgb[height // 2 :, width // 2 :] = 40, 40, 0
    rgb[..., 2] = 40 + number % 20 * 10
    return rgb


def make_clip(
    path,
    count=10,
    times=None,
    time_base=Fraction(1, RATE),
    sides=(24, 32),
    codec="libx264",
    pixels="yuv444p",
    sound=None,
    subtitle=None,
    lasting=0.2,
    aspect=None,
    tags=None,
    options=None,
    chapters=(),
    metadata=None,
    pictures=None,
    container=None,
):
    """Writes a clip of `count` frames.

    Args:
        times: ticks of `time_base`; default 0, 1, 2 ...
        sound: name of an encoder: a tone beside the pictures.
        subtitle: codec of one line, from 0.1 s on.
        lasting: seconds, of that line.
        aspect: of a pixel.
        tags: (matrix, primaries, transfer, range).
        options: of the encoder of pictures.
        pictures: frames, ``av.VideoFrame``; default those of :func:`picture`.
        container: FFmpeg's name; default by the path.
    """
    times = list(range(count)) if times is None else times
    with av.open(str(path), "w", format=container) as output:
        output.metadata.update(metadata or {})
        video = output.add_stream(codec, rate=RATE, options={"crf": "1", "bf": "0", **(options or {})})
        video.height, video.width, video.pix_fmt = *sides, pixels
        video.codec_context.time_base = video.time_base = time_base
        video.codec_context.flags |= av.codec.context.Flags.frame_duration
        if aspect:
            video.codec_context.sample_aspect_ratio = aspect
        if tags:
            context = video.codec_context
            context.colorspace, context.color_primaries, context.color_trc, context.color_range = tags
        audio = output.add_stream(sound, rate=48000, layout="mono") if sound else None
        text = output.add_mux_stream(subtitle) if subtitle else None
        if text:
            text.time_base = Fraction(1, 1000)
            text.metadata["language"] = "eng"
        if chapters:
            output.set_chapters(list(chapters))
        matrix = tags[0] if tags else 6
        last = (times[-1] - times[-2]) if len(times) > 1 else 1
        for number, (time, following) in enumerate(zip(times, [*times[1:], times[-1] + last], strict=True)):
            frame = pictures[number] if pictures else av.VideoFrame.from_ndarray(picture(number, *sides), "rgb24")
            frame = frame.reformat(format=pixels, dst_colorspace=matrix if frame.format.name == "rgb24" else None)
            frame.pts, frame.time_base, frame.duration = time, time_base, following - time
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if audio:
            _add_tone(output, audio, float(times[-1] * time_base))
        if text:
            line = b"hello" if subtitle != "mov_text" else b"\0\5hello"
            packet = av.Packet(line)
            packet.stream, packet.time_base = text, Fraction(1, 1000)
            packet.pts = packet.dts = 100
            packet.duration = round(1000 * lasting)
            output.mux(packet)
    return str(path)


def _add_tone(output, stream, seconds):
    samples = np.sin(np.arange(int(seconds * 48000)) / 20)[None].astype(np.float32) * 0.3
    for start in range(0, samples.shape[1] - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + 1024]), "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def turn(path, a, b, c, d):
    """Writes the matrix of the first track of an MP4: x' = a x + c y, y' = b x + d y."""
    with open(path, "r+b") as file:
        content = file.read()
        file.seek(content.index(b"tkhd") + 4 + 40)
        file.write(struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30))


def packets_of(path, kind="audio", number=0):
    """(time, bytes) of the packets of a stream."""
    with av.open(str(path)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        packets = container.demux(streams[number])
        return [(packet.pts * packet.time_base, bytes(packet)) for packet in packets if packet.dts is not None]


def damage(path, number, kind="video"):
    """Overwrites the packet of a number with what does not decode."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(**{kind: 0}) if packet.size]
        place, size = packets[number].pos, packets[number].size
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(b"\xff" * size)


def frames_of(path, **taken):
    """List of Frame, and the lines on what happened."""
    from fast_style.common.video.reading import open_clip

    with open_clip(str(path), **taken) as clip:
        frames = list(clip.frames())
        return frames, clip.what_happened()


def number_of(rgb):
    """The number of a :func:`picture`."""
    return round((float(rgb[..., 2].mean()) - 40) / 10)
