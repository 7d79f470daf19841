"""Labelled grids of pictures: previews while training, contact sheets, galleries."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LABEL_HEIGHT = 22
GAP = 6


def contact_sheet(rows, column_labels=(), row_labels=(), cell=256):
    """One RGB picture of a grid of pictures, each fitted into a square cell.

    Args:
        rows: lists of uint8 (height, width, 3) arrays, or None for an empty cell.
        column_labels: texts above the columns.
        row_labels: texts above the rows' first cells, when there are no column labels; else left out.
        cell: side of a cell in pixels; pictures keep their aspect and are not enlarged beyond it.

    Returns:
        uint8 (height, width, 3).
    """
    columns = max(len(row) for row in rows)
    top = LABEL_HEIGHT if column_labels else 0
    row_top = LABEL_HEIGHT if row_labels else 0
    heights = [max((_fitted(p, cell)[1] for p in row if p is not None), default=cell) for row in rows]
    width = columns * (cell + GAP) + GAP
    sheet = Image.new("RGB", (width, top + sum(h + GAP + row_top for h in heights) + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(14)
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
    return np.asarray(sheet)


def _fitted(picture, cell):
    """(width, height) of a picture within a cell."""
    height, width = picture.shape[:2]
    scale = min(cell / max(height, width), 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))
