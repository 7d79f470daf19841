"""`fast-style-export onnx`: a file for ONNX Runtime and what else reads ONNX."""

from fast_style.export.commands.flags import add_file_flags, export_files

SUFFIX = ".onnx"


def add(commands):
    from fast_style.export.settings import ONNX_PRECISIONS

    parser = commands.add_parser(
        "onnx",
        help="an ONNX file",
        description="Write an ONNX file, run it with ONNX Runtime, and keep it if it is close enough to the Keras "
        "network: 45 dB of PSNR.",
    )
    add_file_flags(parser, SUFFIX, "any at each use")
    parser.add_argument(
        "--precision",
        choices=ONNX_PRECISIONS,
        default="float32",
        help="float16: weights of half the bytes (default: float32)",
    )
    parser.set_defaults(run=run)


def run(options):
    def export(source, file, size):
        from fast_style.export.onnx import export_onnx

        return export_onnx(
            source,
            file,
            options.precision,
            size,
            options.uint8,
            options.photos,
            options.allow_loss,
            options.overwrite,
            options.licence,
        )

    export_files(options, SUFFIX, export)
