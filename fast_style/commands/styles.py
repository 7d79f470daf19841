"""`fast-style styles`: lists the styles that ship."""

from fast_style.common.commands.listing import add_listing
from fast_style.task import TASK


def add(commands):
    add_listing(commands, "styles", TASK)
