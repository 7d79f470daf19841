"""What tabs are given, for tests of what they do."""

from fast_style.common.app.context import Context
from fast_style.common.app.folder import AppFolder
from fast_style.common.app.networks import Networks
from fast_style.common.app.settings import AppSettings


def make_context(folder, for_strangers=False, given=(), **settings):
    """A context of an app whose folder is `folder`, with networks in float32."""
    settings = AppSettings(folder=str(folder), precision="float32", **settings)
    networks = Networks(settings.precision)
    networks.start()
    return Context(settings, AppFolder(folder), networks, for_strangers, tuple(given))
