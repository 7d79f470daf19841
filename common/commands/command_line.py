"""What the console scripts share: flags from settings, and errors as one line with exit code 2."""

import argparse
import contextlib
import dataclasses
import itertools
import re
import signal
import sys
import threading
import types
import typing
from importlib import metadata
from importlib.metadata import entry_points

from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import FORMATS
from fast_style.common.installed import require_tensorflow
from fast_style.common.networks.engine import ENGINES
from fast_style.common.settings import PRECISIONS, flag
from fast_style.common.spelling import did_you_mean
from fast_style.common.streams import drop_output, prepare_streams, say, warn


def add_settings(parser, settings, groups=None):
    """Adds a flag for each field of a settings dataclass; what is not given stays out of the namespace.

    Args:
        parser: gets the flags.
        settings: the class.
        groups: ``{group of a setting: what has add_argument}``; default all of the parser's own.
    """
    hints = typing.get_type_hints(settings)
    for field in dataclasses.fields(settings):
        options = dict(field.metadata)
        text = options.pop("help")
        for ours in ("bounds", "unless", "of_machine", "of_stage"):
            options.pop(ours, None)
        # Checked behind --resume, which supplies what is not given.
        group = "needed" if options.pop("required", False) else options["group"]
        options.pop("group")
        default = field.default
        if hints[field.name] is bool:
            options["action"] = argparse.BooleanOptionalAction
        else:
            kind = hints[field.name]
            options.setdefault("type", kind if kind in (int, float, str) else str)
            if "choices" not in options and "metavar" not in options:
                options["metavar"] = {int: "N", float: "X"}.get(options["type"], field.name.upper())
        if default not in (None, (), "") and "default" not in text:
            shown = " ".join(map(str, default)) if isinstance(default, tuple) else default
            text += (
                f" (default: {shown})" if hints[field.name] is not bool else f" (default: {'on' if default else 'off'})"
            )
        place = groups[group] if groups else parser
        place.add_argument(flag(field.name), help=text.replace("%", "%%"), default=argparse.SUPPRESS, **options)


def docstring(of):
    """The docstring of a function or class, for help; ``""`` under ``python -OO``.

    There functions have none, and dataclasses have their long signature in its place.
    """
    return "" if sys.flags.optimize > 1 else of.__doc__ or ""


def whole_number(least, most=None, unit=""):
    """An argparse type: a whole number from `least` on, to `most` where there is one."""
    expected = f"{least} to {most}" if most is not None else f"at least {least}"
    expected = f"expected {expected} {unit}".strip()

    def parse(text):
        value = int(text) if text.lstrip("+-").isdigit() else None
        if value is None or value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"{expected}. Received: {text}")
        return value

    return parse


def positive_number(text):
    """An argparse type: a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a positive number. Received: {text}")
    return value


def share(text):
    """An argparse type: a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1. Received: {text}")
    return value


def add_photo_flags(parser, folder, formats=tuple(FORMATS)):
    """The flags of every command that turns photographs into pictures.

    Args:
        parser: gets ``photos``, ``output``, ``format``, ``quality``, ``overwrite`` and ``skip_existing``.
        folder: where results go when nothing else is said.
        formats: names of those that results may have.
    """
    parser.add_argument(
        "photos", nargs="+", metavar="PHOTO", help="files, folders, glob patterns, or - for standard input"
    )
    parser.add_argument(
        "--output", "-o", help=f"a folder, a file for one photograph, or - for standard output (default: {folder}/)"
    )
    parser.add_argument("--format", choices=formats, help="of the results (default: the photograph's)")
    parser.add_argument(
        "--quality", type=whole_number(1, 100), default=95, metavar="1-100", help="of JPEG and WebP (default: 95)"
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="replace existing results")
    existing.add_argument(
        "--skip-existing",
        action="store_true",
        help="leave out photographs whose result exists: goes on where a folder of many was stopped",
    )


def add_precision_flag(parser, default="auto"):
    """The flag of commands whose networks make pictures."""
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=default,
        help=f"dtype policy that networks compute under; auto measures which is quickest here (default: {default})",
    )


def add_engine_flags(parser):
    """The flags of commands that paint by more than one engine."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="what computes the pictures: LiteRT starts at once, TensorFlow takes seconds and is quicker then; auto "
        "estimates which is done first (default: auto)",
    )
    parser.add_argument("--verbose", action="store_true", help="say what was estimated, and which engine is taken")


def add_output_flag(parser, default):
    """The flag of commands that write pictures of their own choice."""
    parser.add_argument("--output", "-o", default=default, help=f"folder of the pictures (default: {default})")


def given_settings(namespace, settings):
    """The settings that were given on the command line, by field name."""
    names = [field.name for field in dataclasses.fields(settings)]
    return {name: _tuples(getattr(namespace, name)) for name in names if hasattr(namespace, name)}


def _tuples(value):
    return tuple(value) if isinstance(value, list) else value


def check_required(settings):
    """Raises UserError for fields marked as required that are not set, nor any that takes their place."""
    missing = [
        flag(field.name)
        for field in dataclasses.fields(settings)
        if field.metadata.get("required")
        and getattr(settings, field.name) is None
        and not any(getattr(settings, other, None) for other in field.metadata.get("unless", ()))
    ]
    if missing:
        raise UserError(f"{', '.join(missing)}: expected a value. Received: none")


def run_commands(program, description, commands, scripts, arguments=None):
    """Parses a subcommand and runs it, with errors as lines.

    Args:
        program: name of the console script.
        description: its first sentence.
        commands: modules of one subcommand each: ``add(subparsers)`` adds a parser whose default ``run`` is a function
            of what was parsed, and ``light`` whether that does without TensorFlow.
        scripts: ``{name: main}`` of subcommands that are console scripts too, functions of arguments and the program's
            name. Those that other packages name by entry points ``<package>.commands`` are added.
        arguments: list of str; default those of the process.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    added = {point.name: point for point in entry_points(group=f"{program.replace('-', '_')}.commands")}
    scripts = scripts | {name: point.load() for name, point in added.items()}
    if arguments and arguments[0] in scripts:
        return scripts[arguments[0]](arguments[1:], f"{program} {arguments[0]}")
    with errors_as_lines(program):
        parser = Parser(prog=program, description=description)
        parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
        parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
        parsers.type = lambda text: text  # of all words behind, each of which has a type of its own
        for command in commands:
            command.add(parsers)
        for name, main in scripts.items():
            about = docstring(main).partition("\n")[0].rpartition("`: ")[2].rstrip(".")
            parsers.add_parser(name, help=about, add_help=False)
        options = parser.parse_args(arguments)
    name = f"{program} {options.command}"
    with errors_as_lines(name):
        if not getattr(options, "light", False):
            require_tensorflow(name)
        options.run(options)


