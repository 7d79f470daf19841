"""Trained networks in the forms that their users deploy: SavedModel, TF Serving, TFLite, ONNX.

Names are imported when they are first used, so that importing this package does not import
TensorFlow.
"""

from fast_style.common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
