"""The reference of the public names, ``docs/api/``, from their signatures and docstrings; and the table of terms.

``python -m tools.api_reference --output docs``

Docstrings are read here, and not by docstring_parser, which drops the paragraphs behind a section.
"""

import argparse
import dataclasses
import importlib
import inspect
import re
import textwrap
import types
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.files import write_bytes
from fast_style.common.startup import start_tensorflow
from fast_style.common.task import tasks
from tools.terms_table import with_tables

DOCS = Path(__file__).parents[1] / "docs"
LOSSES = "concepts/losses.md"
LISTS = ("Args", "Attributes", "Raises")
PARAGRAPHS = ("Returns", "Yields")
# Longer signatures have a line a parameter.
WIDTH = 100


def pages():
    """``{path below docs: text}`` of the reference, and of the page that has the table of terms."""
    faces = public_modules()
    homes = _homes(faces)
    own = {face: [name for name in names if homes[id(names[name])] == (face, name)] for face, names in faces.items()}
    made = {f"api/{face}.md": _page(face, names, homes) for face, names in faces.items() if own[face]}
    losses = with_tables((DOCS / LOSSES).read_text())
    return {"api/index.md": _index(faces, own, homes), **made, LOSSES: losses}


def public_modules():
    """``{module: {name: object}}`` of what users import: the packages of all tasks, and the modules that they name."""
    faces = {}
    for package in (task.package for task in tasks()):
        names = _names(package)
        inner = [name for name, value in names.items() if isinstance(value, types.ModuleType)]
        faces[package] = {name: value for name, value in names.items() if name not in inner}
        faces |= {f"{package}.{name}": _names(f"{package}.{name}") for name in inner}
    return faces


def members(cls):
    """``{name: (member, docstring)}`` of what our classes that it is made of have, and say something of."""
    found = {}
    ours = [base for base in cls.__mro__ if base.__module__.partition(".")[0] in ("fast_style", "superres")]
    for name in dict.fromkeys(name for base in ours for name in vars(base)):
        if name.startswith("_") and name != "__call__":
            continue
        values = [vars(base)[name] for base in ours if name in vars(base)]
        texts = [value.__doc__ for value in values if hasattr(type(value), "__get__") and value.__doc__]
        if texts:
            found[name] = values[0], texts[0]
    return found


def _names(module):
    module = importlib.import_module(module)
    return {name: getattr(module, name) for name in module.__all__}


def _homes(faces):
    """``{id of an object: (module, name)}`` where it is described: the first that has it."""
    homes = {}
    for face, names in faces.items():
        for name, value in names.items():
            homes.setdefault(id(value), (face, name))
    return homes


def _link(face, name):
    return f"[`{face}.{name}`]({face}.md#{name.lower()})"


def _index(faces, own, homes):
    lines = [
        "# API reference",
        "",
        "Every public name, with its signature. `python -m tools.api_reference --output docs` makes these pages of the "
        "docstrings. [In your own Python code](../guide/python.md) shows how the parts go together.",
        "",
        "In signatures `Tensor` is a tensor of Keras' backend, or a NumPy array.",
    ]
    for face, names in faces.items():
        lines += ["", f"## `{face}`", "", _first(importlib.import_module(face)), *([""] if own[face] else [])]
        lines += [f"- [`{name}`]({face}.md#{name.lower()}): {_first(names[name])}" for name in own[face]]
        others = [name for name in names if name not in own[face]]
        if own[face]:
            lines += [f"- `{name}`: the same as {_link(*homes[id(names[name])])}" for name in others]
        else:
            same = dict.fromkeys(homes[id(names[name])][0] for name in others)
            lines += ["", f"It has the names of {', '.join(f'[`{other}`]({other}.md)' for other in same)}."]
    return "\n".join(lines) + "\n"


def _page(face, names, homes):
    lines = [f"# `{face}`", "", markdown(importlib.import_module(face).__doc__)]
    for name, value in names.items():
        home = homes[id(value)]
        same = [f"The same as {_link(*home)}."]
        lines += ["", f"## `{name}`", "", *(_described(name, value) if home == (face, name) else same)]
    lines += ["", "[All modules](index.md)"]
    return "\n".join(lines) + "\n"


