"""Sound, subtitles and attachments on their way from file to file: copied, or turned into what the container takes."""

import contextlib
import re

from fast_style.common.video.extra import video_library

# Subtitles of text, by container.
SUBTITLES = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}
ENCODERS = {"opus": "libopus", "vorbis": "libopus"}  # FFmpeg's own are experiments
ASS_TAGS = re.compile(r"\{[^}]*\}")
# What PyAV and FFmpeg refuse a stream by.
REFUSALS = (ValueError, AttributeError, TypeError)


def add_streams(output, target, streams, copies=True):
    """Adds streams to a file that is to be written.

    Args:
        output: ``av.container.OutputContainer``.
        target: :class:`Target`.
        streams: of the source.
        copies: False where a file of copies was refused: what can be is turned into what the container knows best.

    Returns:
        ``{index of a stream: function of its packets}``, whose functions have an attribute ``finish`` where something
        comes behind the last; and what does not go along as it is, in words.
    """
    av = video_library()
    ways, lost = {}, []
    for stream in streams:
        makers = [_Copied] if copies else []
        makers += {"audio": [_EncodedAgain], "subtitle": [_Rewritten]}.get(stream.type, [])
        for maker in makers:
            try:
                way = maker(output, target, stream)
            except (av.FFmpegError, *REFUSALS):
                continue
            ways[stream.index] = way
            if way.note:
                lost.append(f"{_name(stream)} {way.note}")
            break
        else:
            lost += left_out([stream], target)
    return ways, lost


def left_out(streams, target):
    """Of streams that a file cannot hold: what is lost, in words."""
    return [f"{_name(stream)} does not go into {target.suffix} and is left out" for stream in streams]


def _name(stream):
    return f"{stream.type} stream {stream.index}"


def titled(metadata):
    """A stream's metadata; its title, which is read from MP4 by another name, by the one that is written."""
    return {"title": metadata["name"], **metadata} if "name" in metadata else metadata


class _Copied:
    """Packets as they are."""

    note = ""

    def __init__(self, output, target, stream):
        self._output, self._copy = output, None
        if stream.type == "attachment":
            output.add_attachment(stream.name, stream.mimetype, stream.data)
            return
        self._copy = output.add_stream_from_template(stream, opaque=True)
        self._copy.metadata.update(titled(stream.metadata))
        self._copy.disposition = stream.disposition

    def __call__(self, packet):
        packet.stream = self._copy
        self._output.mux(packet)

    def finish(self):
        """Nothing comes behind the last packet."""


class _EncodedAgain:
    """Sound whose codec the container does not take."""

    def __init__(self, output, target, stream):
        self._av, self._output, self._source = video_library(), output, stream.codec_context
        codec = output.default_audio_codec
        encoder = self._av.Codec(ENCODERS.get(codec, codec), "w")
        rates, rate = encoder.audio_rates, self._source.sample_rate
        rate = rate if not rates or rate in rates else max(rates)
        layout = self._layout(encoder, rate)
        self._stream = output.add_stream(encoder.name, rate=rate, layout=layout)
        self._stream.metadata.update(titled(stream.metadata))
        self._stream.disposition = stream.disposition
        reason = f"{self._source.codec.canonical_name} does not go into {target.suffix}"
        self.note, left = f"is encoded again: {reason}", self._stream.codec_context.channels
        if left < self._source.channels:
            count = self._source.channels
            self.note = f"is encoded again, with {left} of {count} channels: {reason}, nor {count} into {encoder.name}"

    def _layout(self, encoder, rate):
        """Places of loudspeakers that the encoder takes: those of the source, or as usual for as many, or two."""
        usual = {3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}.get(self._source.channels)
        for layout in filter(None, (self._source.layout.name, usual, "stereo")):
            trial = self._av.CodecContext.create(encoder, "w")
            trial.sample_rate, trial.layout, trial.format = rate, layout, encoder.audio_formats[0]
            try:
                trial.open()
            except (self._av.FFmpegError, ValueError):
                continue
            return layout
        raise ValueError("no layout that it takes")

    def __call__(self, packet):
        with contextlib.suppress(self._av.error.InvalidDataError):  # one bad packet of sound is a moment of silence
            for frame in self._source.decode(packet):
                self._output.mux(self._stream.encode(frame))

    def finish(self):
        with contextlib.suppress(self._av.error.EOFError, self._av.error.InvalidDataError):
            for frame in self._source.decode(None):
                self._output.mux(self._stream.encode(frame))
        self._output.mux(self._stream.encode(None))


class _Rewritten:
    """Subtitles of text in another notation; colours and places are lost."""

    def __init__(self, output, target, stream):
        if not stream.codec_context.codec.text_sub:
            raise ValueError("pictures")
        self._av, self._output, self._source = video_library(), output, stream.codec_context
        self._codec = SUBTITLES[target.container]
        self._stream = output.add_mux_stream(self._codec)
        self._stream.time_base = stream.time_base
        self._stream.metadata.update(titled(stream.metadata))
        self._stream.disposition = stream.disposition
        self.note = f"is written as {self._codec}: {self._source.codec.canonical_name} does not go into {target.suffix}"

    def __call__(self, packet):
        with contextlib.suppress(self._av.error.InvalidDataError):
            lines = [_plain(subtitle.ass) for subtitle in self._source.decode(packet) if hasattr(subtitle, "ass")]
            content = "\n".join(lines).encode()
            if not content:  # what ends the one before, in a notation where each has its time
                return
            if self._codec == "mov_text":
                content = len(content).to_bytes(2, "big") + content
            written = self._av.Packet(content)
            written.stream, written.time_base = self._stream, packet.time_base
            written.pts, written.dts, written.duration = packet.pts, packet.pts, packet.duration
            self._output.mux(written)

    def finish(self):
        """Nothing comes behind the last packet."""


def _plain(line):
    """The text of a line of ASS, whose ninth field it is."""
    text = ASS_TAGS.sub("", line.decode().split(",", 8)[-1])
    return text.replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ").strip()
