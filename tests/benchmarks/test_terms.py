"""A row of terms for each network; numbers are those of the objective, which has tests of its own."""

import numpy as np
import pytest

from benchmarks import terms
from fast_style.common.images.image_io import write_photo


@pytest.fixture
def arguments(tmp_path, rng):
    for name in ("paintings/wave.png", "photos/one.png", "photos/two.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_photo(tmp_path / name, rng.integers(0, 255, (64, 64, 3), np.uint8))
    folders = ["--paintings", str(tmp_path / "paintings"), "--photos", str(tmp_path / "photos")]
    return [*folders, "--size", "64", "--style-size", "64", "--loss-weights", "random"]


@pytest.mark.slow
def test_a_row_for_each_network(arguments, capsys):
    terms.main([*arguments, "--network", "wave_fast"])
    first, heads, _, row = capsys.readouterr().out.splitlines()
    assert first == "2 photographs of 64x64, paintings read at 64"
    assert heads.startswith("| network | content | style | style/relu1_2 |")
    numbers = [float(cell) for cell in row.split("|")[2:-1]]
    assert len(numbers) == 7
    assert sum(numbers[2:6]) == pytest.approx(numbers[1], rel=0.01)


def test_a_painting_that_is_not_there_is_named(arguments, capsys):
    with pytest.raises(SystemExit):
        terms.main([*arguments, "--network", "udnie"])
    assert "--paintings: expected a folder with that of udnie. Received: " in capsys.readouterr().err
