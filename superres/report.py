"""An evaluation as text, CSV, and one HTML page that needs no other file."""

import base64
import csv
import html
import io

from common.image_io import encode
from superres.settings import DEGRADATIONS

STYLE = """
body { font: 14px sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid #ccc; }
th:first-child, td:first-child { text-align: left; }
tr.mean td { font-weight: bold; }
.crops { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 1.5em; }
figure { margin: 0; }
figure img { width: 192px; image-rendering: pixelated; display: block; }
figcaption { width: 192px; font-size: 12px; }
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
    parts = [f"<p>{_escape(protocol(evaluation))}</p>", "<ul>"]
    parts += [f"<li>{_escape(name)}: {_escape(remark)}</li>" for name, remark in evaluation.methods.items()]
    parts.append("</ul>")
    for dataset in evaluation.datasets:
        heads = "".join(f"<th>{_escape(name)}</th>" for name in (dataset, *evaluation.methods))
        parts.append(f"<h2>{_escape(dataset)}</h2><table><tr>{heads}</tr>")
        for image, row in _rows(evaluation, dataset):
            cells = "".join(f"<td>{_figures(pair)}</td>" for pair in row)
            opening = '<tr class="mean">' if image == "mean" else "<tr>"
            parts.append(f"{opening}<td>{_escape(image)}</td>{cells}</tr>")
        parts.append("</table>")
        parts += [_crops(scores) for scores in evaluation.images if scores.dataset == dataset]
    parts += [f"<p>{_escape(note)}</p>" for note in evaluation.notes]
    title = f"Super-resolution x{evaluation.factor}"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


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
        source = f"data:image/png;base64,{base64.b64encode(encode(crop)).decode()}"
        figures_of = f"<br>{_figures(scores.values[name])}" if name in scores.values else ""
        figures.append(
            f'<figure><img src="{source}" alt="{_escape(name)}"><figcaption>{_escape(name)}{figures_of}</figcaption>'
            "</figure>"
        )
    return f'<h3>{_escape(scores.image)}</h3><div class="crops">{"".join(figures)}</div>'


def _escape(text):
    return html.escape(str(text))
