"""Trains networks by Keras' JAX backend, for a machine with a GPU and without TensorFlow.

``KERAS_BACKEND=jax python -m benchmarks.jax_training JOBS.json --content DIR --loss-weights FOLDER --output DIR``

JOBS.json is a list of settings, of :class:`fast_style.settings.StyleSettings` where one has a ``style``, of
:class:`superres.settings.SuperResolutionSettings` elsewhere; ``output`` is the name of a run, ``initialize`` that of
one before it, of a network that ships, or a file. Each run leaves ``network.keras`` and ``run.json``, as the training
commands do; the networks, losses, crops, schedule and optimizer are theirs too. What is written here again is the step
around them, which is TensorFlow's there; a test compares the gradients of both. Random numbers are JAX's.
"""

import argparse
import dataclasses
import datetime
import json
import os
import queue
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import jax
import keras
import numpy as np
from jax import numpy as jnp
from keras import ops

from common.command_line import errors_as_lines
from common.crops import Crops
from common.errors import UserError
from common.geometry import resize_short_side
from common.image_io import as_rgb
from common.json_files import read_json
from common.learning_rate import learning_rate
from common.loss_network import build_loss_network
from common.losses import feature_loss, gram_loss, gram_matrix, pixel_loss, total_variation
from common.network_files import copy_weights, in_precision
from common.precision import dtype_policy
from common.processor import describe_processor
from common.run_record import physical_memory, versions, write_record
from fast_style.network import TransformationNetwork
from fast_style.pretrained_networks import digest as style_digest
from fast_style.pretrained_networks import load_network as load_style
from fast_style.settings import StyleSettings
from superres.degradation import degrade
from superres.network import SuperResolutionNetwork
from superres.objective import SuperResolutionObjective
from superres.orientation import MARGIN, ORIENTATIONS, turn, turn_back
from superres.pretrained_networks import digest as superres_digest
from superres.pretrained_networks import load_network as load_superres
from superres.settings import SuperResolutionSettings

WEIGHTS = {"vgg16": "vgg16_conv1_1-conv3_3.npz", "vgg19": "vgg19_conv1_1-conv5_1.npz"}


# As in fast_style.model, which is TensorFlow's.
SHIFT_MARGIN = 16
# Seconds from the end of one job to the start of the next, for one that is given a share of the time.
BETWEEN_JOBS = 2.0


class KeptCrops(Crops):
    """Crops of photographs that are decoded and resized once, and kept in memory."""

    kept = {}

    def _read(self, candidates):
        name, source = next(candidates)
        key = name, self.resize_to
        if key not in self.kept:
            rgb = super()._read(iter([(name, source)]))
            self.kept[key] = resize_short_side(rgb, self.resize_to or max(self.size, min(rgb.shape[:2])))
        return self.kept[key]


class StyleTask:
    """The terms of :class:`fast_style.model.StyleTransfer`, as functions without state."""

    settings_class = StyleSettings
    load, digest = staticmethod(load_style), staticmethod(style_digest)

    @staticmethod
    def structure(s):
        """What a compiled step depends on."""
        return (s.width, s.normalization, s.upsampling, s.reflection_padding, s.style_layers, s.content_layers)

    @staticmethod
    def layers(s):
        return tuple(dict.fromkeys((*s.content_layers, *s.style_layers)))

    @staticmethod
    def network(s):
        return TransformationNetwork(s.width, s.normalization, s.upsampling, s.reflection_padding)

    @staticmethod
    def constants(s, loss_network):
        """What differs between paintings: arrays, so that one compiled step serves all."""
        painting = as_rgb(s.style, "style")
        painting = resize_short_side(painting, s.style_size) if s.style_size else painting
        features = loss_network(ops.cast(painting, "float32")[None])
        weights = s.style_layer_weights or (1.0,) * len(s.style_layers)
        return {
            "grams": {name: gram_matrix(features[name]) for name in s.style_layers},
            "layer_weights": dict(zip(s.style_layers, map(np.float32, weights), strict=True)),
            **{
                name: np.float32(getattr(s, name))
                for name in ("content_weight", "style_weight", "tv_weight", "stability_weight", "stability_noise")
            },
            "style_warmup": np.float32(max(s.style_warmup, 1e-9)),
        }

    @staticmethod
    def terms(s, network, features_of, photos, iteration, key, constants):
        factor = 0.01 ** (1.0 - jnp.minimum(iteration / constants["style_warmup"], 1.0))
        if s.stability_weight:
            noisy = photos + constants["stability_noise"] * jax.random.normal(key, photos.shape)
            shift = jax.random.randint(jax.random.fold_in(key, 1), (2,), 0, s.stability_shift + 1)
            noisy = jnp.roll(noisy, -shift, (1, 2)) if s.stability_shift else noisy
            outputs, of_noisy = jnp.split(network(jnp.concatenate([photos, noisy])), 2)
        else:
            outputs = network(photos)
        wanted, found = features_of(photos), features_of(outputs)
        content = sum(feature_loss(wanted[name], found[name]) for name in s.content_layers)
        layers = {f"style/{n}": gram_loss(constants["grams"][n], gram_matrix(found[n])) for n in s.style_layers}
        style = sum(constants["layer_weights"][name] * layers[f"style/{name}"] for name in s.style_layers)
        tv = total_variation(outputs)
        loss = constants["content_weight"] * content + constants["style_weight"] * factor * style
        terms = {"loss": loss + constants["tv_weight"] * tv, "content": content, "style": style, "tv": tv, **layers}
        if s.stability_weight:
            if s.stability_shift:
                inner = slice(SHIFT_MARGIN, -SHIFT_MARGIN)
                of_noisy = jnp.roll(of_noisy, shift, (1, 2))[:, inner, inner]
                terms["stability"] = pixel_loss(outputs[:, inner, inner], of_noisy)
            else:
                terms["stability"] = pixel_loss(outputs, of_noisy)
            terms["loss"] += constants["stability_weight"] * terms["stability"]
        return terms


