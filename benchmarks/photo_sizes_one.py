"""One measurement of :mod:`benchmarks.photo_sizes`."""

import sys

from benchmarks.photo_sizes import one

if __name__ == "__main__":
    one(float(sys.argv[1]), *sys.argv[2:])
