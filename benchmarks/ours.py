"""fast-style itself."""

import numpy as np


def training_step(precision, size, batch_size):
    from fast_style.common.startup import start_tensorflow

    start_tensorflow(training=True)

    from benchmarks.graph import convolution_multiply_adds
    from fast_style.common.networks.precision import dtype_policy
    from fast_style.model import StyleTransfer
    from fast_style.network import TransformationNetwork

    with dtype_policy(precision):
        network = TransformationNetwork()
        painting = np.random.default_rng(0).integers(0, 256, (size, size, 3), "uint8")
        trainer = StyleTransfer(painting, network, loss_network="vgg19", loss_weights="random", style_size=None)
    multiply_adds = convolution_multiply_adds(lambda x: network(x, training=True), size)
    return step(trainer, size, batch_size), network.count_params(), multiply_adds


def step(trainer, size, batch_size):
    """A function that takes one training step of a trainer on photographs of noise."""
    import tensorflow as tf

    from fast_style.common.training.adam import Adam

    trainer.compile(Adam(1e-3))
    trainer.make_train_function()
    photos = np.random.default_rng(1).integers(0, 256, (batch_size, size, size, 3), "uint8")
    batches = iter(tf.data.Dataset.from_tensors(photos).repeat())
    return lambda: float(trainer.train_function(batches)["loss"])


def inference(precision, size):
    from fast_style.common.startup import start_tensorflow

    start_tensorflow()

    from benchmarks.graph import convolution_multiply_adds
    from fast_style.common.networks.precision import dtype_policy
    from fast_style.network import TransformationNetwork

    with dtype_policy(precision):
        network = TransformationNetwork()
    photo = np.random.default_rng(1).integers(0, 256, (1, size, size, 3), "uint8")
    multiply_adds = convolution_multiply_adds(lambda x: network(x, training=False), size)
    return lambda: network.render(photo).numpy(), network.count_params(), multiply_adds


def video(precision, source, filters, upsampling, size, calm=False):
    """The whole of :func:`fast_style.stylize_video`: read, painted, made calm or not, and written at the same time."""
    import tempfile
    from pathlib import Path

    from fast_style.common.startup import start_tensorflow

    start_tensorflow()

    import fast_style
    from benchmarks.graph import convolution_multiply_adds
    from fast_style.common.networks.precision import dtype_policy

    with dtype_policy(precision):
        network = fast_style.TransformationNetwork(width=filters, upsampling=upsampling)
    multiply_adds = convolution_multiply_adds(lambda x: network(x, training=False), size)
    target = Path(tempfile.mkdtemp()) / "out.mp4"

    def repeat():
        fast_style.stylize_video(source, target, network, precision=precision, overwrite=True, calm=calm)

    return repeat, network.count_params(), multiply_adds
