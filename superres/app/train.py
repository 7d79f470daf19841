"""The tab that trains a network that enlarges."""

from fast_style.common.app.training_tab import build_training
from superres.task import TASK

# Presets of the training command that take minutes, as the page has them.
PRESETS = {
    "quick": "4 times larger: goes on from x4_pixel",
    "quick-x8": "8 times larger: goes on from x8_pixel",
}


def build(context):
    """Lays the tab out."""
    build_training(context, TASK, PRESETS, "networks")
