"""One picture of a clip."""

import dataclasses
from fractions import Fraction

import numpy as np


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a clip, and when it is shown.

    Attributes:
        rgb: uint8 (height, width, 3), upright. That of a frame that is the one before again is the same array.
        time: seconds from the clip's beginning, exact.
        duration: seconds that it is shown, exact; 0 where nobody knows.
    """

    rgb: np.ndarray
    time: Fraction
    duration: Fraction = Fraction(0)
