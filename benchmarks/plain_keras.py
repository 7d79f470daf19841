"""The same network and objective as most people would write them with Keras, without anything of this package."""

import numpy as np

MARGIN = 8


def _network(extra=0):
    """The paper's table with instance normalization; `extra` pixels more of reflection, as fast-style computes them."""
    import keras
    import tensorflow as tf
    from keras import layers

    class Reflect(layers.Layer):
        def __init__(self, pixels, **kwargs):
            super().__init__(**kwargs)
            self.pixels = pixels

        def call(self, x):
            return tf.pad(x, [[0, 0], [self.pixels] * 2, [self.pixels] * 2, [0, 0]], "REFLECT")

    def convolution(x, filters, size, strides=1, padding="same", relu=True, transposed=False):
        kind = layers.Conv2DTranspose if transposed else layers.Conv2D
        x = kind(filters, size, strides=strides, padding=padding, use_bias=False)(x)
        x = layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)
        return layers.ReLU()(x) if relu else x

    image = keras.Input((None, None, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(image)
    x = Reflect(40 + extra)(x)
    x = convolution(x, 32, 9)
    x = convolution(x, 64, 3, 2)
    x = convolution(x, 128, 3, 2)
    for _ in range(5):
        branch = convolution(x, 128, 3, padding="valid")
        branch = convolution(branch, 128, 3, padding="valid", relu=False)
        x = layers.Add()([layers.Cropping2D(2)(x), branch])
    x = convolution(x, 64, 3, 2, transposed=True)
    x = convolution(x, 32, 3, 2, transposed=True)
    x = layers.Conv2D(3, 9, padding="same")(x)
    x = layers.Activation("tanh", dtype="float32")(x)
    x = layers.Rescaling(150.0, offset=127.5, dtype="float32")(x)
    return keras.Model(image, layers.Cropping2D(extra, dtype="float32")(x) if extra else x)


def training_step(precision, size, batch_size):
    import keras
    import tensorflow as tf

    from benchmarks.graph import convolution_multiply_adds

    keras.config.set_dtype_policy(precision)
    network = _network()
    vgg = keras.applications.VGG19(include_top=False, weights=None)
    vgg.trainable = False
    names = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")
    loss_network = keras.Model(vgg.input, [vgg.get_layer(name).output for name in names])
    content_network = keras.Model(vgg.input, vgg.get_layer("block2_conv2").output)
    optimizer = keras.optimizers.Adam(1e-3)

    def preprocessed(images):
        return images[..., ::-1] - [103.939, 116.779, 123.68]

    def features(images):
        return [tf.cast(f, tf.float32) for f in loss_network(preprocessed(images))]

    def gram(f):
        shape = tf.shape(f)
        count = tf.cast(shape[1] * shape[2] * shape[3], tf.float32)
        return tf.einsum("bijc,bijd->bcd", f, f) / count

    def total_variation(images):
        down, right = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
        return tf.reduce_sum(down**2, (1, 2, 3)) + tf.reduce_sum(right**2, (1, 2, 3))

    painting = np.random.default_rng(0).integers(0, 256, (1, size, size, 3)).astype("float32")
    photos = tf.constant(np.random.default_rng(1).integers(0, 256, (batch_size, size, size, 3)).astype("float32"))
    targets = [gram(f) for f in features(painting)]

    @tf.function
    def step(photos):
        content = tf.cast(content_network(preprocessed(photos)), tf.float32)
        with tf.GradientTape() as tape:
            outputs = network(photos, training=True)
            found = features(outputs)
            loss = tf.reduce_mean((found[1] - content) ** 2)
            style = tf.add_n([tf.reduce_sum((gram(f) - g) ** 2, (1, 2)) for f, g in zip(found, targets, strict=True)])
            loss += 1e-4 * tf.reduce_mean(style) + 1e-5 * tf.reduce_mean(total_variation(outputs))
        optimizer.apply_gradients(
            zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables, strict=True)
        )
        return loss

    def multiply_adds():
        return convolution_multiply_adds(lambda x: network(x, training=True), size)

    return lambda: float(step(photos)), network.count_params(), multiply_adds()


def inference(precision, size):
    import keras
    import tensorflow as tf

    from benchmarks.graph import convolution_multiply_adds

    keras.config.set_dtype_policy(precision)
    network = _network(MARGIN)
    photo = np.random.default_rng(1).integers(0, 256, (1, size, size, 3)).astype("float32")
    paint = tf.function(lambda x: tf.cast(tf.clip_by_value(network(x, training=False), 0, 255), tf.uint8))
    return (
        lambda: paint(photo).numpy(),
        network.count_params(),
        convolution_multiply_adds(lambda x: network(x, training=False), size),
    )
