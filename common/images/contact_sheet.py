"""Labelled grids of pictures: previews while training, contact sheets, galleries."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LABEL_HEIGHT = 22
GAP = 6


def contact_sheet(rows, column_labels=(), row_labels=(), cell=256, caption=""):
    """One RGB picture of a grid of pictures, each fitted into a square cell.

    Args:
        rows: lists of uint8 (height, width, 3) arrays, or None for an empty cell.
        column_labels: texts above the columns.
        row_labels: texts above the rows' first cells, when there are no column labels; else left out.
        cell: side of a cell in pixels; pictures keep their aspect and are not enlarged.
        caption: text below, broken into lines.

    Returns:
        uint8 (height, width, 3).
    """
    columns = max(len(row) for row in rows)
    top = LABEL_HEIGHT if column_labels else 0
    row_top = LABEL_HEIGHT if row_labels else 0
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
        if row_labels:
            draw.text((GAP, y), row_labels[number], fill="black", font=font)
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
