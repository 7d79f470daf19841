"""Tables for a terminal."""

from fast_style.common.printable import printable


def text_table(rows, align=str.rjust):
    """Lines of a table, its columns as wide as their longest cell.

    Args:
        rows: of anything that prints, that of the heads first.
        align: ``str.ljust`` or ``str.rjust``, of all columns but the first, which is that of names.
    """
    rows = [list(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([row[0].ljust(widths[0]), *map(align, row[1:], widths[1:])]).rstrip() for row in rows]
