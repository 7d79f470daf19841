"""Pages lead where they say, and the commands on them exist with their flags."""

import ast
import contextlib
import io
import itertools
import re
from pathlib import Path

import pytest

import fast_style.cli
import fast_style.export.cli
import superres.cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROGRAMS = {
    "fast-style": fast_style.cli.main,
    "fast-style-train": fast_style.cli.train_main,
    "superres": superres.cli.main,
    "superres-train": superres.cli.train_main,
    "fast-style-export": fast_style.export.cli.main,
}
# Folders whose modules are commands: `python -m tools.gallery`.
MODULES = ("benchmarks", "tools")


def named(page):
    return str(page.relative_to(ROOT))


def anchors(page):
    """Of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    for target in links(page):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_every_page_is_reached_from_the_readme():
    reached, new = set(), {ROOT / "README.md"}
    while new:
        reached |= new
        targets = {(page.parent / link.partition("#")[0]).resolve() for page in new for link in links(page)}
        new = {target for target in targets if target.suffix == ".md" and target.is_file()} - reached
    assert set(PAGES) <= reached


def test_experiments_have_a_date_and_a_row_in_their_index():
    folder = ROOT / "docs" / "experiments"
    index = (folder / "README.md").read_text()
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    listed = re.findall(r"^\| (\S+) \| \[.+\]\((.+\.md)\)", index, re.MULTILINE)
    assert {name for _, name in listed} == pages
    assert [date for date, _ in listed] == sorted(name[:10] for name in pages)
    for name in pages:
        text = (folder / name).read_text()
        assert re.search(r"^Measured on 20\d\d-\d\d-\d\d", text, re.MULTILINE), name
        assert "**What holds now:**" in text, name


def blocks(page):
    """Commands of the shell blocks of a page, and those within its lines."""
    text = page.read_text()
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from re.split(r"\n|&&|\||[()]", block.replace("\\\n", " "))
    for code in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        yield " ".join(code.split()) + "  # inline"


def words_of(command):
    """Of a command, without a comment and what it sets in the environment."""
    words = command.partition("#")[0].split()
    return list(itertools.dropwhile(lambda word: re.match(r"[A-Z_]+=", word), words))


def commands():
    """(page, program, subcommand or None, flags) of every command of ours on a page, once each."""
    found = set()
    for page in PAGES:
        for command in blocks(page):
            words = words_of(command)
            program, *rest = words or [None]
            if program in PROGRAMS:
                if not rest and command.endswith("# inline"):
                    continue  # a program that is named, and not called
                subcommand = rest[0] if rest and not program.endswith("-train") and rest[0][0] not in "-.…" else None
                if (program, subcommand) == ("fast-style", "export") and len(rest) > 1:
                    program, subcommand = "fast-style-export", rest[1]
                flags = sorted({word.partition("=")[0] for word in rest if word.startswith("--")})
                found.add((named(page), program, subcommand, tuple(flags)))
    return sorted(found, key=str)


@pytest.mark.parametrize(("page", "program", "subcommand", "flags"), commands())
def test_commands_have_the_flags_that_are_named(page, program, subcommand, flags, capsys):
    with pytest.raises(SystemExit) as end:
        PROGRAMS[program]([*([subcommand] if subcommand else []), "--help"])
    assert end.value.code == 0
    assert set(flags) <= set(re.findall(r"--[a-z][a-z0-9-]+", capsys.readouterr().out))


def modules():
    """(page, module, flags) of every ``python -m`` of ours on a page, once each."""
    found = set()
    for page in PAGES:
        for command in blocks(page):
            words = words_of(command)
            if words[:2] == ["python", "-m"] and words[2].partition(".")[0] in MODULES:
                flags = {word for word in words if word.startswith("--")}
                found.add((named(page), words[2], tuple(sorted(flags))))
    return sorted(found)


@pytest.mark.parametrize(("page", "module", "flags"), modules())
def test_modules_that_are_run_exist_with_the_flags_that_are_named(page, module, flags):
    """By their source: importing a benchmark imports its peers, which need not be installed."""
    path = ROOT / Path(*module.split("."))
    file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    assert file.is_file(), f"{page}: {module}"
    texts = {node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)}
    shared = "--precision" if "add_precision_flag" in file.read_text() else None
    assert set(flags) <= texts | {shared}, page


FLAG = r"(?<![\w-])--[a-z][a-z0-9_-]+"
# Flags of other programs that pages name.
FOREIGN = {"--enable_batching", "--logdir", "--timeout"}


def help_of(program, *subcommand):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        PROGRAMS[program]([*subcommand, "--help"])
    return out.getvalue()


def all_flags():
    """Of every program, its subcommands and modules of ours, by their help and source."""
    texts = {(program,): help_of(program) for program in PROGRAMS}
    for (program,), text in list(texts.items()):
        # Flags are indented by two, what is said of them by more than four.
        for subcommand in re.findall(r"^ {4}([a-z][a-z-]+)", text, re.MULTILINE):
            texts[program, subcommand] = help_of(program, subcommand)
    assert {("fast-style", "train"), ("superres", "networks"), ("fast-style-export", "saved-model")} <= set(texts)
    found = {flag for text in texts.values() for flag in re.findall(r"--[a-z][a-z0-9-]+", text)}
    for folder in MODULES:
        for file in (ROOT / folder).rglob("*.py"):
            found |= set(re.findall(r'"(--[a-z][a-z0-9-]+)"', file.read_text()))
    return found


def test_flags_that_stand_alone_exist():
    """A flag that is named within a line, without its command, is one of ours."""
    known = all_flags() | FOREIGN
    for page in PAGES:
        for code in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)):
            if code.startswith("--"):
                assert set(re.findall(FLAG, code)) <= known, f"{named(page)}: {code}"


def test_pages_that_the_code_names_exist():
    """`docs/….md` in help texts, docstrings and comments."""
    for folder in ("common", "export", "fast_style", "superres", *MODULES, "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            for name in re.findall(r"docs/[\w/.-]+\.md", file.read_text()):
                assert (ROOT / name).is_file(), f"{file.relative_to(ROOT)}: {name}"
