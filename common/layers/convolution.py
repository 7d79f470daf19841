"""Convolutions whose kernels' gradients are quick on CPUs."""

import contextlib
import contextvars

import keras

_enabled = contextvars.ContextVar("kernel_gradients_by_matmul", default=False)


@contextlib.contextmanager
def kernel_gradients_by_matmul():
    """Within it, float32 convolutions on CPUs are traced with the kernel gradients of this file.

    Everywhere else (inference, exports, reduced precision, GPUs) they are plain Keras layers.
    Measured on two cores with AVX2: oneDNN's own kernel gradients take two to five times as long as
    its forward pass on these layers, and were half of a training step (docs/performance.md).
    """
    token = _enabled.set(True)
    try:
        yield
    finally:
        _enabled.reset(token)


def _applies(layer, inputs):
    if not _enabled.get() or keras.backend.backend() != "tensorflow" or layer.data_format != "channels_last":
        return False
    import tensorflow as tf

    return inputs.dtype == tf.float32 and not tf.config.list_physical_devices("GPU")


@keras.saving.register_keras_serializable(package="fast_style")
class Convolution(keras.layers.Conv2D):
    """``keras.layers.Conv2D``, the same numbers, for channels last and no dilation.

    Inside :func:`kernel_gradients_by_matmul` the kernel's gradient is computed by
    :func:`kernel_gradient`.
    """

    def convolution_op(self, inputs, kernel):
        if not _applies(self, inputs):
            return super().convolution_op(inputs, kernel)
        import tensorflow as tf

        stride, padding = self.strides[0], self.padding.upper()

        @tf.custom_gradient
        def convolve(inputs, kernel):
            def gradients(upstream):
                options = {"strides": [1, stride, stride, 1], "padding": padding}
                to_inputs = tf.raw_ops.Conv2DBackpropInput(
                    input_sizes=tf.shape(inputs), filter=kernel, out_backprop=upstream, **options
                )
                return to_inputs, kernel_gradient(inputs, upstream, self.kernel_size[0], stride, padding)

            return tf.nn.conv2d(inputs, kernel, stride, padding), gradients

        return convolve(inputs, tf.convert_to_tensor(kernel))


@keras.saving.register_keras_serializable(package="fast_style")
class TransposedConvolution(keras.layers.Conv2DTranspose):
    """``keras.layers.Conv2DTranspose`` with ``padding="same"``, as :class:`Convolution` is ``Conv2D``."""

    def call(self, inputs):
        if not _applies(self, inputs):
            return super().call(inputs)
        import tensorflow as tf

        stride = self.strides[0]
        shape = tf.shape(inputs)
        output_shape = tf.stack([shape[0], shape[1] * stride, shape[2] * stride, self.filters])

        @tf.custom_gradient
        def convolve(inputs, kernel):
            def gradients(upstream):
                to_inputs = tf.nn.conv2d(upstream, kernel, stride, "SAME")
                # The transposed convolution is the other's gradient: image and upstream change places.
                return to_inputs, kernel_gradient(upstream, inputs, self.kernel_size[0], stride, "SAME")

            return tf.nn.conv2d_transpose(inputs, kernel, output_shape, stride, "SAME"), gradients

        outputs = convolve(inputs, tf.convert_to_tensor(self.kernel))
        return outputs + self.bias if self.use_bias else outputs


def kernel_gradient(images, upstream, size, stride=1, padding="SAME"):
    """Gradient of a convolution by its kernel, as matrix products of pixels.

    Args:
        images: float32 (batch, height, width, in), what is convolved.
        upstream: float32 (batch, rows, columns, out), the gradient by the convolution's result.
        size: side of the square kernel in pixels.
        stride: 1 or 2.
        padding: ``"SAME"`` or ``"VALID"``, as TensorFlow defines them.

    Returns:
        float32 (size, size, in, out).
    """
    import tensorflow as tf

    if padding == "SAME":
        margins = [
            [total // 2, total - total // 2]
            for total in (
                tf.maximum((tf.shape(upstream)[axis] - 1) * stride + size - tf.shape(images)[axis], 0)
                for axis in (1, 2)
            )
        ]
        images = tf.pad(images, [[0, 0], *margins, [0, 0]])
    channels, filters = images.shape[-1], upstream.shape[-1]
    if size > 3:
        return _by_smaller_side(images, upstream, size, stride)
    if stride > 1:
        patches = tf.image.extract_patches(
            images, [1, size, size, 1], [1, stride, stride, 1], [1, 1, 1, 1], padding="VALID"
        )
        product = tf.matmul(_rows(patches), _rows(upstream), transpose_a=True)
        return tf.reshape(product, (size, size, channels, filters))
    # On the grid of the padded images every shift of the kernel is one contiguous run of rows.
    height, width = tf.shape(images)[1], tf.shape(images)[2]
    upstream = tf.pad(upstream, [[0, 0], [0, size - 1], [0, size - 1], [0, 0]])
    pixels, last = _rows(images), (size - 1) * (width + 1)
    count = tf.shape(images)[0] * height * width - last
    targets = _rows(upstream)[:count]
    products = [
        tf.matmul(pixels[row * width + column :][:count], targets, transpose_a=True)
        for row in range(size)
        for column in range(size)
    ]
    return tf.reshape(tf.stack(products), (size, size, channels, filters))


def _rows(images):
    import tensorflow as tf

    return tf.reshape(images, (-1, images.shape[-1]))


def _by_smaller_side(images, upstream, size, stride):
    """oneDNN's own operation, which is quick for few input channels: with few outputs they change places."""
    import tensorflow as tf

    channels, filters = images.shape[-1], upstream.shape[-1]
    options = {"strides": [1, stride, stride, 1], "padding": "VALID"}
    if filters >= channels or stride > 1:
        return tf.raw_ops.Conv2DBackpropFilter(
            input=images, filter_sizes=(size, size, channels, filters), out_backprop=upstream, **options
        )
    padded = tf.pad(upstream, [[0, 0], [size - 1, size - 1], [size - 1, size - 1], [0, 0]])
    swapped = tf.raw_ops.Conv2DBackpropFilter(
        input=padded, filter_sizes=(size, size, filters, channels), out_backprop=images, **options
    )
    return tf.transpose(swapped[::-1, ::-1], (0, 1, 3, 2))
