"""Writes into a recipe what an evaluation found. For maintainers: ``python -m tools.recipe_evaluation --help``."""

import argparse
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.json_files import read_json, write_json
from fast_style.common.networks.source import find_network
from fast_style.common.training.recipes import read_recipe
from fast_style.task import TASK

TERMS = ("loss", "content", "style", "tv")
# Iterations of the baseline that are noted where they were run.
ITERATIONS = (50, 100)


def add_evaluation(name, folder):
    """Adds ``"evaluation"`` to the recipe of a network that ships, or replaces it.

    By size in pixels: how many photographs; means over them of the objective of the untouched
    photograph, of the network with its terms, and of the baseline after 50 and 100 iterations; and after
    how many the baseline's is the network's (None: after none that were run).

    Args:
        name: of the network.
        folder: of ``fast-style evaluate``, with ``evaluation.json``.

    Raises:
        UserError: no such network or evaluation, or one of another network.
    """
    recipe = read_recipe(TASK, name)
    path = Path(folder) / "evaluation.json"
    summary = read_json(path, "an evaluation")
    shipped, measured = find_network(name, TASK).sha256, summary["conditions"]["network"]["sha256"]
    if measured != shipped:
        raise UserError(f"{path}: expected an evaluation of {name}, sha256 {shipped}. Received: sha256 {measured}")
    recipe["evaluation"] = {size: _means(found) for size, found in summary["sizes"].items()}
    write_json(TASK.home / "recipes" / f"{name}.json", recipe)


def _means(found):
    objective = found["objective"]
    baseline = objective["baseline"]["mean"]
    return {
        "photographs": len(found["photographs"]),
        "untouched": objective["photo"]["loss"]["mean"],
        "network": {term: objective["network"][term]["mean"] for term in TERMS},
        "baseline": {str(n): baseline[n] for n in ITERATIONS if n < len(baseline)},
        "network_equals_baseline_after": found["network_equals_baseline_after"],
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.recipe_evaluation", description=add_evaluation.__doc__)
    parser.add_argument("name", help="of a network that ships")
    parser.add_argument("folder", help="of fast-style evaluate")
    with errors_as_lines(parser.prog):
        add_evaluation(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
