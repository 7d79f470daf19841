"""Network interpolation: part of the way back to the network that a training began at (Wang et al. 2018)."""

import keras

from fast_style.common.networks.rebuilding import rebuilt


class StartingPoint:
    """The weights that a training began with, and networks between them and what was learnt.

    Wang et al.: "ESRGAN" (2018, arXiv:1809.00219, section 3.4). What two networks draw that the truth has not, a mean
    of their weights draws far less than half of, where one was trained on from the other.

    >>> import superres
    >>> from fast_style.common.training.starting_point import StartingPoint
    >>> network = superres.SuperResolutionNetwork(width=2)
    >>> start = StartingPoint(network, 0.25)
    >>> before = network.to_rgb.bias.numpy()
    >>> network.to_rgb.bias.assign(before + 4.0)  # a training
    >>> (start.mixed(network).to_rgb.bias.numpy() - before).tolist()
    [3.0, 3.0, 3.0]

    Args:
        network: :class:`ImageNetwork`, as a training begins with it.
        share: of the start in :meth:`mixed`, 0 to 1.

    Attributes:
        variables: the weights, which checkpoints keep.
    """

    def __init__(self, network, share):
        self.share = share
        self.variables = [keras.Variable(weight, trainable=False, autocast=False) for weight in network.get_weights()]

    def mixed(self, network):
        """A copy of a network whose weights are means of its own and those of the start, which count `share`."""
        twin = rebuilt(network, network.dtype_policy.name)
        for weight, start in zip(twin.weights, self.variables, strict=True):
            weight.assign((1.0 - self.share) * weight + self.share * start)
        return twin
