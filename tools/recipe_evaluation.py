"""Writes into a recipe what an evaluation found. For maintainers: ``python -m tools.recipe_evaluation --help``."""

import argparse

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.json_files import write_json
from fast_style.common.networks.source import shipped_sources
from fast_style.common.spelling import did_you_mean
from fast_style.common.training.recipes import read_recipe


def add_evaluation(name, folder):
    """Adds ``"evaluation"`` to the recipe of a network that ships, or replaces it: what its task records.

    Args:
        name: of the network.
        folder: of the task's ``evaluate`` command, with ``evaluation.json``.

    Raises:
        UserError: no such network or evaluation, or one of other networks.
    """
    sources = shipped_sources()
    if name not in sources:
        raise UserError(f"name: expected one of {', '.join(sources)}. Received: {name}{did_you_mean(name, sources)}")
    source = sources[name]
    evaluations = source.task.evaluation(folder)
    if source.sha256 not in evaluations:
        raise UserError(
            f"{folder}: expected an evaluation of {name}, sha256 {source.sha256}. "
            f"Received: sha256 {', '.join(evaluations) or 'none'}"
        )
    write_json(source.record_path, {**read_recipe(source.task, name), "evaluation": evaluations[source.sha256]})


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.recipe_evaluation", description=add_evaluation.__doc__)
    parser.add_argument("name", help="of a network that ships")
    parser.add_argument("folder", help="of the task's evaluate command")
    with errors_as_lines(parser.prog):
        add_evaluation(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
