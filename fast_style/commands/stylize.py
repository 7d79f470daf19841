"""`fast-style stylize`: paints photographs and moving pictures in a style, in one pass."""

import functools
import glob
import os
from pathlib import Path

from fast_style.common.bulk.flags import add_ray_flags, check_ray_flags
from fast_style.common.commands.clip_jobs import FORMATS_WITH_CLIPS, add_clip_flags, plan_photos_and_clips, run_clips
from fast_style.common.commands.command_line import (
    add_engine_flags,
    add_photo_flags,
    add_precision_flag,
    share,
    whole_number,
)
from fast_style.common.errors import UserError
from fast_style.common.images.image_formats import EXTENSIONS
from fast_style.common.networks.engine import MOVING, Work, choose_engine, network_loader, obstacle
from fast_style.common.stop_signals import StopSignals
from fast_style.common.streams import warn

SHEET = "contact_sheet.png"


def add(commands):
    from fast_style.settings import STROKES

    parser = commands.add_parser(
        "stylize",
        help="paint photographs and moving pictures in a style",
        description="Paint photographs and moving pictures in one style or several.",
    )
    add_photo_flags(parser, "stylized", FORMATS_WITH_CLIPS)
    parser.add_argument(
        "--style",
        action="append",
        nargs="?",  # without a name, the error names them
        metavar="STYLE",
        help="a painting (fast-style styles), one in strokes of its own, wave@2, a mixture of those that one network "
        "knows, 'wave:0.6 + udnie:0.4', "
        f"several of these, or all; of several, the folder of the results gets {SHEET}, too, with the first "
        "photographs",
    )
    parser.take_several("--style", names_style)
    parser.add_argument(
        "--network",
        metavar="NAME|FILE",
        help="the network: one that ships or a .keras file (default: one that ships and knows the styles)",
    )
    parser.add_argument(
        "--stroke",
        type=float,
        default=1.0,
        metavar="{:g}-{:g}".format(*STROKES),
        help="size of strokes: between those that a network was trained at, it mixes them; beyond them, the photograph "
        "is painted at another size (default: 1, the middle of the training's)",
    )
    parser.add_argument(
        "--mask",
        action="append",
        default=[],
        metavar="FILE=STYLE",
        help="a grey picture, white where STYLE is painted, of which strokes of its own are wave@2; may be repeated. "
        "What none covers has --style, or stays as it is",
    )
    parser.add_argument(
        "--max-size",
        type=whole_number(1, unit="pixel"),
        metavar="PIXELS",
        help="shrink photographs and clips to this long side; never enlarges",
    )
    parser.add_argument(
        "--strength",
        type=share,
        default=1.0,
        metavar="0-1",
        help="share of the painting in the result; the rest is of the photograph (default: 1)",
    )
    parser.add_argument(
        "--original-colours",
        "--original-colors",
        action="store_true",
        help="keep the photograph's colours: light and dark alone are painted",
    )
    add_seed_flag(parser)
    parser.add_argument(
        "--streaming",
        choices=("auto", "exact", "fast", "off"),
        default="auto",
        help="paint in strips, in little memory whatever the size: exact, the same picture; fast, with the statistics "
        "of a reduced copy; off, as a whole; auto, exact where the whole would take more than 3.5 GiB: from about 6 "
        "megapixels on in float32, 13 in bfloat16 (default: auto)",
    )
    add_precision_flag(parser)
    add_clip_flags(parser, calm=True)
    add_engine_flags(parser)
    add_ray_flags(parser)
    parser.set_defaults(run=run, light=True)


def add_seed_flag(parser):
    """``--seed``, of :func:`fast_style.stylize`."""
    from fast_style.settings import LARGEST_SEED

    parser.add_argument(
        "--seed",
        type=whole_number(0, LARGEST_SEED),
        metavar="N",
        help="another variation for each number, of a network with a field of noise; others take 0 (default: the "
        "network's, 0)",
    )


def names_style(text):
    """Whether a further word behind ``--style`` is one more style, and no photograph."""
    from fast_style.chosen_styles import ALL
    from fast_style.common.networks.source import shipped_name
    from fast_style.task import TASK

    if text.casefold() == ALL or shipped_name(text, TASK) or text.endswith(".keras"):
        return True
    photograph = os.path.exists(text) or glob.has_magic(text) or text.lower().endswith(EXTENSIONS)
    return not photograph and not text.startswith("-") and os.sep not in text


def read_masks(words):
    """Triples of a mask as read, a style and the file's name, of ``FILE=STYLE``.

    Raises:
        UserError: another form; a file that does not decode.
    """
    from fast_style.common.images.image_io import read_photo

    masks = []
    for word in words:
        file, equals, style = word.rpartition("=")
        if not (file and style):
            hint = "" if equals or not Path(word).exists() else ", a mask without one"
            raise UserError(f"--mask: expected FILE=STYLE. Received: {word!r}{hint}")
        try:
            masks.append((read_photo(file), style, file))
        except UserError as error:
            raise UserError(f"--mask: {error}") from error
    return masks


