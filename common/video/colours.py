"""From the YUV of a file to RGB and back, by the matrix and range of the file."""

import dataclasses

# Numbers of ISO/IEC 23091-2, which FFmpeg and PyAV count by.
BT709, UNSPECIFIED, BT601, BT2020 = 1, 2, 6, 9
LIMITED, FULL = 1, 2
# Of a source without tags players guess so from this height on, BT.601 below.
HIGH_DEFINITION = 720


@dataclasses.dataclass(frozen=True)
class Colours:
    """What the numbers of a file mean, as its tags say: ISO/IEC 23091-2.

    Attributes:
        matrix, primaries, transfer: 2 where the file does not say.
        range: 1: luma of 16 to 235, 2: of 0 to 255; 0 where the file does not say, which means 1.
        height: of the pictures, by which the matrix is guessed.
    """

    matrix: int = BT709
    primaries: int = BT709
    transfer: int = BT709
    range: int = LIMITED
    height: int = 0

    @property
    def known_matrix(self):
        """The matrix to compute by, guessed where the file does not say."""
        if self.matrix in (BT709, BT2020, BT601, 4, 5, 7):
            return self.matrix
        if self.matrix == 10:  # BT.2020 of constant luminance, which swscale does not know
            return BT2020
        return BT709 if self.height >= HIGH_DEFINITION else BT601


def colours_of(frame):
    """:class:`Colours` of a ``av.VideoFrame``; those of BT.709 where it holds RGB or a palette already."""
    components = frame.format.components
    if frame.format.is_rgb or frame.format.has_palette or len(components) < 3:
        grey = len(components) == 1 and frame.color_range == FULL
        return Colours(height=frame.height, range=FULL if grey else LIMITED)
    full = frame.color_range == FULL or frame.format.name.startswith("yuvj")
    return Colours(
        int(frame.colorspace),
        int(frame.color_primaries),
        int(frame.color_trc),
        FULL if full else int(frame.color_range),
        frame.height,
    )


def to_rgb(reformatter, frame, colours, width, height):
    """uint8 (height, width, 3) of a ``av.VideoFrame``, resized where it has other sides."""
    shrinks = width * height < frame.width * frame.height
    rgb = reformatter.reformat(
        frame,
        width,
        height,
        "rgb24",
        src_colorspace=None if frame.format.is_rgb else colours.known_matrix,
        src_color_range=colours.range or LIMITED,
        dst_color_range=FULL,
        interpolation="AREA" if shrinks else "BICUBIC",
        threads=1,
    )
    return rgb.to_ndarray()


def from_rgb(reformatter, frame, colours, pixels):
    """A ``av.VideoFrame`` of RGB in a pixel format of an encoder, with the tags of the source."""
    if frame.format.name == pixels:
        return frame
    converted = reformatter.reformat(
        frame,
        format=pixels,
        dst_colorspace=colours.known_matrix,
        src_color_range=FULL,
        dst_color_range=colours.range or LIMITED,
        threads=1,
    )
    return converted
