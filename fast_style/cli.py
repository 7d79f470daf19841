"""The console scripts `fast-style` and `fast-style-train`. They parse, call the library, and print."""

import os
import sys
import time
from pathlib import Path

from fast_style.common.commands.command_line import (
    Parser,
    add_photo_flags,
    add_precision_flag,
    add_settings,
    check_required,
    errors_as_lines,
    given_settings,
    share,
    whole_number,
)
from fast_style.common.commands.train import run_train_command
from fast_style.common.errors import UserError
from fast_style.common.startup import start_tensorflow

DEMO_SIDE = 640  # pixels; about that of the sample photographs


def main(arguments=None):
    """`fast-style`: stylize, styles, demo, optimize, visualize, evaluate."""
    parser = Parser(prog="fast-style", description="Style transfer in one pass.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _add_stylize(commands)
    _add_styles(commands)
    _add_demo(commands)
    _add_optimize(commands)
    _add_visualize(commands)
    _add_evaluate(commands)
    options = parser.parse_args(arguments)
    with errors_as_lines(f"fast-style {options.command}"):
        options.run(options)


def _add_stylize(commands):
    parser = commands.add_parser(
        "stylize", help="paint photographs in a style", description="Paint photographs in a style."
    )
    add_photo_flags(parser, "stylized")
    parser.add_argument(
        "--style", required=True, metavar="NAME|FILE", help="a style that ships (fast-style styles) or a .keras file"
    )
    parser.add_argument(
        "--max-size",
        type=whole_number(1, unit="pixel"),
        metavar="PIXELS",
        help="shrink photographs to this long side; never enlarges",
    )
    parser.add_argument(
        "--strength",
        type=share,
        default=1.0,
        metavar="0-1",
        help="share of the painting in the result; the rest is of the photograph (default: 1)",
    )
    parser.add_argument(
        "--original-colours",
        "--original-colors",
        action="store_true",
        help="keep the photograph's colours: light and dark alone are painted",
    )
    parser.add_argument(
        "--streaming",
        choices=("auto", "exact", "fast", "off"),
        default="auto",
        help="paint in strips, in little memory whatever the size: exact, the same picture; fast, with the statistics "
        "of a reduced copy; off, as a whole; auto, exact where the whole would take more than 3.5 GiB: from about 6 "
        "megapixels on in float32, 13 in bfloat16 (default: auto)",
    )
    add_precision_flag(parser)
    parser.set_defaults(run=_stylize)


def _stylize(options):
    from fast_style.common.commands.photo_jobs import jobs_of, report_jobs
    from fast_style.common.networks.network_files import in_precision, network_label
    from fast_style.pretrained_networks import check_style

    check_style(options.style, "--style")
    label = network_label(options.style)
    jobs = jobs_of(options, label, "stylized")
    start_tensorflow()

    from fast_style.pretrained_networks import load_network
    from fast_style.stylization import stylize_files

    network = in_precision(load_network(options.style), options.precision)
    chosen = {name: getattr(options, name) for name in ("max_size", "streaming", "strength", "original_colours")}
    done, failed = stylize_files(jobs, network, quality=options.quality, **chosen)
    report_jobs("fast-style stylize", done, failed)


def _add_optimize(commands):
    from fast_style.settings import OptimizationSettings

    parser = commands.add_parser(
        "optimize",
        help="paint photographs by optimisation, the slow way",
        description="Paint photographs in the style of any painting by optimisation, hundreds of iterations each: "
        "the method that the networks replace. " + OptimizationSettings.__doc__,
    )
    add_photo_flags(parser, "optimized")
    add_settings(parser, OptimizationSettings)
    parser.set_defaults(run=_optimize)


def _optimize(options):
    from fast_style.common.commands.photo_jobs import jobs_of, report_jobs
    from fast_style.common.images.image_io import as_rgb
    from fast_style.settings import OptimizationSettings

    settings = OptimizationSettings.from_given(given_settings(options, OptimizationSettings))
    check_required(settings)
    for painting in settings.style:
        as_rgb(painting)
    label = "+".join(Path(painting).stem for painting in settings.style)
    jobs = jobs_of(options, label, "optimized")
    start_tensorflow()

    from fast_style.optimization.jobs import check_kept_pictures, optimize_files

    check_kept_pictures(jobs, settings, options.overwrite)
    done, failed, stopped = optimize_files(jobs, settings, options.quality)
    note = "stopped; what there is of the last picture is kept" if stopped else ""
    report_jobs("fast-style optimize", done, failed, note)


def _add_visualize(commands):
    from fast_style.settings import VisualizationSettings

    parser = commands.add_parser(
        "visualize",
        help="show what the layers of the loss network keep",
        description="Show what the layers of the loss network keep: one labelled figure as PNG. "
        + VisualizationSettings.__doc__,
    )
    parser.add_argument(
        "what",
        choices=("content", "style", "texture"),
        help="content: a photograph from each layer (fig. 3); style: a painting's style from each layer and from the "
        "layers up to it (fig. 4); texture: from all layers, at any size",
    )
    parser.add_argument("image", metavar="IMAGE", help="a photograph or painting")
    parser.add_argument("--output", "-o", metavar="FILE", help="the figure (default: IMAGE_WHAT.png here)")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing figure")
    add_settings(parser, VisualizationSettings)
    parser.set_defaults(run=_visualize)


def _visualize(options):
    from fast_style.common.files import check_writable
    from fast_style.common.images.image_io import as_rgb
    from fast_style.settings import VisualizationSettings

    settings = VisualizationSettings(**given_settings(options, VisualizationSettings))
    as_rgb(options.image)
    output = Path(options.output or f"{Path(options.image).stem}_{options.what}.png")
    if output.suffix.lower() != ".png":
        raise UserError(f"--output: expected a name that ends in .png. Received: {output}")
    if output.exists() and not options.overwrite:
        raise UserError(f"--output: expected a new file, or --overwrite. Received: {output}, which exists")
    check_writable(output.parent)
    start_tensorflow()

    from fast_style.visualization.jobs import visualize_file

    stopped = visualize_file(options.what, options.image, output, settings)
    print(output)
    if stopped:
        print("fast-style visualize: stopped; the figure has the pictures that were begun", file=sys.stderr)
        sys.exit(130)


def _add_evaluate(commands):
    from fast_style.settings import QUICK, EvaluationSettings

    parser = commands.add_parser(
        "evaluate",
        help="measure a network against optimisation",
        description="Measure a network against the optimisation that it replaces: the objective (fig. 5) and the time "
        "(table 1), as an HTML page, CSV and JSON. Each photograph is saved when it is done; the same command goes on "
        "where it stopped. " + EvaluationSettings.__doc__,
    )
    add_settings(parser, EvaluationSettings)
    quick = ", ".join(f"{name} {' '.join(map(str, v)) if isinstance(v, tuple) else v}" for name, v in QUICK.items())
    parser.add_argument("--quick", action="store_true", help=f"a small version in under 2 minutes: {quick}")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an evaluation that was made under other settings"
    )
    parser.set_defaults(run=_evaluate)


