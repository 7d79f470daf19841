"""A graph as small as can be that finds what is green, as others find people."""

import keras
import tensorflow as tf


def write_green_finder(path, side=64):
    """Writes a TFLite file from float32 RGB (1, side, side, 3) to a mask (1, side, side, 1), 0 to 1."""
    colours = keras.Input((side, side, 3), batch_size=1)
    kernel = keras.initializers.Constant([[[[-40.0], [40.0], [0.0]]]])
    mask = keras.layers.Conv2D(
        1, 1, activation="sigmoid", kernel_initializer=kernel, bias_initializer=keras.initializers.Constant(-8)
    )(colours)
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(keras.Model(colours, mask)).convert())
    return path