class SuperResolutionTask:
    """The terms of :class:`superres.model.SuperResolution`, as functions without state."""

    settings_class = SuperResolutionSettings
    load, digest = staticmethod(load_superres), staticmethod(superres_digest)
    OPTIONS = ("width", "residual_blocks", "normalization", "upsampling", "bicubic_skip")

    @classmethod
    def structure(cls, s):
        weights = (s.feature_weight, s.pixel_weight, s.tv_weight, s.equivariance_weight)
        return (s.factor, *(getattr(s, name) for name in cls.OPTIONS), s.degradation, weights, s.feature_layers)

    @staticmethod
    def layers(s):
        return s.feature_layers if s.feature_weight else ()

    @classmethod
    def network(cls, s):
        options = {name: getattr(s, name) for name in cls.OPTIONS}
        return SuperResolutionNetwork(s.factor, histogram_matching=s.feature_weight > 0, **options)

    @staticmethod
    def constants(s, loss_network):
        return {}

    @staticmethod
    def terms(s, network, features_of, photos, iteration, key, constants):
        weights = {name: getattr(s, name) for name in ("feature_weight", "pixel_weight", "tv_weight")}
        objective = SuperResolutionObjective(features_of, s.feature_layers, pixel_channels=s.pixel_channels, **weights)
        if not s.equivariance_weight:
            return objective.terms(network(degrade(photos, s.factor, s.degradation)), photos)
        place, orientation = (
            jax.random.randint(one, (), 0, most)
            for one, most in zip(jax.random.split(key), (s.factor**2, len(ORIENTATIONS)), strict=True)
        )
        row, column = place // s.factor, place % s.factor
        side = s.size - s.factor

        def window(images, top, left, side):
            return jax.lax.dynamic_slice(images, (0, top, left, 0), (len(images), side, side, 3))

        def switch(function, images):
            return jax.lax.switch(orientation, [lambda x, o=o: function(x, o) for o in ORIENTATIONS], images)

        moved = switch(turn, window(photos, row, column, side))
        photos = photos[:, :side, :side]
        low = degrade(jnp.concatenate([photos, moved]), s.factor, s.degradation)
        outputs, of_moved = jnp.split(network(low), 2)
        terms = objective.terms(outputs, photos)
        margin = MARGIN * s.factor
        inner = side - 2 * margin - s.factor
        first = window(outputs, margin + row, margin + column, inner)
        terms["equivariance"] = pixel_loss(first, window(switch(turn_back, of_moved), margin, margin, inner))
        terms["loss"] += s.equivariance_weight * terms["equivariance"]
        return terms


