"""Time and peak memory of ``superres upscale`` on 12 megapixels: ``python -m benchmarks.enlargement_memory``.

The whole command, as a user calls it: reading, tiles, histogram matching, PNG.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.large_photograph import large_photograph
from benchmarks.machine import describe
from fast_style.common.images.image_io import write_photo


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enlargement_memory", description=__doc__)
    parser.add_argument("--width", type=int, default=4000, help="of the photograph in pixels (default: 4000)")
    parser.add_argument("--height", type=int, default=3000, help="of the photograph in pixels (default: 3000)")
    parser.add_argument("--network", default="x4_pixel", help="name or .keras file (default: x4_pixel)")
    options = parser.parse_args(arguments)
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        photo, result = Path(folder) / "photo.png", Path(folder) / "result.png"
        write_photo(photo, large_photograph(options.height, options.width))
        command = [sys.executable, "-c", "from superres.cli import main; main()", "upscale", photo, "-o", result]
        start = time.perf_counter()
        subprocess.run([*map(str, command), "--network", options.network, "--histogram-matching"], check=True)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(
            f"{options.network}, {options.width}x{options.height}: {seconds:.0f} s, peak {peak} MiB, "
            f"a result of {result.stat().st_size >> 20} MiB"
        )


if __name__ == "__main__":
    main()
