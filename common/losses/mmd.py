"""Maximum mean discrepancy between features of a painting and of an output, as a loss of style.

Li, Wang, Liu, Hou: "Demystifying Neural Style Transfer" (2017), section 4: the features at the positions
of a layer are samples of a distribution; the loss is the squared MMD between the painting's and the
output's, ``E k(x, x') - 2 E k(x, y) + E k(y, y')``. For each kernel here it is the squared distance of
the means of an embedding, so its cost grows with the number of positions and not with its square.

Departure: Li et al. divide each kernel's loss by a constant of its own. Here vectors are divided by the
square root of the number of channels C, so that the kernel does not grow with the layer's width, and the
polynomial kernel without offset is eq. 4 of the fast style transfer paper itself.
"""

import numpy as np
from keras import ops

from fast_style.common.errors import check_whole
from fast_style.common.losses.constant import constant
from fast_style.common.losses.positions import mean_square, mean_vector, position_vectors
from fast_style.common.losses.style import gram_loss, gram_matrix
from fast_style.common.losses.weights import check_weights
from fast_style.common.types import Tensor

FREQUENCIES = 256


class LinearMmdStyle:
    """Squared MMD under ``k(x, y) = x^T y / C``: the mean squared difference of the channels' means.

    MMD is maximum mean discrepancy. Li, Wang, Liu, Hou: "Demystifying Neural Style Transfer" (2017), section 4.

    >>> import numpy as np
    >>> from fast_style.losses import LinearMmdStyle
    >>> loss = LinearMmdStyle(np.zeros((1, 8, 8, 4)))
    >>> np.asarray(loss(np.ones((2, 6, 5, 4))))
    array([1., 1.], dtype=float32)

    Call: features of output images at that layer, float (batch, any height, any width, channels). Returns float32
    (batch,), 0 or more.

    Args:
        painting: features of the painting at one layer, float (1, height, width, channels), any range.
    """

    def __init__(self, painting: Tensor):
        self._mean = constant(mean_vector(painting))

    def __call__(self, features: Tensor) -> Tensor:
        """float (batch, any height, any width, channels) -> float32 (batch,)."""
        return mean_square(mean_vector(features) - self._mean)


class PolynomialMmdStyle:
    """Squared MMD under ``k(x, y) = (x^T y / C + c)^2``.

    Written out it is eq. 4 on Gram matrices and ``2 c`` times the linear kernel's: with ``c = 0``,
    eq. 4 itself. Li, Wang, Liu, Hou: "Demystifying Neural Style Transfer" (2017), section 4.

    >>> import numpy as np
    >>> from fast_style.losses import PolynomialMmdStyle
    >>> loss = PolynomialMmdStyle(np.zeros((1, 8, 8, 4)), offset=0.5)
    >>> np.asarray(loss(np.ones((2, 6, 5, 4))))
    array([2., 2.], dtype=float32)

    Call: features of output images at that layer, float (batch, any height, any width, channels). Returns float32
    (batch,), 0 or more.

    Args:
        painting: features of the painting at one layer, float (1, height, width, channels), any range.
        offset: c, a number of at least 0. Default: the mean of ``y^T y' / C`` over the painting, so that means and
            second moments have a like share.

    Raises:
        UserError: an offset below 0, or none that is finite.
    """

    def __init__(self, painting: Tensor, offset: float | None = None):
        if offset is not None:
            check_weights({"offset": offset})
        self._gram, self._mean = constant(gram_matrix(painting)), constant(mean_vector(painting))
        self._offset = constant(ops.mean(ops.square(mean_vector(painting))) if offset is None else offset)

    def __call__(self, features: Tensor) -> Tensor:
        """float (batch, any height, any width, channels) -> float32 (batch,)."""
        return gram_loss(self._gram, gram_matrix(features)) + 2.0 * self._offset * mean_square(
            mean_vector(features) - self._mean
        )


class GaussianMmdStyle:
    """Squared MMD under ``k(x, y) = exp(-||x - y||^2 / 2 sigma^2)``; between 0 and 2.

    Li, Wang, Liu, Hou: "Demystifying Neural Style Transfer" (2017), section 4. sigma^2 is the mean squared distance
    between two positions of the painting, as Li et al. choose it.

    Departure: Li et al. sample pairs of positions anew at each evaluation, which a line search cannot
    follow. Here the kernel is replaced by the mean of ``cos w^T (x - y)`` over fixed random frequencies
    w (Rahimi and Recht 2007), whose expectation it is: every position counts, and the same picture always
    has the same loss. An error of ``1 / sqrt(2 frequencies)`` a pair at most remains.

    >>> import numpy as np
    >>> from fast_style.losses import GaussianMmdStyle
    >>> painting = np.random.default_rng(0).normal(size=(1, 8, 8, 4))
    >>> loss = GaussianMmdStyle(painting)
    >>> np.asarray(loss(painting))
    array([0.], dtype=float32)

    Call: features of output images at that layer, float (batch, any height, any width, channels). Returns float32
    (batch,), 0 or more.

    Args:
        painting: features of the painting at one layer, float (1, height, width, channels), any range.
        frequencies: how many, at least 1; time and memory grow with them. Default: 256.
        seed: of the frequencies, an int of at least 0. Default: 0.

    Raises:
        UserError: no frequency; a seed below 0.
    """

    def __init__(self, painting: Tensor, frequencies: int = FREQUENCIES, seed: int = 0):
        check_whole(1, frequencies=frequencies)
        check_whole(0, seed=seed)
        vectors = position_vectors(painting)
        # E ||y - y'||^2 over independent positions is twice the summed variance of the channels.
        self.variance = 2.0 * ops.maximum(ops.sum(ops.var(vectors, axis=(0, 1))), 1e-6)
        normal = np.random.default_rng(seed).normal(size=(int(vectors.shape[-1]), frequencies))
        self.frequencies = constant(ops.convert_to_tensor(normal.astype("float32")) / ops.sqrt(self.variance))
        self._embedding = constant(self._embed(painting))

    def _embed(self, features):
        phases = ops.matmul(position_vectors(features), self.frequencies)
        return ops.concatenate([ops.mean(ops.cos(phases), axis=1), ops.mean(ops.sin(phases), axis=1)], axis=1)

    def __call__(self, features: Tensor) -> Tensor:
        """float (batch, any height, any width, channels) -> float32 (batch,)."""
        # Cosines and sines are twice as many as frequencies.
        return 2.0 * mean_square(self._embed(features) - self._embedding)