class Step:
    """A compiled training step for all jobs of one structure."""

    def __init__(self, task, settings, loss_weights):
        self.settings, self.task = settings, task
        with dtype_policy(settings.precision):
            self.network = task.network(settings)
            layers = task.layers(settings)
            self.loss_network = None
            if layers:
                file = Path(loss_weights) / WEIGHTS[settings.loss_network]
                self.loss_network = build_loss_network(settings.loss_network, layers, file, pooling=settings.pooling)
                _pool_by_reshaping(self.loss_network.model)
        self.frozen = [v.value for v in self.loss_network.model.non_trainable_variables] if layers else []
        self.optimizer = keras.optimizers.Adam(1.0)
        self.optimizer.build(self.network.trainable_variables)
        self.run = jax.jit(self._run, donate_argnums=0)

    def state(self):
        """Of the network's weights as they are and a new optimizer."""
        for variable in self.optimizer.variables:
            variable.assign(jnp.zeros_like(variable.value))
        return {
            "trainable": [jnp.array(v.value) for v in self.network.trainable_variables],
            "other": [jnp.array(v.value) for v in self.network.non_trainable_variables],
            "optimizer": [jnp.array(v.value) for v in self.optimizer.variables],
        }

    def gradients(self, trainable, other, frozen, photos, iteration, key, constants):
        """((loss, (terms, other variables)), gradients by the trainable variables)."""

        def loss(trainable):
            kept = [other]

            def network(images):
                outputs, kept[0] = self.network.stateless_call(trainable, other, images, training=True)
                return outputs

            def features_of(images):
                return self.loss_network.model.stateless_call([], frozen, images, training=False)[0]

            terms = self.task.terms(
                self.settings, network, features_of, ops.cast(photos, "float32"), iteration, key, constants
            )
            terms = {name: jnp.mean(value) for name, value in terms.items()}
            return terms["loss"], (terms, kept[0])

        return jax.value_and_grad(loss, has_aux=True)(trainable)

    def _run(self, state, frozen, photos, iteration, rate, seed, constants):
        key = jax.random.fold_in(jax.random.key(seed), iteration)
        (_, (terms, other)), gradients = self.gradients(
            state["trainable"], state["other"], frozen, photos, iteration, key, constants
        )
        optimizer = [
            rate if v is self.optimizer._learning_rate else value
            for v, value in zip(self.optimizer.variables, state["optimizer"], strict=True)
        ]
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, gradients, state["trainable"])
        return {"trainable": trainable, "other": other, "optimizer": optimizer}, terms


class Trainer:
    """Runs jobs one after the other; steps are compiled once for all jobs of a structure."""

    def __init__(self, content, loss_weights, output, deadline):
        self.content, self.loss_weights, self.output = content, loss_weights, Path(output)
        self.deadline, self.steps = deadline, {}

    def run(self, given, share=None):
        """Runs a job: settings that are given by name.

        Args:
            share: of the time that is left, instead of a number of iterations.
        """
        task = StyleTask if "style" in given else SuperResolutionTask
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
        settings = task.settings_class(
            **{
                "content": self.content,
                "precision": "mixed_bfloat16",
                **given,
                "output": str(self.output / given["output"]),
            }
        )
        crops = KeptCrops.from_settings(settings)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(crops.crop, range(crops.count)))  # decoded, a number each
        key = (task, task.structure(settings), settings.size, settings.batch_size, settings.loss_network)
        key += (bool(getattr(settings, "stability_weight", 0)), getattr(settings, "stability_shift", 0))
        if key not in self.steps:
            keras.utils.set_random_seed(settings.seed)
            self.steps[key] = Step(task, settings, self.loss_weights)
        return self._train(settings, task, self.steps[key], crops, share)

    def _train(self, settings, task, step, crops, share):
        digest = None
        if settings.initialize:
            start = self.output / settings.initialize / "network.keras"
            start = str(start) if start.exists() else settings.initialize
            copy_weights(task.load(start), step.network)
            digest = task.digest(start)
        else:
            keras.utils.set_random_seed(settings.seed)
            step.network.set_weights(task.network(settings).get_weights())
        constants = task.constants(settings, step.loss_network)
        if share:
            settings.iterations = self._iterations(settings, step, crops, constants, share)
        schedule = learning_rate(settings)
        rates = np.full(settings.iterations, settings.learning_rate, "float32")
        if callable(schedule):
            rates = np.asarray(jax.vmap(schedule)(jnp.arange(settings.iterations)))
        started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        state, sums, counted, began = step.state(), None, 0, time.perf_counter()
        losses, iteration, status, first = {}, 0, "finished", None
        with Batches(crops, settings.batch_size, settings.iterations) as batches:
            for iteration, photos in enumerate(batches):
                state, terms = step.run(
                    state,
                    step.frozen,
                    photos,
                    np.int32(iteration),
                    rates[iteration],
                    np.uint32(settings.seed),
                    constants,
                )
                sums = terms if sums is None else jax.tree.map(jnp.add, sums, terms)
                counted += 1
                if first is None:
                    jax.block_until_ready(terms)
                    first = time.perf_counter() - began
                if (iteration + 1) % settings.log_every == 0 or iteration + 1 == settings.iterations:
                    losses = {name: float(value) / counted for name, value in sums.items()}
                    sums, counted = None, 0
                    seconds = time.perf_counter() - began
                    print(f"{Path(settings.output).name} {iteration + 1}/{settings.iterations} "
                          f"{1e3 * (seconds - first) / max(1, iteration):.2f} ms/step (first {first:.1f} s) "
                          + " ".join(f"{name} {value:.4g}" for name, value in losses.items() if "/" not in name),
                          flush=True)  # fmt: skip
                    if not np.isfinite(losses["loss"]):
                        raise UserError(f"{settings.output}: expected finite losses. Received: {losses}")
                if time.time() > self.deadline:
                    status = "interrupted"
                    break
        jax.block_until_ready(state)
        seconds = time.perf_counter() - began
        for variables, values in (
            (step.network.trainable_variables, state["trainable"]),
            (step.network.non_trainable_variables, state["other"]),
        ):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        folder = Path(settings.output)
        folder.mkdir(parents=True, exist_ok=True)
        in_precision(step.network, "float32").save(folder / "network.keras")
        record = {
            "status": status,
            "initialize_sha256": digest,
            "settings": json.loads(json.dumps(dataclasses.asdict(settings))),
            "iteration": iteration + 1,
            "seconds": round(seconds, 1),
            "losses": losses,
            "validation": [],
            "bad_photographs": sorted(map(str, crops.bad)),
            "precision": settings.precision,
            "loss_network": step.loss_network and step.loss_network.record(),
            "parameters": step.network.count_params(),
            "trained_by": "benchmarks.jax_training",
            "versions": {**versions(), **{name: metadata.version(name) for name in ("jax", "jaxlib")}},
            "hardware": {
                "processor": describe_processor(),
                "cores": os.cpu_count(),
                "memory_gib": round(physical_memory() / 2**30, 1),
                "gpus": [device.device_kind for device in jax.devices() if device.platform == "gpu"],
            },
            "started": started,
        }
        write_record(folder, record)
        return record

    def _iterations(self, settings, step, crops, constants, share):
        """As many as fit into a share of the time that is left, by how long some take."""
        state, batch = step.state(), np.stack([crops.crop(i) for i in range(settings.batch_size)])
        for count in (5, 60):
            began = time.perf_counter()
            for _ in range(count):
                state, terms = step.run(state, step.frozen, batch, np.int32(0), np.float32(0), np.uint32(0), constants)
            jax.block_until_ready(state)
        each = (time.perf_counter() - began) / count
        left = 0.96 * (self.deadline - time.time()) * share - BETWEEN_JOBS
        return max(100, round(left / each / 100) * 100)


