"""Real-time style transfer with perceptual losses (Johnson, Alahi, Fei-Fei 2016).

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

import importlib

_HOMES = {
    "StyleObjective": "fast_style.objective",
    "StyleSettings": "fast_style.settings",
    "StyleTransfer": "fast_style.model",
    "TransformationNetwork": "fast_style.network",
    "load_network": "fast_style.pretrained_networks",
    "photos": "common.dataset",
    "stylize": "fast_style.stylization",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'fast_style' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
