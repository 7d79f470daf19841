"""The table of an objective's terms: one row is a term's flags, its metric, and what computes it. Light."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping

from fast_style.common.settings import setting


@dataclasses.dataclass(frozen=True)
class TermRow:
    """A term of an objective, before it is built.

    Attributes:
        name: of its metric; ``<name>_weight`` is its weight's setting.
        help: of the weight's flag.
        weight: the default.
        function: (target, output) -> float32 (batch,): of features at each of its layers, each float (batch, height,
            width, channels); or of images, float (batch, height, width, 3) in 0..255, where it has no layers.
        layers: the default layers in the paper's words, whose setting is ``<name>_layers``; None: it compares images.
        layers_help: of that flag.
        options: ``{setting: (type, field)}``: further settings, whose names begin with the term's.
        build: function from settings and the loss network to a ``Term``, where that takes more than `function`.
        formula: what the documents say it is, in Markdown.
        each_layer: whether each of its layers has a metric, too.
    """

    name: str
    help: str
    weight: float | None = 0.0
    function: Callable | None = None
    layers: tuple | None = None
    layers_help: str = ""
    options: Mapping = dataclasses.field(default_factory=dict)
    build: Callable | None = None
    formula: str = ""
    each_layer: bool = True

    @property
    def metrics(self):
        """Names of what is measured of it."""
        layers = (f"{self.name}/<layer>",) if self.layers is not None and self.each_layer else ()
        return (self.name, *layers)

    def settings(self):
        """``{setting: (type, field)}`` of all that the term can be told."""
        fields = {f"{self.name}_weight": (float, setting(self.weight, self.help))}
        if self.layers is not None:
            options = {"nargs": "+", "metavar": "LAYER", "group": "paper"}
            fields[f"{self.name}_layers"] = (tuple, setting(self.layers, self.layers_help, **options))
        return fields | dict(self.options)


def with_terms(*rows):
    """A class decorator, below that of a dataclass of settings: adds those of terms, and ``terms``, the rows.

    Rows of the classes that it is derived from come first.
    """

    def add(settings):
        fields = {name: field for row in rows for name, field in row.settings().items()}
        kinds = {name: kind for name, (kind, _) in fields.items()}
        settings.__annotations__ = {**inspect.get_annotations(settings), **kinds}
        for name, (_, field) in fields.items():
            setattr(settings, name, field)
        settings.terms = (*getattr(settings, "terms", ()), *rows)
        return settings

    return add
