"""An evaluation as text, CSV, and one HTML page that needs no other file."""

import csv
import io
import math

from fast_style.common.images.image_io import encode
from fast_style.common.printable import printable
from fast_style.common.reports.html import escape, figure, html_report, table
from fast_style.common.reports.text import text_table
from superres.evaluation.metrics import SSIM_WINDOW
from superres.evaluation.run import MEAN
from superres.settings import DEGRADATIONS

STYLE = """
figure img { width: 192px; image-rendering: pixelated; display: block; }
figcaption { width: 192px; }
"""
COLUMNS = ("dataset", "image", "method", "factor", "degradation", "psnr", "ssim")
# Behind the others, so that who reads those by place still can.
COLUMNS += ("post_processing", "precision", "images", "failure", "feature")


def protocol(evaluation):
    """One line that says how the figures were made."""
    networks = f"; networks in {evaluation.precision}" if len(evaluation.methods) > 1 else ""
    feature = ""
    if evaluation.loss_network:
        feature = f"; third figure: feature distance, eq. 2 at {evaluation.loss_network}, lower is closer"
    return (
        f"x{evaluation.factor}, degradation {evaluation.degradation}: {DEGRADATIONS[evaluation.degradation]}; "
        "inputs and results rounded to uint8; PSNR in dB over a peak of 255 / SSIM with a Gaussian window of "
        f"{SSIM_WINDOW}x{SSIM_WINDOW}, sigma 1.5, on Y of BT.601, not rounded, without a border of "
        f"{evaluation.factor} pixels{networks}{feature}"
    )


def text_report(evaluation):
    """A table for the terminal: a line for each image, and the means; below, what was cropped and left out."""
    lines = [protocol(evaluation)]
    lines += [printable(f"  {name}: {remark}") for name, remark in evaluation.methods.items()]
    for dataset in evaluation.datasets:
        rows = [(dataset, *evaluation.methods), *_texts(evaluation, dataset)]
        lines += ["", *text_table(rows)]
    remarks = list(map(printable, _remarks(evaluation)))
    return "\n".join([*lines, *(["", *remarks] if remarks else [])])


def csv_text(evaluation):
    """A row for each dataset, image and method; the means bear the image name ``mean`` and say of how many images.

    Images that could not be measured come last, a row each: no method, figures that are not numbers, and why.
    """
    conditions = (evaluation.factor, evaluation.degradation)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for dataset in evaluation.datasets:
        for image, row in _rows(evaluation, dataset):
            images = f"{evaluation.measured(dataset)} of {evaluation.found[dataset]}" if image == MEAN else ""
            for (method, remark), (psnr, ssim, *feature) in zip(evaluation.methods.items(), row, strict=True):
                figures = (f"{psnr:.4f}", f"{ssim:.5f}")
                behind = (remark, evaluation.precision, images, "", f"{feature[0]:.4f}" if feature else "")
                writer.writerow(map(printable, (dataset, image, method, *conditions, *figures, *behind)))
    for failure in evaluation.failures:
        figures, behind = ("nan", "nan"), ("", evaluation.precision, "", failure.reason, "")
        writer.writerow(map(printable, (failure.dataset, failure.image, "", *conditions, *figures, *behind)))
    return buffer.getvalue()


def summary(evaluation, sha256s):
    """What was measured with, and the means by data set and method, for JSON; None for an infinite PSNR.

    Args:
        evaluation: of it.
        sha256s: ``{label: sha256}`` of the networks' files.
    """
    return {
        "factor": evaluation.factor,
        "degradation": evaluation.degradation,
        "precision": evaluation.precision,
        "methods": evaluation.methods,
        "networks": sha256s,
        "datasets": {
            dataset: {method: _named(values) for method, values in evaluation.means(dataset).items()}
            for dataset in evaluation.datasets
        },
    }


def _named(values):
    named = zip(("psnr", "ssim", "feature"), values, strict=False)
    return {name: value if math.isfinite(value) else None for name, value in named}


def html_page(evaluation):
    """The tables, and crops of every image side by side; pictures are in the page itself."""
    parts = [f"<p>{escape(protocol(evaluation))}</p>", "<ul>"]
    parts += [f"<li>{escape(name)}: {escape(remark)}</li>" for name, remark in evaluation.methods.items()]
    parts.append("</ul>")
    for dataset in evaluation.datasets:
        rows = _texts(evaluation, dataset)
        parts += [f"<h2>{escape(dataset)}</h2>", table((dataset, *evaluation.methods), rows, emphasize_last=True)]
        parts += [_crops(scores) for scores in evaluation.images if scores.dataset == dataset]
    parts += [f"<p>{escape(remark)}</p>" for remark in _remarks(evaluation)]
    return html_report(f"Super-resolution x{evaluation.factor}", parts, STYLE)


def _rows(evaluation, dataset):
    """(image, [(PSNR, SSIM, ...) by method]) of each image, and of the mean."""
    for scores in evaluation.images:
        if scores.dataset == dataset:
            yield scores.image, list(scores.values.values())
    yield MEAN, list(evaluation.means(dataset).values())


def _texts(evaluation, dataset):
    """The rows as texts; that of the mean says where it is over fewer images than there are."""
    measured, found = evaluation.measured(dataset), evaluation.found[dataset]
    mean = MEAN if measured == found else f"{MEAN} ({measured} of {found} images)"
    rows = _rows(evaluation, dataset)
    return [(mean if image == MEAN else image, *map(_figures, row)) for image, row in rows]


def _remarks(evaluation):
    """Lines on what was cropped and what was not measured."""
    lines = [*evaluation.notes, *(f"not measured: {reason}" for reason in evaluation.failed)]
    if evaluation.stopped:
        lines.append(f"stopped: {len(evaluation.images)} of {evaluation.total} images measured")
    unmeasured = [dataset for dataset in evaluation.found if dataset not in evaluation.datasets]
    return lines + [f"{dataset}: 0 of {evaluation.found[dataset]} images measured" for dataset in unmeasured]


def _figures(values):
    psnr, ssim, *feature = values
    return " / ".join([f"{psnr:.2f}", f"{ssim:.4f}", *(f"{value:.1f}" for value in feature)])


def _crops(scores):
    figures = []
    for name, crop in scores.crops.items():
        captions = (name, _figures(scores.values[name])) if name in scores.values else (name,)
        figures.append(figure(encode(crop), name, *captions))
    return f'<h3>{escape(scores.image)}</h3><div class="pictures">{"".join(figures)}</div>'
