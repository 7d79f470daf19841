"""A network with all that was chosen to paint with it: style, stroke, strength and masks."""

import functools
import os

import numpy as np

from fast_style.common.errors import UserError, check_whole
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.opening import MAX_PIXELS
from fast_style.common.networks.litert_network import check_not_litert
from fast_style.common.networks.source import as_network, network_label
from fast_style.conditions import Condition, as_conditions, mixed
from fast_style.masks import as_mask, region_shares
from fast_style.settings import LARGEST_SEED
from fast_style.style_plan import painted_map, plan_style
from fast_style.task import TASK

# What TensorFlow is needed for, in words for an error.
REGIONS = "regions of several paintings"


def painter_of(network, prepare=lambda network: network, **chosen):
    """:class:`Painter` of a network itself, or by name or path, by which styles then call its painting.

    Args:
        network: as of :func:`fast_style.stylize`.
        prepare: function from the network to the one that paints. Default: the same.
        chosen: of :class:`Painter`.
    """
    name = network_label(network) if isinstance(network, str | os.PathLike) else None
    return Painter(prepare(as_network(network, TASK)), name=name, **chosen)


def check_seed(seed, noise_channels):
    """Raises UserError for what is no seed, 0 to 2**32 - 1, and for one beside 0 of a network without noise."""
    check_whole(0, LARGEST_SEED, seed=seed)
    if seed and not noise_channels:
        raise UserError(f"seed: expected 0 of a network without a field of noise. Received: {seed}")


def seeded(network, seed):
    """A network on the part of its field of noise that a seed says.

    Args:
        network: :class:`TransformationNetwork`, or what LiteRT has in its place.
        seed: 0 to 2**32 - 1; None: as the network is.

    Raises:
        UserError: another number; one beside 0 of a network without noise.
    """
    if seed is None:
        return network
    check_seed(seed, network.noise_channels)
    return network if seed == network.noise_seed else network.with_seed(seed)


class Painter:
    """What is made of photographs by a network once style, stroke, strength, masks and seed are chosen.

    Args:
        network: :class:`TransformationNetwork`.
        style, stroke, strength: as of :func:`fast_style.stylize`.
        masks: pairs of a mask (:func:`fast_style.masks.as_mask`) and a style expression.
        name: by which styles call the painting of a network of one. Default: the network's.
        seed: as of :func:`seeded`.

    Raises:
        UserError: what :func:`plan_style`, :func:`as_mask` and :func:`seeded` refuse.
    """

    def __init__(self, network, style=None, stroke=1.0, strength=1.0, masks=(), name=None, seed=None):
        try:
            pairs = [(mask, style) for mask, style in masks]
        except (TypeError, ValueError):
            raise UserError(f"masks: expected pairs of a mask and a style. Received: {masks!r:.80}") from None
        self.network = seeded(network, seed)
        conditions = as_conditions(network.conditions) if network.conditions else (Condition(name or network.name),)
        self.plan = plan_style(conditions, style, stroke, strength, [style for _, style in pairs])
        self.masks = [as_mask(mask) for mask, _ in pairs]

    def paint(self, rgb, render):
        """A photograph painted.

        Args:
            rgb: uint8 (height, width, 3).
            render: function of a photograph, a network, and weights of conditions, (conditions,) or (height, width,
                conditions) or None, to a picture.

        Returns:
            (picture, shown): uint8 like the photograph, and the share of the picture that shows beside the photograph,
            0 to 1 or one for each pixel (height, width).

        Raises:
            UserError: a photograph that would have to be enlarged to more than 400 megapixels.
        """
        plan, (height, width) = self.plan, rgb.shape[:2]
        if (plan.kept == 1).all():
            return rgb, 0.0
        sides = [max(1, round(side / plan.factor)) for side in (height, width)]
        if plan.factor < 1 and sides[0] * sides[1] > MAX_PIXELS:
            raise UserError(
                f"stroke: expected one for which a photograph of {width}x{height} is enlarged to at most "
                f"{MAX_PIXELS // 10**6} megapixels. Received: one for {sides[1]}x{sides[0]}"
            )
        picture = render(resize_array(rgb, *sides), *self._mixture(*sides))
        if sides != [height, width]:
            picture = resize_array(picture, height, width)
        shown = 1 - plan.kept
        if np.ptp(shown):
            shown = np.clip(region_shares(self.masks, height, width) @ shown.astype("float32"), 0, 1)
        else:
            shown = float(shown[0])
        return picture, shown

    def whole_pictures(self):
        """(network of one painting, share of the picture that shows): all there is to it; None where there is more:
        regions, or strokes for which photographs are resized."""
        plan = self.plan
        if len(plan.kept) > 1 or plan.factor != 1 or plan.kept[0] == 1:
            return None
        network = mixed(self.network, plan.rows[0]) if self.network.conditions else self.network
        return network, 1 - float(plan.kept[0])

    def _mixture(self, height, width):
        """(network, weights) for a photograph of this size."""
        if not self.network.conditions:
            return self.network, None
        rows = np.unique(self.plan.rows[self.plan.kept < 1], axis=0)
        if len(rows) == 1:
            return self.network, rows[0].astype("float32")
        return self._of_mixtures, painted_map(self.plan, region_shares(self.masks, height, width))

    @functools.cached_property
    def _of_mixtures(self):
        check_not_litert(self.network, REGIONS)
        # A map of weights of these has a channel for each region, and not for each condition of the network.
        return mixed(self.network, self.plan.rows[self.plan.kept < 1])
