"""A small network of several paintings, as if it were trained, and how it ships in a test."""

import dataclasses

import keras
import numpy as np

from fast_style.common.networks.presets import Presets
from fast_style.common.task import Task
from fast_style.conditions import row_variables
from fast_style.network import TransformationNetwork
from fast_style.task import TASK

CONDITIONS = [("wave", 256), ("wave", 512), ("udnie", 256), ("photograph", None)]
# Each painting at three sizes.
SIZED = [(name, size) for name in ("wave", "udnie") for size in (256, 512, 1024)]


def trained(seed=0, **options):
    """A network whose conditions differ and whose pictures have contrast."""
    keras.utils.set_random_seed(seed)
    network = TransformationNetwork(**{"width": 4, "conditions": CONDITIONS, **options})
    generator = np.random.default_rng(seed)
    for variable in row_variables(network):
        low, high = (0.5, 1.5) if variable.path.endswith("gamma") else (-0.5, 0.5)
        variable.assign(generator.uniform(low, high, variable.shape))
    network.to_rgb.kernel.assign(network.to_rgb.kernel * 10)
    return network


def photograph(height, width, seed=0):
    generator = np.random.default_rng(seed)
    ramp = np.linspace(0, 1, height)[:, None, None] * np.array([200, 100, 50])
    return np.clip(ramp + generator.normal(0, 40, (height, width, 3)) + 30, 0, 255).astype(np.uint8)


def ship(monkeypatch, folder, graphs=(), **networks):
    """Lets these networks, by name, be all that ships of style transfer; some of them with a graph for LiteRT."""
    presets = Presets(dataclasses.replace(TASK, folder=folder))
    presets.folder.mkdir(parents=True)
    for name, network in networks.items():
        facts = {"title": f"The {name}", "summary": "Made by a test.", "recipe": f"{name}.json", "licence": "none"}
        presets.add(name, network, **facts)
        if name in graphs:
            from tools.litert_graph import write_graph

            write_graph(presets, name)
    home = Task.home.fget
    monkeypatch.setattr(Task, "home", property(lambda task: folder if task.name == TASK.name else home(task)))
