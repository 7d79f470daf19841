"""What repeats every 4 pixels, and what does not."""

import numpy as np
import pytest

from benchmarks.lattice import lattice, main


def grey(values):
    return np.repeat(np.asarray(values, float)[..., None], 3, 2)


def test_a_lattice_is_measured_in_levels(rng):
    """Stripes of 4 pixels have a standard deviation of their amplitude by the root of 2, under any light."""
    rows, columns = np.mgrid[:128, :128]
    stripes = 10 * np.sin(2 * np.pi * columns / 4)
    assert lattice(grey(stripes)) == pytest.approx(10 / np.sqrt(2), rel=0.02)
    assert lattice(grey(stripes + rows)) == pytest.approx(10 / np.sqrt(2), rel=0.05)
    assert lattice(grey(10 * np.sin(2 * np.pi * columns / 6.4))) < 0.3
    assert lattice(grey(np.full((64, 64), 9))) < 1e-9


def test_white_noise_has_a_sixth_of_its_power_there(rng):
    assert 0.3 < lattice(grey(rng.normal(size=(512, 512)))) < 0.55


@pytest.mark.slow
def test_a_row_for_each_network(capsys):
    main(["--network", "wave_fast", "--size", "64"])
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("| network | grey |")
    assert rows[2].startswith("| `wave_fast` | ")
