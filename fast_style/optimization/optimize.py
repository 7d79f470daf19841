"""The optimisation-based baseline: Gatys et al. as the paper reimplements it (section 4.1, eq. 5)."""

import dataclasses
import time
from pathlib import Path

import keras
import numpy as np
import scipy.optimize
import tensorflow as tf

from fast_style.common.errors import UserError
from fast_style.common.images.geometry import resize_array
from fast_style.common.images.image_io import as_rgb
from fast_style.common.images.pixels import to_uint8
from fast_style.common.networks.loss_network import least_side

METHODS = ("lbfgs", "adam")
STARTS = ("noise", "content", "style")
# Least side in pixels of the coarsest size: relu5_1 has two positions a side there.
LEAST_SIDE = 32
# Pairs of steps and gradients that L-BFGS remembers; scipy's default.
MEMORY = 10
# Pixel values of 0..255 by which the first step moves the pixel that moves most.
FIRST_STEP = 10.0


@dataclasses.dataclass
class Optimization:
    """The result of :func:`optimize`.

    Attributes:
        picture: float32 (height, width, 3), RGB within 0..255.
        history: the objective and its terms at the start and after each iteration:
            ``[{"loss": ..., "content": ..., "style": ..., "tv": ...}, ...]``. From coarse to fine, those
            of the last size alone: objectives of different sizes do not compare.
        seconds: since the beginning, for each entry of the history; from that of the last size.
        stopped: whether it was asked to stop before the last iteration.
    """

    picture: np.ndarray
    history: list
    seconds: list
    stopped: bool = False


def optimize(
    photo,
    objective,
    iterations=500,
    method="lbfgs",
    start="noise",
    learning_rate=5.0,
    seed=0,
    scales=1,
    on_iteration=None,
):
    """Finds the picture that minimises eq. 5 for one photograph by changing its pixels.

    Args:
        photo: the photograph, RGB uint8 (height, width, 3).
        objective: :class:`fast_style.objective.StyleObjective`: the one that networks are trained on,
            so that both report the same number for the same picture.
        iterations: at each size, at most; L-BFGS ends earlier where no step helps any more.
        method: ``"lbfgs"``, scipy's L-BFGS-B with bounds 0..255: the paper's projected L-BFGS; in
            float64 around the float32 losses. Or ``"adam"``, clipped to 0..255 after each step.
        start: ``"noise"``, white noise of 0..255 as in the paper; ``"content"``; ``"style"``, the
            painting resized; or a picture: a path or uint8 array, resized to the photograph.
        learning_rate: of Adam, in pixel values.
        seed: of the noise.
        scales: sizes from coarse to fine, each twice the one before, each begun with the result of the one
            before (Gatys et al. 2017, "Controlling Perceptual Factors", section 6). The painting is read
            smaller in proportion; the last size minimises `objective` itself.
        on_iteration: called with (iteration, float32 picture (height, width, 3), terms); what it
            returns says whether to stop. Iterations are counted over all sizes.

    Returns:
        Optimization.

    Raises:
        UserError: an unknown method, bad numbers, a start that is no picture, too many scales, a picture that is
            too small for the layers or larger than memory holds, a weight with which the objective is not finite at
            the start.
    """
    if method not in METHODS:
        raise UserError(f"method: expected one of {', '.join(METHODS)}. Received: {method!r}")
    for name, value, least in (("iterations", iterations, 1), ("scales", scales, 1), ("seed", seed, 0)):
        if value < least:
            raise UserError(f"{name}: expected at least {least}. Received: {value!r}")
    if not 0 < learning_rate < float("inf"):
        raise UserError(f"learning_rate: expected a positive number. Received: {learning_rate!r}")
    photo = as_rgb(photo, "photo")
    if scales > 1 and min(photo.shape[:2]) < LEAST_SIDE << (scales - 1):
        raise UserError(
            f"scales: expected a coarsest size of at least {LEAST_SIDE} pixels a side. "
            f"Received: {scales} for {photo.shape[1]}x{photo.shape[0]}"
        )
    layers = (*objective.content_layers, *objective.style_layers)
    if min(photo.shape[:2]) < least_side(layers):
        raise UserError(
            f"photo: expected at least {least_side(layers)} pixels a side for {' '.join(dict.fromkeys(layers))}. "
            f"Received: {photo.shape[1]}x{photo.shape[0]}"
        )
    minimise = _minimise_lbfgs if method == "lbfgs" else _minimise_adam
    done = 0
    for scale in reversed(range(scales)):
        sized, target = _at_scale(objective, photo, scale)
        try:
            progress = _Progress(sized, target, done, on_iteration)
            minimise(progress, starting_picture(start, target, sized.style_image, seed), iterations, learning_rate)
        except tf.errors.ResourceExhaustedError:
            raise UserError(
                "photo: expected one that memory can hold with all its features, or --max-size. "
                f"Received: {target.shape[1]}x{target.shape[0]}"
            ) from None
        done += len(progress.history) - 1
        if progress.stopped:
            break
        start = to_uint8(progress.picture).numpy()
    picture = progress.picture
    if picture.shape != photo.shape:
        picture = resize_array(to_uint8(picture).numpy(), *photo.shape[:2]).astype("float32")
    return Optimization(picture, progress.history, progress.seconds, progress.stopped)


