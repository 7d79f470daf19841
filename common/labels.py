"""Short names for what is compared."""


def distinct_labels(items, shorten, taken=()):
    """``{label: item}``: each item's short label, or where these are not distinct all items as they are, as texts.

    Args:
        items: paths or names.
        shorten: function from an item to its short label.
        taken: labels that no item may have.
    """
    short = [shorten(item) for item in items]
    distinct = len(set(short)) == len(short) and not set(short) & set(taken)
    return dict(zip(short if distinct else map(str, items), items, strict=True))
