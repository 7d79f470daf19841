"""What the docs say of super-resolution: its code runs as it is written, and its flags exist."""

import re
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("guide/enlarge.md", "guide/train-superres.md")


def test_python_code_runs(tmp_path, monkeypatch, cat):
    """Only the sizes are cut."""
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for path in ("me.jpg", "photos/1.jpg", "photos/2.jpg"):
        Image.fromarray(cat).save(path)
    section = (DOCS / "guide" / "python.md").read_text().split("## Train a super-resolution network")[1]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    code = code.replace("factor=4)", "factor=4, width=2)").replace("size=288, batch_size=4", "size=32, batch_size=2")
    names = {}
    exec(code, names)
    assert names["picture"].shape == (160, 224, 3)
    assert names["picture"].dtype == "uint8"
    assert Path("x4.keras").is_file()


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
