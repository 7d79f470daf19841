"""A stream of pictures to another machine."""

from fractions import Fraction

import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.video.extra import video_library

# Containers by the beginning of addresses.
SCHEMES = {"rtmp": "flv", "rtmps": "flv", "udp": "mpegts", "tcp": "mpegts", "srt": "mpegts", "rtsp": "rtsp"}
TICK = Fraction(1, 90_000)  # of MPEG-TS and RTP


def is_address(target):
    """Whether a target is an address and no file."""
    return "://" in target


class StreamWriter:
    """Sends frames in H.264 as soon as they come.

    Args:
        address: ``rtmp://``, ``rtsp://``, ``srt://``, ``udp://`` or ``tcp://``.
        clip: whose rate and colours it has.
        sides: (height, width) of frames.

    Raises:
        UserError: another address; nobody there.
    """

    def __init__(self, address, clip, sides):
        av, scheme = video_library("--output"), address.partition("://")[0]
        if scheme not in SCHEMES:
            raise UserError(f"--output: expected {', '.join(SCHEMES)}:// or a file. Received: {address}")
        self._av, self._address, self._last = av, address, -1
        self._sides = [side - side % 2 for side in sides]
        try:
            self._output = av.open(address, "w", format=SCHEMES[scheme])
            options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "23", "g": "50"}
            self._stream = self._output.add_stream("libx264", rate=clip.rate, options=options)
            self._stream.height, self._stream.width = self._sides
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = TICK
            self._output.start_encoding()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._failed(error) from error

    def add(self, frame):
        """Sends one more frame."""
        height, width = self._sides
        picture = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(frame.rgb[:height, :width]), "rgb24")
        picture.pts = self._last = max(round(frame.time / TICK), self._last + 1)
        picture.time_base = TICK
        try:
            self._output.mux(self._stream.encode(picture))
        except (self._av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def close(self):
        """Sends what is left."""
        try:
            self._output.mux(self._stream.encode(None))
            self._output.close()
        except (self._av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def abort(self):
        """Ends without what is left."""
        self._output.close()

    def _failed(self, error):
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        return UserError(f"--output: expected somebody who takes the stream. Received: {self._address} ({reason})")
