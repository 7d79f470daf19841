"""`fast-style-export tflite`: a file for phones."""

from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say
from fast_style.export.commands.flags import NETWORK_HELP, add_licence_flag, add_style_flags, size_or_dynamic, styled


def add(commands):
    from fast_style.export.settings import TFLITE_PRECISIONS

    parser = commands.add_parser(
        "tflite",
        help="a TFLite file for phones",
        description="Write a TFLite file of builtin operators, run it with LiteRT, and keep it if it is close enough "
        "to the Keras network: 45 dB of PSNR for float32 and float16, 30 dB for dynamic and int8.",
    )
    parser.add_argument("network", metavar="NETWORK", help=NETWORK_HELP)
    parser.add_argument("file", metavar="FILE", help="new, with a name that ends in .tflite")
    parser.add_argument(
        "--precision",
        choices=TFLITE_PRECISIONS,
        default="float32",
        help="float16: half the bytes; dynamic: 8-bit weights; int8: 8-bit convolutions, calibrated (default: float32)",
    )
    parser.add_argument(
        "--size",
        type=size_or_dynamic,
        default=(256, 256),
        metavar="HxW|dynamic",
        help="of the input in pixels; dynamic: set at each use, not for the GPU delegate (default: 256x256)",
    )
    add_style_flags(parser)
    parser.add_argument(
        "--map", action="store_true", help="weights of paintings for each pixel instead of for the whole picture"
    )
    parser.add_argument("--uint8", action="store_true", help="uint8 input and output instead of float32")
    parser.add_argument("--calibration", metavar="FOLDER", help="photographs that int8 is calibrated on: up to 32")
    parser.add_argument(
        "--photos",
        metavar="FOLDER",
        help="photographs to compare on: up to 8, spread over the folder (default: samples of scikit-image)",
    )
    parser.add_argument("--allow-loss", action="store_true", help="keep a file that is further from the network")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE")
    add_licence_flag(parser)
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.networks.source import find_network
    from fast_style.export.output import check_new_file
    from fast_style.export.settings import check_calibration

    source = styled(find_network(options.network), options)
    check_calibration(options.precision, options.calibration, "--calibration")
    for folder in filter(None, (options.calibration, options.photos)):
        from fast_style.common.images.image_io import list_images

        list_images(folder)
    check_new_file(options.file, ".tflite", options.overwrite)
    start_tensorflow()

    from fast_style.export.tflite import export_tflite

    card = export_tflite(
        source,
        options.file,
        options.precision,
        options.size,
        options.uint8,
        options.calibration,
        options.photos,
        options.allow_loss,
        options.overwrite,
        options.licence,
        options.map,
    )
    lowest = "identical" if card["psnr_db"] is None else f"{card['psnr_db']:.1f} dB"
    say(f"{printable(options.file)}: {card['bytes']} bytes, PSNR {lowest} from the Keras network, {card['precision']}")
