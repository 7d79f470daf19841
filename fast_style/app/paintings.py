"""The paintings that the app can paint after: those of networks that ship, and those that were trained in it."""

import dataclasses

from fast_style.app.trainings import Trainings
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import Source, shipped_sources
from fast_style.task import TASK


@dataclasses.dataclass(frozen=True)
class Painting:
    """One painting.

    Attributes:
        name: of it, in the app.
        title: what people read.
        full: the :class:`Source` of its widest network.
        fast: that of its narrowest, which may be the same.
    """

    name: str
    title: str
    full: Source
    fast: Source


def shipped_paintings():
    """The paintings whose networks ship, in the order of the manifest. Light: imports no TensorFlow."""
    entries, of_title = Presets(TASK).manifest(), {}
    for name, source in shipped_sources(TASK).items():
        of_title.setdefault(entries[name]["title"], []).append(source)
    found = []
    for title, sources in of_title.items():
        by_width = sorted(sources, key=lambda source: source.config["width"])
        found.append(Painting(by_width[-1].name, title.partition(",")[0], by_width[-1], by_width[0]))
    return found


def all_paintings(context):
    """Those that ship, and behind them those that were trained in this app, for whom that tab is."""
    if context.for_strangers:
        return shipped_paintings()
    trained = [Painting(source.name, source.name, source, source) for source in Trainings(context).networks()]
    return shipped_paintings() + trained


def choices(paintings):
    """As a dropdown takes them."""
    return [(painting.title, painting.name) for painting in paintings]
