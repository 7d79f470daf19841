"""Settings that every training has, whatever the task: the one source of their defaults.

Nothing heavy is imported here, so that ``--help`` is quick.
"""

import dataclasses
import numbers
import os
import typing

from fast_style.common.errors import UserError, is_finite_number
from fast_style.common.json_shape import KINDS
from fast_style.common.spelling import did_you_mean

# Far beyond what is of use: sides in pixels, photographs a batch.
LARGEST_SIDE, LARGEST_BATCH = 16384, 4096
# Choices that settings and what they are for share.
LOSS_NETWORKS = ("vgg16", "vgg19")
POOLINGS = ("max", "average")
PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


# What the flags of a training are about, as its help has them, by the `group` of a setting.
GROUPS = {
    "needed": "needed",
    "quality": "quality, and what the pictures become like",
    "speed": "speed",
    "paper": "the paper's, and what differs from it",
    "run": "the run: how it is watched, and goes on",
}


def setting(default, text, *, least=None, most=None, group="quality", of_machine=False, of_stage="", **options):
    """A dataclass field with a help text.

    Args:
        default: of the setting.
        text: of its flag.
        least, most: that it, or each of its numbers, may be; None for any.
        group: a key of `GROUPS`; what is required is needed.
        of_machine: whether it names files of the machine that trains, or what is quickest on it: recipes leave it out.
        of_stage: what the file is that it names, ``"painting"``, where each stage of a recipe has one of its own.
        options: of ``argparse.add_argument``; ``required``, and ``unless``, names of settings that take its place.
    """
    about = {"help": text, "bounds": (least, most), "group": group, "of_machine": of_machine, "of_stage": of_stage}
    return dataclasses.field(default=default, metadata=about | options)


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
            expected = did_you_mean(option, names).removeprefix("; ") or f"expected one of {', '.join(names)}"
            raise TypeError(f"{owner}: unknown option {option}; {expected}")
    return kind(**options) if settings is None else settings


def check_settings(kind, values):
    """Raises UserError for the first setting that is of another type than its field, none of its choices, or too large.

    Args:
        kind: the class of settings.
        values: ``{field: value}``; for what is not there the default stands.
    """
    check_kinds(kind, values)
    names = {field.name for field in dataclasses.fields(kind)}
    settings = kind(**{name: value for name, value in values.items() if name in names})
    check_choices(settings)
    check_bounds(settings)


def check_kinds(kind, values):
    """Raises UserError for the first setting that is of another type than its field, or no finite number.

    Args:
        kind: the class of settings.
        values: ``{field: value}``; None is right where it is the default.
    """
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        value, hint = values.get(field.name, field.default), hints[field.name]
        if value is None and field.default is None:
            continue
        if hint is tuple:
            right = isinstance(value, tuple | list)
            hint = field.metadata.get("type", str)
            items, expected = value if right else (), f"a list, each {KINDS[hint]}"
        else:
            right, items, expected = True, (value,), KINDS[hint]
        if not (right and all(_KINDS[hint][0](item) for item in items)):
            raise UserError(f"{flag(field.name)}: expected {expected}. Received: {value!r:.80}")


# Of a field: whether a value is one, wider than JSON's, because numbers of NumPy and paths are given in Python; and
# what makes it plain.
_KINDS = {
    bool: (lambda value: isinstance(value, bool), bool),
    int: (lambda value: isinstance(value, numbers.Integral) and not isinstance(value, bool), int),
    float: (is_finite_number, float),
    str: (lambda value: isinstance(value, str | os.PathLike), os.fspath),
}


def plain(settings):
    """Settings as files of JSON hold them: paths as strings, numbers of NumPy as Python's, lists as tuples."""
    hints, found = typing.get_type_hints(type(settings)), {}
    for field in dataclasses.fields(settings):
        value, hint = getattr(settings, field.name), hints[field.name]
        if value is None:
            continue
        if hint is tuple:
            item_plain = _KINDS[field.metadata.get("type", str)][1]
            found[field.name] = tuple(item_plain(item) for item in value)
        else:
            found[field.name] = _KINDS[hint][1](value)
    return dataclasses.replace(settings, **found)


def check_choices(settings):
    """Raises UserError for the first setting that is none of its choices."""
    for field in dataclasses.fields(settings):
        choices, value = field.metadata.get("choices"), getattr(settings, field.name)
        if choices and value is not None and value not in choices:
            expected = ", ".join(map(str, choices))
            raise UserError(f"{flag(field.name)}: expected one of {expected}. Received: {value!r:.80}")


