"""What the documents say of the terms of each task's objective: a table of their rows."""

from fast_style.common.errors import UserError
from fast_style.common.settings import flag
from fast_style.common.task import tasks
from tools.markdown import table


def with_tables(page):
    """A page with the tables of all tasks between their marks, in place of what stands there.

    Raises:
        UserError: no such marks.
    """
    for task in tasks():
        begin, end = f"<!-- terms of {task.package} -->\n", "<!-- end of terms -->"
        before, mark, rest = page.partition(begin)
        _, ending, behind = rest.partition(end)
        if not (mark and ending):
            raise UserError(f"terms: expected {begin.strip()} and {end} on the page. Received: a page without them")
        page = "\n".join([before + begin, *terms_table(task), "", end + behind])
    return page


def terms_table(task):
    """Lines of the table of a task's terms, its objective last."""
    settings, rows = task.settings(), []
    for row in task.settings.terms:
        flags = ", ".join(f"`{flag(name)}`{_default(getattr(settings, name))}" for name in row.settings())
        rows.append((f"`{row.name}`", row.formula, flags, ", ".join(f"`{name}`" for name in row.metrics)))
    whole = " + ".join(f"{row.name}_weight · {row.name}" for row in task.settings.terms)
    return table(("term", "formula", "flags (default)", "metrics"), [*rows, ("", f"`{whole}`", "", "`loss`")])


def _default(value):
    values = value if isinstance(value, tuple) else (value,)
    shown = " ".join(one if isinstance(one, str) else f"{one:g}" for one in values)
    return f" ({shown})" if shown else ""
