"""Settings of style training and of optimisation: the one source of their defaults, for library and command line."""

import dataclasses

from fast_style.common.errors import UserError
from fast_style.common.images.wavelengths import FINEST
from fast_style.common.settings import (
    LARGEST_SIDE,
    LossNetworkSettings,
    PrecisionSettings,
    TrainingSettings,
    setting,
)
from fast_style.common.task import Lazily
from fast_style.common.terms import TermRow, with_terms
from fast_style.style_losses import STYLE_LOSSES

# Reflected pixels a side that a network in use paints and cuts off, as far as zero padding reaches: 1 and 2 of the 3x3
# layers behind the residual blocks, 4 of the last, rounded up to a multiple of 4.
MARGIN = 8
# Far beyond what is of use: filters of the first layer, and pixels of a margin.
WIDEST, WIDEST_MARGIN = 128, 256
# Channels of a field of noise, likewise; and of seeds what NumPy and Keras both take.
MOST_NOISE, LARGEST_SEED = 64, 2**32 - 1
# Pixels that the shortest waves of it may have: from two features of 4 pixels, which are the least that carry a wave.
FINEST_NOISE = 8, 64
# Sizes of strokes, beside that of the training's middle, that may be asked for.
STROKES = (0.25, 4.0)

# What `fast-style-train --architecture` sets where nothing else is said.
ARCHITECTURES = {
    "paper": {"width": 32, "upsampling": "transposed"},
    "fast": {"width": 16, "upsampling": "bilinear"},
}


SCALINGS = ("paper", "gatys")

# How the difference of two Gram matrices is scaled -> by what a fair start for its weight is multiplied. Mean: of the
# terms by layer of udnie_fast on its validation photographs, 5.4e8 becomes 6.5e3.
GRAM_SCALINGS = {"paper": 1.0, "mean": 8e4}

CONTENT = TermRow(
    "content",
    "factor of l_feat, the mean squared difference of VGG features (eq. 2; docs/concepts/losses.md)",
    1.0,
    Lazily("fast_style.common.losses:feature_loss"),
    ("relu2_2",),
    "layers of the feature loss (paper: relu2_2)",
    build=Lazily("fast_style.objective:content_term"),
    formula="sum over layers of `‖phi_j(y) - phi_j(x)‖² / (C H W)` (eq. 2)",
    each_layer=False,
)
STYLE = TermRow(
    "style",
    "factor of l_style (docs/concepts/losses.md; default: by the loss of style, "
    + ", ".join(f"{name} {row.weight:g}" for name, row in STYLE_LOSSES.items())
    + ")",
    None,
    None,
    ("relu1_2", "relu2_2", "relu3_3", "relu4_3"),
    "layers of the style loss (paper: relu1_2 relu2_2 relu3_3 relu4_3)",
    {
        "style_loss": (
            str,
            setting(
                "gram",
                "what style is compared by (paper: gram, eqs. 3 and 4; docs/concepts/losses.md): Gram matrices, "
                "maximum mean discrepancy with one of three kernels, batch-normalization statistics, or patches (mrf)",
                choices=tuple(STYLE_LOSSES),
            ),
        ),
        "style_scaling": (
            str,
            setting(
                "paper",
                "of the difference of two Gram matrices: paper, the sum over its entries (eq. 4); mean, their mean, as "
                "in the code that the author released, where early layers count more (docs/concepts/losses.md)",
                choices=tuple(GRAM_SCALINGS),
            ),
        ),
        "style_layer_weights": (
            tuple,
            setting((), "a factor for each style layer (default: 1 each)", nargs="+", type=float, metavar="X"),
        ),
    },
    Lazily("fast_style.objective:style_term"),
    "sum over layers, each times its layer weight, of `‖G_j(y) - G_j(s)‖²`, squared Frobenius norm (eq. 4), of "
    "`G = psi psiᵀ / (C H W)` (eq. 3); or [another loss of style](#style)",
)
TOTAL_VARIATION = TermRow(
    "tv",
    "factor of l_TV, the squared differences of neighbouring pixels 0..255, summed over the image "
    "(paper: 1e-6 to 1e-4 by style; docs/concepts/losses.md)",
    1e-5,
    build=Lazily("fast_style.common.training.terms:total_variation_term"),
    formula="`Σ (y[i+1,j] - y[i,j])² + (y[i,j+1] - y[i,j])²` over all pixels and channels, 0..255",
)
STABILITY = TermRow(
    "stability",
    "factor of the mean squared difference between what the network makes of a photograph and of the same with noise; "
    "against dots that grow out of the grain of flat areas; a step takes longer (paper: 0)",
    options={
        "stability_noise": (float, setting(10.0, "standard deviation of that noise, in pixel values of 0..255")),
        "stability_shift": (
            int,
            setting(
                0,
                "pixels by which the noisy copy is moved at most: 3 against hatching and dots that stick to the grid "
                "of 4 pixels on which the network paints (paper: 0)",
                least=0,
            ),
        ),
        "stability_motion": (
            float,
            setting(
                0.0,
                "pixels by which that copy is moved smoothly at most, by shift, turn, zoom and local warps, as between "
                "frames of a clip: 4 for moving pictures that are calm (paper: 0)",
                least=0,
                most=64,
            ),
        ),
        "stability_light": (
            float,
            setting(0.0, "share by which that copy is lighter or darker at most (paper: 0)", least=0, most=1),
        ),
        "stability_jpeg": (
            float,
            setting(
                100.0,
                "quality of JPEG that the copy of each photograph has at least, 1 to 100: 30 for clips that are "
                "compressed; 100: none (paper: 100)",
                least=1,
                most=100,
            ),
        ),
    },
    build=Lazily("fast_style.views:stability_term"),
    formula="`‖f(x) - f(x + noise)‖² / (C H W)`, f the network; with a shift, `f(x)` against `T⁻¹ f(T(x + noise))`, T "
    "a movement, borders left out; with motion, light or compression, `T f(x)` against `f(T x + noise)`; not in the "
    "paper (Zheng et al. 2016)",
)

