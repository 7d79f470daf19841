"""What the training commands share: flags from settings, resuming, and how a run that stops is reported."""

import functools
import os
import sys
from pathlib import Path

from fast_style.common.commands.command_line import (
    Parser,
    add_settings,
    check_required,
    docstring,
    errors_as_lines,
    fail,
    given_settings,
    whole_number,
)
from fast_style.common.errors import UserError
from fast_style.common.installed import require_tensorflow
from fast_style.common.printable import printable
from fast_style.common.settings import GROUPS, flag
from fast_style.common.startup import start_backend
from fast_style.common.streams import say, warn
from fast_style.common.training.cluster import read_cluster
from fast_style.common.training.recipes import recipe_names, recipe_settings, stage_files_note


def run_train_command(program, task, description, arguments=None):
    """Parses flags into settings and trains; TensorFlow is imported once they are known to be complete.

    Args:
        program: name of the console script.
        task: :class:`Task`, each field of whose settings becomes a flag.
        description: its first sentence; the docstring of the settings follows.
        arguments: list of str; default those of the process.
    """
    settings_class, presets = task.settings, task.presets
    about = docstring(settings_class).partition(">>>")[0]  # an example in Python is for other readers
    parser = Parser(prog=program, description=f"{description} {about}")
    groups = {name: parser.add_argument_group(title) for name, title in GROUPS.items()}
    add_settings(parser, settings_class, groups)
    groups["run"].add_argument(
        "--resume", action="store_true", help="continue the run in --output; settings that are not given are the run's"
    )
    groups["run"].add_argument(
        "--recipe",
        metavar="NAME",
        help="train a network that ships again: all settings that are not given are its recipe's, and each of its "
        f"stages gets a folder in --output ({', '.join(recipe_names(task)) or 'none ships'})",
    )
    groups["speed"].add_argument(
        "--devices",
        type=whole_number(1),
        default=1,
        metavar="N",
        help="GPUs of each machine that share a batch, or other devices that Keras' backend sees; machines are those "
        "that TF_CONFIG names (default: 1)",
    )
    if presets:
        described = "; ".join(f"{name}: {_flags(preset)}" for name, preset in presets.items())
        groups["speed"].add_argument(
            "--preset", choices=tuple(presets), help=f"settings where nothing else is given. {described}"
        )
    with errors_as_lines(program):
        options = parser.parse_args(arguments)
        require_tensorflow(program)
        start = functools.cache(functools.partial(_start_workers, read_cluster(), options.devices))
        given = given_settings(options, settings_class)
        preset = getattr(options, "preset", None) or (None if options.resume else settings_class.preset_of(given))
        if preset and options.recipe:
            raise UserError(f"--preset: expected it or --recipe. Received: {preset} and {options.recipe}")
        if preset:
            given = settings_class.given_over(presets[preset], given)
        if options.recipe is None:
            _train(program, task, given, options.resume, start)
        else:
            stages = recipe_settings(task, options.recipe, given)
            if note := stage_files_note(task, options.recipe, stages):
                warn(f"{program}: {note}")
            for settings in stages:
                check_required(settings)
                _train_stage(program, task, settings, options.resume, start)


def _start_workers(cluster, devices):
    """What trains, of :func:`start_workers`; it imports TensorFlow, and waits for other machines of a cluster."""
    if cluster:
        # Where a worker ends, TensorFlow of all others has its say at level 2; one line says it, too.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    start_backend()
    from fast_style.common.training.workers import start_workers

    return start_workers(cluster, devices)


def _flags(preset):
    """Settings as they would be given on the command line."""
    words = []
    for name, value in preset.items():
        if isinstance(value, bool):
            words.append(flag(name if value else f"no_{name}"))
        else:
            shown = " ".join(map(str, value)) if isinstance(value, tuple) else value
            words.append(f"{flag(name)} {shown}")
    return " ".join(words)


def _train_stage(program, task, settings, resume, start):
    """A stage of a recipe; when a run of one is resumed, those that are finished are passed over."""
    from fast_style.common.training.run_record import RUN_RECORD, read_record

    def done():
        """Whether the stage is begun, and finished."""
        begun = resume and (Path(settings.output) / RUN_RECORD).exists()
        return begun, begun and read_record(settings.output)["status"] == "finished"

    begun, finished = start().agree(done) if read_cluster() else done()
    if finished:
        say(f"{printable(settings.output)}: finished before")
        return
    _train(program, task, vars(settings), begun, start, "the same command and --resume")


def _train(program, task, given, resume, start, again=None):
    if resume and "output" not in given:
        raise UserError("--output: expected the folder of the run to resume. Received: none")

    def check():
        if not resume:
            settings = task.settings(**given)
            check_required(settings)
            task.check_files(settings)

    if read_cluster() is None:
        check()  # before TensorFlow is imported
    workers = start()
    workers.together(check)

    from fast_style.common.training.run import Interrupted, NonFiniteError, resumed_settings, run_training
    from fast_style.common.training.workers import WorkerLost

    def settings():
        return vars(resumed_settings(task.settings, given["output"], given) if resume else task.settings(**given))

    try:
        agreed = workers.agree(settings)
        settings = task.settings(**{name: tuple(v) if isinstance(v, list) else v for name, v in agreed.items()})
        record = run_training(task, settings, resume, workers=workers)
    except Interrupted as stop:
        text = f"stopped after iteration {stop.iteration} of {settings.output} and saved; continue with {again}"
        warn(f"{program}: {text if again else stop}")
        sys.exit(128 + stop.signal)
    except (NonFiniteError, WorkerLost) as error:
        fail(program, error, code=1)
    if workers.is_chief:
        say(
            f"{printable(settings.output)}/network.keras: {record['iteration']} iterations in {record['seconds']:.0f} s"
        )
