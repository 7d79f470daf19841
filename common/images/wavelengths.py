"""Lengths of waves of a field of noise, in pixels of a photograph; without NumPy, for settings."""

# From four features of 4 pixels to what is larger than strokes. Waves of two features, the finest that they carry, turn
# every other feature into a dot.
FINEST, COARSEST = 16.0, 128.0
# The finest of networks that do not say it: all were trained so before 2026-11-29.
EARLIER_FINEST = 8.0
