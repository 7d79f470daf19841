"""How much networks flicker on moving pictures, frame by frame and calmed, and how much style is left.

``python -m benchmarks.video --data ../shared/data --network A B --loss-weights FILE``

Clips, frames of DAVIS and Sintel, pairs with true flow, photographs moved in layers with exact flow, and photographs
at rest, with grain. For each kind and remedy, means over clips: the temporal warping error (Lai et al. 2018) times 1e3;
its root, of the sum over channels (Gao et al. 2018); the objective and its style term, each over that of the pictures
that are made frame by frame.
"""

import argparse
import dataclasses
import itertools
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.moving_layers import Motion, MovingLayers
from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import list_images, read_photo
from fast_style.common.startup import start_tensorflow
from fast_style.common.video.calm import Calm
from fast_style.common.video.flow import DenseFlow, warp
from fast_style.common.video.occlusion import at_motion_boundary, visible
from fast_style.common.video.opencv import opencv
from fast_style.common.video.warping_error import warping_error
from fast_style.evaluation.comparison import centre_square

CLIPS = (
    "carphone",
    "cockatoo",
    "driving_solidWhiteRight",
    "fire2",
    "flipping_a_pancake",
    "flower",
    "nasa_13013",
    "rabbit320",
)
FLO_MAGIC = 202021.25
GRAIN = 2.0  # standard deviation in levels, of a photograph at rest
# Frames whose objective is measured: one of so many.
TERMS_EVERY = 12
# What :class:`Calm` does, each part alone and both together.
REMEDIES = {"steady frames": {"strength": 0.0}, "mixed in": {"steadiness": 0.0}, "calm": {}}
# Of a layer before another: where, and how both move.
MOTIONS = (
    (Motion(shift=(1.3, 0.4), turn=0.004), Motion(shift=(-1.7, -0.6), sway=6.0)),
    (Motion(shift=(-0.6, 0.0), zoom=1.006), Motion(shift=(2.2, 0.5), turn=-0.006)),
    (Motion(sway=9.0), Motion(shift=(0.0, -0.8), zoom=1.01)),
    (Motion(turn=-0.007, zoom=0.996), Motion(sway=12.0, turn=0.003)),
)


@dataclasses.dataclass(frozen=True)
class Sequence:
    """Frames, and how what they show moves.

    Attributes:
        kind: the row of the table.
        name: of the clip.
        frames: list of uint8 (side, side, 3).
        flow: function from a frame's number to the flow to the next, and bool where it counts.
    """

    kind: str
    name: str
    frames: list
    flow: Callable


def read_clip(path, count):
    """The first frames of a clip as FFmpeg decodes them, uint8 (height, width, 3)."""
    import av

    with av.open(str(path)) as clip:
        return [frame.to_ndarray(format="rgb24") for frame in itertools.islice(clip.decode(video=0), count)]


def read_flo(path):
    """True flow of a Middlebury file: float32 (height, width, 2)."""
    data = Path(path).read_bytes()
    magic, (width, height) = np.frombuffer(data, "<f4", 1)[0], np.frombuffer(data, "<i4", 2, 4)
    if magic != FLO_MAGIC:
        raise UserError(f"{path}: expected a .flo file. Received: one that begins with {data[:4]!r}")
    return np.frombuffer(data, "<f4", 2 * width * height, 12).reshape(height, width, 2)


def estimated_flow(frames):
    """Flow by dense inverse search of the source, and where both directions agree, off motion boundaries."""
    cv2 = opencv()
    search, grey = DenseFlow("medium"), [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]

    def flow(index):
        forward, back = search(*grey[index : index + 2]), search(*grey[index : index + 2][::-1])
        return forward, visible(forward, back) & ~at_motion_boundary(forward)

    return flow


def true_flow(frames, forward):
    """Flow that is known one way alone: where the search's way back agrees with it."""
    cv2 = opencv()
    first, second = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames)
    back = DenseFlow("medium")(second, first)
    return lambda index: (forward, visible(forward, back))


