"""What evaluations found of the styles that ship, as their recipes record it. Light: imports no TensorFlow."""

from pathlib import Path

from fast_style.common.json_files import read_json
from fast_style.settings import ObjectiveSettings
from fast_style.style_expression import style_label

# Iterations of the baseline that are noted where they were run.
ITERATIONS = (50, 100)
TERMS = tuple(row.name for row in ObjectiveSettings.terms)
REMARK = (
    "The objective that each network was trained on, without its terms of consistency, over photographs "
    "that it was not trained on. Optimisation is L-BFGS from white noise. `fast-style evaluate --network NAME` "
    "measures it, with the painting as `--style`. The objectives of two networks compare only where their weights are "
    "the same."
)


def recorded(folder):
    """``Task.evaluation`` of a folder of ``fast-style evaluate``.

    By size in pixels: how many photographs; means over them of the objective of the untouched photograph, of the
    network with its terms, and of the baseline after some iterations; and after how many the baseline's is the
    network's (None: after none that were run). Of a network of several paintings, also which one was measured.
    """
    shape = {"conditions": {"network": {"sha256": str}}, "sizes": dict}
    summary = read_json(Path(folder) / "evaluation.json", "an evaluation", shape)
    network = summary["conditions"]["network"]
    of = {"painting": style_label(network["painting"])} if "painting" in network else {}
    return {network["sha256"]: {size: of | _means(found) for size, found in summary["sizes"].items()}}


def _means(found):
    objective = found["objective"]
    network, baseline = objective["network"], objective["baseline"]["mean"]
    return {
        "photographs": len(found["photographs"]),
        "untouched": objective["photo"]["loss"]["mean"],
        "network": {term: network[term]["mean"] for term in ("loss", *TERMS) if term in network},
        "baseline": {str(number): baseline[number] for number in ITERATIONS if number < len(baseline)},
        "network_equals_baseline_after": found["network_equals_baseline_after"],
    }


def figures(recipes, everything=False):
    """Tables for ``Task.figures``: the objective of each network beside that of the slow method.

    Args:
        recipes: ``{name: recipe}``.
        everything: of all sizes; default 256x256.
    """
    heads = ("name", "size", "photographs", "untouched", "network", *(f"its {term}" for term in TERMS))
    first, *more = (f"{number} iterations" for number in ITERATIONS)
    heads += (f"optimised, {first}", *more, "the network equals")
    rows = []
    for name, recipe in recipes.items():
        for size, found in recipe.get("evaluation", {}).items():
            if size != "256" and not everything:
                continue
            values = [found["untouched"], *(found["network"].get(term) for term in ("loss", *TERMS))]
            values += [found["baseline"].get(number) for number in map(str, ITERATIONS)]
            texts = ("" if value is None else f"{value:.3g}" for value in values)
            after = found["network_equals_baseline_after"]
            if after is not None:
                equals = f"{after} iterations"
            else:
                equals = "more than were run" if found["baseline"] else "not compared"
            of = f", {found['painting']}" if "painting" in found else ""
            rows.append((f"`{name}`", f"{size}x{size}{of}", found["photographs"], *texts, equals))
    if rows:
        yield "Beside optimisation", REMARK, [(heads, rows)]
