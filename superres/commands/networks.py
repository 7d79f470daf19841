"""`superres networks`: lists the networks that ship."""

from fast_style.common.commands.listing import add_listing
from superres.task import TASK


def add(commands):
    add_listing(commands, "networks", TASK)
