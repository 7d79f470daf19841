"""The gradient of a convolution by its kernel, as matrix products."""

import keras


def kernel_gradient(images, upstream, size, stride=1, padding="SAME"):
    """Gradient of a convolution by its kernel, as matrix products of pixels.

    Measured on two cores with AVX2: oneDNN's own kernel gradients take two to five times as long as its
    forward pass, and were half of a training step (docs/experiments/2026-11-22-speed-avx2.md).

    Args:
        images: float32 or bfloat16 (batch, height, width, in), what is convolved.
        upstream: the same dtype (batch, rows, columns, out), the gradient by the convolution's result.
        size: side of the square kernel in pixels.
        stride: 1 or 2.
        padding: ``"SAME"`` or ``"VALID"``, as TensorFlow defines them, or pixels of zeros:
            ``[[0, 0], [top, bottom], [left, right], [0, 0]]``.

    Returns:
        the same dtype (size, size, in, out).
    """
    import tensorflow as tf

    # Lengths are integers where they are known: of tensors each takes operations, and tracing a step seconds.
    if padding == "SAME":
        totals = [
            (result - 1) * stride + size - side
            for side, result in zip(keras.ops.shape(images)[1:3], keras.ops.shape(upstream)[1:3], strict=True)
        ]
        totals = [max(total, 0) if isinstance(total, int) else tf.maximum(total, 0) for total in totals]
        padding = [[0, 0], *([total // 2, total - total // 2] for total in totals), [0, 0]]
    if padding != "VALID":
        images = tf.pad(images, padding)
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
    batch, height, width, _ = keras.ops.shape(images)
    upstream = tf.pad(upstream, [[0, 0], [0, size - 1], [0, size - 1], [0, 0]])
    count = batch * height * width - (size - 1) * (width + 1)
    pixels, targets = _rows(images), tf.slice(_rows(upstream), [0, 0], [count, filters])
    extent = tf.stack([count, channels])
    products = [
        tf.matmul(tf.slice(pixels, [row * width + column, 0], extent), targets, transpose_a=True)
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
