"""Makes a figure of :mod:`fast_style.visualization.figures` with progress, and writes it."""

from pathlib import Path

from fast_style.common.commands.progress import IterationProgress
from fast_style.common.errors import UserError
from fast_style.common.files import file_digest
from fast_style.common.images.geometry import limit_long_side
from fast_style.common.images.image_io import as_rgb, write_photo
from fast_style.common.networks.loss_network import build_loss_network
from fast_style.common.networks.precision import dtype_policy
from fast_style.common.processor import describe_processor
from fast_style.common.settings import check_bounds
from fast_style.common.stop_signals import StopSignals
from fast_style.common.training.run_record import versions
from fast_style.optimization.jobs import optimization_precision
from fast_style.visualization.figures import LAYERS, count_pictures, visualize


def visualize_file(what, image, output, settings):
    """Writes one labelled figure as PNG; after Ctrl-C or SIGTERM with the pictures that were begun.

    Args:
        what: see :func:`fast_style.visualization.figures.visualize`.
        image: path of the photograph or painting.
        output: path of the figure.
        settings: :class:`fast_style.settings.VisualizationSettings`.

    Returns:
        whether it was stopped.

    Raises:
        UserError: a bad image, number, layer or weights file; a place that cannot be written.
    """
    check_bounds(settings)
    for name in ("width", "height"):
        value = getattr(settings, name)
        if value is not None and what != "texture":
            raise UserError(f"--{name}: expected with texture alone. Received: {value} with {what}")
    layers = tuple(settings.layers) or LAYERS[what]
    rgb = limit_long_side(as_rgb(image), settings.size)
    precision = optimization_precision(settings.precision)
    with dtype_policy(precision):
        loss_network = build_loss_network(
            settings.loss_network, layers, settings.loss_weights, pooling=settings.pooling
        )
    size = (settings.height or rgb.shape[0], settings.width or rgb.shape[1])
    total = count_pictures(what, layers) * settings.iterations
    with StopSignals() as signals, IterationProgress(total, what) as bar:
        figure = visualize(
            what,
            rgb,
            loss_network,
            layers,
            _caption(what, image, loss_network, precision, settings),
            size,
            iterations=settings.iterations,
            tv_weight=settings.tv_weight,
            seed=settings.seed,
            on_iteration=lambda _, picture, terms: bar.update(terms) or signals.received is not None,
        )
    write_photo(output, figure)
    return signals.received is not None


def _caption(what, image, loss_network, precision, settings):
    """All that the figure was made with."""
    weights = loss_network.record()["weights"]  # the file's name, not where it lies
    weights += f", sha256 {loss_network.sha256}" if loss_network.sha256 else ""
    pooling = "" if settings.pooling == "max" else f", {settings.pooling} pooling"
    return (
        f"{Path(image).name}, sha256 {file_digest(image)}, at a long side of at most "
        f"{settings.size}; {'eq. 2' if what == 'content' else 'eq. 4'}, {loss_network.architecture} "
        f"({weights}{pooling}), {settings.iterations} iterations of L-BFGS within 0..255 from white noise of seed "
        f"{settings.seed}, total variation {settings.tv_weight:g}; {precision}; "
        f"{', '.join(f'{name} {version}' for name, version in versions().items())}; {describe_processor()}"
    )
