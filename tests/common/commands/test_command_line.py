"""Flags from settings: one source of defaults, nothing swallowed."""

import dataclasses

import pytest

from fast_style.common.commands.command_line import (
    Parser,
    add_settings,
    check_required,
    errors_as_lines,
    given_settings,
)
from fast_style.common.errors import UserError
from fast_style.common.settings import setting


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cuont", "3"], "unrecognized arguments: --cuont 3"),
        (["--count", "x"], "argument --count: invalid int value"),
    ],
)
def test_bad_flags_are_one_line_and_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(*arguments)
    error = capsys.readouterr().err
    assert (stop.value.code, error.count("\n")) == (2, 1)
    assert message in error


def test_required_settings_are_named():
    check_required(Settings(source="x"))
    with pytest.raises(UserError, match="--source: expected a value. Received: none"):
        check_required(Settings())


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (UserError("size: expected\n1. Received: 2"), 2, "test: error: size: expected 1. Received: 2\n"),
        (KeyboardInterrupt(), 130, "\ntest: interrupted\n"),
    ],
)
def test_errors_become_lines(error, code, text, capsys):
    with pytest.raises(SystemExit) as stop, errors_as_lines("test"):
        raise error
    assert (stop.value.code, capsys.readouterr().err) == (code, text)


def test_other_errors_are_not_hidden():
    with pytest.raises(ZeroDivisionError), errors_as_lines("test"):
        raise ZeroDivisionError
