"""Markdown that several pages need."""


def table(heads, rows):
    """Lines of a table; cells are written as they are."""
    return ["| " + " | ".join(map(str, cells)) + " |" for cells in (heads, ["---"] * len(heads), *rows)]
