"""What repeats every 4 pixels, and what does not."""

import numpy as np
import pytest

from benchmarks.lattice import lattice, main


def grey(values):
    return np.repeat(np.asarray(values, float)[..., None], 3, 2)


def test_a_lattice_is_measured_in_levels(rng):
    """A dot of 16 levels in each cell of 16 pixels: a mean of 1 and a variance of 16 - 1; under any grain and light."""
    rows, columns = np.mgrid[:256, :256]
    dots = 16.0 * ((rows % 4 == 1) & (columns % 4 == 2))
    assert lattice(grey(dots)) == pytest.approx(np.sqrt(15))
    assert lattice(grey(dots + rng.normal(0, 10, dots.shape))) == pytest.approx(np.sqrt(15), rel=0.1)
    assert lattice(grey(np.full((64, 66), 9))) == 0


def test_what_does_not_lie_on_the_grid_averages_out(rng):
    """The mean of 4,096 cells has a sixty-fourth of the deviation."""
    assert lattice(grey(rng.normal(0, 10, (256, 256)))) == pytest.approx(10 / 64, rel=0.5)
    columns = np.arange(256)
    assert lattice(grey(np.tile(50 * np.sin(2 * np.pi * columns / 5.3), (256, 1)))) < 1.5


@pytest.mark.slow
def test_a_row_for_each_network(capsys):
    main(["--network", "wave_fast", "--size", "64"])
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("| network | grey |")
    assert rows[2].startswith("| `wave_fast` | ")
