"""Settings that every training has, whatever the task: the one source of their defaults.

Nothing heavy is imported here, so that ``--help`` is quick.
"""

import dataclasses
import difflib

from fast_style.common.errors import UserError

# Choices that settings and what they are for share.
LOSS_NETWORKS = ("vgg16", "vgg19")
POOLINGS = ("max", "average")
PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


def setting(default, text, *, least=None, below=None, **options):
    """A dataclass field with a help text.

    Args:
        default: of the setting.
        text: of its flag.
        least: that it, or each of its numbers, may be; None for any.
        below: which it must stay; None for any.
        options: of ``argparse.add_argument``.
    """
    return dataclasses.field(default=default, metadata={"help": text, "bounds": (least, below), **options})


def flag(name):
    """The command-line flag of a setting."""
    return f"--{name.replace('_', '-')}"


def settings_of(owner, kind, settings, options):
    """Settings as they are given, or made of options that were given by keyword.

    Args:
        owner: name of what was called, for errors.
        kind: the class of settings.
        settings: an instance, or None.
        options: dict of its fields.

    Raises:
        TypeError: an option that is no field, with the one that is nearest; options beside settings; settings of
            something else.
    """
    if settings is not None and not isinstance(settings, kind):
        raise TypeError(f"{owner}: expected settings of {kind.__name__}. Received: {type(settings).__name__}")
    names = [field.name for field in dataclasses.fields(kind)]
    for option in options:
        if settings is not None:
            raise TypeError(f"{owner}: expected settings or options, and not both. Received: settings and {option}")
        if option not in names:
            near = difflib.get_close_matches(option, names, n=1)
            expected = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(names)}"
            raise TypeError(f"{owner}: unknown option {option}; {expected}")
    return kind(**options) if settings is None else settings


def check_choices(settings):
    """Raises UserError for the first setting that is none of its choices."""
    for field in dataclasses.fields(settings):
        choices, value = field.metadata.get("choices"), getattr(settings, field.name)
        if choices and value is not None and value not in choices:
            raise UserError(f"{flag(field.name)}: expected one of {', '.join(map(str, choices))}. Received: {value!r}")


def check_bounds(settings):
    """Raises UserError for the first setting with a number that is less than it may be, too large, or infinite."""
    for field in dataclasses.fields(settings):
        least, below = field.metadata.get("bounds", (None, None))
        value = getattr(settings, field.name)
        numbers = [] if value is None else value if isinstance(value, tuple) else (value,)
        for number in numbers if least is not None else ():
            if not least <= number < float("inf"):
                raise UserError(f"{flag(field.name)}: expected at least {least}. Received: {number}")
            if below is not None and number >= below:
                raise UserError(f"{flag(field.name)}: expected less than {below}. Received: {number}")


@dataclasses.dataclass(kw_only=True)
class LossNetworkSettings:
    """Where perceptual losses come from."""

    loss_network: str = setting("vgg16", "network that features are taken from (paper: vgg16)", choices=LOSS_NETWORKS)
    loss_weights: str = setting(
        "imagenet",
        "its weights: imagenet (downloaded by Keras), a .npz, .h5 or .weights.h5 file, or random (tests only)",
    )
    pooling: str = setting(
        "max",
        "of the loss network (paper: max; average, after Gatys et al., lets less of a grid of dots pass)",
        choices=POOLINGS,
    )

    @classmethod
    def given_over(cls, base, given):
        """The settings of a preset or a record, a dict, with those that were given in their place."""
        return {**base, **given}


@dataclasses.dataclass(kw_only=True)
class PrecisionSettings:
    """What is computed in."""

    precision: str = setting("auto", "dtype policy; auto measures which this machine runs fastest", choices=PRECISIONS)


@dataclasses.dataclass(kw_only=True)
class TrainingSettings(LossNetworkSettings, PrecisionSettings):
    """What a training run needs to know. Each field is a flag of the training commands."""

    content: str = setting(None, "photographs to train on: a folder, walked recursively, or tfds:NAME", required=True)
    output: str = setting(None, "folder of the run: network, checkpoints, previews, record", required=True)
    iterations: int = setting(40_000, "batches to train on (paper: 40000)", least=1)
    batch_size: int = setting(4, "photographs a batch (paper: 4)", least=1)
    size: int = setting(256, "side in pixels of the squares trained on (paper: 256)", least=1)
    resize_to: int = setting(
        None, "short side in pixels to which photographs are resized before cropping, 0: not resized; default: --size"
    )
    squash: bool = setting(False, "resize photographs to a square without keeping the aspect, as the paper does")
    flip: bool = setting(True, "mirror half of the photographs")
    learning_rate: float = setting(1e-3, "Adam's step size (paper: 1e-3)", least=0)
    schedule: str = setting(
        "constant", "learning rate over the run (paper: constant; cosine falls to 0)", choices=("constant", "cosine")
    )
    warmup: int = setting(0, "iterations over which the learning rate rises from 0 (paper: 0)", least=0)
    initialize: str = setting(None, "network to start from: a .keras file or a shipped name; default: random weights")
    seed: int = setting(0, "of weights, order, crops and flips", least=0, below=2**32)
    validation: str = setting(None, "folder of photographs on which the losses are measured; not trained on")
    validate_every: int = setting(2000, "iterations between validations", least=1)
    preview: tuple = setting(
        (), "photographs to show in previews; default: sample photographs", nargs="*", metavar="PHOTO"
    )
    preview_every: int = setting(500, "iterations between preview pictures; 0: none", least=0)
    checkpoint_every: int = setting(500, "iterations between checkpoints", least=1)
    log_every: int = setting(50, "iterations over which printed and logged losses are averaged", least=1)


# What may differ when a run is resumed: it changes nothing about the weights at a given iteration
# (the number of iterations does where the learning rate falls towards the last).
RESUMABLE = frozenset(
    (
        "output",
        "iterations",
        "validation",
        "validate_every",
        "preview",
        "preview_every",
        "checkpoint_every",
        "log_every",
    )
)
