"""Classes that Keras finds in files by name, registered before their modules, or Keras itself, are imported.

``keras.saving.load_model`` looks up ``fast_style>TransformationNetwork`` in a table that
``keras.saving.register_keras_serializable`` fills when the module of a class is imported. ``import fast_style`` imports
no such module, because those import Keras. So a stand-in takes the place of each class until it is asked for: put
there at once where Keras is there, and otherwise as soon as somebody imports it.
"""

import importlib
import sys

_stand_ins = {}


def register_keras_classes(package, modules):
    """Has Keras find the classes of a package in files, now or when Keras is imported; imports nothing.

    Args:
        package: under which the classes are registered, as of ``keras.saving.register_keras_serializable``.
        modules: ``{module: names of the classes in it}``.
    """
    for module, names in modules.items():
        _stand_ins.update({f"{package}>{name}": _StandIn(module, name) for name in names})
    if "keras" in sys.modules:
        _register()
    elif _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


class _StandIn:
    """A class that is imported when Keras first asks something of it, such as ``from_config``."""

    def __init__(self, module, name):
        self._home = module, name

    def __getattr__(self, attribute):
        if attribute.startswith("__"):  # what Python asks of every object, such as to copy it
            raise AttributeError(attribute)
        return getattr(self._load(), attribute)

    def __call__(self, *arguments, **options):
        return self._load()(*arguments, **options)

    def _load(self):
        module, name = self._home
        return getattr(importlib.import_module(module), name)


def _register():
    from keras.saving import get_custom_objects

    for name, stand_in in _stand_ins.items():
        get_custom_objects().setdefault(name, stand_in)


class _Finder:
    """Finds ``keras`` as the other finders do, and registers the stand-ins once it is imported."""

    def find_spec(self, name, path=None, target=None):
        if name != "keras":
            return None
        others = [finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec")]
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """Another loader, and :func:`_register` behind it."""

    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # From here on the module is as if nobody had looked on.
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        if _finder in sys.meta_path:
            sys.meta_path.remove(_finder)
        _register()


_finder = _Finder()
