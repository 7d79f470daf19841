"""What the training commands share: flags from settings, resuming, and how a run that stops is reported."""

import sys
from pathlib import Path

from fast_style.common.commands.command_line import (
    Parser,
    add_settings,
    check_required,
    errors_as_lines,
    fail,
    given_settings,
)
from fast_style.common.errors import UserError
from fast_style.common.settings import flag
from fast_style.common.startup import start_tensorflow
from fast_style.common.training.recipes import paintings_note, recipe_names, recipe_settings


def run_train_command(program, description, package, settings_class, train, arguments=None, presets=None):
    """Parses flags into settings and trains; TensorFlow is imported once they are known to be complete.

    Args:
        program: name of the console script.
        description: its first sentence; the docstring of the settings follows.
        package: whose recipes ``--recipe`` names, ``"fast_style"`` or ``"superres"``.
        settings_class: a :class:`TrainingSettings`, each field of which becomes a flag.
        train: function from settings and ``resume`` to the run record.
        arguments: list of str; default those of the process.
        presets: ``{name: settings}`` for ``--preset``: they stand where nothing else is given.
    """
    parser = Parser(prog=program, description=f"{description} {settings_class.__doc__}")
    add_settings(parser, settings_class)
    parser.add_argument(
        "--resume", action="store_true", help="continue the run in --output; settings that are not given are the run's"
    )
    parser.add_argument(
        "--recipe",
        metavar="NAME",
        help="train a network that ships again: all settings that are not given are its recipe's, and each of its "
        f"stages gets a folder in --output ({', '.join(recipe_names(package)) or 'none ships'})",
    )
    if presets:
        described = "; ".join(f"{name}: {_flags(preset)}" for name, preset in presets.items())
        parser.add_argument(
            "--preset", choices=tuple(presets), help=f"settings where nothing else is given. {described}"
        )
    options = parser.parse_args(arguments)
    with errors_as_lines(program):
        given = given_settings(options, settings_class)
        preset = getattr(options, "preset", None)
        if preset and options.recipe:
            raise UserError(f"--preset: expected it or --recipe. Received: {preset} and {options.recipe}")
        if preset:
            given = settings_class.given_over(presets[preset], given)
        if options.recipe is None:
            _train(program, settings_class, train, given, options.resume)
        else:
            stages = recipe_settings(package, options.recipe, settings_class, given)
            if note := paintings_note(package, options.recipe, stages):
                print(f"{program}: {note}", file=sys.stderr)
            for settings in stages:
                check_required(settings)
                _train_stage(program, settings, train, options.resume)


def _flags(preset):
    """Settings as they would be given on the command line."""
    words = []
    for name, value in preset.items():
        if isinstance(value, bool):
            words.append(flag(name if value else f"no_{name}"))
        else:
            words.append(f"{flag(name)} {value}")
    return " ".join(words)


def _train_stage(program, settings, train, resume):
    """A stage of a recipe; when a run of one is resumed, those that are finished are passed over."""
    from fast_style.common.training.run_record import NAME, read_record

    begun = resume and (Path(settings.output) / NAME).exists()
    if begun and read_record(settings.output)["status"] == "finished":
        print(f"{settings.output}: finished before")
        return
    _train(program, type(settings), train, vars(settings), begun, "the same command and --resume")


def _train(program, settings_class, train, given, resume, again=None):
    if resume and "output" not in given:
        raise UserError("--output: expected the folder of the run to resume. Received: none")
    if not resume:
        check_required(settings_class(**given))
    start_tensorflow(training=True)

    from fast_style.common.training.run import Interrupted, NonFiniteError, resumed_settings

    settings = resumed_settings(settings_class, given["output"], given) if resume else settings_class(**given)
    try:
        record = train(settings, resume)
    except Interrupted as stop:
        text = f"stopped after iteration {stop.iteration} of {settings.output} and saved; continue with {again}"
        print(f"{program}: {text if again else stop}", file=sys.stderr)
        sys.exit(128 + stop.signal)
    except NonFiniteError as error:
        fail(program, error, code=1)
    print(f"{settings.output}/network.keras: {record['iteration']} iterations in {record['seconds']:.0f} s")
