"""The image transformation network of the style transfer half (section 3.1; supplement, table 1)."""

import functools
import weakref
from collections.abc import Sequence
from fractions import Fraction

import keras
import numpy as np
from keras import ops

from fast_style.common.errors import UserError, check_whole, is_finite_number
from fast_style.common.images.margin import add_margin, cut_margin
from fast_style.common.images.pixels import image_to_network
from fast_style.common.images.plane_waves import bands, place_of
from fast_style.common.images.wavelengths import EARLIER_FINEST, FINEST
from fast_style.common.layers import (
    Convolution,
    ConvolutionBlock,
    NoiseField,
    ReflectionPadding,
    ResidualBlock,
    ScaledTanh,
    UpsamplingBlock,
)
from fast_style.common.layers.normalization import NORMALIZATIONS
from fast_style.common.networks.image_network import ImageNetwork
from fast_style.common.networks.rebuilding import copy_weights, rebuilt, redescribed
from fast_style.conditions import as_conditions
from fast_style.settings import FINEST_NOISE, LARGEST_SEED, MARGIN, MOST_NOISE, WIDEST, WIDEST_MARGIN
from fast_style.widening import widened

RESIDUAL_BLOCKS = 5
# The block behind which noise is added: the first whose features are as coarse as those of the residual blocks.
NOISY = "down_3"
# Peak memory a pixel, measured with the paper's network: a photograph of 2000x1500 takes 2.2 GB in float32, 0.5 of
# which an image of one pixel takes too (AVX2; with AVX-512 half of it), one of 4000x3000 3.3 GB in bfloat16, 0.6 of
# which one pixel takes. Narrower networks take less.
BYTES_PER_PIXEL = {"float32": 600, "bfloat16": 280}
UPSAMPLINGS = ("transposed", "resize", "bilinear")
# Ways to enlarge whose weights fit each other.
INTERPOLATIONS = ("resize", "bilinear")
# What describes a field of noise.
OF_NOISE = ("noise_channels", "noise_finest", "noise_seed")
# The newest that each network gave for a seed.
_twins = weakref.WeakKeyDictionary()


