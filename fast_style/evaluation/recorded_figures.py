"""What evaluations found of the styles that ship, as their recipes record it. Light: imports no TensorFlow."""

from fast_style.settings import ObjectiveSettings

REMARK = (
    "The objective that each network was trained on, without its terms of consistency, at 256x256, over photographs "
    "that it was not trained on. Optimisation is L-BFGS from white noise. `fast-style evaluate --network NAME` "
    "measures it, with the painting as `--style`. The objectives of two networks compare only where their weights are "
    "the same."
)


def figures(recipes):
    """Tables for ``Task.figures``: the objective of each network beside that of the slow method.

    Args:
        recipes: ``{name: recipe}``.
    """
    terms = tuple(row.name for row in ObjectiveSettings.terms)
    heads = ("name", "photographs", "untouched", "network", *(f"its {term}" for term in terms))
    heads += ("optimised, 50 iterations", "100 iterations", "the network equals")
    rows = []
    for name, recipe in recipes.items():
        found = recipe.get("evaluation", {}).get("256")
        if found:
            values = [found["untouched"], *(found["network"].get(term) for term in ("loss", *terms))]
            values += [found["baseline"].get(number) for number in ("50", "100")]
            texts = ("" if value is None else f"{value:.3g}" for value in values)
            after = found["network_equals_baseline_after"]
            rows.append((f"`{name}`", found["photographs"], *texts, "" if after is None else f"{after} iterations"))
    if rows:
        yield "Beside optimisation", REMARK, [(heads, rows)]
