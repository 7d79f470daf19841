"""Logs for TensorBoard."""

import os

from fast_style.common.training.tensorboard import TensorBoard


def test_a_folder_whose_name_is_no_utf8(tmp_path):
    folder = tmp_path / os.fsdecode(b"run\xe9")
    with TensorBoard(folder) as board:
        board.scalars("losses", {"loss": 1.0}, 1)
    assert len(os.listdir(folder)) == 1