@keras.saving.register_keras_serializable(package="fast_style")
class TransformationNetwork(ImageNetwork):
    """Network that paints a photograph in the styles it was trained on, in one pass (section 3.1; supplement, table 1).

    The paper's table: reflection padding of 40 pixels, 9x9 convolution, two 3x3 of stride 2, five
    residual blocks, two 3x3 of stride 1/2, 9x9 convolution, scaled tanh.

    Departures from the paper, each where it occurs: instance normalization by default (the
    author's later choice); no bias before a normalization; the last layer starts near zero; zero
    rows of strided convolutions at the bottom and right only (TensorFlow's "same"), which mirrors
    Torch's choice; outside training a margin of reflected pixels more is computed and cut off,
    because the zero padding of the paper's last layers leaves a line along the borders.

    >>> import numpy as np, fast_style
    >>> network = fast_style.TransformationNetwork(width=4)
    >>> tuple(network(np.zeros((1, 32, 45, 3), np.uint8)).shape)
    (1, 32, 45, 3)
    >>> fast_style.TransformationNetwork.from_preset("starry_night_fast").width
    16

    With conditions it knows many paintings (Dumoulin et al. 2017): convolutions are shared, and each condition, a
    painting read at one size, has a scale and a shift of its own for every normalized channel. They are mixed by
    weights, the second input: of a whole picture, or of each pixel, which paints regions apart.

    >>> network = fast_style.TransformationNetwork(width=2, conditions=[("wave", 256), ("wave", 512), "photograph"])
    >>> photos = np.zeros((1, 32, 45, 3), np.uint8)
    >>> tuple(network(photos, np.array([[0.5, 0.5, 0.0]])).shape)
    (1, 32, 45, 3)
    >>> tuple(network([photos, np.zeros((1, 32, 45, 3))]).shape)
    (1, 32, 45, 3)

    Args:
        width: filters of the first layer, 1 to 128; the others follow as 2 and 4 times that. Default: 32, as in the
            paper.
        normalization: ``"instance"`` (default), ``"batch"`` (the paper) or ``"none"``.
        upsampling: ``"transposed"`` (the paper, default); ``"resize"``, which leaves no checkerboard; or
            ``"bilinear"``, which leaves no lattice of dots where colours change slowly, either.
        reflection_padding: 40 as in the paper (default), with unpadded residual blocks; or 0, with
            zero-padded ones, which is faster and shows at the borders.
        margin: reflected pixels a side that are painted and cut off outside training, 0 to 256. Default: 8, as far as
            the line along the borders goes; a network that learnt to paint a frame along them takes more.
        noise_channels: of a field of noise, from fine to coarse, that the network draws on where a photograph is flat,
            0 to 64 (after Ulyanov et al. 2016; docs/concepts/architectures.md). Default: 0 for none, as in the paper.
        noise_finest: length in pixels of the shortest waves of that field, 8 to 64. Default: 16; of networks that are
            described without it, 8.
        noise_seed: which part of the field a picture lies on, 0 to 2**32 - 1. Default: 0, from where it begins.
        conditions: how many; or their names, or pairs of a painting's name and the short side in pixels at which it was
            read, where ``"photograph"`` gives the photograph back. Default: None, a network of one painting.
        kwargs: ``name``, ``dtype`` and the like, as of ``keras.Model``.

    Input: RGB (batch, height, width, 3), uint8 or float, 0..255, any height and width from 1. With conditions, also a
    weight for each: float (batch or 1, conditions), or a map of them (batch or 1, height, width, conditions); without
    it, the first condition. Weights are taken as they are: those of a mixture add up to 1. A map is padded and cropped
    as features are, and averaged over the pixels of each feature, so that an edge in it is as soft as features are
    coarse: some 4 pixels, and what convolutions mix beyond. With noise, ``place=`` says where on the field photographs
    lie instead of the seed: pixels down and right, (2,) or (batch, 2).
    Output: float32 RGB of the same shape; values may pass 0..255 by 22.5, clip to show them.

    Raises:
        UserError: an option is none of those above; weights of another shape, or without conditions; a seed or a place
            without noise.
    """

    def __init__(
        self,
        width: int = 32,
        normalization: str = "instance",
        upsampling: str = "transposed",
        reflection_padding: int = 40,
        margin: int = MARGIN,
        conditions: int | Sequence | None = None,
        noise_channels: int = 0,
        noise_finest: float = FINEST,
        noise_seed: int = 0,
        **kwargs,
    ):
        # Weights of conditions and places keep their float32 under every policy; `call` casts photographs itself.
        super().__init__(**{"autocast": conditions is None and not noise_channels, **kwargs})
        check_whole(1, WIDEST, width=width)
        check_whole(0, WIDEST_MARGIN, margin=margin)
        check_whole(0, MOST_NOISE, noise_channels=noise_channels)
        check_whole(0, LARGEST_SEED, noise_seed=noise_seed)
        least, most = FINEST_NOISE
        if not (is_finite_number(noise_finest) and least <= noise_finest <= most):
            raise UserError(f"noise_finest: expected {least} to {most} pixels. Received: {noise_finest!r}")
        if noise_seed and not noise_channels:
            raise UserError(f"noise_seed: expected 0 of a network without noise. Received: {noise_seed}")
        for name, value, allowed in (
            ("normalization", normalization, NORMALIZATIONS),
            ("upsampling", upsampling, UPSAMPLINGS),
            ("reflection_padding", reflection_padding, (8 * RESIDUAL_BLOCKS, 0)),
        ):
            if value not in allowed:
                raise UserError(f"{name}: expected one of {', '.join(map(str, allowed))}. Received: {value!r}")
        self.width = width
        self.normalization = normalization
        self.upsampling = upsampling
        self.reflection_padding = reflection_padding
        self.margin = margin
        self.conditions = None if conditions is None else as_conditions(conditions)
        self.noise_channels, self.noise_finest, self.noise_seed = noise_channels, float(noise_finest), noise_seed

        each = {"dtype": self.dtype_policy, "autocast": self.autocast}
        options = {"normalization": normalization, "conditions": self.conditions and len(self.conditions), **each}
        # Each residual block crops 2 pixels a side at a quarter of the resolution: 5 * 2 * 4 = 40.
        residual = {"padding": "valid" if reflection_padding else "same", **options}
        self.padding = ReflectionPadding(reflection_padding, multiple=4, name="padding", **each)
        self.blocks = [
            ConvolutionBlock(width, 9, name="down_1", **options),
            ConvolutionBlock(width * 2, 3, strides=2, name="down_2", **options),
            ConvolutionBlock(width * 4, 3, strides=2, name="down_3", **options),
            *(ResidualBlock(width * 4, name=f"residual_{i + 1}", **residual) for i in range(RESIDUAL_BLOCKS)),
            UpsamplingBlock(width * 2, upsampling, name="up_1", **options),
            UpsamplingBlock(width, upsampling, name="up_2", **options),
        ]
        # Departure: none in the paper.
        self.noise = None
        if noise_channels:
            self.noise = NoiseField(noise_channels, finest=self.noise_finest, name="noise", dtype=self.dtype_policy)
        # Departure: variance scaled by 0.01, so that the first output is mid-grey and tanh is not
        # saturated, where early networks get stuck with black blobs.
        self.to_rgb = Convolution(
            3,
            9,
            padding="same",
            kernel_initializer=keras.initializers.VarianceScaling(0.01),
            name="to_rgb",
            dtype=self.dtype_policy,
        )
        self.scaled_tanh = ScaledTanh(name="scaled_tanh")
        self.build((None, None, None, 3))

    def build(self, input_shape):
        if self.built:
            return
        self.build_layers([self.padding, *self.chain(), self.scaled_tanh], input_shape)
        if self.noise:
            self.noise.build((None, None, None, self.width * 4))

    def __call__(self, images, weights=None, **kwargs):
        if kwargs.get("place") is not None:
            kwargs["place"] = self.as_place(kwargs["place"], images)
        if isinstance(images, list | tuple) and self.conditions and weights is None:
            images, weights = self.with_weights(images)
        elif weights is not None:
            images, weights = self.with_weights((images, weights))
        # By place, where inputs of a batch without photographs are filled.
        return super().__call__(images, *([] if weights is None else [weights]), **kwargs)

    def with_weights(self, pair):
        """(images, weights) as they are called with, weights as a float32 tensor.

        Raises:
            UserError: another number of inputs; weights that do not fit.
        """
        if len(pair) != 2:
            raise UserError(f"images: expected photographs, or photographs and weights. Received: {len(pair)}")
        images, weights = pair
        if not keras.backend.is_keras_tensor(weights):
            weights = ops.convert_to_tensor(weights, "float32")
        self.check_weights(weights, images)
        return images, weights

    def check_weights(self, weights, images):
        """Raises UserError for weights that do not fit, as far as shapes are known."""
        shape = tuple(weights.shape)
        if not self.conditions:
            raise UserError(f"weights: expected none, of a network of one painting. Received: {shape}")
        count, sides = len(self.conditions), tuple(getattr(images, "shape", ()))[1:3]
        maps = len(shape) == 4 and all(
            None in pair or len({*pair}) == 1 for pair in zip(shape[1:3], sides, strict=True)
        )
        if shape[-1:] != (count,) or not (len(shape) == 2 or maps):
            size = ", ".join("any" if side is None else str(side) for side in sides)
            raise UserError(f"weights: expected (batch, {count}) or (batch, {size}, {count}). Received: {shape}")

    def as_place(self, place, images):
        """A place on the field of noise as a float32 tensor.

        Raises:
            UserError: one that does not fit, as far as shapes are known, or without noise.
        """
        place = ops.convert_to_tensor(place, "float32")
        shape, batch = tuple(place.shape), tuple(getattr(images, "shape", (None,)))[:1]
        if not self.noise:
            raise UserError(f"place: expected none, of a network without noise. Received: {shape}")
        if shape[-1:] != (2,) or not (len(shape) == 1 or (len(shape) == 2 and (None in batch or shape[:1] == batch))):
            raise UserError(f"place: expected (2,) or (batch, 2). Received: {shape}")
        return place

    def call(self, images, weights=None, place=None, training=None):
        if isinstance(images, list | tuple):  # JAX's trainer calls this alone
            images, weights = self.with_weights(images)
        height, width = ops.shape(images)[1:3]
        x = ops.cast(image_to_network(images), self.compute_dtype)
        margin = 0 if training else self.margin
        x = self.padding(add_margin(x, margin))
        if self.conditions:
            if weights is None:
                weights = ops.one_hot([0], len(self.conditions), dtype="float32")
            by_block = self._weights_by_block(weights, margin)
        else:
            by_block = [None] * len(self.blocks)
        for block, of_block in zip(self.blocks, by_block, strict=True):
            x = block(x, of_block, training=training)
            if noise := self.noise_behind(block):
                x = noise(x, before=margin + self.reflection_padding, place=self.place if place is None else place)
        return self.scaled_tanh(self.to_rgb(x))[:, margin : margin + height, margin : margin + width, :]

    def _weights_by_block(self, weights, margin):
        """Weights as each block takes them: a map is of the size of what it normalizes."""
        if len(weights.shape) == 2:
            return [weights] * len(self.blocks)
        whole = self.padding(add_margin(weights, margin))

        @functools.cache
        def averaged(side):
            return whole if side == 1 else ops.average_pool(whole, side, side, data_format="channels_last")

        return [cut_margin(averaged(side), cropped) for side, cropped in self.scales()]

    def noise_behind(self, block):
        """The field of noise that is added to what a block makes; None for none."""
        return self.noise if block.name == NOISY else None

    @property
    def place(self):
        """Where on the field of noise a picture lies, pixels (down, right)."""
        return place_of(self.noise_seed)

    def with_seed(self, seed):
        """The network on another part of its field of noise: a second one, with copies of the weights as they are now.

        Asked for the same seed again, it gives the same one, which is traced already.
        """
        twin = _twins.get(self)
        if twin is None or twin.noise_seed != seed:
            twin = _twins[self] = rebuilt(self, self.dtype_policy.name, noise_seed=seed)
        else:
            copy_weights(self, twin)
        return twin

    @property
    def is_local(self):
        # A tile does not know where it lies on the field.
        return not self.noise and super().is_local

    def scales(self):
        """Where maps of weights are, a pair for each block.

        (Pixels a side of the padded photograph for one of the map, pixels of the map a side that are cut off of it.)
        A residual block is given the map of its input, and cuts off what its own convolutions do.
        """
        side, cropped = Fraction(1), 0
        for block in self.blocks:
            side *= block.stride
            yield int(side), int(cropped / side)
            cropped += (block.crop or 0) * side

    @functools.cached_property
    def render(self):
        if not self.conditions or keras.backend.backend() != "tensorflow":
            return super().render
        import tensorflow as tf

        image, count = tf.TensorSpec((1, None, None, 3), tf.uint8), len(self.conditions)
        whole, mapped = (
            self.compiled_render(image, tf.TensorSpec((1, *sides, count), tf.float32)) for sides in ((), (None, None))
        )
        first = tf.one_hot([0], count)

        def render(image, weights=first):
            weights = tf.convert_to_tensor(weights, tf.float32)
            return (mapped if len(weights.shape) == 4 else whole)(image, weights)

        return render

    def chain(self):
        return [*self.blocks, self.to_rgb]

    def peak_bytes(self, height, width):
        border = 2 * (self.margin + self.reflection_padding)  # nearly all there is around a line of pixels
        each = BYTES_PER_PIXEL.get(self.compute_dtype, BYTES_PER_PIXEL["float32"])
        return (height + border) * (width + border) * each * self.width // 32

    def get_config(self):
        return {
            **super().get_config(),
            "width": self.width,
            "normalization": self.normalization,
            "upsampling": self.upsampling,
            "reflection_padding": self.reflection_padding,
            "margin": self.margin,
            # Descriptions of networks of one painting, and without noise, stay as they were before there were others.
            **({"conditions": [list(one) for one in self.conditions]} if self.conditions else {}),
            **({name: getattr(self, name) for name in OF_NOISE} if self.noise else {}),
        }

    @classmethod
    def from_config(cls, config, *args, **kwargs):
        if config.get("noise_channels"):
            config = {"noise_finest": EARLIER_FINEST, **config}
        return super().from_config(config, *args, **kwargs)


