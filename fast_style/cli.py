"""The console scripts `fast-style` and `fast-style-train`: which subcommands there are."""

from fast_style.commands import app, demo, evaluate, live, optimize, styles, stylize, visualize
from fast_style.common.commands.command_line import run_commands
from fast_style.common.commands.train import run_train_command
from fast_style.task import TASK

COMMANDS = (stylize, live, styles, demo, optimize, visualize, evaluate, app)


def main(arguments=None):
    """`fast-style`: each of `COMMANDS`, `train`, and what other packages add, such as `export`."""
    run_commands("fast-style", "Style transfer in one pass.", COMMANDS, {"train": train_main}, arguments)


def train_main(arguments=None, program="fast-style-train"):
    """`fast-style-train`: a painting and photographs in, a run folder with a network out."""
    run_train_command(program, TASK, "Train a network on one painting.", arguments)
