"""What a figure says of itself."""

from common.loss_network import build_loss_network
from fast_style.settings import VisualizationSettings
from fast_style.visualization_jobs import _caption


def test_the_caption_names_what_made_the_figure():
    settings = VisualizationSettings(iterations=7, tv_weight=1e-4)
    plain = _caption("content", build_loss_network("vgg16", ("relu1_1",), "random"), settings)
    assert plain == "Eq. 2, vgg16 (random), 7 iterations of L-BFGS from white noise, total variation 0.0001"
    settings.pooling = "average"
    average = _caption("style", build_loss_network("vgg16", ("relu1_1",), "random", pooling="average"), settings)
    assert average.startswith("Eq. 4, vgg16 (random), average pooling, 7 iterations")
