"""Pages lead where they say, and the commands on them exist with their flags."""

import re
from pathlib import Path

import pytest

import fast_style.cli
import fast_style.export.cli
import superres.cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = {
    "fast-style": fast_style.cli.main,
    "fast-style-train": fast_style.cli.train_main,
    "superres": superres.cli.main,
    "superres-train": superres.cli.train_main,
    "fast-style-export": fast_style.export.cli.main,
}


def anchors(page):
    """Of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text()) + re.findall(r'src="([^"]+)"', page.read_text())
    for target in targets:
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def commands():
    """(page, program, subcommand or None, flags) of every command of ours in a shell block, once each."""
    found = set()
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
            for command in re.split(r"\n|&&|\||[()]", block.replace("\\\n", " ")):
                program, *rest = command.partition("#")[0].split() or [None]
                if program in PROGRAMS:
                    subcommand = None if program.endswith("-train") else rest[0]
                    flags = sorted({word for word in rest if word.startswith("--")})
                    found.add((page.name, program, subcommand, tuple(flags)))
    return sorted(found, key=str)


@pytest.mark.parametrize(("page", "program", "subcommand", "flags"), commands())
def test_commands_have_the_flags_that_are_named(page, program, subcommand, flags, capsys):
    with pytest.raises(SystemExit) as end:
        PROGRAMS[program]([*([subcommand] if subcommand else []), "--help"])
    assert end.value.code == 0
    assert set(flags) <= set(re.findall(r"--[a-z][a-z0-9-]+", capsys.readouterr().out))
