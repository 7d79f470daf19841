"""Single-image super-resolution with perceptual losses (Johnson, Alahi, Fei-Fei 2016, section 4.2).

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

import importlib

_HOMES = {
    "SRCNN": "superres.srcnn",
    "SuperResolution": "superres.model",
    "SuperResolutionNetwork": "superres.network",
    "SuperResolutionObjective": "superres.objective",
    "SuperResolutionSettings": "superres.settings",
    "degrade": "superres.degradation",
    "evaluate": "superres.evaluation",
    "load_network": "superres.pretrained_networks",
    "photos": "common.dataset",
    "upscale": "superres.upscaling",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'superres' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
