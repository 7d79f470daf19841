"""Labelled grids of pictures: previews while training, contact sheets, galleries."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LABEL_HEIGHT = 22
GAP = 6


# Of a grid: about that of a screen.
ASPECT = 1.5


def contact_grid(groups, cell=256):
    """:func:`contact_sheet` of groups of pictures side by side, in as many columns as make it a little wider than high.

    Args:
        groups: ``{label: uint8 (height, width, 3) arrays, or None}``, each as many.
        cell: side of a cell in pixels.

    Returns:
        uint8 (height, width, 3).
    """
    groups = list(groups.items())
    size = len(groups[0][1])
    row = max((_fitted(p, cell)[1] for _, pictures in groups for p in pictures if p is not None), default=cell)
    row += GAP + LABEL_HEIGHT

    def aspect(columns):
        return columns * size * (cell + GAP) / (-(-len(groups) // columns) * row)

    columns = min(range(1, len(groups) + 1), key=lambda number: abs(math.log(aspect(number) / ASPECT)))
    rows, labels = [], []
    for first in range(0, len(groups), columns):
        chosen = groups[first : first + columns]
        rows.append([picture for _, pictures in chosen for picture in pictures])
        labels.append([text for label, _ in chosen for text in (label, *[""] * (size - 1))])
    return contact_sheet(rows, cell_labels=labels, cell=cell)


def contact_sheet(rows, column_labels=(), row_labels=(), cell=256, caption="", cell_labels=()):
    """One RGB picture of a grid of pictures, each fitted into a square cell.

    Args:
        rows: lists of uint8 (height, width, 3) arrays, or None for an empty cell.
        column_labels: texts above the columns.
        row_labels: texts above the rows' first cells, when there are no column labels; else left out.
        cell: side of a cell in pixels; pictures keep their aspect and are not enlarged.
        caption: text below, broken into lines.
        cell_labels: rows of texts above the cells, in place of `row_labels`.

    Returns:
        uint8 (height, width, 3).
    """
    cell_labels = cell_labels or [[label] for label in row_labels]
    columns = max(len(row) for row in rows)
    top = LABEL_HEIGHT if column_labels else 0
    row_top = LABEL_HEIGHT if cell_labels else 0
    heights = [max((_fitted(p, cell)[1] for p in row if p is not None), default=cell) for row in rows]
    width = columns * (cell + GAP) + GAP
    font = ImageFont.load_default(14)
    lines = _lines(caption, font, width - 2 * GAP)
    height = top + sum(h + GAP + row_top for h in heights) + GAP + len(lines) * LABEL_HEIGHT
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    for column, text in enumerate(column_labels):
        draw.text((GAP + column * (cell + GAP), 3), text, fill="black", font=font)
    y = top + GAP
    for number, (row, height) in enumerate(zip(rows, heights, strict=True)):
        if cell_labels:
            for column, text in enumerate(cell_labels[number]):
                draw.text((GAP + column * (cell + GAP), y), text, fill="black", font=font)
            y += row_top
        for column, picture in enumerate(row):
            if picture is not None:
                size = _fitted(picture, cell)
                image = Image.fromarray(np.ascontiguousarray(picture)).resize(size, Image.Resampling.LANCZOS)
                sheet.paste(image, (GAP + column * (cell + GAP), y))
        y += height + GAP
    for line in lines:
        draw.text((GAP, y), line, fill="black", font=font)
        y += LABEL_HEIGHT
    return np.asarray(sheet)


def _fitted(picture, cell):
    """(width, height) of a picture within a cell."""
    height, width = picture.shape[:2]
    scale = min(cell / max(height, width), 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _lines(text, font, width):
    """The text in lines that are no longer than `width` pixels, where words allow."""
    lines = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
