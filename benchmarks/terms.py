"""Content, style by layer and total variation of networks of one painting: ``python -m benchmarks.terms``.

Means over photographs that they were not trained on, each term by itself, unweighted, so that networks that were
trained on other weights can be compared. All paintings are read at the same size.
"""

import argparse

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.startup import start_tensorflow

FAST = "_fast"  # how names of small networks end, behind their painting


def means(network, objective, squares, names):
    """Means of an objective's terms over what a network makes of uint8 squares (side, side, 3)."""
    import numpy as np
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def terms(photo, picture):
        return objective.terms(picture, objective.targets(photo))

    found = []
    for square in squares:
        values = terms(*(tf.cast(one, tf.float32) for one in (square[None], network.render(square[None]))))
        found.append([float(values[name][0]) for name in names])
    return dict(zip(names, np.mean(found, 0), strict=True))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.terms", description=__doc__.splitlines()[0])
    parser.add_argument("--paintings", required=True, metavar="DIR", help="with a file for each, called as it")
    parser.add_argument("--photos", required=True, metavar="DIR")
    parser.add_argument("--loss-network", default="vgg19", help="default: vgg19")
    parser.add_argument("--loss-weights", default="imagenet", metavar="FILE", help="of it (default: imagenet)")
    parser.add_argument("--network", nargs="+", metavar="NAME", help="default: all that ship and know one painting")
    parser.add_argument("--style-size", type=int, default=512, help="at which paintings are read (default: 512)")
    parser.add_argument("--size", type=int, default=512, metavar="N", help="of squares of photographs (default: 512)")
    parser.add_argument("--count", type=int, default=10, metavar="N", help="photographs (default: 10)")
    options = parser.parse_args(arguments)
    start_tensorflow()

    from fast_style.common.images.image_io import as_rgb, list_images
    from fast_style.common.networks.precision import dtype_policy
    from fast_style.common.networks.source import find_network, shipped_sources
    from fast_style.evaluation.comparison import centre_square
    from fast_style.objective import StyleObjective
    from fast_style.settings import ObjectiveSettings
    from fast_style.task import TASK

    with errors_as_lines(parser.prog):
        alone = [name for name, source in shipped_sources(TASK).items() if not source.conditions]
        squares = [centre_square(as_rgb(path), options.size) for path in list_images(options.photos)[: options.count]]
        paintings = {path.stem: path for path in list_images(options.paintings)}
        layers = ObjectiveSettings().style_layers
        terms = ("content", "style", *(f"style/{layer}" for layer in layers), "tv")
        print(f"{len(squares)} photographs of {options.size}x{options.size}, paintings read at {options.style_size}")
        print(f"| network | {' | '.join(terms)} |\n" + "|---" * (1 + len(terms)) + "|")
        for name in options.network or alone:
            painting = paintings.get(name.removesuffix(FAST))
            if painting is None:
                raise UserError(f"--paintings: expected a folder with that of {name}. Received: {options.paintings}")
            settings = ObjectiveSettings(
                style=str(painting),
                style_size=options.style_size,
                loss_network=options.loss_network,
                loss_weights=options.loss_weights,
            )
            with dtype_policy("float32"):
                network = find_network(name, TASK, "--network").load()
                found = means(network, StyleObjective.for_painting(settings), squares, terms)
            print(f"| `{name}` | {' | '.join(f'{found[term]:.3g}' for term in terms)} |", flush=True)


if __name__ == "__main__":
    main()
