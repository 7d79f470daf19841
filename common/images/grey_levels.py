"""Grey of any type of number as 16 bits: what is white in a file."""

import numpy as np

# TIFF tags, and values of theirs.
BITS, PHOTOMETRIC, SAMPLE_FORMAT = 258, 262, 339
MIN_IS_WHITE, SIGNED = 0, 2
# Whites of numbers that do not use up their type: shares, 8 and 16 bits.
WHITES = (1.0, 255.0, 65535.0)
# Of floats that are no whole numbers, the share that may be brighter than white: highlights and overshoot.
MOST_BRIGHTER = 0.1
# Pictures that stay below this share of a white would be nearly black: they are on another scale.
LEAST_USED = 1 / 16


class GreyLevels:
    """A function from grey pixels as Pillow keeps them to uint16 of the same shape, 0 black and 65535 white.

    White is the largest number of the type, of up to 16 bits. Of 32-bit numbers and floats it is found out: 1, 255 or
    65535, the largest of the type, or the largest that occurs. What is negative or no number is black.

    Args:
        image: PIL image of mode L, I;16 or like it, I, or F.
        strips: function without arguments to an iterator of arrays, which are all its pixels.
    """

    def __init__(self, image, strips):
        tags = getattr(image, "tag_v2", {})
        self._mode, self._bits = image.mode, _first(tags.get(BITS, 8 if image.mode == "L" else 16))
        self._signed = _first(tags.get(SAMPLE_FORMAT, 1)) == SIGNED
        # Of up to 8 bits Pillow inverts itself.
        self._inverted = image.mode != "L" and tags.get(PHOTOMETRIC) == MIN_IS_WHITE
        if image.mode == "F":
            self._white = _white(map(self._numbers, strips()))
        elif self._bits == 32:
            self._white = _white(map(self._numbers, strips()), float((1 << (32 - self._signed)) - 1))
        else:
            self._white = float((1 << (max(self._bits, 8) - self._signed)) - 1)

    def __call__(self, pixels):
        if self._white == 255 and pixels.dtype == np.uint8:
            return pixels.astype(np.uint16) * 257
        numbers = self._numbers(pixels)
        shares = np.clip(np.nan_to_num(numbers / self._white, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
        if self._inverted:
            shares = np.where(np.isnan(numbers), 0.0, 1.0 - shares)
        return np.rint(shares * 65535).astype(np.uint16)

    def _numbers(self, pixels):
        """float64: pixels as the file means them, where Pillow reads the sign bit as another."""
        if self._mode == "L" and self._signed:
            pixels = pixels.view(np.int8)
        elif self._mode == "I" and self._bits == 32 and not self._signed:
            pixels = pixels.view(np.uint32)
        return pixels.astype(np.float64)


def _first(value):
    return value[0] if isinstance(value, tuple) else value


def _white(strips, largest_of_type=None):
    """What is white where the type does not say it."""
    limits = np.array([limit for white in WHITES for limit in (white * LEAST_USED, white)])
    within, count, largest, whole = np.zeros(len(limits)), 0, 0.0, True
    for numbers in strips:
        numbers = np.sort(numbers[np.isfinite(numbers)], axis=None)
        within += np.searchsorted(numbers, limits, side="right")
        count += numbers.size
        largest = max(largest, numbers[-1] if numbers.size else 0.0)
        whole = whole and bool((numbers == np.rint(numbers)).all())
    if largest <= 0:
        return 1.0
    if not whole:
        enough = count * (1 - MOST_BRIGHTER)
        for number, white in enumerate(WHITES):
            if within[2 * number + 1] >= enough:
                return white if white == 1.0 or within[2 * number] < count else largest
        return largest
    white = next((white for white in WHITES if largest <= white), largest_of_type)
    return white if white and largest >= white * LEAST_USED else largest
