"""`fast-style visualize`: shows what the layers of the loss network keep."""

import sys
from pathlib import Path

from fast_style.common.commands.command_line import add_settings, docstring, given_settings
from fast_style.common.errors import UserError
from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say, warn


def add(commands):
    from fast_style.settings import VisualizationSettings

    parser = commands.add_parser(
        "visualize",
        help="show what the layers of the loss network keep",
        description="Show what the layers of the loss network keep: one labelled figure as PNG. "
        + docstring(VisualizationSettings),
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
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.files import check_names, check_writable
    from fast_style.common.images.image_io import as_rgb
    from fast_style.settings import VisualizationSettings

    settings = VisualizationSettings(**given_settings(options, VisualizationSettings))
    as_rgb(options.image)
    output = Path(options.output or f"{Path(options.image).stem}_{options.what}.png")
    if output.suffix.lower() != ".png":
        raise UserError(f"--output: expected a name that ends in .png. Received: {output}")
    check_names(output)
    if output.exists() and not options.overwrite:
        raise UserError(f"--output: expected a new file, or --overwrite. Received: {output}, which exists")
    check_writable(output.parent)
    start_tensorflow()

    from fast_style.visualization.jobs import visualize_file

    stopped = visualize_file(options.what, options.image, output, settings)
    say(printable(output))
    if stopped:
        warn("fast-style visualize: stopped; the figure has the pictures that were begun")
        sys.exit(130)
