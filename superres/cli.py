"""The console scripts `superres` and `superres-train`. They parse, call the library, and print."""

import argparse
import sys
from pathlib import Path

from fast_style.common.commands.command_line import (
    Parser,
    add_photo_flags,
    add_precision_flag,
    errors_as_lines,
    whole_number,
)
from fast_style.common.commands.train import run_train_command
from fast_style.common.errors import UserError
from fast_style.common.startup import start_tensorflow
from superres.settings import DEGRADATIONS, FACTORS


def main(arguments=None):
    """`superres`: upscale, evaluate, networks."""
    parser = Parser(prog="superres", description="Single-image super-resolution.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _add_upscale(commands)
    _add_evaluate(commands)
    _add_networks(commands)
    options = parser.parse_args(arguments)
    with errors_as_lines(f"superres {options.command}"):
        options.run(options)


def _add_upscale(commands):
    parser = commands.add_parser("upscale", help="enlarge photographs", description="Enlarge photographs.")
    add_photo_flags(parser, "upscaled")
    parser.add_argument(
        "--factor", type=int, choices=FACTORS, help="how many times larger (default: the network's, or 4)"
    )
    parser.add_argument(
        "--network",
        metavar="NAME|FILE",
        help="a network that ships (superres networks) or a .keras file (default: the first that ships for the factor)",
    )
    parser.add_argument(
        "--histogram-matching",
        action=argparse.BooleanOptionalAction,
        help="match the histogram of the result to the photograph's, as the paper does "
        "(default: on for networks of the feature loss)",
    )
    parser.add_argument(
        "--tile",
        type=whole_number(0, unit="pixels"),
        metavar="PIXELS",
        help="side of the tiles in which a photograph is enlarged, in its own pixels; 0: no tiles "
        "(default: 768 / factor)",
    )
    _add_self_ensemble_flag(parser)
    add_precision_flag(parser)
    parser.set_defaults(run=_upscale)


def _add_self_ensemble_flag(parser):
    parser.add_argument(
        "--self-ensemble",
        action="store_true",
        help="take the mean over the photograph turned and mirrored in eight ways: closer to the truth, no hatching; "
        "softer for networks of the feature loss; eight times the time",
    )


def _upscale(options):
    from fast_style.common.commands.photo_jobs import jobs_of, report_jobs
    from fast_style.common.networks.network_files import in_precision, network_label
    from superres.pretrained_networks import check_network, default_network

    network = options.network or default_network(options.factor or 4)
    check_network(network, options.factor)
    label = network_label(network)
    jobs = jobs_of(options, label, "upscaled")
    start_tensorflow()

    from superres.pretrained_networks import load_network
    from superres.upscaling import upscale_files

    loaded = in_precision(load_network(network, options.factor), options.precision)
    done, failed = upscale_files(
        jobs,
        loaded,
        options.histogram_matching,
        options.tile,
        options.quality,
        self_ensemble=options.self_ensemble,
    )
    report_jobs("superres upscale", done, failed)


def _add_evaluate(commands):
    parser = commands.add_parser(
        "evaluate",
        help="measure networks on ground truth",
        description="Degrade images, enlarge them again with networks, SRCNN and bicubic interpolation, and compare: "
        "PSNR and SSIM on Y of BT.601, without a border as wide as the factor. Ctrl-C stops behind the image at hand "
        "and reports what was measured.",
    )
    parser.add_argument(
        "--data", nargs="+", required=True, metavar="DIR", help="folders of ground truth, each a dataset"
    )
    parser.add_argument(
        "--network",
        nargs="+",
        default=[],
        metavar="NAME|FILE",
        help="networks that ship or .keras files (default: all that ship for the factor); bicubic is always measured",
    )
    parser.add_argument("--factor", type=int, default=4, choices=FACTORS, help="of all networks (default: 4)")
    parser.add_argument(
        "--degradation",
        default="bicubic",
        choices=tuple(DEGRADATIONS),
        help="how inputs are made; "
        + "; ".join(f"{name}: {text}" for name, text in DEGRADATIONS.items())
        + " (default: bicubic)",
    )
    parser.add_argument(
        "--histogram-matching",
        action=argparse.BooleanOptionalAction,
        help="match histograms behind every network, or none (default: on for networks of the feature loss)",
    )
    _add_self_ensemble_flag(parser)
    add_precision_flag(parser, default="float32")  # whose figures compare between machines
    parser.add_argument(
        "--loss-weights",
        metavar="FILE|imagenet",
        help="weights of VGG16: measure, too, how far results are in its features, eq. 2 at relu2_2, which sees "
        "sharpness (default: PSNR and SSIM alone)",
    )
    parser.add_argument(
        "--output",
        "-o",
        default="superres_evaluation",
        help="folder of evaluation.csv and evaluation.html (default: superres_evaluation)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing evaluation there")
    parser.set_defaults(run=_evaluate)


def _evaluate(options):
    from fast_style.common.files import check_writable, write_bytes
    from fast_style.common.images.image_io import list_images
    from superres.pretrained_networks import check_network, network_entries

    shipped = [name for name, entry in network_entries().items() if entry["config"]["factor"] == options.factor]
    names = options.network or shipped
    for name in names:
        check_network(name, options.factor)
    for folder in options.data:
        list_images(folder)
    output = Path(options.output)
    check_writable(output)
    for file in ("evaluation.csv", "evaluation.html"):
        if (output / file).exists() and not options.overwrite:
            raise UserError(f"--output: expected no evaluation there, or --overwrite. Received: {output / file}")
    if not names:
        print(
            f"superres evaluate: no network ships for factor {options.factor}: bicubic alone is measured; "
            "--network FILE measures one",
            file=sys.stderr,
        )
    start_tensorflow()

    from tqdm import tqdm

    from fast_style.common.labels import distinct_labels
    from fast_style.common.networks.loss_network import build_loss_network
    from fast_style.common.networks.network_files import network_label
    from superres.evaluation.report import csv_text, html_page, text_table
    from superres.evaluation.run import evaluate
    from superres.objective import FEATURE_LAYERS

    result = evaluate(
        options.data,
        distinct_labels(names, network_label, taken=("bicubic",)),
        options.factor,
        options.degradation,
        options.histogram_matching,
        lambda paths: tqdm(paths, unit="image", disable=None),
        options.precision,
        options.loss_weights and build_loss_network("vgg16", FEATURE_LAYERS, options.loss_weights),
        options.self_ensemble,
    )
    if result.images:
        write_bytes(output / "evaluation.csv", csv_text(result).encode())
        write_bytes(output / "evaluation.html", html_page(result).encode())
        print(text_table(result))
        print(f"\n{output / 'evaluation.csv'}, {output / 'evaluation.html'}")
    for reason in result.failed:
        print(f"superres evaluate: error: {reason}", file=sys.stderr)
    if result.stopped:
        note = f"stopped; {len(result.images)} of {result.total} images measured"
        print(f"superres evaluate: {note}", file=sys.stderr)
        sys.exit(128 + result.signal)
    sys.exit(2 if result.failed else 0)


def _add_networks(commands):
    parser = commands.add_parser(
        "networks", help="list the networks that ship", description="List the networks that ship, with their recipes."
    )
    parser.set_defaults(run=_networks)


def _networks(options):
    from superres.pretrained_networks import FOLDER, network_entries

    for name, entry in network_entries().items():
        matching = ", histogram matching" if entry["config"]["histogram_matching"] else ""
        print(f"{name}: x{entry['config']['factor']}, {entry['title']}")
        print(f"    {entry['summary']}")
        print(f"    degradation {entry['degradation']}{matching}")
        print(f"    recipe {FOLDER.parent / 'recipes' / entry['recipe']}, licence {entry['licence']}")
        print(f"    thumbnail {FOLDER / name}.jpg")


def train_main(arguments=None):
    """`superres-train`: photographs in, a run folder with a network out."""
    from superres.settings import SuperResolutionSettings

    def train(settings, resume):
        from superres.train import train

        return train(settings, resume)

    run_train_command(
        "superres-train", "Train a super-resolution network.", "superres", SuperResolutionSettings, train, arguments
    )
