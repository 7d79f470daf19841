"""Networks with a field of noise as exports of another seed."""

import dataclasses
import functools

from fast_style.common.networks.source import Source
from fast_style.painter import check_seed, seeded


@dataclasses.dataclass(frozen=True)
class SeededSource(Source):
    """A :class:`Source` whose network paints on another part of its field of noise.

    Attributes:
        base: of the network as it is.
        seed: which part of the field, 0 to 2**32 - 1.
    """

    base: Source = None
    seed: int = 0

    @property
    def choices(self):
        return {**self.base.choices, "seed": self.seed}

    def load(self):
        return seeded(self.base.load(), self.seed)

    @functools.cached_property
    def network(self):
        return seeded(self.base.network, self.seed)


def seeded_source(source: Source, seed: int) -> SeededSource:
    """Source of a variation of a network with a field of noise, for the exports.

    >>> import tempfile, fast_style
    >>> from fast_style.export import find_network, seeded_source
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fast_style.TransformationNetwork(width=2, noise_channels=1).save(f"{folder}/field.keras")
    ...     print(seeded_source(find_network(f"{folder}/field.keras"), 7).network.noise_seed)
    7

    Args:
        source: of :func:`find_network` or :func:`fixed_styles`.
        seed: as of :func:`fast_style.stylize`, 0 to 2**32 - 1; 0 of a network without such a field.

    Returns:
        SeededSource, which is as good as a Source.

    Raises:
        UserError: another seed.
    """
    check_seed(seed, source.noise_channels)
    return source.derived(SeededSource, seed=seed)
