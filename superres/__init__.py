"""Single-image super-resolution with perceptual losses (Johnson, Alahi, Fei-Fei 2016, section 4.2).

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

from fast_style.common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "SRCNN": "superres.srcnn",
        "SuperResolution": "superres.model",
        "SuperResolutionNetwork": "superres.network",
        "SuperResolutionObjective": "superres.objective",
        "SuperResolutionSettings": "superres.settings",
        "degrade": "superres.degradation",
        "evaluate": "superres.evaluation.run",
        "load_network": "superres.task",
        "photos": "fast_style.common.training.dataset",
        "upscale": "superres.upscaling",
    },
)
