"""What the command line makes of a photograph, to compare with what a tab does."""

import pytest

from fast_style.cli import main


def of_the_command(folder, *words):
    """The one file that `fast-style stylize` writes into a folder."""
    words = ["stylize", *words, "--precision", "float32", "--engine", "tensorflow", "--output", folder]
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    assert end.value.code == 0
    (made,) = folder.iterdir()
    return made
