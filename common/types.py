"""Types that annotations of public functions name. Docstrings say what annotations cannot: shapes, ranges, dtypes."""

import os
from typing import Any, TypeAlias

import numpy as np

# What `as_rgb` reads: a path, encoded bytes, or RGB or grey uint8 (height, width, 3), (height, width).
Image: TypeAlias = str | os.PathLike | bytes | np.ndarray
# Of Keras' backend, or what converts to one.
Tensor: TypeAlias = Any
