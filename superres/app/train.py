"""The tab that trains a network that enlarges."""

from fast_style.common.app.training_tab import build_training
from superres.task import TASK

# Presets of the training command that take minutes, as the page has them.
PRESETS = {
    "quick": "four times larger: x4_pixel, which goes on to learn on these photographs",
    "quick-x2": "twice as large: a new network",
}


def build(context):
    """Lays the tab out."""
    build_training(context, TASK, PRESETS, "networks")
