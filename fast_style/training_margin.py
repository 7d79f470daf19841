"""The margin that a network in use paints and cuts off, in training too."""

from keras import ops

from common.geometry import reflect_pad


def with_margin(paint, photos, margin):
    """What is painted of photographs that were reflected by some pixels a side, without those pixels.

    Outside training :class:`fast_style.network.TransformationNetwork` does this itself, with 8 pixels. In training it
    does not, like the paper's: there it learns to write some of the painting's statistics into the line that zero
    padding leaves along borders, where they please the loss and nobody sees them (docs/training.md has figures).

    Args:
        paint: a function of images that gives images of the same size.
        photos: (batch, height, width, 3).
        margin: pixels a side; with 0 it is `paint` alone.

    Returns:
        Images of the size of the photographs.
    """
    if not margin:
        return paint(photos)
    height, width = ops.shape(photos)[1:3]
    painted = paint(reflect_pad(photos, margin, margin, margin, margin))
    return painted[:, margin : margin + height, margin : margin + width]
