"""The paintings that the app can paint after: those of networks that ship, that were given, and that were trained."""

import dataclasses

from fast_style.chosen_styles import conditions_of
from fast_style.common.app.trainings import Trainings
from fast_style.common.errors import UserError
from fast_style.common.networks.presets import Presets
from fast_style.common.networks.source import Source, shipped_sources
from fast_style.conditions import paintings_of
from fast_style.task import TASK


@dataclasses.dataclass(frozen=True)
class Painting:
    """One painting.

    Attributes:
        name: of it, in the app.
        title: what people read.
        full: the :class:`Source` of its widest network.
        fast: that of its narrowest, which may be the same.
        style: what its network calls it, where that knows several.
        several: those of networks of several paintings that know it, by which it is blended with others of them.
    """

    name: str
    title: str
    full: Source
    fast: Source
    style: str | None = None
    several: tuple[Source, ...] = ()

    @property
    def word(self):
        """What style expressions call it."""
        return self.style or self.full.name


def shipped_paintings():
    """The paintings whose networks ship: those with one of their own, in the order of the manifest, and the others.

    Light: imports no TensorFlow.
    """
    entries, of_title, several = Presets(TASK).manifest(), {}, []
    for name, source in shipped_sources(TASK).items():
        if source.conditions:
            several.append(source)
        else:
            of_title.setdefault(entries[name]["title"], []).append(source)
    found = {}
    for title, sources in of_title.items():
        by_width = sorted(sources, key=lambda source: source.config["width"])
        name = by_width[-1].name
        knowing = tuple(source for source in several if name in paintings_of(conditions_of(source)))
        found[name] = Painting(name, title.partition(",")[0], by_width[-1], by_width[0], several=knowing)
    for source in several:
        for painting in _paintings_of_several(source, found):
            found[painting.name] = painting
    return list(found.values())


def all_paintings(context):
    """Those that ship, behind them those that were given, and those that were trained here, for whom that tab is."""
    found = {painting.name: painting for painting in shipped_paintings()}
    trained = () if context.for_strangers else Trainings(context, TASK).networks()
    for source in (*context.given, *trained):
        if source.task.name != TASK.name:
            continue
        if source.conditions:
            some = _paintings_of_several(source, {})
        else:
            some = [Painting(source.name, source.name, source, source)]
        for painting in some:
            name, title = painting.name, painting.title
            if name in found:
                name, title = _new_name(f"{name} ({source.name})", found), f"{title} ({source.name})"
            found[name] = dataclasses.replace(painting, name=name, title=title)
    return list(found.values())


def _paintings_of_several(source, known):
    """Those of a network that are not known yet."""
    return [
        Painting(name, name.replace("_", " ").capitalize(), source, source, name, (source,))
        for name in paintings_of(conditions_of(source))
        if name not in known
    ]


def _new_name(name, taken):
    number = 2
    new = name
    while new in taken:  # files of one name in two folders
        new, number = f"{name} {number}", number + 1
    return new


def painting_named(context, name):
    """The :class:`Painting` of a name.

    Raises:
        UserError: none of that name, which somebody may have deleted.
    """
    paintings = all_paintings(context)
    for painting in paintings:
        if painting.name == name:
            return painting
    raise UserError(f"painting: expected one of {', '.join(one.title for one in paintings)}. Received: {name}")


def partners(context, name):
    """The paintings that one network knows together with a painting of this name."""
    paintings = all_paintings(context)
    known = {source.path for one in paintings if one.name == name for source in one.several}
    return [one for one in paintings if one.name != name and known & {source.path for source in one.several}]


def choices(paintings):
    """As a dropdown takes them."""
    return [(painting.title, painting.name) for painting in paintings]
