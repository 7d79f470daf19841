"""`fast-style-export tflite`: a file for phones."""

from fast_style.export.commands.flags import add_file_flags, export_files

SUFFIX = ".tflite"


def add(commands):
    from fast_style.export.settings import TFLITE_PRECISIONS

    parser = commands.add_parser(
        "tflite",
        help="a TFLite file for phones and browsers",
        description="Write a TFLite file of builtin operators, run it with LiteRT, and keep it if it is close enough "
        "to the Keras network: 45 dB of PSNR for float32 and float16, 30 dB for dynamic and int8.",
    )
    add_file_flags(parser, SUFFIX, "set at each use, not for GPUs and browsers")
    parser.add_argument(
        "--precision",
        choices=TFLITE_PRECISIONS,
        default="float32",
        help="float16: half the bytes; dynamic: 8-bit weights; int8: 8-bit convolutions, calibrated (default: float32)",
    )
    parser.add_argument(
        "--map", action="store_true", help="weights of paintings for each pixel instead of for the whole picture"
    )
    parser.add_argument("--calibration", metavar="FOLDER", help="photographs that int8 is calibrated on: up to 32")
    parser.set_defaults(run=run)


def run(options):
    from fast_style.export.settings import check_calibration, check_conditions

    check_calibration(options.precision, options.calibration, "--calibration")
    if options.calibration:
        from fast_style.common.images.image_io import list_images

        list_images(options.calibration)

    def export(source, file, size):
        from fast_style.export.tflite import export_tflite

        return export_tflite(
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
            options.map,
        )

    export_files(options, SUFFIX, export, lambda source: check_conditions(source, options.precision, options.map))
