"""What trains a network: one device; several of a machine; several machines. Nothing else knows which."""

import contextlib
import dataclasses
import itertools
import json
import re

import keras
import numpy as np

from fast_style.common.errors import UserError
from fast_style.common.networks.precision import resolve_precision
from fast_style.common.streams import warn
from fast_style.common.training.cluster import VARIABLE
from fast_style.common.training.replicas import sum_of_replicas


class WorkerLost(RuntimeError):
    """Another machine of a training ended, or is not to be reached any more; the message names it."""


def start_workers(cluster=None, devices=1):
    """The devices that share each step of trainings in this process, and the machines of a cluster.

    With a cluster it waits for all of its workers, and must be called before TensorFlow computes anything.

    Args:
        cluster: of :func:`common.training.cluster.read_cluster`.
        devices: of each machine: GPUs, or where there are none, what Keras' backend makes of the processor.

    Raises:
        UserError: fewer devices; another backend than TensorFlow with a cluster.
    """
    if keras.backend.backend() == "jax":
        if cluster:
            raise UserError(f"{VARIABLE}: expected KERAS_BACKEND=tensorflow with several workers. Received: jax")
        return Alone() if devices == 1 else DataParallel(devices)
    if cluster is None and devices == 1:
        return Alone()
    return Replicas(cluster, devices)


class Alone:
    """One process trains by one device: every method does what it says, and shares nothing.

    Attributes:
        is_chief: whether this process writes the run folder, and shows progress.
        names: of the devices, for the record of a run; none where there is one.
    """

    is_chief = True
    names = ()

    def make(self, make, task, settings):
        """A trainer by a function of a task and settings, in the precision of all workers."""
        return make(task, settings)

    def agree(self, decide):
        """What a function returns on the chief, a value of JSON, on all workers.

        Raises:
            UserError: that of the function, on all workers.
        """
        return decide()

    def together(self, do):
        """What a function returns here, once all workers have called theirs.

        Raises:
            UserError: that of the function, or of another worker's.
        """
        return do()

    def gather(self, value):
        """A value of JSON of each worker, in their order."""
        return [value]

    def share_state(self, variables):
        """Gives all workers the chief's values of variables."""

    def alone(self):
        """A context within which this process computes as if it shared nothing."""
        return contextlib.nullcontext()

    def fit(self, trainer, photographs, start, iterations, callbacks):
        """Trains from iteration `start` on; each worker calls its own callbacks.

        Args:
            trainer: of :meth:`make`.
            photographs: of :func:`common.training.batches.open_photographs`.
            start, iterations: done before, and in the end.
            callbacks: list of Keras callbacks. Where one asks to stop, all workers stop, one iteration later.
        """
        trainer.fit(
            photographs.batches(start), epochs=1, steps_per_epoch=iterations - start, verbose=0, callbacks=callbacks
        )


class DataParallel(Alone):
    """Several devices of JAX's in one process, by ``keras.distribution.DataParallel``.

    Args:
        count: of devices.

    Raises:
        UserError: fewer devices.
    """

    def __init__(self, count):
        devices = keras.distribution.list_devices()
        _check_count(count, devices, "JAX")
        self.names = tuple(devices[:count])
        self._distribution = keras.distribution.DataParallel(devices=list(self.names))

    def make(self, make, task, settings):
        if settings.batch_size % len(self.names):
            raise UserError(
                f"--batch-size: expected a multiple of --devices, {len(self.names)}. Received: {settings.batch_size}"
            )
        # That of the process: Keras looks at it when variables are made, and when batches come.
        keras.distribution.set_distribution(self._distribution)
        return make(task, settings)

    @contextlib.contextmanager
    def alone(self):
        # A batch of one photograph is not to be divided.
        keras.distribution.set_distribution(None)
        try:
            yield
        finally:
            keras.distribution.set_distribution(self._distribution)


