"""`fast-style-export tflite`: a file for phones."""

from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say
from fast_style.export.commands.flags import NETWORK_HELP, add_licence_flag, size_or_dynamic


def add(commands):
    from fast_style.export.settings import TFLITE_PRECISIONS

    parser = commands.add_parser(
        "tflite",
        help="a TFLite file for phones",
        description="Write a TFLite file of builtin operators, run it with LiteRT, and keep it if it is close enough "
        "to the Keras network: 45 dB of PSNR for float32 and float16, 30 dB for dynamic and int8.",
    )
    parser.add_argument("network", metavar="NETWORK", help=NETWORK_HELP)
    parser.add_argument(
        "file",
        metavar="FILE",
        help="new, with a name that ends in .tflite; of several sizes, each is put into its name",
    )
    parser.add_argument(
        "--precision",
        choices=TFLITE_PRECISIONS,
        default="float32",
        help="float16: half the bytes; dynamic: 8-bit weights; int8: 8-bit convolutions, calibrated (default: float32)",
    )
    parser.add_argument(
        "--size",
        type=size_or_dynamic,
        action="append",
        metavar="HxW|dynamic",
        help="of the input in pixels; dynamic: set at each use, not for GPUs and browsers; several times: a file each "
        "(default: 256x256)",
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

    source = find_network(options.network)
    check_calibration(options.precision, options.calibration, "--calibration")
    for folder in filter(None, (options.calibration, options.photos)):
        from fast_style.common.images.image_io import list_images

        list_images(folder)
    files = sized_files(options.file, options.size or [(256, 256)])
    for file in files:
        check_new_file(file, ".tflite", options.overwrite)
    start_tensorflow()

    from fast_style.export.tflite import check_size, export_tflite

    for size in files.values():
        check_size(size, source.factor)
    for file, size in files.items():
        card = export_tflite(
            source,
            file,
            options.precision,
            size,
            options.uint8,
            options.calibration,
            options.photos,
            options.allow_loss,
            options.overwrite,
            options.licence,
        )
        lowest = "identical" if card["psnr_db"] is None else f"{card['psnr_db']:.1f} dB"
        say(f"{printable(file)}: {card['bytes']} bytes, PSNR {lowest} from the Keras network, {card['precision']}")


def sized_files(file, sizes):
    """``{file: size}``: the file itself of one size; of several, names that tell them, as wave_384x512.tflite.

    Raises:
        UserError: one size twice.
    """
    if len(sizes) == 1:
        return {file: sizes[0]}
    path, files = Path(file), {}
    for size in sizes:
        name = "dynamic" if size is None else f"{size[0]}x{size[1]}"
        if path.with_stem(f"{path.stem}_{name}") in files:
            raise UserError(f"--size: expected different sizes. Received: {name} twice")
        files[path.with_stem(f"{path.stem}_{name}")] = size
    return files
