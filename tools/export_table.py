"""The tables of TFLite files: every shipped network by every precision. ``python -m tools.export_table --help``.

docs/experiments/2026-11-26-export-sizes.md has them as they were measured then.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.images.image_io import list_images
from fast_style.common.networks.source import find_network, shipped_sources
from fast_style.common.processor import describe_processor
from fast_style.common.startup import start_tensorflow
from fast_style.export.commands.flags import size

# Operators that the documentation of the GPU delegate names, for float: what it lists, it takes; the rest stays on
# the CPU. https://www.tensorflow.org/lite/performance/gpu
GPU_OPERATORS = {
    *("ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "EXP", "FULLY_CONNECTED"),
    *("LOGICAL_AND", "LOGISTIC", "LSTM", "MAX_POOL_2D", "MAXIMUM", "MINIMUM", "MUL", "PAD", "PRELU", "RELU", "RELU6"),
    *("RESHAPE", "RESIZE_BILINEAR", "SOFTMAX", "STRIDED_SLICE", "SUB", "TRANSPOSE_CONV"),
}
RUNS = 5


def rows(names, input_size, calibration):
    """A row of the table for each network and precision, and of the operators for each network.

    Args:
        names: of shipped networks.
        input_size: (height, width) of style networks; those of super-resolution get a quarter of each side.
        calibration: folder of photographs.

    Yields:
        (name, (height, width), precision, bytes, lowest PSNR in dB, milliseconds of the fastest run, operators).
    """
    from fast_style.export.comparison import photographs
    from fast_style.export.settings import TFLITE_PRECISIONS
    from fast_style.export.tflite import export_tflite, run

    for name in names:
        source = find_network(name)
        taken = input_size if source.factor == 1 else tuple(side // 4 for side in input_size)
        image = photographs([taken])[0]
        for precision in TFLITE_PRECISIONS:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{name}.tflite"
                photos = calibration if precision == "int8" else None
                card = export_tflite(source, file, precision, taken, calibration=photos, allow_loss=True)
                seconds = []
                run(file.read_bytes(), [image] * (1 + RUNS), threads=2, seconds=seconds)
            lowest = np.inf if card["psnr_db"] is None else card["psnr_db"]
            yield name, taken, precision, card["bytes"], lowest, 1000 * min(seconds[1:]), card["operators"]


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.export_table", description=__doc__.partition(":")[2])
    parser.add_argument("--calibration", required=True, metavar="FOLDER", help="photographs for int8")
    parser.add_argument("--size", type=size, default=(256, 256), metavar="HxW", help="of style networks' input")
    parser.add_argument("--networks", nargs="+", metavar="NAME", help="default: all that ship")
    options = parser.parse_args(arguments)
    start_tensorflow()
    with errors_as_lines(parser.prog):
        list_images(options.calibration)
        print(f"{describe_processor()}, 2 threads, fastest of {RUNS} runs\n")
        print("| network | input | precision | bytes | PSNR, dB | ms |\n|---|---|---|---:|---:|---:|")
        operators = {}
        for name, taken, precision, count, lowest, milliseconds, used in rows(
            options.networks or list(shipped_sources()), options.size, options.calibration
        ):
            high, wide = taken
            line = f"| {name} | {high}x{wide} | {precision} | {count:,} | {lowest:.1f} | {milliseconds:.0f} |"
            print(line, flush=True)
            operators.setdefault(name, {})[precision] = used
        print("\n| network | precision | operators; **bold**: not in the GPU delegate's list |\n|---|---|---|")
        for name, by_precision in operators.items():
            for precision, used in by_precision.items():
                listed = ", ".join(one if one in GPU_OPERATORS else f"**{one}**" for one in used)
                print(f"| {name} | {precision} | {listed} |")


if __name__ == "__main__":
    main()
