"""Conditions of a network: paintings, each read at a size, and the photograph; and networks of other conditions."""

import typing
from collections.abc import Sequence

import numpy as np

from fast_style.common.errors import UserError, is_finite_number
from fast_style.common.networks.rebuilding import redescribed
from fast_style.common.printable import printable

# The name of the condition that gives the photograph back.
PHOTOGRAPH = "photograph"
# Far beyond what is of use.
MOST_CONDITIONS = 4096


class Condition(typing.NamedTuple):
    """What one row of scales and shifts was trained for.

    Attributes:
        painting: its name; `PHOTOGRAPH` for the photograph as it is.
        size: short side in pixels at which the painting was read; None where there is none, or nobody said.
    """

    painting: str
    size: int | None = None


def as_conditions(given):
    """Conditions as networks are told them.

    Args:
        given: how many, 1 to 4096, which gives them numbers for names; or a sequence of names, or of pairs of a name
            and a size, that differ. Names have no slash, and begin with no dot.

    Returns:
        tuple of Condition.

    Raises:
        UserError: something else.
    """
    wanted = f"conditions: expected a number from 1 to {MOST_CONDITIONS}, or names with sizes that differ"
    if isinstance(given, int) and not isinstance(given, bool):
        if not 1 <= given <= MOST_CONDITIONS:
            raise UserError(f"{wanted}. Received: {given}")
        return tuple(Condition(f"painting_{number}") for number in range(1, given + 1))
    if not isinstance(given, list | tuple):
        raise UserError(f"{wanted}. Received: {given!r:.80}")
    found = tuple(_condition(one, wanted) for one in given)
    if not 1 <= len(found) <= MOST_CONDITIONS or len(set(found)) < len(found):
        raise UserError(f"{wanted}. Received: {len(found)} of them, {len(set(found))} different")
    return found


def _condition(given, wanted):
    name, size = given if isinstance(given, list | tuple) and len(given) == 2 else (given, None)
    sized = size is None or (isinstance(size, int) and not isinstance(size, bool) and size >= 1)
    if not isinstance(name, str) or not name or printable(name) != name or not sized:
        raise UserError(f"{wanted}. Received: {given!r:.80}")
    # Files are called by them, which are to lie where they are put. Names that training makes have none of that.
    if "/" in name or "\\" in name or name.startswith("."):
        raise UserError(f"conditions: expected names without a slash or a dot in front. Received: {name!r:.80}")
    return Condition(name, size)


def check_config(config):
    """Raises UserError for options of a network, a dict, with conditions that are none."""
    if config.get("conditions") is not None:
        as_conditions(config["conditions"])


def paintings_of(conditions):
    """``{name: [numbers of its conditions]}`` of the paintings, in order; the photograph is none."""
    found = {}
    for number, condition in enumerate(conditions):
        if condition.painting != PHOTOGRAPH:
            found.setdefault(condition.painting, []).append(number)
    return found


def paintings_known(entry):
    """What a network of several paintings knows, in words; ``""`` for one of one painting.

    Args:
        entry: of the manifest.
    """
    if not entry["config"].get("conditions"):
        return ""
    conditions = as_conditions(entry["config"]["conditions"])
    sizes = {
        name: [str(conditions[number].size) for number in numbers if conditions[number].size]
        for name, numbers in paintings_of(conditions).items()
    }
    same = next(iter(sizes.values()), []) if len(set(map(tuple, sizes.values()))) == 1 else []
    each = [name if same or not of else f"{name} ({', '.join(of)})" for name, of in sizes.items()]
    read = f", each read at {', '.join(same)} pixels" if same else ""
    photograph = "; the photograph" if any(one.painting == PHOTOGRAPH for one in conditions) else ""
    return f"{len(sizes)} painting{'s' * (len(sizes) > 1)}{read}: {', '.join(each)}{photograph}"


def mixed(network, shares: Sequence, conditions=None):
    """A network each of whose conditions is a mixture of those of another; the convolutions are copied.

    What is fixed for a picture, or for a mask of it, is mixed once: a map of weights then needs a channel for each
    mixture, and not for each condition.

    >>> import fast_style
    >>> from fast_style.conditions import mixed
    >>> network = fast_style.TransformationNetwork(width=2, conditions=3)
    >>> len(mixed(network, [[0.5, 0.5, 0], [0, 0, 1]]).conditions)
    2
    >>> print(mixed(network, [0.5, 0.5, 0]).conditions)
    None

    Args:
        network: a :class:`TransformationNetwork` with conditions.
        shares: float (conditions,) for a network of one style; or (mixtures, conditions).
        conditions: what the mixtures are called, as of :class:`TransformationNetwork`. Default: their number.

    Returns:
        a new :class:`TransformationNetwork` of the same dtype policy.

    Raises:
        UserError: a network without conditions; shares of another shape, or that are not finite.
    """
    count = len(network.conditions or ())
    values = np.asarray(shares, "float64")
    if not count:
        raise UserError("network: expected one with conditions. Received: one of one painting")
    if values.ndim not in (1, 2) or values.shape[-1] != count or not all(map(is_finite_number, values.ravel())):
        raise UserError(f"shares: expected finite numbers (mixtures, {count}). Received: {values.shape}")
    conditions = None if values.ndim == 1 else conditions or len(values)
    return with_rows(network, conditions, lambda rows: values @ rows)


def with_rows(network, conditions, of_rows):
    """A network of the same convolutions whose scales and shifts are a function of those of another.

    Args:
        network: a :class:`TransformationNetwork`.
        conditions: of the new one.
        of_rows: function from an array (conditions, channels), or (channels,) of a network without, to another.
    """
    twin = redescribed(network, conditions=conditions)
    rows = {id(variable) for variable in row_variables(network)}
    twin.set_weights([of_rows(np.asarray(one)) if id(one) in rows else np.asarray(one) for one in network.weights])
    return twin


def row_variables(network):
    """Scales and shifts of a network: a list of variables, (conditions, channels) or (channels,) each."""
    layers = [step.normalization for step in network.steps() if step.normalization is not None]
    return [variable for layer in layers for variable in (layer.gamma, layer.beta)]
