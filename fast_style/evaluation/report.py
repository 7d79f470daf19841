"""An evaluation of style networks as words, CSV, JSON and one HTML page with fig. 5 and table 1."""

import csv
import io
import json
import textwrap
from pathlib import Path

import numpy as np

from fast_style.common.files import write_bytes
from fast_style.common.images.geometry import limit_long_side
from fast_style.common.images.image_io import encode
from fast_style.common.printable import printable
from fast_style.common.reports.html import escape, figure, html_report, table
from fast_style.common.reports.text import text_table
from fast_style.evaluation.comparison import (
    FURTHEST,
    baseline_losses,
    baseline_timing,
    curves,
    equal_after,
    network_timing,
)
from fast_style.style_expression import style_label

ITERATIONS = (100, 300, 500)
# Table 1 of the paper, a GTX Titan X: seconds of 100, 300 and 500 iterations of the baseline and of the network, and
# the ratios as printed, of times that are not rounded.
PAPER_TABLE_1 = {
    256: ((3.17, 9.52, 15.86, 0.015), (212, 636, 1060)),
    512: ((10.97, 32.91, 54.85, 0.05), (205, 615, 1026)),
    1024: ((42.89, 128.66, 214.44, 0.21), (208, 625, 1042)),
}
NOT_RUN = "not run"
SHOWN = 6  # photographs of a size in the page
SHOWN_SIDE = 320  # their side in pixels there


def settings_line(evaluation, size):
    """What a figure of one size was measured with, in one line, for a picture that goes its own way."""
    return f"{size_line(evaluation, size)}; {conditions_line(evaluation)}"


def size_line(evaluation, size):
    """What was measured with at one size alone."""
    return printable(
        f"{len(evaluation.sizes[size])} photographs of {evaluation.conditions['photographs']}, centre squares at "
        f"{size}x{size}, total variation, weight {evaluation.tv_weights[size]:.3g}"
    )


def conditions_line(evaluation):
    """What was measured with at all sizes."""
    conditions = evaluation.conditions
    objective, loss_network = conditions["objective"], conditions["loss_network"]
    weights = loss_network["weights"]
    if loss_network["sha256"]:
        weights += f", sha256 {loss_network['sha256']}"
    if "pooling" in loss_network:
        weights += f", {loss_network['pooling']} pooling"
    style_layers = ", ".join(objective["style_layers"])
    versions = ", ".join(f"{name} {version}" for name, version in conditions["versions"].items())
    machine = ", ".join([conditions["processor"], *conditions["gpus"]])
    if objective["style_layer_weights"]:
        style_layers += f" times {', '.join(f'{weight:g}' for weight in objective['style_layer_weights'])}"
    network = conditions["network"]
    return printable(
        f"network {network['name']}{_style_of(network)}, sha256 {network['sha256']}; painting "
        f"{conditions['painting']['name']} at a short side of {objective['style_size']}; loss network "
        f"{loss_network['architecture']}, {weights}; content {', '.join(objective['content_layers'])}, weight "
        f"{objective['content_weight']:g}; style ({objective['style_loss']}) {style_layers}, weight "
        f"{objective['style_weight']:g}; baseline "
        f"{conditions['baseline']['method']} from {conditions['baseline']['start']}, seed "
        f"{conditions['baseline']['seed']}; {conditions['precision']}; {versions}; {machine}"
    )


def _style_of(network):
    """Of a network of several paintings what was measured, in words."""
    return (
        f" painting {style_label(network['painting'])}, stroke {network['stroke']:g}" if "painting" in network else ""
    )


def answer(comparisons, size):
    """One sentence: after how many iterations the baseline is where the network is."""
    comparisons = list(comparisons.values())
    network = np.mean([one.network["loss"] for one in comparisons])
    mean, _ = curves(comparisons)
    after, last = equal_after(mean, network), len(mean) - 1
    beginning = f"At {size}x{size} the network's mean objective, {network:.4g},"
    if after is None:
        return f"{beginning} is below the baseline's after {last} iteration{'s' * (last > 1)}, {mean[-1]:.4g}."
    each = [equal_after(baseline_losses(one, len(mean)), one.network["loss"]) for one in comparisons]
    reached = [number for number in each if number is not None]
    beyond = f", {len(each) - len(reached)} of {len(each)} beyond {last}" if len(reached) < len(each) else ""
    single = f"{min(reached)} to {max(reached)}{beyond}" if reached else f"beyond {last}"
    return f"{beginning} equals the baseline's after {after} iterations ({single} by photograph)."


