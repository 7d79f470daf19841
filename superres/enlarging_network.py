"""What every super-resolution network has in common, whatever its layers."""

from fast_style.common.errors import UserError
from fast_style.common.networks.image_network import ImageNetwork
from superres.settings import FACTORS

# Of each float of the widest activation; the one a layer reads and the one it writes live at once.
BYTES_PER_VALUE = 8


class EnlargingNetwork(ImageNetwork):
    """A network that makes an image a whole factor larger.

    Args:
        factor: 2, 4 or 8.
        histogram_matching: whether the output is meant to be matched to the histogram of the input, as
            the paper does behind networks of the feature loss. The network computes nothing of it; it
            is kept with the weights so that :func:`superres.upscale` knows. None leaves it to the
            training: :class:`superres.SuperResolution` turns it on with the feature loss.

    Input: RGB (batch, height, width, 3), uint8 or float, 0..255, any height and width from 1.
    Output: float32 RGB (batch, height * factor, width * factor, 3); clip to 0..255 to show it.

    Raises:
        UserError: another factor.
    """

    def __init__(self, factor=4, histogram_matching=None, **kwargs):
        super().__init__(**kwargs)
        if factor not in FACTORS:
            raise UserError(f"factor: expected one of {', '.join(map(str, FACTORS))}. Received: {factor!r}")
        self.factor = factor
        self.histogram_matching = histogram_matching

    @property
    def filters(self):
        """Channels of the widest activation at the output's size, which memory is spent on."""
        raise NotImplementedError

    def peak_bytes(self, height, width):
        return self.factor**2 * height * width * self.filters * BYTES_PER_VALUE

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "histogram_matching": self.histogram_matching}
