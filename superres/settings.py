"""Settings of a super-resolution training: the one source of their defaults, for library and command line."""

import dataclasses

from fast_style.common.settings import TrainingSettings, setting

FACTORS = (2, 4, 8)
# What makes a low-resolution input of a photograph, in words for reports; `superres.degradation` does it.
DEGRADATIONS = {
    "blur-bicubic": "Gaussian blur of sigma 1.0, then bicubic (the paper's)",
    "bicubic": "bicubic alone (the standard benchmark's)",
}
# Settings of the paper's network that SRCNN has not.
PAPER_OPTIONS = ("width", "residual_blocks", "normalization", "upsampling", "bicubic_skip", "margin")
ARCHITECTURES = ("paper", "srcnn-9-1-5", "srcnn-9-5-5")


@dataclasses.dataclass(kw_only=True)
class SuperResolutionSettings(TrainingSettings):
    """The objective is feature_weight * l_feat + pixel_weight * l_pixel + tv_weight * l_TV.

    With weights of texture and equivariance, also texture_weight * l_texture and equivariance_weight * l_equivariance.
    """

    iterations: int = setting(200_000, "batches to train on (paper: 200000)")
    size: int = setting(288, "side in pixels of the high-resolution squares trained on (paper: 288)")
    resize_to: int = setting(
        0, "short side in pixels to which photographs are resized before cropping (default: 0, as they are)"
    )
    factor: int = setting(4, "how many times larger than its input the output is", choices=FACTORS)
    degradation: str = setting(
        "blur-bicubic",
        "how inputs are made of photographs: " + "; ".join(f"{name}: {text}" for name, text in DEGRADATIONS.items()),
        choices=tuple(DEGRADATIONS),
    )
    feature_weight: float = setting(
        1.0, "factor of l_feat, the mean squared difference of VGG features (eq. 2; docs/concepts/losses.md)"
    )
    feature_layers: tuple = setting(
        ("relu2_2",), "layers of the feature loss, summed (paper: relu2_2)", nargs="+", metavar="LAYER"
    )
    pixel_weight: float = setting(
        0.0, "factor of l_pixel, the mean squared difference of pixels 0..255 (paper: 1 with --feature-weight 0)"
    )
    pixel_channels: str = setting(
        "rgb", "what the pixel loss compares (paper: rgb; SRCNN's: y, the luma)", choices=("rgb", "y")
    )
    tv_weight: float = setting(
        0.0,
        "factor of l_TV, the squared differences of neighbouring pixels 0..255, summed (docs/concepts/losses.md)",
    )
    texture_weight: float = setting(
        0.0,
        "factor of l_texture, the style loss between patches of 16x16 pixels at the same place: texture where a "
        "photograph has it, and sharper edges (docs/concepts/losses.md; paper: 0)",
    )
    texture_layers: tuple = setting(("relu1_2",), "layers of the texture loss, summed", nargs="+", metavar="LAYER")
    equivariance_weight: float = setting(
        0.0,
        "factor of the difference between enlargements of a photograph and of the same moved by less than an input "
        "pixel, mirrored and turned, mean squared difference of pixels: keeps a cross-hatch pattern off textures "
        "(docs/concepts/losses.md; paper: 0)",
    )
    architecture: str = setting(
        "paper", "the network: the paper's, or SRCNN with its filter sizes, the paper's baseline", choices=ARCHITECTURES
    )
    width: int = setting(64, "filters of every hidden layer of the paper's network (paper: 64)")
    residual_blocks: int = setting(4, "residual blocks of the paper's network (paper: 4)")
    normalization: str = setting("batch", "normalization (paper: batch)", choices=("batch", "instance", "none"))
    upsampling: str = setting(
        "transposed",
        "how the network enlarges (paper: transposed; resize leaves no checkerboard, bilinear less hatching too)",
        choices=("transposed", "resize", "bilinear", "subpixel"),
    )
    bicubic_skip: bool = setting(
        False, "add the network's output to a bicubic enlargement, so that it learns the difference (paper: off)"
    )
    margin: int = setting(
        0,
        "reflected pixels a side of the input that the network, in use, enlarges too and cuts off: 4 against the "
        "pattern that the feature loss leaves along borders (paper: 0)",
    )
