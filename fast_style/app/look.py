"""What a picture is to become like, as the fields of tabs say it, in the words of the command line."""

import dataclasses

from fast_style.app.paintings import Painting, painting_named
from fast_style.chosen_styles import chosen_styles
from fast_style.common.errors import UserError
from fast_style.conditions import PHOTOGRAPH


@dataclasses.dataclass(frozen=True)
class Look:
    """What is chosen for a picture.

    Attributes:
        painting: name of one of :func:`all_paintings`.
        kind: ``"full"`` or ``"fast"``, of its networks.
        strength, stroke: as of :func:`fast_style.stylize`.
        other: name of a painting that is blended with it; "" for none.
        share: of the other, 0 to 1.
        original_colours: as of :func:`fast_style.stylize`.
        max_size: pixels of the long side; 0 for as it is.
        seed: as of :func:`fast_style.stylize`.
    """

    painting: str
    kind: str = "full"
    strength: float = 1.0
    stroke: float = 1.0
    other: str = ""
    share: float = 0.5
    original_colours: bool = False
    max_size: int = 0
    seed: int = 0

    @property
    def painter_options(self):
        """Of :class:`fast_style.painter.Painter`, beside style and name."""
        return {"stroke": self.stroke, "strength": self.strength, "seed": self.seed}


def network_of(painting: Painting, kind):
    """The :class:`common.networks.source.Source` of a kind of network of a painting."""
    return painting.fast if kind == "fast" else painting.full


def chosen(context, look):
    """(label, source, style) of a :class:`Look`: which network paints it, as `fast-style stylize --style` chooses it.

    Raises:
        UserError: no such painting; two that no network knows together; what :func:`plan_style` refuses.
    """
    one = painting_named(context, look.painting)
    source = network_of(one, look.kind)
    word = one.style or source.name
    if look.other and look.share > 0:
        other = painting_named(context, look.other)
        _check_one_network([one, other])
        word = f"{one.word}:{1 - look.share:g} + {other.word}:{look.share:g}"
    return choose([word], [one], (), look.stroke, look.strength, look.seed)


def choose(words, paintings, masked=(), stroke=1.0, strength=1.0, seed=0):
    """(label, source, style) of words of the command line.

    Args:
        words: style expression, or none, of what no mask covers.
        paintings: that are in the words; where they are in files, the network is that of the first.
        masked: style expressions of masks.
        stroke, strength, seed: as of :func:`fast_style.stylize`.

    Raises:
        UserError: what :func:`chosen_styles` refuses.
    """
    first = paintings[0].full
    network = None if first.ships else first.path
    ((label, (source, style)),) = chosen_styles(words, network, masked, stroke, strength, seed).items()
    return label, source, style


def region_style(painting: Painting, strength, stroke=None):
    """Style expression of a painting, in strokes of its own where they are given, and the rest of the photograph."""
    word = painting.word if stroke is None else f"{painting.word}@{stroke:g}"
    return word if strength == 1 else f"{word}:{strength:g} + {PHOTOGRAPH}:{1 - strength:g}"


def _check_one_network(paintings):
    together = set.intersection(*({source.path for source in one.several} for one in paintings))
    if not together:
        names = " and ".join(one.title for one in paintings)
        raise UserError(f"paintings: expected some that one network knows together. Received: {names}")
