"""The console script `fast-style-export`: which subcommands there are."""

from fast_style.common.commands.command_line import run_commands
from fast_style.export.commands import saved_model, serving, tflite, verify

COMMANDS = (saved_model, serving, tflite, verify)


def main(arguments=None, program="fast-style-export"):
    """`fast-style-export`: SavedModels, folders for TF Serving and TFLite files of trained networks."""
    run_commands(program, "Export trained networks for servers and phones.", COMMANDS, {}, arguments)
