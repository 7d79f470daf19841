"""The README's code runs as it is written, on a small painting and a few photographs."""

import re
from pathlib import Path

import numpy as np

from fast_style.common.images.image_io import write_photo

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_python_code_of_the_readme_runs(tmp_path, monkeypatch, eager_steps, eager_pictures):
    """Only the sizes are cut, and the loss network's weights are not downloaded."""
    generator = np.random.default_rng(0)
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for path in ("starry_night.jpg", "me.jpg", *(f"photos/{i}.jpg" for i in range(2))):
        write_photo(path, generator.integers(0, 256, (40, 48, 3), np.uint8), "jpg")
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    code = code.replace("size=256, batch_size=4", "size=32, batch_size=2")
    code = code.replace("tv_weight=1e-5)", "tv_weight=1e-5, loss_weights='random', style_size=32)")
    assert code.count("random") == code.count("size=32, batch") == 1
    names = {}
    exec(code, names)
    assert names["picture"].shape == (40, 48, 3)
    assert names["picture"].dtype == np.uint8
    assert Path("starry.keras").is_file()