class _Version(argparse.Action):
    def __call__(self, parser, *parsed):
        say(f"{parser.prog} {metadata.version('fast-style')}")
        parser.exit()


@contextlib.contextmanager
def errors_as_lines(program):
    """Turns errors that the user can mend, and being stopped, into one line on stderr and the right exit code."""
    prepare_streams()
    try:
        with _termination_raised():
            yield
    except UserError as error:
        fail(program, error)
    except BrokenPipeError:
        drop_output()
        sys.exit(141)
    except OSError as error:  # what no check foresees: a disk that fails, a folder that goes away
        where = f"{error.filename}: " if error.filename is not None else ""
        fail(program, f"{where}expected a file system that works. Received: {error.strerror or error}")
    except KeyboardInterrupt as stop:
        number = stop.number if isinstance(stop, Terminated) else signal.SIGINT
        with contextlib.suppress(OSError):
            print(file=sys.stderr)  # behind ^C, or a bar
        warn(f"{program}: {'terminated' if isinstance(stop, Terminated) else 'interrupted'}")
        sys.exit(128 + number)


class Terminated(KeyboardInterrupt):
    """SIGTERM, where nobody waits for it."""

    number = signal.SIGTERM


@contextlib.contextmanager
def _termination_raised():
    """Lets SIGTERM end what is within as Ctrl-C does, unless somebody handles or ignores it."""

    def stop(number, frame):
        raise Terminated

    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def fail(program, error, code=2) -> typing.NoReturn:
    """Prints one line and exits."""
    warn(f"{program}: error: {' '.join(str(error).split())}")
    sys.exit(code)


def word(text):
    """An argparse type, that of all flags and arguments without another: any text but an empty one.

    An empty word is what a shell makes of a variable that is not set; as a path it would mean the current folder.
    """
    if not text:
        raise argparse.ArgumentTypeError("expected a value. Received: an empty word")
    return text


class Parser(argparse.ArgumentParser):
    """argparse whose errors are one line, without the usage above it, and name what is nearest to a slip."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.register("type", None, word)
        self.register("type", str, word)
        self._slips, self._several = [], {}

    def take_several(self, flag, is_value):
        """Lets a flag whose action is ``append`` have further words behind its first, as far as they are values.

        argparse's own way would take all words, those of arguments that are no flags' too.

        Args:
            flag: ``"--style"``.
            is_value: function from a word to whether it is one more value.
        """
        self._several[flag] = is_value

    def _each_with_its_flag(self, words):
        found, flag, first = [], None, False
        for word in words:
            if word.partition("=")[0] in self._several:
                flag, _, value = word.partition("=")
                first = not value
            elif first:
                first = False
            elif flag and not word.startswith("-") and self._several[flag](word):
                word = f"{flag}={word}"
            else:
                flag = None
            found.append(word)
        return found

    def parse_known_args(self, args=None, namespace=None):
        """As of argparse, but for what is not known, which is refused here, where the subcommand is known."""
        args = self._each_with_its_flag(sys.argv[1:] if args is None else args)
        # Behind a subcommand, flags are its own.
        own = itertools.takewhile(lambda one: one.startswith("-"), args) if self._subparsers else args
        self._slips = [one for one in own if self._is_slip(one)]
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self._refuse(unknown)
        return options, unknown

    def _is_slip(self, text):
        name = text.partition("=")[0]
        is_flag = name.startswith("--") and len(name) > 2 and " " not in text
        return is_flag and not any(one.startswith(name) for one in self._flags())

    def _flags(self):
        return [one for action in self._actions for one in action.option_strings]

    def _refuse(self, unknown):
        near = did_you_mean(unknown[0].partition("=")[0], self._flags())
        fail(self.prog, f"unrecognized arguments: {' '.join(unknown)}{near}")

    def print_help(self, file=None):
        """As of argparse; where it cannot be written, that is an error."""
        if file is not None:
            super().print_help(file)
        else:
            say(self.format_help().rstrip("\n"))

    def error(self, message) -> types.NoneType:
        """Prints one line and exits; of a flag that is none, rather than of what is missing because of it."""
        if self._slips and "required" in message:
            self._refuse(self._slips)
        choice = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)$", message)
        near = did_you_mean(choice[1], [one.strip("' ") for one in choice[2].split(",")]) if choice else ""
        fail(self.prog, message + near)
