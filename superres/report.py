"""An evaluation as text, CSV, and one HTML page that needs no other file."""

import csv
import io

from common.html_report import escape, figure, html_report, table
from common.image_io import encode
from superres.settings import DEGRADATIONS

STYLE = """
figure img { width: 192px; image-rendering: pixelated; display: block; }
figcaption { width: 192px; }
"""


def protocol(evaluation):
    """One line that says how the figures were made."""
    return (
        f"x{evaluation.factor}, degradation {evaluation.degradation}: {DEGRADATIONS[evaluation.degradation]}; "
        f"PSNR in dB / SSIM on Y of BT.601, without a border of {evaluation.factor} pixels"
    )


def text_table(evaluation):
    """A table for the terminal: a line for each image, and the means."""
    lines = [protocol(evaluation)]
    lines += [f"  {name}: {remark}" for name, remark in evaluation.methods.items()]
    for dataset in evaluation.datasets:
        rows = [
            (dataset, *evaluation.methods),
            *((name, *map(_figures, row)) for name, row in _rows(evaluation, dataset)),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines.append("")
        lines += ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([*lines, *(["", *evaluation.notes] if evaluation.notes else [])])


def csv_text(evaluation):
    """A row for each dataset, image and method; the means bear the image name ``mean``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("dataset", "image", "method", "factor", "degradation", "psnr", "ssim"))
    for dataset in evaluation.datasets:
        for image, row in _rows(evaluation, dataset):
            for method, (psnr, ssim) in zip(evaluation.methods, row, strict=True):
                names = (dataset, image, method, evaluation.factor, evaluation.degradation)
                writer.writerow((*names, f"{psnr:.4f}", f"{ssim:.5f}"))
    return buffer.getvalue()


def html_page(evaluation):
    """The tables, and crops of every image side by side; pictures are in the page itself."""
    parts = [f"<p>{escape(protocol(evaluation))}</p>", "<ul>"]
    parts += [f"<li>{escape(name)}: {escape(remark)}</li>" for name, remark in evaluation.methods.items()]
    parts.append("</ul>")
    for dataset in evaluation.datasets:
        rows = [(image, *map(_figures, row)) for image, row in _rows(evaluation, dataset)]
        parts += [f"<h2>{escape(dataset)}</h2>", table((dataset, *evaluation.methods), rows, emphasize_last=True)]
        parts += [_crops(scores) for scores in evaluation.images if scores.dataset == dataset]
    parts += [f"<p>{escape(note)}</p>" for note in evaluation.notes]
    return html_report(f"Super-resolution x{evaluation.factor}", parts, STYLE)


def _rows(evaluation, dataset):
    """(image, [(PSNR, SSIM) by method]) of each image, and of the mean."""
    for scores in evaluation.images:
        if scores.dataset == dataset:
            yield scores.image, list(scores.values.values())
    yield "mean", list(evaluation.means(dataset).values())


def _figures(pair):
    return f"{pair[0]:.2f} / {pair[1]:.4f}"


def _crops(scores):
    figures = []
    for name, crop in scores.crops.items():
        captions = (name, _figures(scores.values[name])) if name in scores.values else (name,)
        figures.append(figure(encode(crop), name, *captions))
    return f'<h3>{escape(scores.image)}</h3><div class="pictures">{"".join(figures)}</div>'
