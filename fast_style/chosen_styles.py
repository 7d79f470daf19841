"""Which network paints the styles that a user names. Light: imports no TensorFlow."""

import itertools
import os
import typing
from collections.abc import Mapping

from fast_style.common.errors import UserError
from fast_style.common.networks.source import Source, find_network, no_file, shipped_name, shipped_sources
from fast_style.common.spelling import did_you_mean
from fast_style.conditions import PHOTOGRAPH, Condition, as_conditions, paintings_of
from fast_style.paintings import check_no_painting
from fast_style.style_expression import parse_style, split_stroke, style_label, style_shares
from fast_style.style_plan import plan_style
from fast_style.task import TASK

ALL = "all"


class ChosenStyle(typing.NamedTuple):
    """What one picture of each photograph is painted in.

    Attributes:
        source: of the network.
        style: style expression; None for the network's own, where no mask covers.
    """

    source: Source
    style: Mapping | str | None


def conditions_of(source):
    """Conditions of a network by its :class:`Source`: of one painting that one, by the network's name."""
    given = source.conditions
    return as_conditions(given) if given else (Condition(source.name),)


def chosen_styles(styles=(), network=None, masked=(), stroke=1.0, strength=1.0, seed=0):
    """``{label: ChosenStyle}``: what a user asks for, checked.

    Args:
        styles: words: a style expression, the name or file of a network, or ``"all"``.
        network: name or file of the network that knows them. Default: None, for whichever that ships has them: of two,
            that of one painting, but where a size of strokes is asked for.
        masked: style expressions, one a mask, of the same network.
        stroke, strength: as of :func:`plan_style`.
        seed: of the field of noise.

    Raises:
        UserError: none; one that no network has; what :func:`plan_style` refuses; a seed beside 0 for a network without
            a field of noise.
    """
    words = [word for word in styles if word]
    if network is None and not words and not masked:
        names = ", ".join(shipped_sources(TASK))
        raise UserError(f"--style: expected one of {names}, or {ALL}; or --network FILE. Received: none")
    if network is not None:
        check_no_painting(network, "--network")
        source = find_network(network, TASK, "--network")
        found = [one for word in words for one in _of_network(word, source)] or [ChosenStyle(source, None)]
    elif words:
        found = [one for word in words for one in _of_word(word, masked, stroke)]
    else:
        found = [ChosenStyle(_source_with(masked[0], masked, stroke, "--mask"), None)]
    found = {(str(source.path.resolve()), _key(style)): ChosenStyle(source, style) for source, style in found}
    labelled = {}
    for chosen in found.values():
        masks = [(one, "--mask") for one in masked]
        plan_style(conditions_of(chosen.source), chosen.style, stroke, strength, masks)
        if seed and not chosen.source.noise_channels:
            raise UserError(f"--seed: expected 0 for {chosen.source.name}, without a field of noise. Received: {seed}")
        name, number = _label(chosen), 2
        label = name
        while label in labelled:  # files of one name in two folders
            label, number = f"{name}_{number}", number + 1
        labelled[label] = chosen
    return labelled


def _key(style):
    return style if style is None else tuple(style.items())


def _label(chosen):
    name = chosen.source.name
    return name if chosen.style in (None, {name: 1.0}) else style_label(chosen.style)


def _names(source):
    return [*paintings_of(conditions_of(source)), PHOTOGRAPH]


def _of_network(word, source):
    """ChosenStyles of a word for a network that was named."""
    names = _names(source)
    if word.casefold() == ALL:
        return [ChosenStyle(source, {name: 1.0}) for name in names[:-1]]
    return [ChosenStyle(source, style_shares(word, names, "--style"))]


def _of_word(word, masked, stroke):
    """ChosenStyles of a word where no network was named."""
    sources = shipped_sources(TASK)
    if word.casefold() == ALL:
        known = {}
        for source in _in_order(stroke != 1, sources):
            known |= {name: source for name in _names(source)[:-1] if name not in known}
        return [ChosenStyle(source, {name: 1.0}) for name, source in known.items()]
    check_no_painting(word, "--style")
    name = shipped_name(word, TASK)
    if os.path.exists(word) or word.endswith(".keras") or (name and len(conditions_of(sources[name])) > 1):
        source = find_network(word, TASK, "--style")
        return [ChosenStyle(source, {_names(source)[0]: 1.0})]
    source = _source_with(word, masked, stroke, "--style")
    return [ChosenStyle(source, style_shares(word, _names(source), "--style"))]


def _in_order(sized, sources):
    """Networks that ship, first those of one painting; for other sizes of strokes, first those that know several."""
    return sorted(sources.values(), key=lambda source: (len(conditions_of(source)) > 1) != sized)


def _source_with(word, masked, stroke, argument):
    """The network that ships and has the paintings of a style and of the masks."""
    sources = shipped_sources(TASK)
    known = {source.name: _names(source) for source in sources.values()}
    every = list(dict.fromkeys(itertools.chain(*known.values())))
    wanted, sized = {}, stroke != 1
    for one, flag in [*((one, "--mask") for one in reversed(masked)), (word, argument)]:
        for name, own in (split_stroke(name, every) for name in parse_style(one, flag, every)):
            wanted[name] = flag
            sized = sized or own is not None
    folded = {name.casefold() for name in every}
    for name, flag in wanted.items():
        if name.casefold() not in folded:
            listed = ", ".join(dict.fromkeys([*sources, *every]))
            reason = f" ({no_file(name)})" if name == word else ""
            near = did_you_mean(name, every)
            raise UserError(f"{flag}: expected one of {listed}, or a .keras file. Received: {name!r}{reason}{near}")
    folded = {name.casefold() for name in wanted}
    for source in _in_order(sized, sources):
        if folded <= {name.casefold() for name in known[source.name]}:
            return source
    raise UserError(
        f"{argument}: expected paintings that one network knows, which blends them and paints regions with them. "
        f"Received: {', '.join(wanted)}, of which each has a network of its own; --network NAME|FILE names another"
    )
