"""One HTML page that needs no other file: what the evaluations of both tasks are written as."""

import base64
import html

from fast_style.common.printable import printable

STYLE = """
body { font: 14px sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid #ccc; }
th:first-child, td:first-child { text-align: left; }
tr.mean td { font-weight: bold; }
.pictures { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 1.5em; }
figure { margin: 0; }
figcaption { font-size: 12px; max-width: 1000px; }
img { max-width: 100%; height: auto; }
"""


def html_report(title, parts, style=""):
    """The page.

    Args:
        title: text.
        parts: HTML of its body below the title.
        style: CSS beside what all reports have.
    """
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}{style}</style></head><body><h1>{escape(title)}</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def figure(encoded, alternative, *caption, file_format="png"):
    """A picture within the page, with lines of text below.

    Args:
        encoded: bytes of a picture file.
        alternative: text for those who do not see it.
        caption: texts, a line each.
        file_format: ``"png"`` or ``"jpeg"``.
    """
    source = f"data:image/{file_format};base64,{base64.b64encode(encoded).decode()}"
    lines = "<br>".join(map(escape, caption))
    return f'<figure><img src="{source}" alt="{escape(alternative)}"><figcaption>{lines}</figcaption></figure>'


def table(heads, rows, emphasize_last=False):
    """A table of texts; the first column is that of names, the last row, where it is to stand out, that of means."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    lines = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    if emphasize_last:
        lines[-1] = lines[-1].replace("<tr>", '<tr class="mean">', 1)
    body = "".join(lines)
    return f"<table><tr>{head}</tr>{body}</table>"


def escape(text):
    """The text as it stands in HTML, names of files in any bytes too."""
    return html.escape(printable(text))