class Replicas(Alone):
    """Replicas of a network on several devices, which add their gradients up, by a strategy of TensorFlow's.

    Each replica gets its photographs of every batch of the one stream that a process alone would train on: weights at
    an iteration are the same, but for rounding.

    Args:
        cluster: a :class:`Cluster`, or None for this machine alone.
        devices: of each machine.

    Raises:
        UserError: fewer devices.
    """

    def __init__(self, cluster, devices):
        import tensorflow as tf

        self.cluster = cluster
        gpus = tf.config.list_physical_devices("GPU")
        if cluster is None:
            there = [device.name for device in tf.config.list_logical_devices("GPU" if gpus else "CPU")]
            _check_count(devices, there, "TensorFlow")
            self.strategy = tf.distribute.MirroredStrategy(there[:devices])
            self._first = 0
        else:
            _check_count(devices, gpus or tf.config.list_physical_devices("CPU"), "TensorFlow")
            tf.config.set_visible_devices(gpus[:devices], "GPU")
            warn(f"{cluster.name(cluster.task)}: waiting for all {len(cluster)} workers")
            with self._losses_told():
                self.strategy = tf.distribute.MultiWorkerMirroredStrategy()
            self._first = cluster.number * devices
            self.is_chief = cluster.number == 0
        self._local = devices
        self.names = tuple(
            f"{address} {kind}:{number}"
            for address in (cluster.addresses.values() if cluster else ("localhost",))
            for kind in ("GPU" if gpus else "CPU",)
            for number in range(devices)
        )

    def make(self, make, task, settings):
        precision = self.agree(lambda: resolve_precision(settings.precision))
        with self.strategy.scope():
            trainer = make(task, dataclasses.replace(settings, precision=precision))
        # Keras' own loops, of which evaluation is one, and averages would have all workers join in.
        trainer._distribute_strategy = None
        trainer.make_averages()
        trainer.shares = self._shares(settings.batch_size)
        for layer in trainer.network._flatten_layers():
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True
                if settings.batch_size < len(self.names):
                    raise UserError(
                        f"--batch-size: expected at least one photograph for each of {len(self.names)} devices with "
                        f"batch normalization. Received: {settings.batch_size}"
                    )
        return trainer

    def _shares(self, batch):
        """(first, one behind the last) of each replica's photographs of a batch; the last may have none."""
        least, more = divmod(batch, len(self.names))
        bounds = [number * least + min(number, more) for number in range(len(self.names) + 1)]
        return list(itertools.pairwise(bounds))

    def agree(self, decide):
        try:
            mine = {"value": decide()} if self.is_chief else {}
        except UserError as error:
            mine = {"error": str(error)}
        chief = self.gather(mine)[0]
        if "error" in chief:
            raise UserError(chief["error"])
        return chief["value"]

    def together(self, do):
        result, fault = None, None
        try:
            result = do()
        except UserError as error:
            fault = str(error)
        for task, other in zip(self.cluster.addresses if self.cluster else [None], self.gather(fault), strict=True):
            if other is not None:
                raise UserError(fault or f"{self.cluster.name(task)}: {other}")
        return result

    def gather(self, value):
        text = np.frombuffer(json.dumps(value, default=str).encode(), np.uint8)
        workers = len(self.names) // self._local
        number = self._first // self._local
        lengths = np.zeros(workers)
        lengths[number] = len(text)
        lengths = self._sum(lengths).astype(int)
        texts = np.zeros((workers, lengths.max()))
        texts[number, : len(text)] = text
        rows = self._sum(texts).astype(np.uint8)
        return [json.loads(row[:length].tobytes()) for row, length in zip(rows, lengths, strict=True)]

    def share_state(self, variables):
        values = [np.asarray(variable) for variable in variables]
        flat = np.concatenate([np.ravel(value).astype(np.float64) for value in values])
        flat = self._sum(flat if self.is_chief else np.zeros_like(flat))
        ends = np.cumsum([value.size for value in values])
        for variable, value, part in zip(variables, values, np.split(flat, ends[:-1]), strict=True):
            variable.assign(part.reshape(value.shape).astype(value.dtype))

    def _sum(self, array):
        """The sum of a float64 array over the workers."""
        import tensorflow as tf

        def of_replica(context):
            first = context.replica_id_in_sync_group == self._first
            return tf.constant(array if first else np.zeros_like(array), tf.float64)

        with self._losses_told():
            values = self.strategy.experimental_distribute_values_from_function(of_replica)
            return np.asarray(self.strategy.reduce(tf.distribute.ReduceOp.SUM, values, axis=None))

    def fit(self, trainer, photographs, start, iterations, callbacks):
        import tensorflow as tf

        own = trainer.shares[self._first : self._first + self._local]
        streams = [iter(photographs.batches(start, share)) for share in own]
        distribute = self.strategy.experimental_distribute_values_from_function

        @tf.function(autograph=False)
        def step(photos, stop):
            def of_replica(photos, stop):
                # An argument has no device, which is where a sum is made.
                return trainer.take_step(photos), sum_of_replicas(tf.identity(stop))

            # Alike in all replicas.
            taken, stops = tf.nest.map_structure(
                lambda value: self.strategy.experimental_local_results(value)[0],
                self.strategy.run(of_replica, (photos, stop)),
            )
            return trainer.track(*taken), stops

        callbacks = keras.callbacks.CallbackList(callbacks, model=trainer)
        trainer.stop_training = False
        callbacks.on_train_begin()
        for number in range(iterations - start):
            photos = distribute(lambda context: next(streams[context.replica_id_in_sync_group - self._first]))
            stop = distribute(lambda context: tf.constant(float(trainer.stop_training)))
            callbacks.on_train_batch_begin(number)
            with self._losses_told():
                logs, stops = step(photos, stop)
                logs = {name: value.numpy() for name, value in logs.items()}
            callbacks.on_train_batch_end(number, logs)
            if stops > 0:
                break
        callbacks.on_train_end()

    @contextlib.contextmanager
    def _losses_told(self):
        """Turns what TensorFlow raises where a worker is gone into :class:`WorkerLost`."""
        import tensorflow as tf

        gone = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError)
        gone += (tf.errors.DeadlineExceededError, tf.errors.FailedPreconditionError)
        try:
            yield
        except gone as error:
            if self.cluster is None:
                raise
            named = re.findall(r"/job:(\w+)/replica:0/task:(\d+)", str(error))
            others = [task for job, index in named if (task := (job, int(index))) != self.cluster.task]
            lost = self.cluster.name(others[0]) if others else "another worker"
            raise WorkerLost(
                f"{lost} ended, or is not to be reached; --resume, on all, goes on from the newest checkpoint"
            ) from error


def _check_count(count, devices, backend):
    if count > len(devices):
        raise UserError(f"--devices: expected at most {len(devices)}, which {backend} sees. Received: {count}")
