"""`superres evaluate`: measures networks on ground truth."""

import argparse
import sys
from pathlib import Path

from fast_style.common.commands.command_line import add_precision_flag
from fast_style.common.errors import UserError
from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say, warn
from superres.commands.self_ensemble_flag import add_self_ensemble_flag
from superres.settings import DEGRADATIONS, FACTORS


def add(commands):
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
    add_self_ensemble_flag(parser)
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
        help="folder of evaluation.csv, .json and .html (default: superres_evaluation)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing evaluation there")
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.files import check_writable, write_bytes
    from fast_style.common.images.image_io import list_images
    from fast_style.common.json_files import write_json
    from fast_style.common.networks.source import find_network, network_label, shipped_sources
    from superres.task import TASK

    shipped = [name for name, source in shipped_sources(TASK).items() if source.factor == options.factor]
    names = options.network or shipped
    sources = {name: find_network(name, TASK, factor=options.factor) for name in names}
    for folder in options.data:
        list_images(folder)
    output = Path(options.output)
    check_writable(output)
    csv, json, page = files = [output / f"evaluation.{kind}" for kind in ("csv", "json", "html")]
    for file in files:
        if file.exists() and not options.overwrite:
            raise UserError(f"--output: expected no evaluation there, or --overwrite. Received: {file}")
    if not names:
        warn(
            f"superres evaluate: no network ships for factor {options.factor}: bicubic alone is measured; "
            "--network FILE measures one"
        )
    start_tensorflow()

    from tqdm import tqdm

    from fast_style.common.labels import distinct_labels
    from fast_style.common.networks.loss_network import build_loss_network
    from superres.evaluation.report import csv_text, html_page, summary, text_report
    from superres.evaluation.run import RESERVED_LABELS, evaluate
    from superres.objective import FEATURE_LAYERS

    networks = distinct_labels(names, network_label, taken=RESERVED_LABELS)
    sha256s = {label: sources[name].sha256 for label, name in networks.items()}
    result = evaluate(
        options.data,
        networks,
        options.factor,
        options.degradation,
        histogram_matching=options.histogram_matching,
        progress=lambda paths: tqdm(paths, unit="image", disable=None),
        precision=options.precision,
        loss_network=options.loss_weights and build_loss_network("vgg16", FEATURE_LAYERS, options.loss_weights),
        self_ensemble=options.self_ensemble,
    )
    try:
        if result.images:
            write_bytes(csv, csv_text(result).encode())
            write_json(json, summary(result, sha256s))
            write_bytes(page, html_page(result).encode())
            say(text_report(result))
            say(f"\n{', '.join(printable(file) for file in files)}")
    finally:
        for reason in result.failed:
            warn(f"superres evaluate: error: {reason}")
        if result.stopped:
            warn(f"superres evaluate: stopped; {len(result.images)} of {result.total} images measured")
    sys.exit(128 + result.signal if result.stopped else 2 if result.failed else 0)