def check_bounds(settings, named=flag):
    """Raises UserError for the first setting with a number that is less than it may be, too large, or infinite.

    Args:
        settings: a dataclass of :func:`setting`.
        named: function from the name of a field to that in an error. Default: its flag.
    """
    for field in dataclasses.fields(settings):
        least, most = field.metadata.get("bounds", (None, None))
        value = getattr(settings, field.name)
        values = [] if value is None else value if isinstance(value, tuple | list) else (value,)
        for number in values if least is not None else ():
            if not isinstance(number, numbers.Real):
                raise UserError(f"{named(field.name)}: expected at least {least}. Received: {number!r:.80}")
            if not least <= number < float("inf"):
                raise UserError(f"{named(field.name)}: expected at least {least}. Received: {number}")
            if most is not None and number > most:
                raise UserError(f"{named(field.name)}: expected at most {most}. Received: {number}")


@dataclasses.dataclass(kw_only=True)
class LossNetworkSettings:
    """Where perceptual losses come from."""

    loss_network: str = setting(
        "vgg16", "network that features are taken from (paper: vgg16)", choices=LOSS_NETWORKS, group="paper"
    )
    loss_weights: str = setting(
        "imagenet",
        "its weights: imagenet (downloaded by Keras), a .npz, .h5 or .weights.h5 file, or random (tests only)",
        group="paper",
        of_machine=True,
    )
    pooling: str = setting(
        "max",
        "of the loss network (paper: max; average, after Gatys et al., lets less of a grid of dots pass)",
        choices=POOLINGS,
        group="paper",
    )

    @classmethod
    def given_over(cls, base, given):
        """The settings of a preset or a record, a dict, with those that were given in their place."""
        return {**base, **given}

    @classmethod
    def preset_of(cls, given):
        """The preset of a training that none was asked for, by what was given; None for none."""
        return None


@dataclasses.dataclass(kw_only=True)
class PrecisionSettings:
    """What is computed in."""

    precision: str = setting(
        "auto",
        "dtype policy; auto measures which this machine runs fastest",
        choices=PRECISIONS,
        group="speed",
        of_machine=True,
    )


@dataclasses.dataclass(kw_only=True)
class TrainingSettings(LossNetworkSettings, PrecisionSettings):
    """What a training run needs to know. Each field is a flag of the training commands."""

    content: str = setting(
        None,
        "photographs to train on: a folder, walked recursively, tfds:NAME, or samples, three of scikit-image",
        required=True,
        of_machine=True,
    )
    output: str = setting(
        None, "folder of the run: network, checkpoints, previews, record", required=True, of_machine=True
    )
    iterations: int = setting(40_000, "batches to train on (paper: 40000)", least=1, group="speed")
    batch_size: int = setting(4, "photographs a batch (paper: 4)", least=1, most=LARGEST_BATCH, group="speed")
    size: int = setting(
        256, "side in pixels of the squares trained on (paper: 256)", least=1, most=LARGEST_SIDE, group="speed"
    )
    resize_to: int = setting(
        None,
        "short side in pixels to which photographs are resized before cropping, 0: not resized; default: --size",
        least=0,
        most=LARGEST_SIDE,
        group="paper",
    )
    resize_up_to: int = setting(
        None,
        "largest short side in pixels: each photograph is resized to one drawn between --resize-to and this, for a "
        "network that paints small photographs and large ones alike; default: always --resize-to (paper: one size)",
        least=1,
        most=LARGEST_SIDE,
        group="paper",
    )
    squash: bool = setting(
        False, "resize photographs to a square without keeping the aspect, as the paper does", group="paper"
    )
    flip: bool = setting(True, "mirror half of the photographs", group="paper")
    learning_rate: float = setting(1e-3, "Adam's step size (paper: 1e-3)", least=0, group="speed")
    schedule: str = setting(
        "constant",
        "learning rate over the run (paper: constant; cosine falls to 0)",
        choices=("constant", "cosine"),
        group="speed",
    )
    warmup: int = setting(0, "iterations over which the learning rate rises from 0 (paper: 0)", least=0, group="speed")
    initialize: str = setting(
        None,
        "network to start from: a .keras file or a shipped name; default: random weights",
        group="speed",
        of_machine=True,
    )
    initial_share: float = setting(
        0.0,
        "share, in the network that the run leaves, of the one of --initialize: its weights are the mean of both, as "
        "in ESRGAN's network interpolation. Losses and previews are of what is trained (paper: 0)",
        least=0,
        most=1,
        group="quality",
    )
    seed: int = setting(0, "of weights, order, crops and flips", least=0, most=2**32 - 1, group="run")
    validation: str = setting(
        None,
        "folder of photographs on which the losses are measured; not trained on",
        group="run",
        of_machine=True,
    )
    validate_every: int = setting(2000, "iterations between validations", least=1, group="run")
    preview: tuple = setting(
        (),
        "photographs to show in previews; default: sample photographs",
        nargs="*",
        metavar="PHOTO",
        group="run",
        of_machine=True,
    )
    preview_every: int = setting(500, "iterations between preview pictures; 0: none", least=0, group="run")
    checkpoint_every: int = setting(500, "iterations between checkpoints", least=1, group="run")
    log_every: int = setting(50, "iterations over which printed and logged losses are averaged", least=1, group="run")


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
