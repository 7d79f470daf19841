"""Flags from settings: one source of defaults, nothing swallowed."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from fast_style.common.commands.command_line import (
    Parser,
    add_settings,
    check_required,
    errors_as_lines,
    given_settings,
    run_commands,
)
from fast_style.common.errors import UserError
from fast_style.common.settings import setting

ROOT = Path(__file__).parents[3]


@dataclasses.dataclass(kw_only=True)
class Settings:
    """Settings of a test."""

    source: str = setting(None, "where from", required=True)
    count: int = setting(3, "how many")
    rate: float = setting(0.5, "how fast (paper: 0.5)")
    loud: bool = setting(True, "whether aloud")
    names: tuple = setting(("a", "b"), "which", nargs="+")


def parse(*arguments):
    parser = Parser(prog="test")
    add_settings(parser, Settings)
    return given_settings(parser.parse_args(arguments), Settings)


def test_only_what_is_given_is_given():
    assert parse() == {}
    assert parse("--count", "7", "--no-loud", "--names", "x") == {"count": 7, "loud": False, "names": ("x",)}
    assert Settings(**parse("--rate", "2")) == Settings(rate=2.0)


def test_help_shows_defaults(capsys):
    with pytest.raises(SystemExit):
        parse("--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "how many (default: 3)" in text
    assert "how fast (paper: 0.5) (default: 0.5)" in text
    assert "whether aloud (default: on)" in text
    assert "which (default: a b)" in text


def test_help_has_less_in_it_without_docstrings():
    """``python -OO`` drops them; what needs them is help alone. In its place dataclasses have their signature."""
    code = (
        "from fast_style import cli\n"
        "from fast_style.export import cli as export\n"
        "from superres import cli as superres\n"
        "for main, *words in ((cli.main,), (cli.main, 'optimize'), (cli.main, 'visualize'), (cli.main, 'evaluate'),\n"
        "        (cli.main, 'train'), (export.main,), (superres.main,), (superres.main, 'train')):\n"
        "    try:\n        main([*words, '--help'])\n    except SystemExit as stop:\n        print('code', stop.code)\n"
    )
    command = [sys.executable, "-B", "-OO", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"COLUMNS": "9999"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("code 0") == 8
    assert "\nTrain a network on one painting.\n" in done.stdout
    assert "Settings(" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cuont", "3"], "unrecognized arguments: --cuont 3"),
        (["--cuont", "3"], "; did you mean --count?"),
        (["--quite-another"], "unrecognized arguments: --quite-another\n"),
        (["--count", "x"], "argument --count: invalid int value"),
        (["--source", ""], "argument --source: expected a value. Received: an empty word"),
        (["--source="], "argument --source: expected a value. Received: an empty word"),
        (["--names", "a", ""], "argument --names: expected a value. Received: an empty word"),
    ],
)
def test_bad_flags_are_one_line_and_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(*arguments)
    error = capsys.readouterr().err
    assert (stop.value.code, error.count("\n")) == (2, 1)
    assert message in error


def commands_of(*arguments):
    """A program with two subcommands, of which one has arguments that are required."""

    def add(parsers):
        parser = parsers.add_parser("paint")
        parser.add_argument("photos", nargs="+", metavar="PHOTO")
        parser.add_argument("--style", action="append", required=True)
        parser.add_argument("--mode", choices=("exact", "fast"))
        parser.take_several("--style", lambda word: word in ("wave", "udnie", ""))
        parser.set_defaults(run=found.append)

    found = []
    run_commands("test", "A test.", [types.SimpleNamespace(add=add)], {}, arguments)
    return vars(found[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pant", "x"], "test: error: argument COMMAND: invalid choice: 'pant' (choose from {}); did you mean paint?"),
        (
            ["paint", "x", "--stlye", "wave"],
            "test paint: error: unrecognized arguments: --stlye; did you mean --style?",
        ),
        (["paint", "--stlye=wave"], "test paint: error: unrecognized arguments: --stlye=wave; did you mean --style?"),
        (["paint", "x", "--style", "wave", "-z"], "test paint: error: unrecognized arguments: -z"),
        (["paint", "x", "--style", "wave", "--mode", "exat"], "did you mean exact?"),
        (["paint", "--style", "wave", "--", ""], "argument PHOTO: expected a value. Received: an empty word"),
        (["paint", "x", "--style", "wave", ""], "argument --style: expected a value. Received: an empty word"),
        (["--verison"], "test: error: unrecognized arguments: --verison; did you mean --version?"),
        (["--stlye", "paint", "x", "--style", "wave"], "test: error: unrecognized arguments: --stlye"),
        ([""], "test: error: argument COMMAND: invalid choice: ''"),
        (["paint", "--style", "wave"], "test paint: error: the following arguments are required: PHOTO"),
    ],
)
def test_slips_are_told_by_the_subcommand_with_what_is_near(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        commands_of(*arguments)
    error = capsys.readouterr().err
    assert (stop.value.code, error.count("\n")) == (2, 1)
    assert all(part in error for part in message.split("{}"))


@pytest.mark.parametrize(
    ("arguments", "styles", "photos"),
    [
        (["a.jpg", "--style", "wave", "udnie"], ["wave", "udnie"], ["a.jpg"]),
        (["--style", "wave", "a.jpg", "udnie"], ["wave"], ["a.jpg", "udnie"]),
        (["--style=wave", "udnie", "a.jpg"], ["wave", "udnie"], ["a.jpg"]),
        (["--style", "other", "udnie", "-"], ["other", "udnie"], ["-"]),
        (["--style", "wave", "--", "udnie"], ["wave"], ["udnie"]),
        (["--style", "wave", "--style", "udnie", "a.jpg"], ["wave", "udnie"], ["a.jpg"]),
    ],
)
def test_a_flag_takes_further_words_that_are_its_values(arguments, styles, photos):
    options = commands_of("paint", *arguments)
    assert (options["style"], options["photos"]) == (styles, photos)


def test_sigterm_is_a_line_and_handlers_are_given_back(capsys):
    def work():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)

    with pytest.raises(SystemExit) as stop, errors_as_lines("test"):
        work()
    assert (stop.value.code, capsys.readouterr().err) == (128 + signal.SIGTERM, "\ntest: terminated\n")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_required_settings_are_named():
    check_required(Settings(source="x"))
    with pytest.raises(UserError, match="--source: expected a value. Received: none"):
        check_required(Settings())


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (UserError("size: expected\n1. Received: 2"), 2, "test: error: size: expected 1. Received: 2\n"),
        (KeyboardInterrupt(), 130, "\ntest: interrupted\n"),
        (
            OSError(5, "Input/output error", "run/a"),
            2,
            "test: error: run/a: expected a file system that works. Received: Input/output error\n",
        ),
        (OSError("odd"), 2, "test: error: expected a file system that works. Received: odd\n"),
    ],
)
def test_errors_become_lines(error, code, text, capsys):
    with pytest.raises(SystemExit) as stop, errors_as_lines("test"):
        raise error
    assert (stop.value.code, capsys.readouterr().err) == (code, text)


def test_other_errors_are_not_hidden():
    with pytest.raises(ZeroDivisionError), errors_as_lines("test"):
        raise ZeroDivisionError