def begun_as(network, other):
    """A network that another can begin at: with its filters, field of noise, and interpolation where it enlarges.

    Args:
        network: :class:`TransformationNetwork`. Where the other has twice its filters, or three times, it is
            :func:`widened`. Where it has no field, it gets one whose strengths are 0, so that it paints the same.
            Where it has another, each channel gets the strengths of the one of the nearest waves.
        other: the one that is to begin.
    """
    if other.width > network.width and other.width % network.width == 0:
        network = widened(network, other.width)
    changes = {}
    if other.noise_channels:
        field = {name: getattr(other, name) for name in ("noise_channels", "noise_finest")}
        if field != {name: getattr(network, name) for name in field}:
            changes |= field
    if network.upsampling != other.upsampling and {network.upsampling, other.upsampling} <= set(INTERPOLATIONS):
        changes["upsampling"] = other.upsampling
    if not changes:
        return network
    twin = redescribed(network, **changes)
    strengths = {id(variable) for each in (network, twin) if each.noise for variable in each.noise.weights}
    shared = ([one for one in each.weights if id(one) not in strengths] for each in (twin, network))
    for variable, value in zip(*shared, strict=True):
        variable.assign(value)
    if network.noise and twin.noise:
        kernel = keras.ops.convert_to_numpy(network.noise.convolution.kernel)
        twin.noise.convolution.kernel.assign(kernel[:, :, _nearest_bands(network, twin)])
    return twin


def _nearest_bands(network, twin):
    """For each channel of the field of `twin`, the one of `network` of the nearest waves."""
    middles = [np.log(bands(each.noise_channels, each.noise_finest)).mean(1) for each in (network, twin)]
    return np.abs(middles[1][:, None] - middles[0]).argmin(1)
