"""`fast-style-export saved-model`: a SavedModel."""

from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say
from fast_style.export.commands.flags import NETWORK_HELP, add_choice_flags, add_saved_model_flags, chosen


def add(commands):
    parser = commands.add_parser(
        "saved-model",
        help="a SavedModel",
        description="Write a SavedModel with signatures for uint8 arrays, float arrays and encoded images.",
    )
    parser.add_argument("network", metavar="NETWORK", help=NETWORK_HELP)
    parser.add_argument("folder", metavar="DIR", help="new or empty")
    add_choice_flags(parser)
    add_saved_model_flags(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace an export that is there")
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.networks.source import find_network
    from fast_style.export.output import check_new_folder

    source = chosen(find_network(options.network), options)
    check_new_folder(options.folder, options.overwrite)
    start_tensorflow()

    from fast_style.export.saved_model import export_saved_model

    card = export_saved_model(
        source,
        options.folder,
        precision=options.precision,
        max_pixels=options.max_pixels,
        overwrite=options.overwrite,
        licence=options.licence,
    )
    say(f"{printable(options.folder)}: {card['name']}, {', '.join(card['signatures'])}, {card['precision']}")
