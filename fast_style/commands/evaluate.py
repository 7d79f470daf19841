"""`fast-style evaluate`: measures a network against optimisation."""

import sys

from fast_style.common.commands.command_line import add_settings, check_required, docstring, given_settings
from fast_style.common.printable import printable
from fast_style.common.startup import start_tensorflow
from fast_style.common.streams import say, warn


def add(commands):
    from fast_style.settings import QUICK, EvaluationSettings

    parser = commands.add_parser(
        "evaluate",
        help="measure a network against optimisation",
        description="Measure a network against the optimisation that it replaces: the objective (fig. 5) and the time "
        "(table 1), as an HTML page, CSV and JSON. Each photograph is saved when it is done; the same command goes on "
        "where it stopped. " + docstring(EvaluationSettings),
    )
    add_settings(parser, EvaluationSettings)
    quick = ", ".join(f"{name} {' '.join(map(str, v)) if isinstance(v, tuple) else v}" for name, v in QUICK.items())
    parser.add_argument("--quick", action="store_true", help=f"a small version in under 2 minutes: {quick}")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an evaluation that was made under other settings"
    )
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.files import check_writable
    from fast_style.common.images.image_io import as_rgb
    from fast_style.common.networks.source import find_network
    from fast_style.evaluation.measured_style import asked_for, measured_style
    from fast_style.evaluation.recorded_objective import recorded_objective
    from fast_style.paintings import check_painting
    from fast_style.settings import EvaluationSettings
    from fast_style.task import TASK

    given = given_settings(options, EvaluationSettings)
    check_required(EvaluationSettings(**given))
    source = find_network(given["network"], TASK, "--network")
    check_painting(given["style"])
    recorded = recorded_objective(source, *asked_for(source, given))
    settings = EvaluationSettings.from_given(given, recorded, options.quick)
    measured_style(source, settings)
    as_rgb(settings.style)
    check_writable(settings.output)
    start_tensorflow()

    from fast_style.evaluation.report import text_report, write_reports
    from fast_style.evaluation.run import evaluate

    result = evaluate(settings, options.overwrite)
    written = write_reports(result, settings.output)
    say(text_report(result))
    say("\n" + ", ".join(map(printable, written)))
    if result.stopped:
        warn("fast-style evaluate: stopped; the same command goes on from there")
        sys.exit(130)