# How the second view differs from the first beside its noise, and what each is for none: nothing without the term.
STABILITY_OF_VIEWS = {
    name: field.default for name, (_, field) in STABILITY.options.items() if name != "stability_noise"
}


@dataclasses.dataclass(kw_only=True)
@with_terms(CONTENT, STYLE, TOTAL_VARIATION)
class ObjectiveSettings(LossNetworkSettings):
    """The objective is content_weight * l_feat + style_weight * l_style + tv_weight * l_TV (eq. 5)."""

    style: str = setting(
        None,
        "the painting: an image file",
        required=True,
        unless=("paintings", "add"),
        of_machine=True,
        of_stage="painting",
    )
    style_size: int = setting(
        256,
        "short side in pixels at which the painting is read: smaller gives finer strokes",
        least=1,
        most=LARGEST_SIDE,
    )

    @classmethod
    def objective_names(cls):
        """Names of the settings that say what is minimised, beside the loss network's."""
        return ("style_size", *(name for row in ObjectiveSettings.terms for name in row.settings()))

    def __post_init__(self):
        if self.style_weight is None and self.style_loss in STYLE_LOSSES:
            factor = GRAM_SCALINGS.get(self.style_scaling, 1.0) if self.style_loss == "gram" else 1.0
            self.style_weight = STYLE_LOSSES[self.style_loss].weight * factor

    @classmethod
    def given_over(cls, base, given):
        """As of :class:`LossNetworkSettings`; weights that belong to another loss or other layers are left out."""
        belonging = {
            "style_loss": "style_weight",
            "style_scaling": "style_weight",
            "style_layers": "style_layer_weights",
        }
        other = {belonging[name] for name in belonging if name in given}
        return super().given_over({name: value for name, value in base.items() if name not in other}, given)


@dataclasses.dataclass(kw_only=True)
@with_terms(STABILITY)
class TrainerSettings(ObjectiveSettings):
    """What :class:`fast_style.StyleTransfer` takes: the objective, and how a step goes."""

    style_warmup: int = setting(
        0,
        "iterations over which the style weight grows from a hundredth, so that content is learnt first (paper: 0)",
        least=0,
    )
    training_margin: int = setting(
        0,
        "reflected pixels a side that a training step paints too and cuts off, as a network in use does with --margin: "
        "24 for both against style that is written into borders; a step takes a quarter longer (paper: 0)",
        least=0,
        most=WIDEST_MARGIN,
    )


