"""The forms of ``common/layers/cpu_convolution.py`` beside TensorFlow's own convolutions.

``python -m benchmarks.cpu_convolution inference``: layers of the paper's network with one photograph of
512x512, and the networks that ship as a whole. ``... training_step``: the layers with four photographs of
256x256, forward and backward, and whole steps. Both forms take turns in one process.
"""

import argparse
import contextlib
from unittest import mock

from benchmarks.machine import describe
from benchmarks.ours import step
from benchmarks.turns import milliseconds, take_turns

# (name, size of the kernel, channels, filters, stride, whether it enlarges by two first, share of the photograph's
# side that its input has)
LAYERS = (
    ("down_2", 3, 32, 64, 2, False, 1),
    ("residual", 3, 128, 128, 1, False, 1 / 4),
    ("up_1 after resize", 3, 128, 64, 1, True, 1 / 4),
    ("up_2 after resize", 3, 64, 32, 1, True, 1 / 2),
    ("to_rgb", 9, 32, 3, 1, False, 1),
)
# (name, side of the photograph)
SHIPPED = (
    ("starry_night", 512),
    ("starry_night", 1024),
    ("x4_pixel", 256),
    ("x4_srcnn", 256),
    ("x8_pixel", 128),
)
# Where the forms are turned on.
PLACES = ("fast_style.common.networks.image_network", "fast_style.common.training.trainer")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cpu_convolution",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=("inference", "training_step"))
    parser.add_argument("--rounds", type=int, default=5, help="repetitions timed of each (default: 5)")
    parser.add_argument(
        "--precision", choices=("float32", "bfloat16"), default="float32", help="of everything (default: float32)"
    )
    options = parser.parse_args(arguments)
    training = options.task == "training_step"

    from fast_style.common.startup import start_tensorflow

    start_tensorflow(training=training)
    dtype = options.precision
    policy = "mixed_bfloat16" if dtype == "bfloat16" else dtype
    print(describe())
    print("\n| | TensorFlow's, ms | min to max | ours, ms | min to max | ratio |\n|---|---|---|---|---|---|")
    for label, make in [*layers(training, dtype), *(steps(policy) if training else shipped(policy))]:
        plain, ours = compare(make, options.rounds)
        print(f"| {label} | {plain[0]} | {plain[1]} | {ours[0]} | {ours[1]} | {ours[2] / plain[2]:.2f} |", flush=True)


def compare(make, rounds):
    """(median, spread, median as number) of what `make` makes without the forms and with them, in turn."""
    with contextlib.ExitStack() as patches:
        for place in PLACES:
            patches.enter_context(mock.patch(f"{place}.cpu_convolutions", contextlib.nullcontext))
        plain = make(False)
        plain()  # traced, without the forms
    ours = make(True)
    ours()
    return [milliseconds(taken) for taken in take_turns({False: plain, True: ours}, rounds).values()]


def layers(training, dtype="float32"):
    """(label, function that makes a repetition) of each of LAYERS."""
    batch, side = (4, 336) if training else (1, 528)  # with the margins
    for name, size, channels, filters, stride, doubled, share in LAYERS:
        height = round(side * share)
        label = f"{name}, {size}x{size}, {channels} to {filters}, {batch} x {height}x{height}"

        def make(ours, size=size, shape=(batch, height, height, channels), filters=filters, stride=stride, up=doubled):
            return layer(ours, shape, size, filters, stride, up, training, dtype)

        yield label, make


def layer(ours, shape, size, filters, stride, doubled, training, dtype="float32"):
    """A repetition of one convolution, with its gradients if asked for."""
    import tensorflow as tf

    from fast_style.common.layers import cpu_convolution
    from fast_style.common.layers.upsampling import nearest_double

    inputs = tf.random.stateless_normal(shape, (0, 0))
    kernel = tf.random.stateless_normal((size, size, shape[-1], filters), (0, 1)) * (size * size * shape[-1]) ** -0.5
    inputs, kernel = tf.cast(inputs, dtype), tf.cast(kernel, dtype)

    def convolve(inputs, kernel):
        if doubled:
            if ours:
                return cpu_convolution.double_and_convolve(inputs, kernel)
            inputs = nearest_double(inputs)
        return (
            cpu_convolution.convolve(inputs, kernel, stride) if ours else tf.nn.conv2d(inputs, kernel, stride, "SAME")
        )

    @tf.function
    def forward(inputs, kernel):
        return tf.reduce_max(convolve(inputs, kernel))

    @tf.function
    def backward(inputs, kernel):
        with tf.GradientTape() as tape:
            tape.watch((inputs, kernel))
            outputs = convolve(inputs, kernel)
        return [tf.reduce_max(one) for one in tape.gradient(outputs, (inputs, kernel), output_gradients=outputs)]

    compiled = backward if training else forward
    return lambda: [float(one) for one in tf.nest.flatten(compiled(inputs, kernel))]


def shipped(policy):
    """(label, function that makes a repetition) of each of SHIPPED."""
    import numpy as np

    from fast_style.common.networks.rebuilding import in_precision
    from fast_style.common.networks.source import find_network

    for name, side in SHIPPED:
        photo = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), np.uint8)

        def make(_, name=name, photo=photo):
            render = in_precision(find_network(name).load(), policy).render
            return lambda: render(photo).numpy()

        yield f"{name}, {side}x{side}", make


def steps(policy):
    """(label, function that makes a repetition) of training steps of both tasks."""
    import numpy as np

    from fast_style.common.networks.precision import dtype_policy
    from fast_style.model import StyleTransfer
    from fast_style.network import TransformationNetwork
    from superres.model import SuperResolution
    from superres.network import SuperResolutionNetwork

    def style(upsampling):
        painting = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
        options = {"loss_network": "vgg19", "loss_weights": "random", "style_size": None}
        with dtype_policy(policy):
            trainer = StyleTransfer(painting, TransformationNetwork(upsampling=upsampling), **options)
        return step(trainer, 256, 4)

    def pixel():
        with dtype_policy(policy):
            network = SuperResolutionNetwork(4, normalization="none", bicubic_skip=True)
            trainer = SuperResolution(network, feature_weight=0, pixel_weight=1)
        return step(trainer, 288, 4)

    yield "style, transposed, 4 x 256x256", lambda _: style("transposed")
    yield "style, resize, 4 x 256x256", lambda _: style("resize")
    yield "x4, pixel loss, 4 x 288x288", lambda _: pixel()


if __name__ == "__main__":
    main()
