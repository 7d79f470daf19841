"""Single-image super-resolution with perceptual losses (Johnson, Alahi, Fei-Fei 2016, section 4.2).

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

from fast_style.common.keras_classes import register_keras_classes
from fast_style.common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)

register_keras_classes(
    "superres",
    {
        "superres.model": ("SuperResolution",),
        "superres.network": ("SuperResolutionNetwork",),
        "superres.srcnn": ("SRCNN",),
    },
)
