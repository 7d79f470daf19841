"""Settings of a style training: the one source of their defaults, for the library and the command line."""

import dataclasses

from common.settings import TrainingSettings, setting


@dataclasses.dataclass(kw_only=True)
class StyleSettings(TrainingSettings):
    """A style training. The objective is content_weight * l_feat + style_weight * l_style + tv_weight * l_TV."""

    style: str = setting(None, "the painting: an image file", required=True)
    style_size: int = setting(256, "short side in pixels at which the painting is read: smaller gives finer strokes")
    content_layers: tuple = setting(
        ("relu2_2",), "layers of the feature loss (paper: relu2_2)", nargs="+", metavar="LAYER"
    )
    style_layers: tuple = setting(
        ("relu1_2", "relu2_2", "relu3_3", "relu4_3"),
        "layers of the style loss (paper: relu1_2 relu2_2 relu3_3 relu4_3)",
        nargs="+",
        metavar="LAYER",
    )
    content_weight: float = setting(
        1.0, "factor of l_feat, the mean squared difference of VGG features (eq. 2; docs/losses.md)"
    )
    style_weight: float = setting(
        1e-4,
        "factor of l_style, the squared differences of Gram matrices over C H W, summed (eqs. 3, 4; docs/losses.md)",
    )
    style_warmup: int = setting(
        0,
        "iterations over which the style weight grows from a hundredth, so that content is learnt first (paper: 0)",
    )
    style_layer_weights: tuple = setting(
        (), "a factor for each style layer (default: 1 each)", nargs="+", type=float, metavar="X"
    )
    tv_weight: float = setting(
        1e-5,
        "factor of l_TV, the squared differences of neighbouring pixels 0..255, summed over the image "
        "(paper: 1e-6 to 1e-4 by style; docs/losses.md)",
    )
    width: int = setting(32, "filters of the network's first layer (paper: 32)")
    normalization: str = setting(
        "instance", "normalization (paper: batch; instance looks better)", choices=("instance", "batch")
    )
    upsampling: str = setting(
        "transposed",
        "how the network enlarges (paper: transposed; resize leaves no checkerboard)",
        choices=("transposed", "resize"),
    )
    reflection_padding: int = setting(
        40, "pixels of reflection padding (paper: 40; 0 is faster and shows at borders)", choices=(40, 0)
    )
