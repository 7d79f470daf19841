"""What every tab of the app is given."""

import dataclasses

from fast_style.common.app.folder import AppFolder
from fast_style.common.app.networks import Networks
from fast_style.common.app.settings import AppSettings


@dataclasses.dataclass(frozen=True)
class Context:
    """What every tab is given.

    Attributes:
        settings: as the app was started.
        folder: what may be written.
        networks: those that are ready.
        given: tuple of the :class:`common.networks.source.Source` of each network that was given at the start.
        page: Gradio's Blocks that the tabs are built into, for what happens when somebody opens it.
        for_strangers: whether the app is a public page: paths of this machine are refused.
    """

    settings: AppSettings
    folder: AppFolder
    networks: Networks
    for_strangers: bool = False
    given: tuple = ()
    page: object = None
