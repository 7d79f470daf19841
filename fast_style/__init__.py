"""Real-time style transfer with perceptual losses (Johnson, Alahi, Fei-Fei 2016).

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

import os

# Installed, common/ and export/ lie within this package; in a checkout, beside it.
if not os.path.isdir(os.path.join(__path__[0], "common")):
    __path__.append(os.path.dirname(__path__[0]))

from fast_style.common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "StyleObjective": "fast_style.objective",
        "StyleSettings": "fast_style.settings",
        "StyleTransfer": "fast_style.model",
        "TransformationNetwork": "fast_style.network",
        "load_network": "fast_style.task",
        "photos": "fast_style.common.training.dataset",
        "stylize": "fast_style.stylization",
    },
)