@dataclasses.dataclass(kw_only=True)
class MultiStyleSettings(TrainerSettings):
    """What :class:`fast_style.MultiStyleTransfer` takes: the objective of many paintings, and how a step goes."""

    paintings: tuple = setting(
        (),
        "instead of --style: many paintings that one network learns, image files or folders of them; each is called as "
        "its file",
        nargs="+",
        metavar="FILE|DIR",
        group="needed",
        of_machine=True,
        of_stage="painting",
    )
    style_sizes: tuple = setting(
        (256, 512, 1024),
        "with --paintings or --add, short sides in pixels at which each painting is read: widths of strokes",
        nargs="+",
        type=int,
        metavar="N",
        least=1,
        most=LARGEST_SIDE,
    )
    balance: float = setting(
        0.02,
        "with --paintings, by how much a painting's style weight follows its losses each time that it was trained, "
        "until style counts as much beside content for all; 0: all weights alike",
        least=0,
        most=1,
    )
    condition_rate: float = setting(
        8.0,
        "with --paintings, factor of the learning rate of scales and shifts, of which a step trains few",
        least=0,
    )
    photograph_weight: float = setting(
        10.0, "with --paintings, factor of the pixel loss of the condition that gives the photograph back", least=0
    )


@dataclasses.dataclass(kw_only=True)
class StyleSettings(TrainingSettings, MultiStyleSettings):
    """Settings of a style training: each is a flag of ``fast-style-train``, and as keyword likewise.

    The objective is content_weight * l_feat + style_weight * l_style + tv_weight * l_TV (eq. 5); with a weight of
    stability, also stability_weight * l_stability.

    >>> import fast_style
    >>> settings = fast_style.StyleSettings(
    ...     style="painting.jpg", content="photos/", output="run/", architecture="fast"
    ... )
    >>> settings.width, settings.upsampling, settings.style_weight
    (16, 'bilinear', 0.0001)
    """

    add: str = setting(
        None,
        "instead of --style: a painting that a network of many learns besides; nothing of it changes but for new rows",
        metavar="FILE",
        group="needed",
        of_machine=True,
    )
    to: str = setting(
        None,
        "the network of many paintings that --add adds to: a .keras file or a shipped name",
        group="needed",
        of_machine=True,
    )
    architecture: str = setting(
        "paper",
        "of the network; fast: half the filters, as in those that the author released, and --upsampling bilinear",
        choices=tuple(ARCHITECTURES),
        group="speed",
    )
    width: int = setting(
        None,
        "filters of the network's first layer (paper: 32; default: by the architecture)",
        least=1,
        most=WIDEST,
        group="speed",
    )
    normalization: str = setting(
        "instance", "normalization (paper: batch; instance looks better)", choices=("instance", "batch"), group="paper"
    )
    upsampling: str = setting(
        None,
        "how the network enlarges (paper: transposed; resize leaves no checkerboard, bilinear no dots; default: by the "
        "architecture)",
        choices=("transposed", "resize", "bilinear"),
        group="paper",
    )
    reflection_padding: int = setting(
        40, "pixels of reflection padding (paper: 40; 0 is faster and shows at borders)", choices=(40, 0), group="paper"
    )
    margin: int = setting(
        MARGIN,
        "reflected pixels a side that the network, in use, paints and cuts off: 8 against the line of zero padding; "
        "more where it learns to paint a frame (paper: 0)",
        least=0,
        most=WIDEST_MARGIN,
    )
    noise_channels: int = setting(
        0,
        "channels of smooth noise that the network draws on, for strokes where a photograph is flat (paper: 0; "
        "docs/concepts/architectures.md)",
        least=0,
        most=MOST_NOISE,
    )
    noise_finest: float = setting(
        FINEST,
        "length in pixels of the shortest waves of that noise; 8 leaves dots",
        least=FINEST_NOISE[0],
        most=FINEST_NOISE[1],
    )

    @classmethod
    def given_over(cls, base, given):
        """As of :class:`ObjectiveSettings`; movement goes with the stability that it is of."""
        without = set(STABILITY_OF_VIEWS) if given.get("stability_weight") == 0 else set()
        return super().given_over({name: value for name, value in base.items() if name not in without}, given)

    @classmethod
    def preset_of(cls, given):
        return "add" if given.get("add") else None

    def __post_init__(self):
        super().__post_init__()
        for name, value in ARCHITECTURES.get(self.architecture, {}).items():
            if getattr(self, name) is None:
                setattr(self, name, value)


