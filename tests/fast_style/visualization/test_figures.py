"""Pictures from features, style from layers: what they must have in common with what they are made of."""

import numpy as np
import pytest

from fast_style.common.images.contact_sheet import GAP, LABEL_HEIGHT
from fast_style.common.losses import style_loss
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.visualization.figures import count_pictures, invert_features, synthesize_texture, visualize

LAYERS = ("relu1_1", "relu1_2")


@pytest.fixture(scope="module")
def loss_network():
    return build_loss_network("vgg16", LAYERS, "random")


def picture(height=16, width=20, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.slow
def test_relu1_2_holds_the_photograph(loss_network):
    """Fig. 3: from an early layer the picture is nearly the photograph: more than 30 dB."""
    photo = picture()
    error = np.mean((invert_features(photo, loss_network, "relu1_2", 150) - photo.astype(float)) ** 2)
    assert error < 255**2 / 10 ** (30 / 10)


@pytest.mark.slow
def test_a_texture_has_the_style_of_the_painting_at_any_size(loss_network):
    """A tenth of the noise's loss of style, on a canvas of another size, and not the painting itself."""
    painting = picture()

    def loss(image):
        ours, theirs = (loss_network(part[None].astype("float32")) for part in (image, painting))
        return sum(float(style_loss(theirs[name], ours[name])[0]) for name in LAYERS)

    noise = np.random.default_rng(0).uniform(0, 255, (12, 30, 3))
    texture = synthesize_texture(painting, loss_network, LAYERS, 12, 30, iterations=60)
    assert texture.shape == (12, 30, 3)
    assert loss(texture) < 0.1 * loss(noise)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "rows", "columns"), [("content", 1, 3), ("style", 2, 3), ("texture", 1, 2)])
def test_figures_have_a_labelled_cell_a_picture(loss_network, what, rows, columns):
    """Cells of 20 with gaps of 6 and a line of labels above; iterations are as many as pictures ask for."""
    iterations = []
    figure = visualize(
        what,
        picture(),
        loss_network,
        LAYERS,
        "caption",
        iterations=2,
        on_iteration=lambda *_: iterations.append(1) and False,
    )
    assert figure.shape[1] == columns * (20 + GAP) + GAP
    labels = LABEL_HEIGHT * rows if what == "style" else 0
    assert figure.shape[0] == LABEL_HEIGHT + rows * (16 + GAP) + GAP + labels + LABEL_HEIGHT
    assert len(iterations) == 2 * count_pictures(what, LAYERS)
    assert figure[:LABEL_HEIGHT].min() < 100
    assert figure[-LABEL_HEIGHT:].min() < 100


def test_a_stopped_figure_has_the_pictures_that_were_begun(loss_network):
    """Stopped in the first of two: the second has not an iteration, and its cell is empty, which is white."""
    iterations = []
    options = {"iterations": 5, "on_iteration": lambda *_: iterations.append(1) or True}
    figure = visualize("content", picture(), loss_network, LAYERS, "caption", **options)
    assert len(iterations) == 1
    last = figure[LABEL_HEIGHT + GAP : -LABEL_HEIGHT - GAP, -20 - GAP :]
    assert last.min() == 255
    assert figure[LABEL_HEIGHT + GAP : -LABEL_HEIGHT - GAP, : -20 - GAP].min() < 255
