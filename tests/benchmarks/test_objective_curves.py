"""Curves of the objective from records of runs."""

import pytest

from benchmarks import objective_curves
from fast_style.common.images.image_io import read_photo
from fast_style.common.json_files import write_json
from tests.common.tiny_run import tiny_record


def test_curves_of_stages_follow_each_other(tmp_path, capsys):
    """Two stages of 10 and 20 seconds, weights 1, 0.5 and 2: 3 + 0.5 * 4 + 2 * 1 = 7 and 1 + 0.5 * 2 + 2 * 1 = 4."""
    for name, seconds, terms in (("one", 10.0, (3.0, 4.0, 1.0)), ("two", 20.0, (1.0, 2.0, 1.0))):
        (tmp_path / name).mkdir()
        found = {"iteration": 5, "seconds": seconds, **dict(zip(("content", "style", "tv"), terms, strict=True))}
        write_json(tmp_path / name / "run.json", tiny_record(seconds=seconds, validation=[found]))
    weights = ["--style-weight", "0.5", "--tv-weight", "2", "-o", str(tmp_path / "curves.png")]
    objective_curves.main([f"both={tmp_path / 'one'},{tmp_path / 'two'}", *weights])
    assert capsys.readouterr().out.splitlines()[2:] == ["| both | 10 | 3 | 7 |", "| both | 30 | 1 | 4 |"]
    assert read_photo(tmp_path / "curves.png").rgb.shape == (400, 640, 3)


@pytest.mark.parametrize(("run", "message"), [("{0}", "expected LABEL=FOLDER"), ("a={0}", "run with --validation")])
def test_runs_without_curves_are_refused(run, message, tmp_path, capsys):
    write_json(tmp_path / "run.json", tiny_record())
    with pytest.raises(SystemExit) as stop:
        objective_curves.main([run.format(tmp_path)])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
