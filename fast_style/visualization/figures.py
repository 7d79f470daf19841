"""What the layers of a loss network keep: pictures from features, style from layers, textures (figs. 3 and 4)."""

import numpy as np

from fast_style.common.images.contact_sheet import contact_sheet
from fast_style.common.images.pixels import to_uint8
from fast_style.objective import StyleObjective
from fast_style.optimization.optimize import optimize
from fast_style.settings import STYLE

CONTENT_LAYERS = ("relu2_2", "relu3_3", "relu4_3", "relu5_1", "relu5_3")
LAYERS = {"content": CONTENT_LAYERS, "style": STYLE.layers, "texture": STYLE.layers}


def invert_features(photo, loss_network, layer, iterations=200, tv_weight=0.0, seed=0, on_iteration=None):
    """The picture whose features at one layer are a photograph's (section 3.2, fig. 3): eq. 2 from white noise.

    Args:
        photo: RGB uint8 (height, width, 3).
        loss_network: :class:`LossNetwork` that has the layer.
        layer: in the paper's words.
        iterations: of L-BFGS within 0..255.
        tv_weight: factor of total variation beside eq. 2.
        seed: of the noise.
        on_iteration: see :func:`fast_style.optimization.optimize.optimize`.

    Returns:
        RGB uint8 of the photograph's size.

    Raises:
        UserError: a photograph that is no uint8 array or too small for the layer, a bad number.
        KeyError: a layer that the loss network lacks.
    """
    objective = StyleObjective(
        photo, loss_network.restrict((layer,)), content_layers=(layer,), style_layers=(), tv_weight=tv_weight
    )
    return to_uint8(optimize(photo, objective, iterations, seed=seed, on_iteration=on_iteration).picture).numpy()


def synthesize_texture(
    painting, loss_network, layers, height=None, width=None, iterations=200, tv_weight=0.0, seed=0, on_iteration=None
):
    """A picture in the style of layers and of nothing else (section 3.2, fig. 4): eq. 4 from white noise.

    Args:
        painting: RGB uint8 (height, width, 3).
        loss_network, iterations, seed, on_iteration: see :func:`invert_features`.
        layers: whose losses of style are summed.
        height, width: of the picture in pixels; default the painting's.
        tv_weight: factor of total variation beside eq. 4.

    Returns:
        RGB uint8 (height, width, 3).

    Raises:
        UserError: a painting that is no uint8 array, a painting or size too small for the layers, a bad number.
        KeyError: a layer that the loss network lacks.
    """
    canvas = np.zeros((height or painting.shape[0], width or painting.shape[1], 3), np.uint8)
    network = loss_network.restrict(tuple(layers))
    objective = StyleObjective(
        painting, network, content_layers=(), style_layers=layers, style_weight=1.0, tv_weight=tv_weight
    )
    return to_uint8(optimize(canvas, objective, iterations, seed=seed, on_iteration=on_iteration).picture).numpy()


def visualize(what, image, loss_network, layers, caption, size=None, on_iteration=None, **options):
    """One labelled figure.

    Args:
        what: ``"content"``: the photograph from each layer (fig. 3). ``"style"``: the style of each layer,
            and of the layers up to it (fig. 4). ``"texture"``: the style of all layers together.
        image: the photograph or painting, RGB uint8 (height, width, 3).
        loss_network: :class:`LossNetwork` with these layers.
        layers: in the paper's words.
        caption: what is written below.
        size: (height, width) of a texture; default the image's.
        on_iteration: as of :func:`invert_features`; where it stops one picture, the figure has no further ones.
        options: ``iterations``, ``tv_weight``, ``seed`` of :func:`invert_features`.

    Returns:
        RGB uint8 of the figure.

    Raises:
        UserError: see :func:`invert_features` and :func:`synthesize_texture`.
        KeyError: a layer that the loss network lacks.
    """
    stopped = False

    def note(*state):
        nonlocal stopped
        stopped = bool(on_iteration and on_iteration(*state))
        return stopped

    def picture(function, *arguments):
        return None if stopped else function(image, loss_network, *arguments, on_iteration=note, **options)

    if what == "content":
        pictures = [picture(invert_features, layer) for layer in layers]
        rows, columns, labels = [[image, *pictures]], ("photograph", *layers), ()
    elif what == "style":
        alone = [picture(synthesize_texture, (layer,)) for layer in layers]
        ranges = [layers[: count + 1] for count in range(1, len(layers))]
        together = [picture(synthesize_texture, names) for names in ranges]
        rows = [[image, *alone], [None, alone[0], *together]]
        columns, labels = ("painting", *layers), ("each layer alone", "the layers up to it")
    else:
        texture = picture(synthesize_texture, layers, *(size or image.shape[:2]))
        rows, columns, labels = [[image, texture]], ("painting", " ".join(layers)), ()
    side = max(max(cell.shape[:2]) for row in rows for cell in row if cell is not None)
    return contact_sheet(rows, columns, labels, cell=side, caption=caption)


def count_pictures(what, layers):
    """How many pictures a figure has to optimise."""
    return {"content": len(layers), "style": 2 * len(layers) - 1}.get(what, 1)