QUICK_TRAINING = {
    "initialize": "starry_night",
    "iterations": 600,
    "batch_size": 1,
    "learning_rate": 1e-3,
    "warmup": 20,
    "schedule": "cosine",
    "upsampling": "bilinear",
    "noise_channels": 3,  # an octave each
    "loss_network": "vgg19",
    "style_size": 384,
    "style_weight": 5e-5,
    "tv_weight": 5e-5,
    "stability_weight": 200.0,
    "stability_shift": 3,
}
# What `fast-style-train --preset` sets where nothing else is said. The defaults are the paper's but for what looks
# better; `quick` is what gave a good picture soonest on two processor cores (docs/guide/train.md).
TRAINING_PRESETS = {
    "paper": {"normalization": "batch", "margin": 0, "squash": True, "flip": False},
    "quick": QUICK_TRAINING,
    "quick-fast": QUICK_TRAINING | {"architecture": "fast", "initialize": "starry_night_fast"},
    "add": {  # with --add, where no other is asked for
        "content": "samples",
        "iterations": 150,
        "batch_size": 1,
        "learning_rate": 2e-3,
        "warmup": 10,
        "schedule": "cosine",
        "loss_network": "vgg19",
        "style_layer_weights": (4.0, 2.0, 1.0, 1.0),
        "style_weight": 6e-5,
        "tv_weight": 1e-5,
        "preview_every": 0,
    },
}

# What `fast-style optimize --preset` sets where nothing else is said. Gatys et al. (2016), sections 2 and 3: VGG19 with
# average pooling and normalised filters, conv4_2 and conv1_1 ... conv5_1 behind their ReLU, the painting as large as
# the photograph.
PRESETS = {
    "paper": {},
    "gatys": {
        "loss_network": "vgg19",
        "pooling": "average",
        "normalize_filters": "samples",
        "content_layers": ("relu4_2",),
        "style_layers": ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        "scaling": "gatys",
        "style_size": 0,
        # They take 5e-4 to 1e-2 at 512 pixels; on these formulas that leaves little but the photograph.
        "content_style_ratio": 1e-5,
        "style_weight": 1.0,
        "tv_weight": 0.0,
    },
}


@dataclasses.dataclass(kw_only=True)
class OptimizationSettings(ObjectiveSettings, PrecisionSettings):
    """The objective is content_weight * l_feat + style_weight * l_style + tv_weight * l_TV (eq. 5)."""

    preset: str = setting(
        "paper",
        "settings to begin with; what is given beside it stands. gatys: VGG19, relu4_2 and relu1_1 ... relu5_1 at 1/5 "
        "each, average pooling, normalised filters, the scaling of Gatys et al.",
        choices=tuple(PRESETS),
    )
    style: tuple = setting(
        None, "the painting: an image file; several are blended", required=True, nargs="+", metavar="FILE"
    )
    style_blend: tuple = setting((), "the share of each painting (default: equal)", nargs="+", type=float, metavar="X")
    style_size: int = setting(
        256,
        "short side in pixels at which the painting is read: smaller gives finer strokes; 0: the photograph's",
        least=0,
        most=LARGEST_SIDE,
    )
    normalize_filters: str = setting(
        None,
        "scale the loss network's filters to a mean activation of one over photographs: a folder, or samples, those "
        "that scikit-image carries, in all orders of their channels (default: as they are)",
        metavar="FOLDER",
    )
    scaling: str = setting(
        "paper",
        "of the terms: eqs. 2 to 4 of the paper, or those of Gatys et al. (docs/concepts/losses.md)",
        choices=SCALINGS,
    )
    content_style_ratio: float = setting(
        None, "content weight as a multiple of the style weight, alpha / beta, instead of --content-weight"
    )
    scales: int = setting(
        1, "sizes painted from coarse to fine, each twice the one before; 1: the full size alone", least=1
    )
    iterations: int = setting(500, "iterations at each size (paper: 500)", least=1)
    method: str = setting(
        "lbfgs", "lbfgs: L-BFGS within 0..255, the paper's projected L-BFGS; or adam", choices=("lbfgs", "adam")
    )
    start: str = setting(
        "noise",
        "what to start from: noise (the paper), content, style, or a picture to go on from",
        metavar="WHAT|FILE",
    )
    learning_rate: float = setting(5.0, "Adam's step size in pixel values of 0..255")
    max_size: int = setting(
        512, "long side in pixels to which photographs are shrunk; time grows with the area", least=1
    )
    save_every: int = setting(0, "iterations between pictures that are kept on the way; 0: none", least=0)
    seed: int = setting(0, "of the white noise", least=0)

    @classmethod
    def from_given(cls, given):
        """Settings from those that were given by name, the rest from the preset and the defaults.

        Raises:
            UserError: a content weight beside a ratio of weights.
        """
        preset = dict(PRESETS[given.get("preset", "paper")])
        if "content_weight" in given:
            if "content_style_ratio" in given:
                raise UserError(
                    "--content-style-ratio: expected this or --content-weight. "
                    f"Received: {given['content_style_ratio']:g} and {given['content_weight']:g}"
                )
            preset.pop("content_style_ratio", None)
        settings = cls(**cls.given_over(preset, given))
        if settings.preset == "gatys" and not settings.style_layer_weights:
            settings.style_layer_weights = (1 / len(settings.style_layers),) * len(settings.style_layers)
        return settings

    def for_objective(self):
        """These settings with the content weight that the ratio of weights asks for."""
        if self.content_style_ratio is None:
            return self
        return dataclasses.replace(self, content_weight=self.content_style_ratio * self.style_weight)


