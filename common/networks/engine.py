"""What paints: LiteRT, which is there at once, or TensorFlow, which takes seconds to start and is quicker then."""

import dataclasses

from fast_style.common.errors import UserError
from fast_style.common.installed import installed, require_tensorflow
from fast_style.common.processor import instruction_sets, processors
from fast_style.common.startup import start_tensorflow

ENGINES = ("auto", "litert", "tensorflow")
# What clips are called where LiteRT is asked for.
MOVING = "moving pictures"
# Seconds from the shell to the first network; and for each network, of which TensorFlow traces a graph.
START = {"litert": 0.4, "tensorflow": 5.0}
NETWORK = {"litert": 0.1, "tensorflow": 1.2}
# Billions of multiply-adds a second on a core, by the best of the instructions that the processor has: LiteRT computes
# in float32, and takes memory anew for each size; TensorFlow in bfloat16 where that is quicker. Measured on two cores
# with AMX, by processor time; the others follow from what TensorFlow takes there (docs/experiments) and from the width
# of vectors.
RATES = {
    "amx_bf16": {"litert": 22, "tensorflow": 130},
    "avx512_bf16": {"litert": 22, "tensorflow": 65},
    "avx512f": {"litert": 25, "tensorflow": 28},
    "": {"litert": 13, "tensorflow": 11},
}


@dataclasses.dataclass(frozen=True)
class Work:
    """What is to be painted.

    Attributes:
        parts: (source of a network, (height, width) of each photograph that it paints) of each network.
        needs_tensorflow: what of it LiteRT cannot do, in words for an error; ``""`` where it can.
    """

    parts: list = dataclasses.field(default_factory=list)
    needs_tensorflow: str = ""

    def seconds(self, engine):
        """The estimate, from the shell to the last picture."""
        rate = next(rates for name, rates in RATES.items() if not name or name in instruction_sets())[engine]
        products = 0
        for source, sides in self.parts:
            border = 2 * (source.graph["margin"] + source.graph["padding"])
            pixels = sum((height + border) * (width + border) for height, width in sides)
            products += source.graph["multiply_adds"] * pixels
        return START[engine] + NETWORK[engine] * len(self.parts) + products / (rate * 1e9 * processors())


def obstacle(sources, precision):
    """What LiteRT cannot do of networks in a precision, in words for an error; ``""`` where it can."""
    without = next((source for source in sources if not source.graph), None)
    if without:
        return f"the network {without.name}" if without.ships else f"a network in a .keras file ({without.file})"
    return "" if precision in ("auto", "float32") else f"--precision {precision}"


def choose_engine(asked, work, tell=None):
    """The engine that is quicker in all, or that was asked for.

    Args:
        asked: one of `ENGINES`.
        work: a function that gives :class:`Work`; called where there is a choice.
        tell: function of a line on the estimate and the choice.

    Raises:
        UserError: LiteRT was asked for what it cannot do; an engine that is needed is not installed.
    """
    if asked == "tensorflow":
        require_tensorflow("--engine tensorflow")
        return asked
    work = work()
    if work.needs_tensorflow:
        if asked == "litert":
            raise UserError(f"--engine: expected tensorflow or auto for {work.needs_tensorflow}. Received: litert")
        require_tensorflow(work.needs_tensorflow)
        return _told("tensorflow", tell, f"needed for {work.needs_tensorflow}")
    if asked == "litert":
        if not installed("ai_edge_litert"):
            raise UserError("--engine: expected ai-edge-litert for litert: pip install ai-edge-litert. Received: none")
        return asked
    if not installed("tensorflow") or not installed("ai_edge_litert"):
        only = "tensorflow" if installed("tensorflow") else "litert"
        return _told(only, tell, "the only one installed")
    seconds = {engine: work.seconds(engine) for engine in ENGINES[1:]}
    best = min(seconds, key=seconds.get)
    return _told(best, tell, ", ".join(f"{engine} {value:.1f} s" for engine, value in seconds.items()) + " estimated")


def _told(engine, tell, why):
    if tell:
        tell(f"engine: {engine} ({why})")
    return engine


def network_loader(engine, precision="auto"):
    """A function from a :class:`Source` to what paints with it; TensorFlow is started.

    Args:
        engine: of :func:`choose_engine`.
        precision: of TensorFlow; see :func:`in_precision`.
    """
    if engine == "litert":
        from fast_style.common.networks.litert_network import LiteRTNetwork

        return LiteRTNetwork
    start_tensorflow()
    from fast_style.common.networks.rebuilding import in_precision

    return lambda source: in_precision(source.load(), precision)
