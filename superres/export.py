"""Trained networks in the forms that their users deploy: what :mod:`fast_style.export` has, of either task."""

from fast_style.common.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