def sequences(data, side, count):
    """What is measured on, as :class:`Sequence`.

    Args:
        data: folder with ``videos``, ``flow``, ``masks`` and ``photos/val``.
        side: pixels of the squares in the middle that frames are cut to; those of pairs with true flow are left.
        count: frames of each.
    """
    data = Path(data)
    for name in CLIPS:
        path = next((data / "videos").glob(f"{name}.*"))
        frames = [centre_square(frame, side) for frame in read_clip(path, count)]
        yield Sequence("clips", name, frames, estimated_flow(frames))
    for name in ("davis_car-shadow", "sintel_ambush_4"):
        paths = itertools.islice(list_images(data / "flow" / name), count)
        frames = [centre_square(read_photo(path).on_white(), side) for path in paths]
        yield Sequence("DAVIS, Sintel", name, frames, estimated_flow(frames))
    for number in (1, 2):
        named = data / "flow" / "flyingchairs" / f"{number}_"
        frames = [opencv().imread(f"{named}img{place}.ppm")[..., ::-1].copy() for place in (1, 2)]
        yield Sequence("true flow", f"flyingchairs_{number}", frames, true_flow(frames, read_flo(f"{named}flow.flo")))
    backgrounds = [centre_square(read_photo(path).on_white(), side) for path in list_images(data / "photos" / "val")]
    people = sorted((data / "masks" / "people").glob("*_mask.png"))
    for background, mask, motions in zip(backgrounds, people, MOTIONS, strict=False):
        person = next(path for path in people[0].parent.glob(mask.name.replace("_mask.png", ".*")))
        cover = resize_array(centre_square(read_photo(mask).on_white(), side), side, side)[..., 0] / np.float32(255)
        layers = MovingLayers(background, centre_square(read_photo(person).on_white(), side), cover, motions, count)
        yield Sequence("layers", person.stem, layers.frames, layers.flow)
    noise = np.random.default_rng(0)
    for number, still in enumerate(backgrounds[:2]):
        grainy = still + noise.normal(0, GRAIN, (count, *still.shape))
        frames = list(np.clip(np.rint(grainy), 0, 255).astype(np.uint8))
        at_rest = np.zeros((side, side, 2), np.float32), np.ones((side, side), bool)
        yield Sequence("at rest", str(number), frames, lambda index, at_rest=at_rest: at_rest)


def flicker(pictures, flows):
    """The warping error of pictures one behind the other, and the mean of its roots, of the sum over channels."""
    errors = [warping_error(*pair, *flow) for pair, flow in zip(itertools.pairwise(pictures), flows, strict=True)]
    return np.mean(errors), np.mean([math.sqrt(3 * error) for error in errors])


def calmed(frames, paint, **options):
    """What :class:`Calm` makes of a clip that is painted by a function."""
    calm, pictures = Calm(**options), []
    for frame in frames:
        followed = calm.follow(frame)
        pictures.append(calm.mix(followed, paint(followed.steady)))
    return pictures


def painter(network):
    """A function from a frame to what a network makes of it."""
    return lambda frame: network.render(frame[None]).numpy()[0]


def objective_of(name, style, loss_weights, side):
    """A function from a photograph and a picture to the objective that a network was trained on and its style term."""
    import tensorflow as tf

    from fast_style.common.networks.source import find_network
    from fast_style.evaluation.recorded_objective import recorded_objective
    from fast_style.objective import StyleObjective
    from fast_style.settings import ObjectiveSettings
    from fast_style.task import TASK

    recorded = recorded_objective(find_network(name, TASK))
    tv_size = recorded.pop("tv_size", side)
    settings = ObjectiveSettings(**recorded, style=style, loss_weights=loss_weights)
    settings.tv_weight *= (tv_size / side) ** 2
    objective = StyleObjective.for_painting(settings)

    @tf.function(reduce_retracing=True)
    def terms(photo, picture):
        found = objective.terms(picture, objective.targets(photo))
        return found["loss"][0], found["style"][0]

    return lambda *pictures: np.array([float(one) for one in terms(*(tf.cast(p[None], tf.float32) for p in pictures))])


