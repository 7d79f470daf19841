"""What the docs say of super-resolution: its flags exist."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("guide/enlarge.md", "guide/train-superres.md")


def test_every_flag_that_is_named_exists(capsys):
    from superres.cli import main, train_main

    text = "".join((DOCS / page).read_text() for page in PAGES)
    for page in ("losses", "architectures"):
        text += (DOCS / "concepts" / f"{page}.md").read_text().split("\n## Super-resolution\n")[1].split("\n## ")[0]
    flags = set(re.findall(r"--[a-z][a-z-]+", re.sub(r"python\s-m\sbenchmarks[^`]*", "", text)))
    flags.discard("--stability-shift")  # of style transfer, which the page compares with
    assert len(flags) > 20
    for entry, arguments in ((main, ["upscale"]), (main, ["evaluate"]), (train_main, [])):
        try:
            entry([*arguments, "--help"])
        except SystemExit:
            flags -= set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    assert flags == set()