def _pool_by_reshaping(model):
    """Max pooling of 2x2 whose gradient is no scatter, which XLA computes slowly on GPUs."""

    def pool(images):
        batch, height, width, channels = images.shape
        rows, columns = height // 2, width // 2
        cells = images[:, : rows * 2, : columns * 2].reshape(batch, rows, 2, columns, 2, channels)
        return cells.max(axis=(2, 4))

    for layer in model.layers:
        if isinstance(layer, keras.layers.MaxPooling2D):
            layer.call = pool


class Batches:
    """Batches of crops on the device, made ahead by a thread."""

    def __init__(self, crops, batch_size, count, ahead=16):
        self._queue, self._stop = queue.Queue(ahead), threading.Event()
        self._count = count
        self._thread = threading.Thread(target=self._make, args=(crops, batch_size), daemon=True)

    def _make(self, crops, batch_size):
        for number in range(self._count):
            batch = np.stack([crops.crop(number * batch_size + i) for i in range(batch_size)])
            batch = jax.device_put(batch)
            while not self._stop.is_set():
                try:
                    self._queue.put(batch, timeout=0.5)
                    break
                except queue.Full:
                    continue
            if self._stop.is_set():
                return

    def __enter__(self):
        self._thread.start()
        return (self._queue.get() for _ in range(self._count))

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join()


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jax_training", description=__doc__.splitlines()[0])
    parser.add_argument("jobs", metavar="JOBS.json")
    parser.add_argument("--content", required=True, help="photographs to train on")
    parser.add_argument(
        "--loss-weights", required=True, metavar="DIR", help="folder of " + " and ".join(WEIGHTS.values())
    )
    parser.add_argument("--output", required=True, help="folder of run folders")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop and save then (default: at the end)")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        trainer = Trainer(options.content, options.loss_weights, options.output, time.time() + options.seconds)
        jobs = read_json(options.jobs, "a list of settings")
        shares = [job.pop("share", 0) for job in jobs]
        for number, job in enumerate(jobs):
            if time.time() < trainer.deadline:
                trainer.run(job, shares[number] and shares[number] / sum(shares[number:]))
            else:
                print(f"no time left for {job['output']}", file=sys.stderr)


if __name__ == "__main__":
    main()
