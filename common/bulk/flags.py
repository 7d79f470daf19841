"""The flags of commands that may run on several machines. Light: imports neither Ray nor TensorFlow."""

from fast_style.common.commands.command_line import positive_number, whole_number
from fast_style.common.errors import UserError
from fast_style.common.installed import installed


def add_ray_flags(parser):
    """The flags of commands that paint photographs by Ray where they are asked to."""
    group = parser.add_argument_group("many photographs, on several machines")
    group.add_argument(
        "--ray",
        metavar="ADDRESS|local",
        help="paint by Ray Data, on the cluster of this address, or on one that is started here; PHOTO and --output "
        "may then be URIs (s3://, gs://) and tables (.parquet), PHOTO also a list of paths (.txt)",
    )
    group.add_argument(
        "--ray-actors",
        type=whole_number(1),
        metavar="N",
        help="how many processes paint, with one network each (default: as many as the cluster has room for)",
    )
    group.add_argument(
        "--ray-cpus",
        type=positive_number,
        metavar="X",
        help="cores that the cluster sets aside for each, or a share of one (default: 4, or as many as the smallest "
        "machine has)",
    )
    group.add_argument(
        "--ray-gpus",
        type=positive_number,
        metavar="X",
        help="GPUs that the cluster sets aside for each, or a share of one (default: none)",
    )
    group.add_argument("--ray-dashboard", action="store_true", help="start Ray's dashboard, too, with --ray local")


def check_ray_flags(options):
    """Raises UserError for flags that do not go together, and where Ray Data is not installed. Imports nothing."""
    if options.ray is None:
        for name in ("ray_actors", "ray_cpus", "ray_gpus", "ray_dashboard"):
            if getattr(options, name):
                raise UserError(f"--{name.replace('_', '-')}: expected it beside --ray. Received: no --ray")
        return
    missing = [name for name in ("ray", "pyarrow", "pandas") if not installed(name)]
    if missing:
        raise UserError(
            f'--ray: expected Ray Data (pip install "fast-style[ray]"). Received: an installation without '
            f"{', '.join(missing)}"
        )
    if options.output == "-" or "-" in options.photos:
        raise UserError("--ray: expected files and folders, and no standard streams. Received: -")
