"""What users call of Keras on the networks: `summary`, `quantize`."""

import pytest

from fast_style.common.errors import UserError
from fast_style.network import TransformationNetwork
from superres.network import SuperResolutionNetwork
from superres.srcnn import SRCNN

NETWORKS = [TransformationNetwork(width=2), SuperResolutionNetwork(2, width=2, residual_blocks=1), SRCNN(2)]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
def test_summary_has_the_shape_of_every_layer(network):
    lines = []
    network.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert text.count("(None, None, None, ") == len(network.layers)
    assert "?" not in text
    assert "unbuilt" not in text


@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
def test_quantize_points_to_the_export_in_8_bits(network, mode):
    with pytest.raises(UserError, match=r"^quantize: expected .*; fast-style-export tflite --precision int8 makes a "):
        network.quantize(mode)
