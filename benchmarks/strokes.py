"""The distance between strokes over ``--stroke``: ``python -m benchmarks.strokes --network paintings``.

A field of grey with a little grain is painted: what a network adds to it are strokes and nothing else. Where it is
painted at another size, what is left of it there is what is added to. The grain is as strong in every octave, as in
photographs, so that it is the same at every size. The distance is a wavelength of the radial power spectrum, in pixels:
that of the mean square of frequencies, and the median.
"""

import argparse

import numpy as np

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.startup import start_tensorflow

STROKES = (0.25, 0.35, 0.5, 0.71, 1.0, 1.41, 2.0, 2.83, 4.0)
# Standard deviation of the grain, in levels: what is flat altogether stays so behind instance normalization.
GRAIN = 4.0


def field(side, seed=0):
    """uint8 (side, side, 3): grey with grain."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side))
    frequency[0, 0] = np.inf
    noise = np.random.default_rng(seed).normal(size=(side, side))
    noise = np.fft.ifft2(np.fft.fft2(noise) / frequency).real
    return np.clip(np.rint(128 + GRAIN * np.repeat((noise / noise.std())[..., None], 3, 2)), 0, 255).astype(np.uint8)


def wavelengths(added):
    """(of the mean square of frequencies, median) of the radial power spectrum of a square, in pixels.

    Args:
        added: float (side, side). Waves longer than a quarter of it do not count: they are of light, not of strokes.
    """
    side = len(added)
    window = np.hanning(side)[:, None] * np.hanning(side)
    centred = added - np.average(added, weights=window)
    power = np.abs(np.fft.fft2(centred * window)) ** 2
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side))
    counted = frequency >= 4 / side
    frequency, power = frequency[counted], power[counted]
    order = np.argsort(frequency)
    reached = np.cumsum(power[order])
    median = frequency[order][np.searchsorted(reached, reached[-1] / 2)]
    return float(1 / np.sqrt(np.average(np.square(frequency), weights=power))), float(1 / median)


def distances(network, style, strokes=STROKES, side=512, name=None):
    """``{stroke: wavelengths}`` of what a network adds to the field.

    Args:
        network: :class:`TransformationNetwork`.
        style: style expression, or None for the first painting.
        strokes: sizes of strokes.
        side: of the field in pixels.
        name: of the painting of a network of one.
    """
    from fast_style.common.images.pixels import luma
    from fast_style.painter import Painter
    from fast_style.stylization import stylize

    grey = field(side)
    found = {}
    for stroke in strokes:
        painter = Painter(network, style, stroke, name=name)
        seen, _ = painter.paint(grey, lambda rgb, *_: rgb)
        found[stroke] = wavelengths(luma(stylize(grey, painter)) - luma(seen))
    return found


def is_monotone(values):
    """Whether each is larger than the one before."""
    return bool((np.diff(values) > 0).all())


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.strokes", description=__doc__.splitlines()[0])
    parser.add_argument("--network", required=True, metavar="NAME|FILE")
    parser.add_argument("--style", nargs="+", metavar="STYLE", help="default: each painting of the network")
    parser.add_argument("--strokes", type=float, nargs="+", default=STROKES, metavar="X")
    parser.add_argument("--size", type=int, default=512, help="side of the field in pixels (default: 512)")
    options = parser.parse_args(arguments)
    start_tensorflow()

    from fast_style.chosen_styles import conditions_of
    from fast_style.common.networks.rebuilding import in_precision
    from fast_style.common.networks.source import find_network
    from fast_style.conditions import paintings_of
    from fast_style.task import TASK

    with errors_as_lines(parser.prog):
        source = find_network(options.network, TASK, "--network")
        network = in_precision(source.load())
        print(f"Distance between strokes in pixels, mean (median), on a grey field of {options.size}x{options.size}\n")
        print(f"| style | {' | '.join(f'{stroke:g}' for stroke in options.strokes)} | last of first | monotone |")
        print("|---" * (len(options.strokes) + 3) + "|")
        for style in options.style or paintings_of(conditions_of(source)):
            found = list(distances(network, style, options.strokes, options.size, source.name).values())
            cells = " | ".join(f"{mean:.1f} ({median:.1f})" for mean, median in found)
            means = [mean for mean, _ in found]
            monotone = "yes" if is_monotone(means) else "no"
            print(f"| {style} | {cells} | {means[-1] / means[0]:.1f} | {monotone} |", flush=True)


if __name__ == "__main__":
    main()
