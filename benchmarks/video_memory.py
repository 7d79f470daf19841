"""Memory by the length of a clip: ``python -m benchmarks.video_memory``.

Each length in a process of its own: a pattern is written, painted by a tiny network into H.264 with sound, and the most
memory that the process took is told.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTH, HEIGHT, RATE = 64, 36, 25


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.video_memory", description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[0.5, 2, 10])
    parser.add_argument("--one", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one is not None:
        return print(paint(options.one))
    print("| minutes | frames | seconds | peak MiB |\n|---|---|---|---|")
    for minutes in options.minutes:
        command = [sys.executable, "-m", "benchmarks.video_memory", "--one", str(minutes)]
        print(f"| {minutes:g} | {subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()} |")


def paint(minutes):
    """``frames | seconds | peak MiB`` of a clip of so many minutes."""
    import time

    import av
    import numpy as np

    from fast_style.common.startup import start_tensorflow

    with tempfile.TemporaryDirectory() as folder:
        source = str(Path(folder) / "clip.mp4")
        with av.open(source, "w") as output:
            video = output.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
            video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            sound = output.add_stream("aac", rate=48000, layout="mono")
            count = round(minutes * 60 * RATE)
            for number in range(count):
                rgb = np.full((HEIGHT, WIDTH, 3), number % 256, np.uint8)
                output.mux(video.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
                samples = av.AudioFrame.from_ndarray(np.zeros((1, 48000 // RATE), np.float32), "fltp", "mono")
                samples.sample_rate = 48000
                output.mux(sound.encode(samples))
            output.mux(video.encode(None))
            output.mux(sound.encode(None))
        start_tensorflow()

        import fast_style

        began = time.perf_counter()
        result = fast_style.stylize_video(
            source, Path(folder) / "out.mp4", fast_style.TransformationNetwork(width=2), precision="float32"
        )
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{result.count} | {seconds:.0f} | {peak}"


if __name__ == "__main__":
    main()