def _evaluate(options):
    from fast_style.common.files import check_writable
    from fast_style.common.images.image_io import as_rgb
    from fast_style.evaluation.recorded_objective import recorded_objective
    from fast_style.settings import EvaluationSettings

    given = given_settings(options, EvaluationSettings)
    check_required(EvaluationSettings(**given))
    settings = EvaluationSettings.from_given(given, recorded_objective(given["network"]), options.quick)
    as_rgb(settings.style)
    check_writable(settings.output)
    start_tensorflow()

    from fast_style.evaluation.report import text_report, write_reports
    from fast_style.evaluation.run import evaluate

    result = evaluate(settings, options.overwrite)
    written = write_reports(result, settings.output)
    print(text_report(result))
    print("\n" + ", ".join(map(str, written)))
    if result.stopped:
        print("fast-style evaluate: stopped; the same command goes on from there", file=sys.stderr)
        sys.exit(130)


def _add_styles(commands):
    parser = commands.add_parser(
        "styles", help="list the styles that ship", description="List the styles that ship, with their recipes."
    )
    parser.set_defaults(run=_styles)


def _styles(options):
    from fast_style.pretrained_networks import FOLDER, style_entries

    for name, entry in style_entries().items():
        print(f"{name}: {entry['title']}")
        print(f"    {entry['summary']}")
        print(f"    recipe {FOLDER.parent / 'recipes' / entry['recipe']}, licence {entry['licence']}")
        print(f"    thumbnail {FOLDER / name}.jpg")


def _add_demo(commands):
    parser = commands.add_parser(
        "demo",
        help="paint photographs in every style, and enlarge details of them",
        description="Paint photographs in every style that ships, and enlarge details of them with every "
        "super-resolution network of factor 4.",
    )
    parser.add_argument(
        "photos",
        nargs="*",
        metavar="PHOTO",
        help=f"a photograph, shown at most {DEMO_SIDE} pixels wide and high (default: the CC0 sample photographs of "
        "scikit-image)",
    )
    _add_output(parser, "fast_style_demo")
    parser.set_defaults(run=_demo)


def _demo(options):
    from fast_style.common.images.image_io import as_rgb

    def pictures(folder):
        # These import TensorFlow, which is to be started first.
        from fast_style.common.images.geometry import limit_long_side
        from fast_style.demo import demo

        return demo(folder, {name: limit_long_side(photo, DEMO_SIDE) for name, photo in photos.items()})

    photos = {}
    for path in options.photos:
        name = Path(path).stem
        if name in photos:
            raise UserError(f"PHOTO: expected photographs of different names. Received: two of the name {name}")
        photos[name] = as_rgb(path)
    _show(options.output, pictures)


def _add_output(parser, default):
    parser.add_argument("--output", "-o", default=default, help=f"folder of the pictures (default: {default})")


def _show(folder, pictures):
    """Prints each file that a generator writes into a folder, and how long its picture took."""
    from fast_style.common.files import check_writable

    check_writable(folder)
    start = time.perf_counter()
    start_tensorflow()
    for path, seconds in pictures(folder):
        print(f"{path}  {seconds:.2f} s" if seconds is not None else f"{path}", flush=True)
    print(f"{time.perf_counter() - start:.1f} s in all; pictures are in {os.path.abspath(folder)}")


def train_main(arguments=None):
    """`fast-style-train`: a painting and photographs in, a run folder with a network out."""
    from fast_style.settings import TRAINING_PRESETS, StyleSettings

    def train(settings, resume):
        from fast_style.train import train

        return train(settings, resume)

    run_train_command(
        "fast-style-train",
        "Train a network on one painting.",
        "fast_style",
        StyleSettings,
        train,
        arguments,
        TRAINING_PRESETS,
    )