def timing_rows(evaluation):
    """(heads, rows) of table 1 as texts: ours, and below each size the paper's."""
    heads = ["size", *(f"{n} iterations" for n in ITERATIONS), "network", *(f"ratio at {n}" for n in ITERATIONS)]
    rows = []
    for size, comparisons in _measured(evaluation):
        baseline = [baseline_timing(list(comparisons.values()), n) for n in ITERATIONS]
        network = network_timing(list(comparisons.values()))
        ratios = [f"{timing.median / network.median:,.0f}" if timing else NOT_RUN for timing in baseline]
        rows.append([f"{size}x{size}", *map(_seconds, baseline), _seconds(network), *ratios])
        if size in PAPER_TABLE_1:
            (*paper, single), ratios = PAPER_TABLE_1[size]
            ratios = [f"{ratio:,}" for ratio in ratios]
            rows.append(["the paper, GTX Titan X", *(f"{s:.2f} s" for s in paper), f"{single:.3f} s", *ratios])
    return heads, rows


def _seconds(timing):
    if timing is None:
        return NOT_RUN
    digits = 3 if timing.median < 10 else 1
    least, middle, most = (f"{value:.{digits}f}" for value in (timing.least, timing.median, timing.most))
    return f"{'≈ ' if timing.extrapolated else ''}{middle} s ({least} to {most})"


TIMING_NOTE = (
    "Seconds: the median over photographs (least to most), both in one run, after a warm-up. "
    f"≈: fewer iterations were run; in proportion to these, where they were at least 1 in {FURTHEST}."
)


def text_report(evaluation):
    """The answers and table 1 for the terminal."""
    heads, rows = timing_rows(evaluation)
    lines = [answer(comparisons, size) for size, comparisons in _measured(evaluation)]
    lines += ["", *text_table([heads, *rows], str.ljust), TIMING_NOTE]
    return "\n".join(lines)


