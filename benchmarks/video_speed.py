"""Times a clip from file to file, ours beside a loop over frames in PyTorch: ``python -m benchmarks.video_speed``.

With the same network, decoder, encoder and settings; ours with calm beside them, which the loop has not. Then where
ours spends its time.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.contest import compete, table
from benchmarks.machine import describe

NAMES = [
    "fast-style float32",
    "fast-style bfloat16",
    "fast-style bfloat16, calm",
    "PyTorch float32",
    "PyTorch bfloat16",
    "PyTorch float32 compiled",
    "PyTorch bfloat16 compiled",
]
COUNTED = 64  # side of the image that multiply-adds are compared on


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.video_speed", description=__doc__)
    parser.add_argument("--clip", help="of real pictures (default: a pattern of noise and motion, made here)")
    parser.add_argument("--frames", type=int, default=50, help="of a clip that is made here (default: 50)")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--filters", type=int, default=16, help="of the first layer (default: 16)")
    choices = ("transposed", "bilinear")
    parser.add_argument("--upsampling", choices=choices, default="bilinear", help="default: bilinear")
    parser.add_argument("--rounds", type=int, default=5, help="times that each paints the clip (default: 5)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    options = parser.parse_args(arguments)
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        source = str(Path(folder) / "clip.mp4")
        count = make_clip(source, options)
        network = {"filters": options.filters, "upsampling": options.upsampling}
        chosen = {"source": source, **network, "size": COUNTED}
        results, absent = compete("video", options.only, options.rounds, **chosen)
        if not results:
            sys.exit(f"none of {', '.join(name for name, _ in absent)} could take part")
        for result in results:
            result.seconds = [seconds / count for seconds in result.seconds]
        kind = f"{options.width}x{options.height}, {options.filters} filters, {options.upsampling}"
        print(f"\n{count} frames of {kind}; seconds a frame\n")
        print(table(results, "PyTorch float32"), flush=True)
        print("\nWhere a frame's time goes: processor seconds of all cores, each stage by itself\n")
        for stage, seconds in stages(source, **network):
            print(f"- {stage}: {1000 * seconds / count:.1f} ms", flush=True)


def make_clip(path, options):
    """Writes the clip, of the size that was asked for; how many frames it has."""
    import av
    from PIL import Image

    size = options.width, options.height
    if options.clip:
        with av.open(options.clip) as clip:
            pictures = [
                frame.to_image().resize(size)
                for _, frame in zip(range(options.frames), clip.decode(video=0), strict=False)
            ]
    else:
        rng = np.random.default_rng(0)
        world = Image.fromarray(rng.integers(0, 256, (30, 50, 3), "uint8")).resize((2 * size[0], 2 * size[1]))
        pictures = [world.crop((n, n // 2, n + size[0], n // 2 + size[1])) for n in range(options.frames)]
    with av.open(path, "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"crf": "20"})
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        for picture in pictures:
            output.mux(stream.encode(av.VideoFrame.from_image(picture)))
        output.mux(stream.encode(None))
    return len(pictures)


def stages(source, filters, upsampling):
    """(stage, processor seconds) of the whole clip, in the precision that is fastest here."""
    from fast_style.common.startup import start_tensorflow

    start_tensorflow()

    from fast_style.common.networks.rebuilding import in_precision
    from fast_style.common.video.calm import Calm
    from fast_style.common.video.formats import Target
    from fast_style.common.video.frame import Frame
    from fast_style.common.video.reading import open_clip
    from fast_style.common.video.writing import open_writer
    from fast_style.network import TransformationNetwork
    from fast_style.painter import Painter
    from fast_style.video import frame_painter

    network = in_precision(TransformationNetwork(width=filters, upsampling=upsampling))
    with open_clip(source) as clip:
        began = time.process_time()
        frames = list(clip.frames())
        yield "read: decode, RGB", time.process_time() - began
        paint, batch = frame_painter(Painter(network), *clip.sides)
        paint(np.stack([frames[0].rgb] * batch))
        began = time.process_time()
        groups = [np.stack([one.rgb for one in frames[at : at + batch]]) for at in range(0, len(frames), batch)]
        painted = [picture for group in groups for picture in paint(group)]
        yield f"paint, {network.compute_dtype}", time.process_time() - began
        began = time.process_time()
        calm = Calm()
        for frame, picture in zip(frames, painted, strict=True):
            calm.mix(calm.follow(frame.rgb), picture)
        yield "calm: flow, steady frames, mixing", time.process_time() - began
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            writer = open_writer(Target(str(Path(folder) / "out.mp4")), clip, clip.sides)
            for frame, rgb in zip(frames, painted, strict=True):
                writer.add(Frame(rgb, frame.time, frame.duration))
            writer.close()
            yield "write: YUV, encode", time.process_time() - began


if __name__ == "__main__":
    main()
