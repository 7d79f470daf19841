"""Deeper networks that enlarge as a shallower one does, to go on from (Chen et al. 2016, arXiv:1511.05641)."""

from fast_style.common.errors import UserError
from fast_style.common.networks.rebuilding import redescribed


def deepened(network, residual_blocks):
    """A network of more residual blocks that enlarges the same: those behind the others change nothing yet.

    Chen, Goodfellow, Shlens: "Net2Net" (2016, section 3.2). What a new block adds begins at 0.

    >>> import numpy as np, superres
    >>> from superres.deepening import deepened
    >>> network, photo = superres.SuperResolutionNetwork(factor=4, width=4), np.full((1, 8, 8, 3), 100, np.uint8)
    >>> deeper = deepened(network, 6)
    >>> deeper.residual_blocks, bool((np.asarray(network(photo)) == np.asarray(deeper(photo))).all())
    (6, True)

    Args:
        network: :class:`SuperResolutionNetwork`.
        residual_blocks: of the new one, at least as many as `network` has.

    Returns:
        a new network, described as `network` is but for its residual blocks.

    Raises:
        UserError: fewer blocks.
    """
    before = network.residual_blocks
    if residual_blocks < before:
        raise UserError(f"residual_blocks: expected at least {before}. Received: {residual_blocks}")
    deeper = redescribed(network, residual_blocks=residual_blocks)
    layers, behind, ahead = deeper.chain(), 1 + before, 1 + residual_blocks  # the first convolution is in front
    for source, target in zip(network.chain(), layers[:behind] + layers[ahead:], strict=True):
        target.set_weights(source.get_weights())
    for block in layers[behind:ahead]:
        last = block.second
        scale = last.convolution.kernel if last.normalization is None else last.normalization.gamma
        scale.assign(0 * scale)
    return deeper
