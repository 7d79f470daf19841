"""Settings of a super-resolution training: the one source of their defaults, for library and command line."""

import dataclasses

from fast_style.common.settings import LARGEST_SIDE, LossNetworkSettings, TrainingSettings, setting
from fast_style.common.task import Lazily
from fast_style.common.terms import TermRow, with_terms

FACTORS = (2, 4, 8)
# What makes a low-resolution input of a photograph, in words for reports; `superres.degradation` does it.
DEGRADATIONS = {
    "blur-bicubic": "Gaussian blur of sigma 1.0, then bicubic (the paper's)",
    "bicubic": "bicubic alone (the standard benchmark's)",
}
# Settings of the paper's network that SRCNN has not.
PAPER_OPTIONS = ("width", "residual_blocks", "normalization", "upsampling", "bicubic_skip", "margin")
ARCHITECTURES = ("paper", "srcnn-9-1-5", "srcnn-9-5-5")
# Far beyond what is of use: filters, residual blocks, and reflected pixels a side of the input.
WIDEST, MOST_BLOCKS, WIDEST_MARGIN = 256, 32, 64

PIXEL_CHANNELS = ("rgb", "y")
FEATURE = TermRow(
    "feature",
    "factor of l_feat, the mean squared difference of VGG features (eq. 2; docs/concepts/losses.md)",
    1.0,
    Lazily("fast_style.common.losses:feature_loss"),
    ("relu2_2",),
    "layers of the feature loss, summed (paper: relu2_2)",
    build=Lazily("superres.objective:feature_term"),
    formula="sum over layers of `‖phi_j(y) - phi_j(x)‖² / (C H W)` (eq. 2)",
)
TEXTURE = TermRow(
    "texture",
    "factor of l_texture, the style loss between patches of 16x16 pixels at the same place: texture where a "
    "photograph has it, and sharper edges (docs/concepts/losses.md; paper: 0)",
    0.0,
    Lazily("fast_style.common.losses:texture_loss"),
    # In front of all pooling, which would reward a weave: docs/concepts/losses.md.
    ("relu1_2",),
    "layers of the texture loss, summed",
    build=Lazily("superres.objective:texture_term"),
    formula="sum over layers of eq. 4 between Gram matrices (eq. 3) of patches of 16x16 pixels at the same place, "
    "averaged over the patches; not in the paper",
)
PIXEL = TermRow(
    "pixel",
    "factor of l_pixel, the mean squared difference of pixels 0..255 (paper: 1 with --feature-weight 0)",
    options={
        "pixel_channels": (
            str,
            setting("rgb", "what the pixel loss compares (paper: rgb; SRCNN's: y, the luma)", choices=PIXEL_CHANNELS),
        )
    },
    build=Lazily("superres.objective:pixel_term"),
    formula="`‖y - x‖² / (C H W)` of pixels 0..255; with `--pixel-channels y`, of BT.601 luma 16..235",
)
TOTAL_VARIATION = TermRow(
    "tv",
    "factor of l_TV, the squared differences of neighbouring pixels 0..255, summed (docs/concepts/losses.md)",
    build=Lazily("fast_style.common.training.terms:total_variation_term"),
    formula="`Σ (y[i+1,j] - y[i,j])² + (y[i,j+1] - y[i,j])²` over all pixels and channels, 0..255",
)
EQUIVARIANCE = TermRow(
    "equivariance",
    "factor of the difference between enlargements of a photograph and of the same moved by less than an input pixel, "
    "mirrored and turned, mean squared difference of pixels: keeps a weave off textures (docs/concepts/losses.md; "
    "paper: 0)",
    build=Lazily("superres.views:equivariance_term"),
    formula="mean squared difference between the output images of a photograph and of the same moved down and right by "
    "less than the factor, mirrored and turned, put back; not in the paper",
)


