"""Makes tfa_golden.npz, the numbers of tensorflow-addons that our layers are tested against.

TensorFlow Addons does not import beside Keras 3, so this runs in an environment of its own, once:

    python3.11 -m venv tfa
    tfa/bin/pip install tensorflow==2.15.1 tensorflow-addons==0.23.0 "numpy<2"
    tfa/bin/python tests/common/layers/golden/make_tfa_golden.py
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

# Shape, epsilon: 1e-3 is TFA's default, 1e-5 ours; one image of one pixel, one of tiny variance.
INSTANCE_CASES = [
    ((2, 7, 5, 3), 1e-3, 1.0),
    ((1, 16, 9, 8), 1e-5, 1.0),
    ((3, 4, 6, 2), 0.1, 1.0),
    ((1, 1, 1, 4), 1e-3, 1.0),
    ((2, 5, 5, 2), 1e-5, 0.003),
]
# Shape, sigma, size: squares and oblongs, odd sides, a kernel nearly as large as the image allows.
BLUR_CASES = [
    ((2, 11, 9, 3), 1.0, 7),
    ((1, 8, 12, 1), 0.5, 3),
    ((1, 13, 17, 4), 2.5, 15),
    ((2, 9, 9, 2), 5.0, 5),
    ((1, 5, 7, 3), 1.0, 9),
]


def main():
    random = np.random.default_rng(0)
    arrays = {"versions": np.array([tf.__version__, tfa.__version__])}
    for i, (shape, epsilon, scale) in enumerate(INSTANCE_CASES):
        inputs = (scale * random.normal(0.3, 1.0, shape)).astype("float32")
        gamma = random.uniform(0.5, 2.0, shape[-1]).astype("float32")
        beta = random.normal(0.0, 1.0, shape[-1]).astype("float32")
        layer = tfa.layers.InstanceNormalization(epsilon=epsilon)
        layer.build(shape)
        layer.set_weights([gamma, beta])
        values = {"inputs": inputs, "gamma": gamma, "beta": beta, "epsilon": epsilon, "outputs": layer(inputs).numpy()}
        arrays.update({f"instance_{i}/{key}": value for key, value in values.items()})
    for i, (shape, sigma, size) in enumerate(BLUR_CASES):
        inputs = random.uniform(0.0, 1.0, shape).astype("float32")
        outputs = tfa.image.gaussian_filter2d(inputs, (size, size), sigma, padding="REFLECT").numpy()
        values = {"inputs": inputs, "sigma": sigma, "size": size, "outputs": outputs}
        arrays.update({f"blur_{i}/{key}": value for key, value in values.items()})
    np.savez_compressed(Path(__file__).with_name("tfa_golden.npz"), **arrays)


if __name__ == "__main__":
    main()
