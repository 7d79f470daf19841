"""Settings of style training and of optimisation: the one source of their defaults, for library and command line."""

import dataclasses

from common.settings import LossNetworkSettings, TrainingSettings, setting


@dataclasses.dataclass(kw_only=True)
class ObjectiveSettings(LossNetworkSettings):
    """The objective is content_weight * l_feat + style_weight * l_style + tv_weight * l_TV (eq. 5)."""

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
    style_layer_weights: tuple = setting(
        (), "a factor for each style layer (default: 1 each)", nargs="+", type=float, metavar="X"
    )
    tv_weight: float = setting(
        1e-5,
        "factor of l_TV, the squared differences of neighbouring pixels 0..255, summed over the image "
        "(paper: 1e-6 to 1e-4 by style; docs/losses.md)",
    )

    def objective_options(self):
        """Keyword arguments of :meth:`fast_style.objective.StyleObjective.for_painting`, all but the painting."""
        return {
            "style_size": self.style_size,
            "content_layers": self.content_layers,
            "style_layers": self.style_layers,
            "architecture": self.loss_network,
            "loss_weights": self.loss_weights,
            "content_weight": self.content_weight,
            "style_weight": self.style_weight,
            "tv_weight": self.tv_weight,
            "style_layer_weights": self.style_layer_weights,
        }


@dataclasses.dataclass(kw_only=True)
class StyleSettings(TrainingSettings, ObjectiveSettings):
    """The objective is content_weight * l_feat + style_weight * l_style + tv_weight * l_TV (eq. 5)."""

    style_warmup: int = setting(
        0,
        "iterations over which the style weight grows from a hundredth, so that content is learnt first (paper: 0)",
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


@dataclasses.dataclass(kw_only=True)
class OptimizationSettings(ObjectiveSettings):
    """The objective is content_weight * l_feat + style_weight * l_style + tv_weight * l_TV (eq. 5)."""

    iterations: int = setting(500, "iterations (paper: 500)")
    method: str = setting(
        "lbfgs", "lbfgs: L-BFGS within 0..255, the paper's projected L-BFGS; or adam", choices=("lbfgs", "adam")
    )
    start: str = setting(
        "noise",
        "what to start from: noise (the paper), content, style, or a picture to go on from",
        metavar="WHAT|FILE",
    )
    learning_rate: float = setting(5.0, "Adam's step size in pixel values of 0..255")
    max_size: int = setting(512, "long side in pixels to which photographs are shrunk; time grows with the area")
    save_every: int = setting(0, "iterations between pictures that are kept on the way; 0: none")
    seed: int = setting(0, "of the white noise")
