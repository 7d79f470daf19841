"""What every network of this package is: a Keras model from picture to picture, of layers that state what they are."""

import functools
import math
import os

import keras
from keras import ops

from fast_style.common.errors import UserError
from fast_style.common.images.batch import check_batch, filled
from fast_style.common.images.pixels import to_uint8
from fast_style.common.keras_configuration import check_keras
from fast_style.common.layers import cpu_convolutions
from fast_style.common.layers.block import check_blocks
from fast_style.common.networks.source import find_network, task_of_class


class _ClassProperty:
    """A property of the class and not of its instances."""

    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner):
        return self.function(owner)


class ImageNetwork(keras.Model):
    """A network from image to image.

    Subclasses set ``chain`` and say how much memory they take; what else is here follows.

    Input: RGB (batch, height, width, 3), uint8 or float, 0..255, any height and width from 1.
    Output: float32 RGB, `factor` times as high and wide; values may pass 0..255, clip to show them.

    Attributes:
        factor: how many times larger an output is than its input.
        margin: reflected pixels a side of the input that are computed and cut off outside training.
        conditions: what the rows of scales and shifts stand for, of which a second input gives weights; None where
            there are none.
        noise_channels: of the field of noise that it draws on; 0 where there is none.
        noise_seed: which part of that field it paints with.
    """

    factor = 1
    margin = 0
    conditions = None
    noise_channels = 0
    noise_seed = 0

    def __init__(self, *args, **kwargs):
        check_keras()
        super().__init__(*args, **kwargs)

    def __call__(self, images, *args, **kwargs):
        # Before Keras', which would put the error into one of several lines.
        check_batch(images)
        if keras.backend.is_keras_tensor(images) or images.shape[0]:
            return super().__call__(images, *args, **kwargs)
        images, count = filled(ops.convert_to_tensor(images))
        args = [filled(ops.convert_to_tensor(one))[0] for one in args]
        return super().__call__(images, *args, **kwargs)[:count]

    # A method, as `steps`: Keras walks through attributes where it saves, and would find layers twice.
    def chain(self):
        """The layers with pixels around them, in the order in which they are applied: each a ``Block``."""
        raise NotImplementedError

    def build_layers(self, layers, shape):
        """Builds layers one behind the other, of the shape (batch, height, width, channels) that the first is given."""
        for layer in layers:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def quantize(self, *args, **kwargs):
        """Refused: Keras quantizes dense layers, and would leave every layer of this network as it is."""
        raise UserError(
            "quantize: expected a network with dense layers, which Keras quantizes. Received: one of convolutions; "
            "fast-style-export tflite --precision int8 makes a file of 8 bits of it"
        )

    def peak_bytes(self, height, width):
        """Memory in bytes that an image of this size takes at its peak, about."""
        raise NotImplementedError

    @property
    def is_local(self):
        """Whether an output pixel depends on nothing beyond the receptive radius, so that tiles fit exactly."""
        # Instance normalization looks at the whole image.
        return all(step.normalization is None or _is_batch(step.normalization) for step in self.steps())

    def steps(self):
        """The convolutions of all layers, in order, each with its normalization and activation.

        Raises:
            UserError: a layer that does not state them.
        """
        check_blocks(self.chain(), "strips, tiles and 8 bits")
        return [step for layer in self.chain() for step in layer.steps()]

    @property
    def receptive_radius(self):
        """Input pixels to each side that an output pixel depends on, beside the one that it lies in."""
        check_blocks(self.chain(), "tiles")
        radius = 0
        for layer in reversed(self.chain()):
            radius = math.ceil(radius * layer.stride) + layer.radius
        return radius

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (batch, height and height * self.factor, width and width * self.factor, channels)

    @functools.cached_property
    def render(self):
        """A compiled function from one uint8 image (1, height, width, 3) to one, any size, traced once."""
        return self.renderer(1)

    def renderer(self, count):
        """A compiled function from `count` uint8 images (count, height, width, 3) to as many, any size, traced once."""
        if keras.backend.backend() != "tensorflow":
            return functools.partial(_render, self)
        import tensorflow as tf

        return self.compiled_render(tf.TensorSpec((count, None, None, 3), tf.uint8))

    def compiled_render(self, *signature):
        """TensorFlow's compiled function of these tensors to uint8 images."""
        import tensorflow as tf

        # A partial, which has no code of its own: TensorFlow counts tracings by code, and at the fifth network of a
        # process would warn of a function that is traced too often.
        return tf.function(
            functools.partial(_render, self), input_signature=signature, jit_compile=False, reduce_retracing=True
        )

    @_ClassProperty
    def presets(cls):
        """``{name: manifest entry}`` of the networks of this class that ship."""
        from fast_style.common.networks.presets import Presets

        entries = Presets(task_of_class(cls)).manifest()
        return {name: entry for name, entry in entries.items() if entry["class"] == cls.__name__}

    @classmethod
    def from_preset(cls, name: str | os.PathLike) -> "ImageNetwork":
        """Network that ships, by name, or one in a ``.keras`` file; a new one at each call.

        Raises:
            UserError: no such name or file, a file of something else, a damaged file.
        """
        return find_network(name, task_of_class(cls)).load()


def _is_batch(normalization):
    return isinstance(normalization, keras.layers.BatchNormalization)


def _render(network, *inputs):
    with cpu_convolutions():
        return to_uint8(network(*inputs, training=False))
