"""The objective on validation photographs over training time, of runs beside each other.

``python -m benchmarks.objective_curves plain=runs/plain "small crops first=runs/stage1,runs/stage2"``: folders of
`fast-style-train` with ``--validation``; stages that were trained one after the other are joined by commas. The
objective is by the weights that are given here, the same for all runs, whatever each was trained with.
"""

import argparse
from pathlib import Path

from benchmarks.line_plot import line_plot
from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.training.run_record import read_record


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.objective_curves",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="+", metavar="LABEL=RUN[,RUN...]")
    parser.add_argument("--content-weight", type=float, default=1.0)
    parser.add_argument("--style-weight", type=float, default=2e-5)
    parser.add_argument("--tv-weight", type=float, default=3.75e-5)
    parser.add_argument("--output", "-o", metavar="FILE", help="a plot as PNG (default: none)")
    options = parser.parse_args(arguments)
    weights = {"content": options.content_weight, "style": options.style_weight, "tv": options.tv_weight}
    with errors_as_lines(parser.prog):
        curves = {}
        for text in options.runs:
            label, separator, folders = text.partition("=")
            if not separator:
                raise UserError(f"RUN: expected LABEL=FOLDER. Received: {text}")
            curves[label] = curve(folders.split(","), weights)
        print("\n".join(table(curves)))
        if options.output:
            write_bytes(Path(options.output), plot(curves))


def curve(folders, weights):
    """``[(seconds, content, objective), ...]`` of runs that were trained one after the other.

    Raises:
        UserError: a folder without a record, a record without validations.
    """
    points, before = [], 0.0
    for folder in folders:
        record = read_record(folder)
        if not record["validation"]:
            raise UserError(f"{folder}: expected a run with --validation. Received: one without")
        for found in record["validation"]:
            objective = sum(weight * found[term] for term, weight in weights.items())
            points.append((before + found["seconds"], found["content"], objective))
        before += record["seconds"]
    return points


def table(curves):
    """Lines of Markdown: each run at each of its validations."""
    lines = ["| run | seconds | content | objective |", "|---|---|---|---|"]
    for label, points in curves.items():
        lines += [f"| {label} | {seconds:.0f} | {content:.3g} | {value:.3g} |" for seconds, content, value in points]
    return lines


def plot(curves):
    """The curves as a PNG, bytes."""
    lines = {label: ([p[0] / 60 for p in points], [p[2] for p in points]) for label, points in curves.items()}
    return line_plot(lines, "minutes of training", "objective on validation photographs")


if __name__ == "__main__":
    main()
