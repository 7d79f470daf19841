"""Keras finds our classes in files as soon as a package of ours is imported, in whatever order."""

from pathlib import Path

import keras
import numpy as np
import pytest

import fast_style
import superres
from tests.levels import quick_first

# Modules of classes that can lie in files, and trainers.
MODULES = (
    "fast_style.adding, fast_style.layers, fast_style.losses, fast_style.model, fast_style.multi_style, "
    "fast_style.network, "
    "superres.model, superres.network, superres.srcnn"
)


@pytest.fixture
def run(fresh_processes):
    """A function that gives the words that a script prints in a process of its own."""

    def run(script):
        done = fresh_processes.run(script)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Paths of files of each network."""
    networks = [
        fast_style.TransformationNetwork(width=2),
        superres.SuperResolutionNetwork(width=2, residual_blocks=1),
        superres.SRCNN(),
    ]
    folder = tmp_path_factory.mktemp("networks")
    paths = [str(folder / f"{type(network).__name__}.keras") for network in networks]
    for network, path in zip(networks, paths, strict=True):
        network.save(path)
    return paths


@pytest.mark.parametrize("order", quick_first(["keras, fast_style, superres", "fast_style, superres, keras"]))
def test_networks_load_in_a_fresh_process(run, order, files):
    classes = run(f"""
import {order}, sys
assert not {{"fast_style.network", "superres.network", "superres.srcnn"}} & set(sys.modules)
for path in {files}:
    network = keras.saving.load_model(path)
    assert type(network) is type(keras.models.load_model(path))
    print(f"{{type(network).__name__}}.keras")
""")
    assert classes == [Path(path).name for path in files]


@pytest.mark.slow
def test_layers_and_losses_in_a_model_of_your_own_load(run, tmp_path):
    inputs = keras.Input((8, 8, 3))
    outputs = fast_style.layers.ScaledTanh()(fast_style.layers.ConvolutionBlock(3, 3)(inputs))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", fast_style.losses.StyleLoss())
    path, image = tmp_path / "mine.keras", np.full((1, 8, 8, 3), 100.0, "float32")
    model.save(path)
    name, value = run(f"""
import fast_style, keras, numpy as np
model = keras.saving.load_model({str(path)!r})
print(type(model.loss).__name__, float(np.sum(model(np.full((1, 8, 8, 3), 100.0, "float32")))))
""")
    assert name == "StyleLoss"
    assert float(value) == pytest.approx(float(np.sum(model(image))), rel=1e-5)


@pytest.mark.slow
def test_every_registered_class_is_told_and_no_other(run):
    """Before our modules are imported, Keras knows the names that it knows afterwards; then all are classes."""
    run(f"""
import superres, keras
def ours():
    table = keras.saving.get_custom_objects()
    return {{name: table[name] for name in table if name.partition(">")[0] in ("fast_style", "superres")}}
before = ours()
assert not any(isinstance(value, type) for value in before.values())
import {MODULES}
assert sorted(ours()) == sorted(before), set(ours()) ^ set(before)
assert all(isinstance(value, type) for value in ours().values())
""")


@pytest.mark.slow
def test_looking_for_keras_without_importing_it_changes_nothing(run):
    """``importlib.util.find_spec`` says whether a module is there; afterwards ours are registered nevertheless."""
    run("""
import importlib.util, sys
import fast_style
assert importlib.util.find_spec("keras") is not None
assert "keras" not in sys.modules
import keras
assert not any("fast_style" in type(finder).__module__ for finder in sys.meta_path)
assert type(keras.__loader__) is type(keras.__spec__.loader) is type(keras.saving.__loader__)
loss = keras.saving.get_registered_object("fast_style>PixelLoss")
assert loss().name == "pixel_loss"
""")
