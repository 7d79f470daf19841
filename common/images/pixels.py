"""Every conversion of pixel ranges, in one place.

Three ranges exist in this package and no others:

* *image*: RGB in 0..255, ``uint8`` at the public edge and ``float32`` between networks;
* *network*: RGB scaled to -1..1, what the transformation networks compute on;
* *VGG*: BGR in 0..255 minus the ImageNet mean, what ``keras.applications`` VGG weights expect.
"""

import numpy as np

from fast_style.common.keras_ops import ops

# Mean of the ImageNet training set in BGR order, as `keras.applications.vgg16.preprocess_input`.
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)

# ITU-R BT.601, studio swing: Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255.
BT601_LUMA = (65.481, 128.553, 24.966)


def image_to_network(images):
    """RGB 0..255 of any numeric dtype and shape (..., 3) -> float32 in -1..1."""
    return ops.cast(images, "float32") / 127.5 - 1.0


def network_to_image(x):
    """The inverse of :func:`image_to_network`: float -1..1 -> 0..255, same shape, not clipped."""
    return (x + 1.0) * 127.5


def image_to_vgg(images):
    """RGB 0..255, shape (..., 3), float -> BGR minus the ImageNet mean, same dtype and shape."""
    mean = ops.convert_to_tensor(IMAGENET_MEAN_BGR, dtype=images.dtype)
    return ops.flip(images, axis=-1) - mean


def to_uint8(images):
    """Float RGB of any range -> uint8, rounded half to even and clipped to 0..255. Tensor in, tensor out."""
    return ops.cast(ops.clip(ops.round(ops.cast(images, "float32")), 0.0, 255.0), "uint8")


def array_to_uint8(array):
    """:func:`to_uint8` of a NumPy array, without Keras."""
    return np.clip(np.rint(array), 0.0, 255.0).astype(np.uint8)


def luma(image):
    """Y of ITU-R BT.601 in 16..235 from an RGB image.

    Args:
        image: array of shape (..., 3), RGB in 0..255, any numeric dtype.

    Returns:
        float64 array of shape (...,); black is 16 and white is 235, not rounded.
    """
    return 16.0 + np.asarray(image, np.float64) @ (np.array(BT601_LUMA) / 255.0)


def image_to_luma(images):
    """:func:`luma` of image tensors: (..., 3), RGB 0..255 -> float32 (..., 1), 16..235."""
    weights = ops.convert_to_tensor(np.array(BT601_LUMA, "float32") / 255.0)
    return 16.0 + ops.sum(ops.cast(images, "float32") * weights, axis=-1, keepdims=True)


def with_luma(images, new_luma):
    """Replaces Y of images and keeps Cb and Cr.

    Of all three, equal amounts in R, G and B change Y alone, by 219 / 255 of the amount.

    Args:
        images: float (..., 3), RGB 0..255.
        new_luma: float (..., 1), as :func:`image_to_luma` gives.

    Returns:
        float32 (..., 3), not clipped.
    """
    return ops.cast(images, "float32") + (255.0 / sum(BT601_LUMA)) * (new_luma - image_to_luma(images))


def without_colour(image):
    """Grey of a BT.601 luma: uint8 (..., 3) -> uint8 (..., 3) of three equal channels."""
    grey = (luma(image) - 16.0) * (255.0 / sum(BT601_LUMA))
    return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=-1)
