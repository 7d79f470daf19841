"""Scales the filters of a loss network to a mean activation of one (Gatys et al., section 2)."""

import numpy as np


def normalize_filters(model, convolutions, photos):
    """Scales kernels and biases in place, so that each filter's mean activation over photographs is one.

    Between rectified linear units and pooling a filter's scale passes through: what a layer's filters are
    divided by, the kernels of the next are multiplied with, and relations within the network stay as they
    were. A filter that no photograph activates keeps its scale.

    Args:
        model: ``keras.Model`` from float (1, height, width, 3) RGB 0..255 to a list of the rectified
            activations of each convolution, none of whose variables need be trainable.
        convolutions: the model's ``Conv2D`` layers, in the order in which they follow each other.
        photos: uint8 (height, width, 3) each. Means are over all positions of all photographs.
    """
    sums, positions = [0.0] * len(convolutions), [0] * len(convolutions)
    for photo in photos:
        outputs = model(np.asarray(photo, "float32")[None], training=False)
        for number, features in enumerate(outputs if isinstance(outputs, list) else [outputs]):
            features = np.asarray(features, np.float64)
            sums[number] = sums[number] + features.sum((0, 1, 2))
            positions[number] += features.shape[1] * features.shape[2]
    before = 1.0
    for layer, total, count in zip(convolutions, sums, positions, strict=True):
        scale = np.where(total > 0, total / count, 1.0)
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel * np.reshape(before, (-1, 1)) / scale, bias / scale])
        before = scale
