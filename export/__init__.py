"""Trained networks in the forms that their users deploy: SavedModel, TF Serving, TFLite.

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

from fast_style.common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "export_saved_model": "fast_style.export.saved_model",
        "export_serving": "fast_style.export.tf_serving",
        "export_tflite": "fast_style.export.tflite",
        "find_network": "fast_style.common.networks.source",
        "verify": "fast_style.export.verification",
    },
)
