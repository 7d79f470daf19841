"""PyAV, which only clips need."""

import importlib
import os

from fast_style.common.errors import UserError


def video_library(argument="video"):
    """The module ``av``.

    Args:
        argument: what wants it, for the error.

    Raises:
        UserError: it is not installed.
    """
    # Read where its encoder of AV1 begins, which writes a page to standard error else.
    os.environ.setdefault("SVT_LOG", "1")
    try:
        return importlib.import_module("av")
    except ImportError as error:
        raise UserError(
            f'{argument}: expected PyAV for moving pictures (pip install "fast-style[video]"). Received: {error}'
        ) from error
