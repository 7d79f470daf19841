"""Curves beside each other, as a picture for the docs."""

import io

from matplotlib.figure import Figure


def line_plot(curves, xlabel, ylabel, xscale="linear", yscale="log"):
    """A PNG, bytes, of ``{label: (xs, ys)}``; labels are shown as they are."""
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    for label, (xs, ys) in curves.items():
        axes.plot(xs, ys, marker="o", markersize=3, label=label)
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale=xscale, yscale=yscale)
    axes.grid(True, which="both", alpha=0.3)
    for text in axes.legend().get_texts():
        text.set_parse_math(False)  # names may have $ in them, between which there would be mathematics
    stream = io.BytesIO()
    figure.savefig(stream, dpi=100)
    return stream.getvalue()
