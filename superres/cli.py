"""The console scripts `superres` and `superres-train`: which subcommands there are."""

from fast_style.common.commands.command_line import run_commands
from fast_style.common.commands.train import run_train_command
from superres.commands import evaluate, networks, upscale
from superres.task import TASK

COMMANDS = (upscale, evaluate, networks)


def main(arguments=None):
    """`superres`: each of `COMMANDS`, and `train`."""
    run_commands("superres", "Single-image super-resolution.", COMMANDS, {"train": train_main}, arguments)


def train_main(arguments=None, program="superres-train"):
    """`superres-train`: photographs in, a run folder with a network out."""
    run_train_command(program, TASK, "Train a super-resolution network.", arguments)
