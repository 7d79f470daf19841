"""The tab that trains a network on a painting."""

from fast_style.common.app.training_tab import build_training
from fast_style.task import TASK

# Presets of the training command that take minutes, as the page has them.
PRESETS = {"quick-fast": "half the filters: quicker", "quick": "full"}


def build(context):
    """Lays the tab out."""
    build_training(context, TASK, PRESETS, "paintings", ("--style", "Painting: drop, paste or choose"))
