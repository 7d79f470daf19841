"""What is no batch of pictures, told in one line by every network and trainer."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.images.batch import check_batch
from fast_style.network import TransformationNetwork
from superres.network import SuperResolutionNetwork
from superres.srcnn import SRCNN

NETWORKS = [TransformationNetwork(width=2), SuperResolutionNetwork(2, width=2, residual_blocks=1), SRCNN(2)]
PICTURE = np.zeros((8, 9, 3), np.uint8)


@pytest.mark.parametrize(
    "images, received",
    [
        (PICTURE, "(8, 9, 3); a picture is a batch of one as images[None]"),
        (tf.constant(PICTURE), "(8, 9, 3); a picture is a batch of one as images[None]"),
        (PICTURE[None, ..., :1], "(1, 8, 9, 1)"),
        (np.zeros((1, 3, 8, 9), np.float32), "(1, 3, 8, 9)"),
        (PICTURE[..., 0], "(8, 9)"),
        ([PICTURE], "list"),
    ],
)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
def test_networks_refuse_what_is_no_batch_in_one_line(network, images, received):
    message = f"images: expected a tensor or array (batch, height, width, 3). Received: {received}"
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        network(images)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
def test_predict_too(network):
    with pytest.raises(UserError, match=r"images: expected a tensor or array \(batch, height, width, 3\)\. Received: "):
        network.predict(PICTURE, verbose=0)


def test_what_is_not_known_of_a_shape_is_not_refused():
    check_batch(keras.Input((None, None, 3)))
    check_batch(keras.KerasTensor((None, None, None, None)))
    for shape in (None, (None, None, None, None), (2, 8, 9, 3)):
        check_batch(tf.TensorSpec(shape))