def measure(data, name, style, loss_weights, side=384, count=24, remedies=None):
    """Prints the table of a network.

    Args:
        data, side, count: as of :func:`sequences`.
        name: shipped name or ``.keras`` file.
        style: the painting that it was trained on.
        loss_weights: of the loss network; None leaves the objective out.
        remedies: options of :class:`Calm`, by what to call them. Default: `REMEDIES`.
    """
    from fast_style.task import load_network

    paint = painter(load_network(name))
    objective = objective_of(name, style, loss_weights, side) if loss_weights else None
    rows = {}
    for sequence in tqdm(list(sequences(data, side, count)), disable=None, leave=False):
        flows = [sequence.flow(index) for index in range(len(sequence.frames) - 1)]
        painted = [paint(frame) for frame in sequence.frames]
        shown = {"source": sequence.frames, "frame by frame": painted}
        for remedy, options in (remedies or REMEDIES).items():
            shown[remedy] = calmed(sequence.frames, paint, **options)
        picked = range(len(painted) - 1, 0, -TERMS_EVERY) if objective else ()
        each = {
            remedy: np.mean([objective(sequence.frames[i], pictures[i]) for i in picked], axis=0) if picked else (1, 1)
            for remedy, pictures in shown.items()
        }
        for remedy, pictures in shown.items():
            left = np.array(each[remedy]) / each["frame by frame"]
            rows.setdefault((sequence.kind, remedy), []).append((*flicker(pictures, flows), *left))
    print(f"{name}, {count} frames of {side}x{side}; warping error times 1e3, root; objective and style by frame's")
    for (kind, remedy), values in rows.items():
        error, root, *left = np.mean(values, axis=0)
        print(f"| {kind} | {remedy} | {1e3 * error:.2f} | {root:.3f} | {left[0]:.2f} | {left[1]:.2f} |", flush=True)


def strip(name, path, side=384, count=8, shown=4, crop=192):
    """Writes a picture of flicker: frames above each other, as they are, painted one by one, and calmed.

    The last column is what changed between the last two frames where nothing but movement should have, four times as
    strong. Two photographs that scikit-image carries (CC0) are moved in layers.
    """
    from fast_style.common.images.sample_photos import sample_photos
    from fast_style.task import load_network

    photos = [centre_square(photo, side) for photo in sample_photos().values()]
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    ellipse = (np.square(rows / 0.6) + np.square(columns / 0.4) < 1).astype(np.float32)
    layers = MovingLayers(photos[0], photos[1], ellipse, MOTIONS[0], count)
    paint = painter(load_network(name))
    painted = [paint(frame) for frame in layers.frames]
    window = slice((side - crop) // 2, (side + crop) // 2), slice(side // 2, side // 2 + crop)
    flow, seen = layers.flow(count - 2)
    lines = []
    for pictures in (layers.frames, painted, calmed(layers.frames, paint)):
        changed = (
            np.abs(pictures[-2].astype(np.float32) - warp(pictures[-1].astype(np.float32), flow)) * seen[..., None]
        )
        changed = np.clip(4 * changed, 0, 255).astype(np.uint8)
        lines.append(np.concatenate([picture[window] for picture in (*pictures[-shown:], changed)], axis=1))
    opencv().imwrite(str(path), np.concatenate(lines)[..., ::-1], [opencv().IMWRITE_JPEG_QUALITY, 85])


def cost(clip, sides=(640, 360), count=24):
    """Prints the processor time of :class:`Calm` for a frame of a clip, in milliseconds: the least and the median."""
    cv2 = opencv()
    frames = [cv2.resize(frame, sides, interpolation=cv2.INTER_AREA) for frame in read_clip(clip, count)]
    calm, spent = Calm(), []
    for frame in frames:
        start = time.process_time(), time.perf_counter()
        calm.mix(calm.follow(frame), frame)
        spent.append((time.process_time() - start[0], time.perf_counter() - start[1]))
    (least, middle), (wall, _) = 1e3 * np.array([np.min(spent[1:], 0), np.median(spent[1:], 0)]).T
    print(f"calm, {sides[0]}x{sides[1]}: {least:.1f} ms of processor time at least, {middle:.1f} median; {wall:.1f} ms")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.video", description=__doc__)
    parser.add_argument("--data", default="../shared/data", help="folder with videos, flow, masks and photos/val")
    parser.add_argument("--network", nargs="+", required=True, help="shipped names or .keras files")
    parser.add_argument("--style", help="the painting that all of them were trained on")
    parser.add_argument("--loss-weights", help="of the loss network; without, the objective is left out")
    parser.add_argument(
        "--strengths", nargs="+", type=float, help="of Calm, a row each (default: its remedies, alone and together)"
    )
    parser.add_argument("--size", type=int, default=384, help="side of the squares in pixels")
    parser.add_argument("--frames", type=int, default=24, help="of each clip")
    parser.add_argument("--strip", help="writes a picture of flicker by the first network there, and measures nothing")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        start_tensorflow()
        if options.strip:
            return strip(options.network[0], options.strip)
        cost(Path(options.data) / "videos" / "cockatoo.mp4")
        for name in options.network:
            measure(
                options.data,
                name,
                options.style,
                options.loss_weights,
                options.size,
                options.frames,
                {f"calm {strength:g}": {"strength": strength} for strength in options.strengths or ()},
            )


if __name__ == "__main__":
    main()