def _at_scale(objective, photo, scale):
    """Objective and photograph at the size of 1 / 2^scale."""
    if scale == 0:
        return objective, photo
    height, width = (round(side / 2**scale) for side in photo.shape[:2])
    style_size = max(1, round(min(objective.style_image.shape[:2]) / 2**scale))
    # Of a sum on a quarter of the pixels, four times the weight is the same smoothness.
    return objective.resized(style_size, sum_factor=4.0**scale), resize_array(photo, height, width)


def read_start(start, name="start"):
    """A start of :func:`optimize` by name, or as RGB uint8 (height, width, 3).

    Args:
        start: one of `STARTS`, a path, or a uint8 array.
        name: what to call it in errors.

    Raises:
        UserError: an unknown name, or a file or array that is no picture.
    """
    if isinstance(start, str):
        if start in STARTS:
            return start
        if not Path(start).exists():
            raise UserError(f"{name}: expected one of {', '.join(STARTS)}, or an image file. Received: {start!r}")
    return as_rgb(start, name)


def starting_picture(start, photo, style_image, seed=0):
    """float32 (height, width, 3) of the photograph's size; see :func:`optimize`."""
    picture = read_start(start)
    if isinstance(picture, str):
        if picture == "noise":
            return np.random.default_rng(seed).uniform(0, 255, photo.shape).astype("float32")
        picture = photo if picture == "content" else style_image
    return resize_array(np.asarray(picture), *photo.shape[:2]).astype("float32")


class _Progress:
    """Evaluates the objective and its gradient, and keeps the history of accepted pictures."""

    def __init__(self, objective, photo, done, on_iteration):
        self.began = time.perf_counter()
        self.objective, self.content = objective, objective.targets(tf.cast(photo[None], tf.float32))
        self.shape, self.done, self.on_iteration = photo.shape, done, on_iteration
        self.history, self.seconds, self.picture, self.stopped = [], [], None, False

    def evaluate(self, picture):
        """(terms as floats, gradient like the picture) of a picture of any shape and float type."""
        batch = tf.convert_to_tensor(np.reshape(picture, (1, *self.shape)), tf.float32)
        terms, gradient = self.objective.value_and_gradient(batch, self.content)
        return {name: float(value[0]) for name, value in terms.items()}, gradient.numpy().reshape(np.shape(picture))

    def begin(self, picture):
        """Notes the picture that is begun with; the gradient there.

        Raises:
            UserError: not finite. No step could be told to be better, and the start would be the result.
        """
        terms, gradient = self.evaluate(picture)
        if not (np.isfinite(terms["loss"]) and np.isfinite(gradient).all()):
            weights = {name: float(self.objective.weight(name)) for name in ("content", "style", "tv")}
            counted = {name: weight * terms[name] for name, weight in weights.items()}
            name = max(counted, key=lambda name: (not np.isfinite(counted[name]), counted[name]))
            raise UserError(
                f"{name}_weight: expected a weight with which the objective and its gradient are finite at the start. "
                f"Received: {weights[name]:g}, where {name} is {terms[name]:g}"
            )
        self.accept(picture, terms)
        return gradient

    def accept(self, picture, terms):
        """Notes a picture as that of the next iteration; whether to go on."""
        self.picture = np.reshape(picture, self.shape).astype("float32")
        self.history.append(terms)
        self.seconds.append(time.perf_counter() - self.began)
        iteration = len(self.history) - 1
        if iteration and self.on_iteration and self.on_iteration(self.done + iteration, self.picture, terms):
            self.stopped = True
        return not self.stopped


def _minimise_lbfgs(progress, picture, iterations, learning_rate):
    gradient = progress.begin(picture)
    # Within bounds L-BFGS-B begins with a step of the gradient itself: too small to be felt in float32, or far
    # out of bounds, unless the objective is scaled. What is reported is not.
    scale = FIRST_STEP / max(float(np.abs(gradient).max()), 1e-30)
    evaluated = {}

    def value_and_gradient(x):
        terms, gradient = progress.evaluate(x)
        evaluated[terms["loss"] * scale] = terms
        return terms["loss"] * scale, gradient.astype("float64") * scale

    def after_iteration(intermediate_result):
        # The accepted point is one of those evaluated in the line search; its value tells which.
        terms = evaluated.get(intermediate_result.fun) or progress.evaluate(intermediate_result.x)[0]
        evaluated.clear()
        if not progress.accept(intermediate_result.x, terms):
            raise StopIteration

    before = 0
    # Where rounding in the loss network defeats a line search, start afresh from there; end where that fails too.
    while before < len(progress.history) <= iterations and not progress.stopped:
        before = len(progress.history)
        scipy.optimize.minimize(
            value_and_gradient,
            progress.picture.ravel().astype("float64"),
            jac=True,
            method="L-BFGS-B",
            bounds=scipy.optimize.Bounds(0.0, 255.0),
            callback=after_iteration,
            # Tolerances of zero: the number of iterations is what is compared.
            options={
                "maxiter": iterations + 1 - before,
                "maxfun": 20 * iterations,
                "maxcor": MEMORY,
                "ftol": 0.0,
                "gtol": 0.0,
            },
        )


def _minimise_adam(progress, picture, iterations, learning_rate):
    variable = keras.Variable(picture, dtype="float32")
    optimizer = keras.optimizers.Adam(learning_rate)
    gradient = progress.begin(picture)
    for _ in range(iterations):
        optimizer.apply([tf.convert_to_tensor(gradient)], [variable])
        variable.assign(keras.ops.clip(variable, 0.0, 255.0))
        picture = keras.ops.convert_to_numpy(variable)
        terms, gradient = progress.evaluate(picture)
        if not progress.accept(picture, terms):
            return
