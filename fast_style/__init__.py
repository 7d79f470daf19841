"""Real-time style transfer with perceptual losses (Johnson, Alahi, Fei-Fei 2016).

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

from common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "StyleObjective": "fast_style.objective",
        "StyleSettings": "fast_style.settings",
        "StyleTransfer": "fast_style.model",
        "TransformationNetwork": "fast_style.network",
        "load_network": "fast_style.pretrained_networks",
        "photos": "common.dataset",
        "stylize": "fast_style.stylization",
    },
)
