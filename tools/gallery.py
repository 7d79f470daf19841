"""The gallery of what the networks that ship do, as a page of Markdown with small pictures.

``python -m tools.gallery --output docs``
"""

import argparse
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.files import write_bytes
from fast_style.common.images.contact_sheet import contact_sheet
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.engine import network_loader
from fast_style.common.networks.presets import Presets
from fast_style.common.startup import start_tensorflow
from fast_style.common.task import showcase, tasks
from fast_style.common.training.recipes import noun_of, read_recipe, stage_files
from tools.markdown import table

QUALITY = 70  # of WebP: 10 to 80 KB a picture
# The README's picture: of networks of the same painting the larger one, and what is compared with them.
SHEET = "demo.jpg"
ON_SHEET = ("starry_night", "udnie", "the_scream", "composition_vii", "wave", "x4_bicubic", "x4_pixel", "x4_feature")


def write_gallery(folder):
    """Writes ``gallery.md``, its pictures as WebP into ``gallery/`` beside it, and ``demo.jpg``, a sheet of some.

    Files of these names are replaced.

    Args:
        folder: made if need be.

    Yields:
        (path, seconds): each picture as it is written, the page last with None.
    """
    page = Path(folder) / "gallery.md"
    pictures = page.with_suffix("")
    photos = sample_photos()
    rows, sheet = {"photograph": {}}, {"photograph": list(photos.values()), **{label: [] for label in ON_SHEET}}
    for name, photo in photos.items():
        rows["photograph"][name] = f"gallery/{name}.webp"
        write_photo(pictures / f"{name}.webp", photo, "webp", QUALITY)
    for label, name, picture, seconds in showcase(photos, network_loader("tensorflow"), everything=True):
        path = pictures / f"{name}_{label}.webp"
        rows.setdefault(label, {})[name] = f"gallery/{path.name}"
        write_photo(path, picture, "webp", QUALITY)
        if label in ON_SHEET:
            sheet[label].append(picture)
        yield path, seconds
    path = page.with_name(SHEET)
    write_photo(path, contact_sheet(list(sheet.values()), row_labels=list(sheet), cell=292), "jpg", 70)
    yield path, None
    write_bytes(page, _page(rows).encode())
    yield page, None


def _page(rows):
    shipped = {name: (task, entry) for task in tasks() for name, entry in Presets(task).manifest().items()}
    lines = [
        "# Gallery",
        "",
        "Every network that ships, on CC0 photographs of scikit-image: whole photographs painted, details enlarged.",
        "`python -m tools.gallery --output docs` makes this page and its pictures again. [The table of",
        "models](models.md) says how the figures were measured.",
    ]
    for label, pictures in rows.items():
        lines += ["", f"## {label}", ""]
        task, entry = shipped.get(label, (None, None))
        if entry:
            known = task.knows(entry)
            lines += [f"{entry['title']}. {entry['summary']}" + (f" It knows {known}." if known else ""), ""]
        lines.append(
            " ".join(f'<img src="{file}" alt="{name}, {label}" width="32%">' for name, file in pictures.items())
        )
        if entry:
            recipe = read_recipe(task, label)
            for _, _, tables in task.figures({label: recipe}, everything=True):
                for heads, cells in tables:
                    lines += ["", *table(heads, cells)]
            lines += _runs(task, recipe)
    return "\n".join(lines) + "\n"


def _runs(task, recipe):
    """Lines of a table, folded, of the runs that a recipe holds."""
    terms = [row.name for row in task.settings.terms]
    last = recipe["stages"][-1]["settings"]
    rows = [_run(stage, terms, task.run_facts(stage["settings"], last)) for stage in recipe["stages"]]
    program = task.package.replace("_", "-")
    files = stage_files(task, recipe["stages"])
    several = dict.fromkeys(noun_of(task, key) for key, used in files.items() if len(used) > 1)
    named = "".join(f"; runs of another {noun}, which is named, made the network that it began at" for noun in several)
    return [
        "",
        f"<details><summary>Its training: <code>{program} train --recipe {recipe['name']}</code></summary>",
        "",
        f"Runs, each from the one before{named}; margins and movement in pixels. The last {len(terms)} columns are "
        "means over the validation photographs at the end of a run, before the weights of the terms.",
        "",
        *table(list(rows[0]), [list(row.values()) for row in rows]),
        "",
        "</details>",
    ]


def _run(stage, terms, facts):
    """``{column: text}`` of one run, a stage of a recipe, with those of its task."""
    used, found = stage["settings"], stage["validation"][-1] if stage["validation"] else {}
    hardware = stage["hardware"]
    return {
        "iterations": f"{stage['iteration']:,}",
        "squares": f"{used['batch_size']} of {used['size']}x{used['size']}",
        # Recipes are older than some terms.
        **{f"{term} weight": f"{used.get(f'{term}_weight', 0):g}" for term in terms},
        **facts,
        "learning rate": f"{used['learning_rate']:g}",
        "seed": f"{used['seed']}",
        "minutes": f"{stage['seconds'] / 60:.1f}",
        "on": " ".join(hardware["gpus"]) or f"{hardware['cores']} cores, {stage['precision'].removeprefix('mixed_')}",
        **{term: f"{found[term]:.3g}" if term in found else "" for term in terms},
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.gallery", description=write_gallery.__doc__.splitlines()[0])
    parser.add_argument("--output", "-o", required=True, metavar="FOLDER", help="where gallery.md and gallery/ go")
    options = parser.parse_args(arguments)
    start_tensorflow()
    with errors_as_lines(parser.prog):
        for path, seconds in write_gallery(options.output):
            print(path if seconds is None else f"{path}  {seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main()