def _described(name, value):
    """Lines on a function or class, with its members."""
    if not isinstance(value, type):
        return [*_signature(name, value), "", markdown(value.__doc__)]
    lines = [*_signature(f"class {name}", value.__init__, bound=True), "", markdown(value.__doc__)]
    fields = dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()
    told = [(field.name, field.metadata["help"]) for field in fields if "help" in field.metadata]
    if told:
        lines += ["", "**Args**", "", *(f"- `{field}`: {_prose(text)}" for field, text in told)]
    for member, (found, text) in members(value).items():
        lines += ["", f"### `{name}.{member}`", ""]
        if isinstance(found, classmethod | staticmethod | types.FunctionType):
            function = getattr(found, "__func__", found)
            lines += [*_signature(member, function, bound=not isinstance(found, staticmethod)), ""]
        lines.append(markdown(text))
    return lines


def _signature(name, function, bound=False):
    """Lines of a block; without the first parameter of what is bound to it."""
    signature = inspect.signature(function)
    parts = []
    for parameter in list(signature.parameters.values())[bound:]:
        if parameter.kind is parameter.KEYWORD_ONLY and not any(part.startswith("*") for part in parts):
            parts.append("*")
        parts.append(_types(str(parameter)))
    result = signature.return_annotation
    result = result if isinstance(result, str) else inspect.formatannotation(result)
    returns = "" if signature.return_annotation in (signature.empty, None) else f" -> {_types(result)}"
    line = f"{name}({', '.join(parts)}){returns}"
    if len(line) > WIDTH:
        line = "\n".join([f"{name}(", *(f"    {part}," for part in parts), f"){returns}"])
    return ["```python", line, "```"]


def _types(text):
    """An annotation as users write it: without the modules that our own types, and abstract ones, lie in."""
    text = text.replace("typing.Any", "Tensor")  # what `Tensor` of common/types.py is
    return re.sub(r"\b(?:fast_style|superres|collections|pathlib|typing)\.(?:\w+\.)*", "", text)


def _first(value):
    """The first paragraph of a docstring."""
    return _joined(inspect.cleandoc(value.__doc__).split("\n\n")[0])


def markdown(docstring):
    """A docstring as Markdown: its sections as lists, its examples as blocks."""
    parts = []
    for paragraph in inspect.cleandoc(docstring).split("\n\n"):
        head, _, rest = paragraph.partition("\n")
        section, rest = head.removesuffix(":"), textwrap.dedent(rest)
        if section in LISTS:
            # An item is a name and a text, whose further lines are indented.
            items = re.findall(r"^(\S[^:]*): ((?:.+\n?)(?:^ .*\n?)*)", rest, re.MULTILINE)
            parts += [f"**{section}**", "\n".join(f"- {_named(name)}: {_joined(text)}" for name, text in items)]
        elif section in PARAGRAPHS:
            parts += [f"**{section}**", f"- {_joined(rest)}"]
        elif paragraph.startswith(">>>"):
            parts.append(f"```python\n{paragraph}\n```")
        elif paragraph != "::":  # what is indented behind it is code in Markdown, too
            parts.append(paragraph if paragraph.startswith("    ") else _prose(paragraph))
    return "\n\n".join(parts)


def _named(names):
    return ", ".join(f"`{name}`" for name in names.split(", "))


def _joined(text):
    return _prose(" ".join(text.split()))


def _prose(text):
    """``x`` and :class:`X` as Markdown has them."""
    return re.sub(r":\w+:(`[^`]+`)", r"\1", text.replace("``", "`"))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.api_reference", description=__doc__.splitlines()[0])
    parser.add_argument("--output", "-o", required=True, metavar="FOLDER", help="docs: where the pages go")
    options = parser.parse_args(arguments)
    start_tensorflow()
    with errors_as_lines(parser.prog):
        for path, text in pages().items():
            write_bytes(Path(options.output) / path, text.encode())
            print(Path(options.output) / path)


if __name__ == "__main__":
    main()
