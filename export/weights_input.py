"""The second input of exports of a network with conditions: a weight for each, of a whole picture or of each pixel."""

import numpy as np

NAME = "weights"
# Signatures of a SavedModel that take it -> whether as a map.
SIGNATURES = {"serve_weights": False, "serve_map": True}


def weights_shape(network, mapped, batch=None, sides=(None, None)):
    """(batch, conditions) or (batch, height, width, conditions) of weights for a network."""
    return (batch, *(sides if mapped else ()), len(network.conditions))


def described_weights(shape):
    """The input in a model card, of a shape in numbers and words."""
    return {"dtype": "float32", "shape": list(shape), "range": [0, 1], "of": "conditions, which add up to 1"}


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
