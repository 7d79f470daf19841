"""The code of docs/superres.md runs as it is written, on a few photographs."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

DOCS = (Path(__file__).parents[2] / "docs" / "superres.md").read_text()


def test_python_code_runs(tmp_path, monkeypatch, cat):
    """Only the sizes are cut."""
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for path in ("me.jpg", "photos/1.jpg", "photos/2.jpg"):
        Image.fromarray(cat).save(path)
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    code = code.replace("factor=4)", "factor=4, width=2)").replace("size=288, batch_size=4", "size=32, batch_size=2")
    names = {}
    exec(code, names)
    assert names["picture"].shape == (160, 224, 3)
    assert names["picture"].dtype == np.uint8
    assert Path("x4.keras").is_file()


def test_every_flag_that_is_named_exists(capsys):
    from superres.cli import main, train_main

    flags = set(re.findall(r"--[a-z][a-z-]+", re.sub(r"python\s-m\sbenchmarks[^`]*", "", DOCS)))
    for entry, arguments in ((main, ["upscale"]), (main, ["evaluate"]), (train_main, [])):
        try:
            entry([*arguments, "--help"])
        except SystemExit:
            flags -= set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    assert flags == set()