@dataclasses.dataclass(kw_only=True)
@with_terms(FEATURE, TEXTURE, PIXEL, TOTAL_VARIATION, EQUIVARIANCE)
class TrainerSettings(LossNetworkSettings):
    """What :class:`superres.SuperResolution` takes: the objective, and how inputs are made.

    The objective is feature_weight * l_feat + pixel_weight * l_pixel + tv_weight * l_TV.
    """

    degradation: str = setting(
        "blur-bicubic",
        "how inputs are made of photographs: " + "; ".join(f"{name}: {text}" for name, text in DEGRADATIONS.items()),
        choices=tuple(DEGRADATIONS),
        group="paper",
    )


@dataclasses.dataclass(kw_only=True)
class SuperResolutionSettings(TrainingSettings, TrainerSettings):
    """Settings of a super-resolution training: each is a flag of ``superres-train``, and as keyword likewise.

    The objective is feature_weight * l_feat + pixel_weight * l_pixel + tv_weight * l_TV; with weights of texture and
    equivariance, also texture_weight * l_texture and equivariance_weight * l_equivariance.

    >>> import superres
    >>> settings = superres.SuperResolutionSettings(content="photos/", output="run/", factor=8)
    >>> settings.size, settings.degradation
    (288, 'blur-bicubic')
    """

    iterations: int = setting(200_000, "batches to train on (paper: 200000)", least=1, group="speed")
    size: int = setting(
        288,
        "side in pixels of the high-resolution squares trained on (paper: 288)",
        least=1,
        most=LARGEST_SIDE,
        group="speed",
    )
    resize_to: int = setting(
        0,
        "short side in pixels to which photographs are resized before cropping (default: 0, as they are)",
        least=0,
        most=LARGEST_SIDE,
        group="paper",
    )
    factor: int = setting(4, "how many times larger than its input the output is", choices=FACTORS)
    architecture: str = setting(
        "paper",
        "the network: the paper's, or SRCNN with its filter sizes, the paper's baseline",
        choices=ARCHITECTURES,
        group="speed",
    )
    width: int = setting(
        64, "filters of every hidden layer of the paper's network (paper: 64)", least=1, most=WIDEST, group="speed"
    )
    residual_blocks: int = setting(
        4, "residual blocks of the paper's network (paper: 4)", least=0, most=MOST_BLOCKS, group="speed"
    )
    normalization: str = setting(
        "batch", "normalization (paper: batch)", choices=("batch", "instance", "none"), group="paper"
    )
    upsampling: str = setting(
        "transposed",
        "how the network enlarges (paper: transposed; resize leaves no checkerboard, bilinear less hatching too)",
        choices=("transposed", "resize", "bilinear", "subpixel"),
        group="paper",
    )
    bicubic_skip: bool = setting(
        False,
        "add the network's output to a bicubic enlargement, so that it learns the difference (paper: off)",
        group="paper",
    )
    margin: int = setting(
        0,
        "reflected pixels a side of the input that the network, in use, enlarges too and cuts off: 4 against the "
        "pattern that the feature loss leaves along borders (paper: 0)",
        least=0,
        most=WIDEST_MARGIN,
    )


# Of networks that ship, which go on to learn: a new one is hardly better than bicubic interpolation after minutes.
_PIXEL_LOSS = {
    "feature_weight": 0.0,
    "pixel_weight": 1.0,
    "bicubic_skip": True,
    "normalization": "none",
    "upsampling": "bilinear",
    "degradation": "bicubic",
    "schedule": "cosine",
    "warmup": 20,
    "learning_rate": 1e-4,
    "size": 96,
    "iterations": 600,
}
# What `superres-train --preset` sets where nothing else is said: what learns in minutes on two processor cores.
TRAINING_PRESETS = {
    "quick": _PIXEL_LOSS | {"factor": 4, "initialize": "x4_pixel"},
    "quick-x8": _PIXEL_LOSS | {"factor": 8, "initialize": "x8_pixel"},
}
