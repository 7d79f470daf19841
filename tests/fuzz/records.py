"""Tampered networks, weights, records, checkpoints and model cards: ``python -m tests.fuzz.records COUNT SEED``."""

import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from fast_style.common.startup import start_tensorflow
from tests.fuzz.trial import Trial
from tests.tampering import tampered_bytes, tampered_values

DESCRIPTION = "config.json"


def main(count, seed):
    start_tensorflow()
    trial = Trial("networks, weights, records")
    with tempfile.TemporaryDirectory() as folder:
        kinds = list(_kinds(Path(folder), seed))
        share = count // len(kinds)
        for name, made, read in kinds:
            for number, content in zip(range(share), made(share), strict=False):
                trial.attempt(f"{name}, {number} of {share}, seed {seed}", read, content)
    trial.finish()


def _kinds(folder, seed):
    """(name, function from how many to tampered contents, function that reads one)."""
    from fast_style.common.networks.loss_network import read_vgg_weights
    from fast_style.common.networks.source import find_network
    from fast_style.common.training.checkpoint import Checkpoints
    from fast_style.common.training.run import resumed_settings
    from fast_style.export.model_card import card_path, read_card
    from fast_style.network import TransformationNetwork
    from superres.network import SuperResolutionNetwork
    from superres.settings import SuperResolutionSettings
    from superres.train import train
    from tests.common.tiny_run import tiny_settings, write_photos

    def bytes_of(content):
        return lambda count: tampered_bytes(content, count, seed)

    def values_of(value):
        return lambda count: (json.dumps(one).encode() for one in tampered_values(value, count, seed))

    def reads(path, read):
        def attempt(content):
            path.write_bytes(content)
            read()

        return attempt

    network = folder / "n.keras"
    for made in (TransformationNetwork(width=2), SuperResolutionNetwork(2, width=2, residual_blocks=1)):
        made.save(network)
        with zipfile.ZipFile(network) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        description = json.loads(members[DESCRIPTION])

        def described(count, members=members, description=description):
            for config in tampered_values(description["config"], count, seed):
                buffer = io.BytesIO()
                with zipfile.ZipFile(buffer, "w") as archive:
                    for name, content in members.items():
                        archive.writestr(name, content)
                    archive.writestr(DESCRIPTION, json.dumps({**description, "config": config}))
                yield buffer.getvalue()

        def load():
            find_network(network).load()

        name = type(made).__name__
        yield f"bytes of a {name}", bytes_of(network.read_bytes()), reads(network, load)
        members.pop(DESCRIPTION)
        yield f"options of a {name}", described, reads(network, load)

    weights, buffer = folder / "w.npz", io.BytesIO()
    generator = np.random.default_rng(seed)
    shapes = {"block1_conv1": (3, 3, 3, 64), "block1_conv2": (3, 3, 64, 64)}
    arrays = {f"{layer}/kernel": generator.normal(size=shape).astype("float32") for layer, shape in shapes.items()}
    np.savez(buffer, **arrays, **{f"{layer}/bias": np.zeros(shape[-1], "float32") for layer, shape in shapes.items()})
    yield "loss weights", bytes_of(buffer.getvalue()), reads(weights, lambda: read_vgg_weights(weights, "vgg16"))

    write_photos(folder)
    settings = tiny_settings(folder)
    train(settings)
    record = Path(settings.output) / "run.json"
    stored = json.loads(record.read_text())
    resumed = reads(record, lambda: resumed_settings(SuperResolutionSettings, settings.output, {}))
    yield "values of run.json", values_of(stored), resumed
    yield "bytes of run.json", bytes_of(json.dumps(stored).encode()), resumed

    checkpoint = max((Path(settings.output) / "checkpoints").glob("*.npz"))
    network_of_run, optimizer = _trained(settings)
    restore = Checkpoints(checkpoint.parent).restore
    yield (
        "checkpoints",
        bytes_of(checkpoint.read_bytes()),
        reads(checkpoint, lambda: restore(network_of_run, optimizer)),
    )

    artifact = folder / "a.tflite"
    card = {
        "name": "n",
        "precision": "float32",
        "factor": 1,
        "network": {"ships": False, "file": "n.keras", "sha256": "0" * 64},
        "signatures": {"serving_default": {"inputs": {"images": {"shape": [None, None, None, 3]}}}},
    }
    yield "model cards", values_of(card), reads(card_path(artifact), lambda: read_card(artifact))


def _trained(settings):
    """The network and the optimizer that a run's checkpoint is of."""
    from fast_style.common.training.run import make_trainer
    from superres.task import TASK

    trainer = make_trainer(TASK, settings)
    trainer.optimizer.build(trainer.network.trainable_variables)
    return trainer.network, trainer.optimizer


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
