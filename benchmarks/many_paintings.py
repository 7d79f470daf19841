"""Terms of a network of several paintings beside networks of one: ``python -m benchmarks.many_paintings``.

Both are measured on the objective that the network of one was trained on, with the painting read at the same size, on
photographs that neither was trained on. Where no network of one ships with as many filters, the other stands alone,
measured on the objective that it was trained on.
"""

import argparse
import contextlib

from benchmarks.terms import means
from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.startup import start_tensorflow

SIZES, COUNTS = (256, 512, 1024), (10, 4, 2)
TERMS = ("content", "style", "loss")


def network_of_one(painting, width):
    """The Source of a network that ships and knows this painting alone, with as many filters; None for none."""
    from fast_style.common.networks.source import shipped_sources
    from fast_style.task import TASK

    for name, source in shipped_sources(TASK).items():
        alone = not source.conditions and source.config["width"] == width
        if alone and name in (painting, f"{painting}_fast"):
            return source
    return None


def measure(source, one, settings):
    """Yields (side, terms of the network of several, terms of the network of one or None) of one painting.

    Args:
        source: of the network of several.
        one: of the network of one, or None.
        settings: :class:`fast_style.settings.EvaluationSettings`.
    """
    from fast_style.common.images.image_io import as_rgb, list_images
    from fast_style.common.networks.precision import dtype_policy
    from fast_style.conditions import mixed
    from fast_style.evaluation.comparison import centre_square
    from fast_style.evaluation.measured_style import measured_style
    from fast_style.evaluation.run import objective_at_size
    from fast_style.objective import StyleObjective

    with dtype_policy("float32"):
        networks = [mixed(source.load(), measured_style(source, settings).row), one and one.load()]
        objective = StyleObjective.for_painting(settings)
    photos = list_images(settings.photos)
    for side, count in zip(settings.sizes, settings.counts, strict=True):
        squares = [centre_square(as_rgb(path), side) for path in photos[:count]]
        sized = objective_at_size(objective, settings, side)
        yield side, *(network and means(network, sized, squares, TERMS) for network in networks)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_paintings", description=__doc__.splitlines()[0])
    parser.add_argument("--network", required=True, metavar="NAME|FILE", help="of several paintings")
    parser.add_argument("--paintings", required=True, metavar="DIR", help="with a file for each, called as it")
    parser.add_argument("--photos", required=True, metavar="DIR")
    parser.add_argument("--loss-weights", default="imagenet", metavar="FILE", help="of VGG19 (default: imagenet)")
    parser.add_argument("--style", nargs="+", metavar="PAINTING", help="default: those that have a network of one")
    parser.add_argument("--one", metavar="NAME|FILE", help="of --style (default: one that ships, as wide)")
    parser.add_argument("--style-size", type=int, default=512, help="at which paintings are read (default: 512)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, metavar="N", help="photographs of each size")
    options = parser.parse_args(arguments)
    start_tensorflow()

    from fast_style.chosen_styles import conditions_of
    from fast_style.common.images.image_io import list_images
    from fast_style.common.networks.source import find_network
    from fast_style.conditions import paintings_of
    from fast_style.evaluation.measured_style import named_by
    from fast_style.evaluation.recorded_objective import recorded_objective
    from fast_style.evaluation.run import check_settings
    from fast_style.settings import EvaluationSettings
    from fast_style.task import TASK

    with errors_as_lines(parser.prog):
        source = find_network(options.network, TASK, "--network")
        known = [name for name in paintings_of(conditions_of(source)) if network_of_one(name, source.config["width"])]
        files = list_images(options.paintings)

        def name_of(path):
            with contextlib.suppress(UserError):  # of a file that no painting is called by
                return named_by(path, known)

        print("| painting | size | content, several | one | style, several | one | objective, several | one | ratio |")
        print("|---" * 9 + "|")
        for painting in options.style or known:
            style = next((path for path in files if name_of(path) == painting), None)
            if style is None:
                raise UserError(f"--paintings: expected a folder with {painting}. Received: {options.paintings}")
            beside = options.one and find_network(options.one, TASK, "--one")
            beside = beside or network_of_one(painting, source.config["width"])
            given = {name: getattr(options, name) for name in ("network", "photos", "style_size", "loss_weights")}
            given |= {"style": str(style), "painting": painting}
            given |= {"sizes": tuple(options.sizes), "counts": tuple(options.counts)}
            given["iterations"] = (1,) * len(options.sizes)  # none is run
            settings = EvaluationSettings.from_given(given, recorded_objective(beside or source, painting))
            check_settings(settings)
            for side, several, one in measure(source, beside, settings):
                cells = [f"{found[term]:.3g}" if found else "" for term in TERMS for found in (several, one)]
                ratio = f"{several['loss'] / one['loss']:.2f}" if one else ""
                print(f"| {painting} | {side} | {' | '.join(cells)} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