@dataclasses.dataclass(kw_only=True)
class VisualizationSettings(LossNetworkSettings, PrecisionSettings):
    """Pictures are found by L-BFGS within 0..255 from white noise, by eq. 2 or eq. 4 alone."""

    layers: tuple = setting(
        (),
        "layers to show (default: relu2_2 relu3_3 relu4_3 relu5_1 relu5_3 for content, as in fig. 3; "
        "relu1_2 relu2_2 relu3_3 relu4_3 for style and texture, as in fig. 4)",
        nargs="+",
        metavar="LAYER",
    )
    size: int = setting(256, "long side in pixels to which the image is shrunk", least=1)
    width: int = setting(None, "of a texture, in pixels (default: the image's)", least=1)
    height: int = setting(None, "of a texture, in pixels (default: the image's)", least=1)
    iterations: int = setting(200, "for each picture", least=1)
    tv_weight: float = setting(0.0, "factor of total variation beside the loss")
    seed: int = setting(0, "of the white noise", least=0)


@dataclasses.dataclass(kw_only=True)
class EvaluationSettings(ObjectiveSettings, PrecisionSettings):
    """What is not said about the objective is as the network was trained, where its record tells."""

    network: str = setting(
        None, "the network: a style that ships (fast-style styles) or a .keras file", required=True, metavar="NAME|FILE"
    )
    painting: str = setting(
        None,
        "of a network of several paintings, the one that is measured, or a mixture, at strokes of --style-size "
        "(default: the name of --style's file)",
        metavar="STYLE",
    )
    photos: str = setting(None, "folder of photographs (default: the samples that scikit-image carries)", metavar="DIR")
    output: str = setting("evaluation", "folder of the report and of what it is made from", metavar="DIR")
    sizes: tuple = setting(
        (256, 512, 1024), "sides in pixels of the squares", nargs="+", type=int, metavar="N", least=32
    )
    counts: tuple = setting(
        (50, 10, 4), "photographs at each size, the folder's first", nargs="+", type=int, metavar="N", least=1
    )
    iterations: tuple = setting(
        (500, 200, 200),
        "iterations of the baseline at each size (paper: 500)",
        nargs="+",
        type=int,
        metavar="N",
        least=1,
    )
    repeats: int = setting(5, "times that the network paints each photograph, of which the median counts", least=1)
    tv_size: int = setting(
        0,
        "side in pixels for which --tv-weight is meant: total variation is a sum, so at other sizes its weight goes by "
        "the inverse of the area; 0: the same weight at every size, as in the paper (default: the side of the squares "
        "that the network was trained on)",
        least=0,
    )
    seed: int = setting(0, "of the white noise", least=0)

    @classmethod
    def from_given(cls, given, recorded, quick=False):
        """Settings from those that were given by name, the network's record, and the defaults, in this order.

        Args:
            given: dict of fields.
            recorded: of :func:`fast_style.evaluation.recorded_objective.recorded_objective`.
            quick: take small sizes and few iterations where nothing is given.
        """
        return cls(**cls.given_over({**recorded, **(QUICK if quick else {})}, given))


# Of `fast-style evaluate --quick`: under 2 minutes on two processor cores.
QUICK = {"sizes": (128, 256), "counts": (2, 1), "iterations": (40, 20), "repeats": 3}