def check_sheet(path, jobs, options):
    """The path of the contact sheet; None where there is one, and results that exist are left.

    Raises:
        UserError: it would replace something.
    """
    if any(os.path.abspath(job.target) == os.path.abspath(path) for job in jobs):
        raise UserError(f"--output: expected a result of another name than the contact sheet. Received: {path}")
    if not os.path.exists(path) or options.overwrite:
        return path
    if not options.skip_existing:
        raise UserError(f"--output: expected a new file, or --overwrite. Received: {path}, which exists")
    return None


def work_of(options, sources, planned, moving):
    """What there is to paint, for :func:`choose_engine`."""
    from fast_style.common.commands.photo_jobs import photo_sides
    from fast_style.common.networks.litert_network import peak_bytes
    from fast_style.painter import REGIONS
    from fast_style.stylization import is_large, strips_of

    needs = obstacle(sources.values(), options.precision) or (MOVING if moving else "")
    if options.streaming in ("exact", "fast"):
        needs = needs or f"--streaming {options.streaming}"
    if options.mask and any(source.conditions for source in sources.values()):
        needs = needs or REGIONS
    if needs:
        return Work(needs_tensorflow=needs)
    parts = [(sources[label], photo_sides(jobs, options.max_size)) for label, jobs in planned.items()]
    if options.streaming == "auto":
        large = (one for source, sides in parts for one in sides if is_large(peak_bytes(source.graph, *one)))
        needs = next((strips_of(*one) for one in large), "")
    return Work(parts, needs)


def paint_clips(jobs, network, masks, named, look, options, signals, **told):
    """Paints jobs of :func:`plan_clips`.

    Args:
        jobs: list of (source, Target).
        network: that paints.
        masks: of :func:`read_masks`.
        named: of :class:`Painter`, without the masks.
        look: ``streaming`` and ``original_colours``, as of :func:`frame_painter`.
        options: what was parsed.
        signals: :class:`StopSignals`.
        told: ``progress`` and ``tell`` of :func:`run_clips`.

    Returns:
        (done, failed, stopped), as of :func:`run_clips`.
    """
    from fast_style.painter import Painter
    from fast_style.video import frame_painter

    @functools.cache
    def painter():
        return Painter(network, masks=[mask[:2] for mask in masks], **named)

    return run_clips(jobs, lambda clip: frame_painter(painter(), *clip.sides, **look), options, signals, **told)


def _run_on_ray(options, styles, masks, look):
    from fast_style.common.bulk.command import run_on_ray
    from fast_style.stylization import photo_painter

    def make(source, style):
        return functools.partial(
            photo_painter,
            max_size=options.max_size,
            masks=masks,
            style=style,
            name=source.name,
            **look,
        )

    chosen = {label: (source, make(source, style)) for label, (source, style) in styles.items()}
    needs = f"--streaming {options.streaming}" if options.streaming in ("exact", "fast") else ""
    run_on_ray("fast-style stylize", options, "stylized", chosen, needs)


def run(options):
    check_ray_flags(options)
    from fast_style.chosen_styles import chosen_styles
    from fast_style.common.commands.photo_jobs import how_to_go_on, plan_jobs, report_jobs

    masks = read_masks(options.mask)
    masked = [style for _, style, _ in masks]
    styles = chosen_styles(options.style or (), options.network, masked, options.stroke, options.strength, options.seed)
    chosen = {name: getattr(options, name) for name in ("stroke", "strength", "seed")}
    look = {name: getattr(options, name) for name in ("streaming", "original_colours")}
    if options.ray:
        _run_on_ray(options, styles, masks, chosen | look)
    planned, moving = plan_photos_and_clips(options, list(styles), "stylized")
    jobs = [job for some in planned.values() for job in some]
    folder = options.output or "stylized"
    sheet = check_sheet(os.path.join(folder, SHEET), jobs, options) if jobs and len(styles) > 1 else None
    sources = {label: chosen.source for label, chosen in styles.items()}
    engine = choose_engine(
        options.engine,
        lambda: work_of(options, sources, planned, any(moving.values())),
        warn if options.verbose else None,
    )
    load = network_loader(engine, options.precision)

    from fast_style.stylization import stylize_files

    done, failed, clips_done, clips_failed, stopped = [], [], [], [], ""
    with StopSignals("photograph" if jobs else "frame") as signals:
        for label, (source, style) in styles.items():
            if (planned[label] or moving[label]) and signals.received is None:
                network = load(source)
                named = {"style": style, "name": source.name, **chosen}
                if moving[label]:
                    results = paint_clips(moving[label], network, masks, named, look, options, signals)
                    clips_done += results[0]
                    clips_failed += results[1]
                    stopped = results[2]
                results = stylize_files(
                    planned[label],
                    network,
                    max_size=options.max_size,
                    quality=options.quality,
                    signals=signals,
                    masks=masks,
                    **named,
                    **look,
                )
                done += results[0]
                failed += results[1]
    note, written = stopped or how_to_go_on(jobs, done, failed, options.overwrite), []
    if sheet and done and not note:
        from fast_style.style_sheet import write_sheet

        every = {name: plan_jobs(options.photos, name, folder, folder, options.format, True, None) for name in styles}
        write_sheet(sheet, every)
        written.append(sheet)
    done, failed = clips_done + done, clips_failed + failed
    report_jobs("fast-style stylize", done, failed, note, signals.received, written)
