"""A tab of the app, which tasks name: a file that builds it, and its row there. Light: imports nothing heavy."""

import dataclasses

from fast_style.common.task import Lazily


@dataclasses.dataclass(frozen=True)
class Tab:
    """One tab of the page.

    Attributes:
        title: what is on it.
        place: tabs are in the order of this number.
        build: function from a :class:`common.app.context.Context` that lays out the tab's components, within it.
        for_strangers: whether anybody may use it, where the app is a public page: a training is for the owner.
    """

    title: str
    place: int
    build: Lazily
    for_strangers: bool = True
