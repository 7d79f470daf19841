"""What evaluations found of the styles that ship, as their recipes record it. Light: imports no TensorFlow."""

from fast_style.settings import ObjectiveSettings

REMARK = (
    "The objective that each network was trained on, without its terms of consistency, over photographs "
    "that it was not trained on. Optimisation is L-BFGS from white noise. `fast-style evaluate --network NAME` "
    "measures it, with the painting as `--style`. The objectives of two networks compare only where their weights are "
    "the same."
)


def figures(recipes, everything=False):
    """Tables for ``Task.figures``: the objective of each network beside that of the slow method.

    Args:
        recipes: ``{name: recipe}``.
        everything: of all sizes; default 256x256.
    """
    terms = tuple(row.name for row in ObjectiveSettings.terms)
    heads = ("name", "size", "photographs", "untouched", "network", *(f"its {term}" for term in terms))
    heads += ("optimised, 50 iterations", "100 iterations", "the network equals")
    rows = []
    for name, recipe in recipes.items():
        for size, found in recipe.get("evaluation", {}).items():
            if size != "256" and not everything:
                continue
            values = [found["untouched"], *(found["network"].get(term) for term in ("loss", *terms))]
            values += [found["baseline"].get(number) for number in ("50", "100")]
            texts = ("" if value is None else f"{value:.3g}" for value in values)
            after = found["network_equals_baseline_after"]
            if after is not None:
                equals = f"{after} iterations"
            else:
                equals = "more than were run" if found["baseline"] else "not compared"
            rows.append((f"`{name}`", f"{size}x{size}", found["photographs"], *texts, equals))
    if rows:
        yield "Beside optimisation", REMARK, [(heads, rows)]
