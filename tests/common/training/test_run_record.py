"""The record of a run."""

import json
import platform

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.training.run_record import hardware, read_record, versions, write_record
from tests.common.tiny_run import tiny_record


def test_round_trip(tmp_path):
    write_record(tmp_path, tiny_record(seconds=np.float32(0.5), iteration=np.int64(3), path=tmp_path))
    assert read_record(tmp_path) == tiny_record(seconds=0.5, iteration=3, path=str(tmp_path))


def test_missing_and_broken_records_are_refused(tmp_path):
    with pytest.raises(UserError, match="expected the folder of a run, with run.json in it. Received: none"):
        read_record(tmp_path)
    (tmp_path / "run.json").write_text("{half")
    with pytest.raises(UserError, match="expected a run record in JSON"):
        read_record(tmp_path)


def test_versions_and_hardware_are_of_this_machine():
    assert versions()["python"] == platform.python_version()
    assert versions()["tensorflow"].startswith("2.")
    assert hardware()["memory_gib"] > 0
    assert hardware()["processor"]
    json.dumps(hardware())
