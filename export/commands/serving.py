"""`fast-style-export serving`: a folder for TF Serving."""

from fast_style.common.errors import UserError
from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say
from fast_style.export.commands.flags import NETWORK_HELP, add_saved_model_flags, size


def add(commands):
    parser = commands.add_parser(
        "serving",
        help="a folder for TF Serving",
        description="Write a folder for TF Serving: versioned models, models.config, batching parameters, warm-up "
        "requests, docker-compose.yml and clients.",
    )
    parser.add_argument("folder", metavar="DIR", help="new or empty; with --update, one that is there")
    parser.add_argument(
        "--models",
        nargs="+",
        required=True,
        metavar="[NAME=]NETWORK",
        help=f"{NETWORK_HELP}; NAME is what clients ask for (default: the network's)",
    )
    parser.add_argument(
        "--warmup",
        nargs="*",
        type=size,
        default=[(256, 256)],
        metavar="HxW",
        help="sizes in pixels that a server computes when it loads a model; none for no warm-up (default: 256x256)",
    )
    add_saved_model_flags(parser)
    parser.add_argument("--update", action="store_true", help="add models, and new versions of models, to DIR")
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.networks.source import find_network
    from fast_style.export.serving_folder import check_serving_folder

    models = named_models(options.models)
    for network in models.values():
        find_network(network, argument="--models")
    check_serving_folder(options.folder, models, options.update)
    start_tensorflow()

    from fast_style.export.tf_serving import export_serving

    made = export_serving(
        options.folder,
        models,
        precision=options.precision,
        warmup=options.warmup,
        max_pixels=options.max_pixels,
        update=options.update,
        licence=options.licence,
    )
    for version in made:
        say(printable(version))
    if not options.update:
        say(f"cd {printable(options.folder)} && docker compose up")


def named_models(arguments):
    """``{name: network}`` of ``[NAME=]NETWORK`` arguments.

    Raises:
        UserError: two of one name.
    """
    from fast_style.common.networks.source import network_label

    models = {}
    for argument in arguments:
        name, equals, network = argument.partition("=")
        if not equals:
            name, network = network_label(argument), argument
        if name in models:
            raise UserError(f"--models: expected different names, NAME=NETWORK. Received: {name} twice")
        models[name] = network
    return models