def csv_text(evaluation):
    """A row for each size, photograph, method and, of the baseline, iteration."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("size", "photograph", "method", "iteration", "loss", "content", "style", "tv", "seconds"))
    for size, comparisons in evaluation.sizes.items():
        for name, one in comparisons.items():
            rows = [("photo", "", one.photo, ""), ("network", "", one.network, np.median(one.network_seconds))]
            baseline = zip(one.baseline, one.baseline_seconds, strict=True)
            rows += [("baseline", number, *pair) for number, pair in enumerate(baseline)]
            for method, iteration, terms, seconds in rows:
                values = [f"{terms[term]:.7g}" for term in ("loss", "content", "style", "tv")]
                writer.writerow((size, printable(name), method, iteration, *values, seconds and f"{seconds:.4f}"))
    return buffer.getvalue()


def summary(evaluation):
    """Conditions, fig. 5 and table 1 as a dict for JSON; single photographs are in the CSV."""
    sizes = {}
    for size, comparisons in _measured(evaluation):
        every = list(comparisons.values())
        mean, deviation = curves(every)
        timings = {n: baseline_timing(every, n) for n in ITERATIONS}
        sizes[str(size)] = {
            "photographs": list(comparisons),
            "tv_weight": evaluation.tv_weights[size],
            "objective": {
                **{kind: _mean_and_deviation([getattr(one, kind) for one in every]) for kind in ("photo", "network")},
                "baseline": {"mean": mean.tolist(), "standard_deviation": deviation.tolist()},
            },
            "network_equals_baseline_after": equal_after(mean, np.mean([one.network["loss"] for one in every])),
            "answer": answer(comparisons, size),
            "seconds": {
                "network": vars(network_timing(every)),
                "baseline": {str(n): timing and vars(timing) for n, timing in timings.items()},
            },
        }
    return {"conditions": evaluation.conditions, "sizes": sizes}


def _mean_and_deviation(terms):
    return {
        name: {
            "mean": float(np.mean([one[name] for one in terms])),
            "standard_deviation": float(np.std([one[name] for one in terms])),
        }
        for name in terms[0]
    }


def plot(evaluation, size):
    """Fig. 5 for one size, with its settings in small print: PNG bytes."""
    from matplotlib.figure import Figure

    every = list(evaluation.sizes[size].values())
    mean, deviation = curves(every)
    drawing = Figure(figsize=(7, 5), dpi=110, layout="constrained")
    axes = drawing.subplots()
    iterations = np.arange(len(mean))
    axes.plot(iterations, mean, color="tab:blue", label="baseline (L-BFGS)")
    # On a logarithmic axis a deviation as large as the mean has no lower line.
    for edge in (mean + deviation, np.where(mean > deviation, mean - deviation, np.nan)):
        axes.plot(iterations, edge, color="tab:blue", linestyle="--", linewidth=0.8)
    for kind, label, colour in (("network", "network", "tab:red"), ("photo", "untouched photograph", "tab:gray")):
        losses = np.array([getattr(one, kind)["loss"] for one in every])
        axes.axhline(losses.mean(), color=colour, label=label)
        for edge in (losses.mean() - losses.std(), losses.mean() + losses.std()):
            axes.axhline(edge, color=colour, linestyle="--", linewidth=0.8)
    axes.set(
        yscale="log",
        xlabel="iterations of the baseline",
        ylabel="objective (eq. 5)",
        title=f"{size}x{size}, {len(every)} photographs; dashed: standard deviation",
    )
    axes.legend()
    # Names may have $ in them, between which there would be mathematics.
    small = {"fontsize": 5, "x": 0.02, "ha": "left", "parse_math": False}
    drawing.supxlabel(textwrap.fill(settings_line(evaluation, size), 150), **small)
    buffer = io.BytesIO()
    drawing.savefig(buffer, format="png")
    return buffer.getvalue()


def html_page(evaluation, plots):
    """The page: answers, fig. 5, table 1 and photographs beside both results; pictures are in the page itself.

    Args:
        evaluation: :class:`fast_style.evaluation.run.Evaluation`.
        plots: ``{size: PNG bytes}`` of :func:`plot`.
    """
    parts = ["<h2>Objective (fig. 5)</h2>"]
    for size, comparisons in _measured(evaluation):
        sentence = answer(comparisons, size)
        parts += [f"<p>{escape(sentence)}</p>", figure(plots[size], sentence)]
    parts += ["<h2>Speed (table 1)</h2>", table(*timing_rows(evaluation)), f"<p>{TIMING_NOTE}</p>"]
    for size, comparisons in _measured(evaluation):
        parts.append(f"<h2>Photographs at {size}x{size}: untouched, the network, the baseline</h2>")
        for name, one in list(comparisons.items())[:SHOWN]:
            losses = {"photograph": one.photo, "network": one.network, "baseline": one.baseline[-1]}
            cells = [
                figure(
                    encode(limit_long_side(picture, SHOWN_SIDE), "jpg", 90),
                    f"{name}, {kind}",
                    f"{name}, {kind}" + (f" after {len(one.baseline) - 1} iterations" if kind == "baseline" else ""),
                    f"objective {losses[kind]['loss']:.4g}",
                    file_format="jpeg",
                )
                for kind, picture in one.pictures.items()
            ]
            parts.append(f'<div class="pictures">{"".join(cells)}</div>')
    parts.append("<h2>Measured with</h2>")
    if evaluation.painting is not None:
        name = evaluation.conditions["painting"]["name"]
        painting = encode(limit_long_side(evaluation.painting, SHOWN_SIDE), "jpg", 90)
        parts.append(figure(painting, f"the painting, {name}", name, file_format="jpeg"))
    parts += [f"<p>{escape(size_line(evaluation, size))}</p>" for size, _ in _measured(evaluation)]
    parts.append(f"<p>{escape(conditions_line(evaluation))}</p>")
    name = evaluation.conditions["network"]["name"]
    return html_report(f"{name}: one pass against optimisation", parts)


def write_reports(evaluation, folder):
    """Writes ``evaluation.html``, ``.csv``, ``.json`` and the plots, and returns their paths; none if nothing is
    measured. Numbers are written first, so that a fault in drawing loses none."""
    measured = _measured(evaluation)
    if not measured:
        return []
    written = []

    def write(name, content):
        written.append(Path(folder) / name)
        write_bytes(written[-1], content)

    write("evaluation.csv", csv_text(evaluation).encode())
    write("evaluation.json", (json.dumps(summary(evaluation), indent=2) + "\n").encode())
    plots = {size: plot(evaluation, size) for size, _ in measured}
    for size, content in plots.items():
        write(f"objective_{size}.png", content)
    write("evaluation.html", html_page(evaluation, plots).encode())
    return [written[-1], *written[:-1]]  # the page is what people open


def _measured(evaluation):
    """(size, comparisons) of sizes of which there is at least one photograph."""
    return [(size, comparisons) for size, comparisons in evaluation.sizes.items() if comparisons]
