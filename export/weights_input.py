"""The second input of exports of a network with conditions: a weight for each, of a whole picture or of each pixel."""

import numpy as np

NAME = "weights"
# Signatures of a SavedModel that take it -> whether as a map.
SIGNATURES = {"serve_weights": False, "serve_map": True}


def sample_inputs(network, images, mapped=False):
    """What an export of a network is given behind each image, by name: weights to compare it by, where it takes any.

    Args:
        network: an :class:`ImageNetwork`.
        images: list of arrays (height, width, 3).
        mapped: whether weights are a map.

    Returns:
        list of dicts, empty ones of a network without conditions.
    """
    if not network.conditions:
        return [{} for _ in images]
    return [{NAME: sample_weights(network, number, one.shape[:2], mapped)} for number, one in enumerate(images)]


def weights_specification(network, mapped=False, batch=None, sides=(None, None)):
    """``[TensorSpec]`` of the second input of a graph of a network, empty of one without conditions."""
    import tensorflow as tf

    if not network.conditions:
        return []
    return [tf.TensorSpec(weights_shape(network, mapped, batch, sides), tf.float32, NAME)]


def described_inputs(network, mapped=False, batch="batch", sides=("height", "width")):
    """The second input in a model card, by name, empty of a network without conditions."""
    if not network.conditions:
        return {}
    shape = weights_shape(network, mapped, batch, sides)
    return {NAME: {"dtype": "float32", "shape": list(shape), "range": [0, 1], "of": "conditions, which add up to 1"}}


def weights_shape(network, mapped, batch=None, sides=(None, None)):
    """(batch, conditions) or (batch, height, width, conditions) of weights for a network."""
    return (batch, *(sides if mapped else ()), len(network.conditions))


def is_mapped(card, signature):
    """Whether a signature takes weights as a map, by its model card; None where it takes none."""
    weights = card["signatures"][signature]["inputs"].get(NAME)
    return None if weights is None else len(weights["shape"]) == 4


def sample_weights(network, number, sides, mapped):
    """Weights to compare an export by: of even numbers the last condition, of odd ones a mixture of all; as a map, from
    the first condition at the left to these at the right.

    Args:
        network: with conditions.
        number: of the picture.
        sides: (height, width) of it.
        mapped: whether a map.

    Returns:
        float32 (1, conditions) or (1, height, width, conditions).
    """
    each = np.eye(len(network.conditions))
    weights = (np.mean(each, 0) if number % 2 else each[-1])[None]
    if mapped:
        share = np.linspace(0, 1, sides[1])[None, None, :, None] * np.ones((1, sides[0], 1, 1))
        weights = (1 - share) * each[0] + share * weights
    return weights.astype("float32")
