"""The console script `fast-style-export`: which subcommands there are."""

from fast_style.common.commands.command_line import run_commands
from fast_style.export.commands import onnx, saved_model, serving, tflite, verify

COMMANDS = (saved_model, serving, tflite, onnx, verify)


def main(arguments=None, program="fast-style-export"):
    """`fast-style-export`: SavedModels, folders for TF Serving, TFLite and ONNX files of trained networks."""
    run_commands(program, "Export trained networks for servers, phones and browsers.", COMMANDS, {}, arguments)
