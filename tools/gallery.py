"""The gallery of what the networks that ship do, as a page of Markdown with small pictures.

``python -m tools.gallery --output docs``
"""

import argparse
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.files import write_bytes
from fast_style.common.images.image_io import write_photo
from fast_style.common.images.sample_photos import sample_photos
from fast_style.common.networks.presets import Presets
from fast_style.common.startup import start_tensorflow
from fast_style.common.task import showcase
from fast_style.common.training.recipes import paintings, read_recipe
from fast_style.settings import ObjectiveSettings, StyleSettings
from fast_style.task import TASK
from tools.markdown import table

QUALITY = 70  # of WebP: 10 to 80 KB a picture


def write_gallery(folder):
    """Writes ``gallery.md``, and its pictures as WebP into ``gallery/`` beside it; files of these names are replaced.

    Args:
        folder: made if need be.

    Yields:
        (path, seconds): each picture as it is written, the page last with None.
    """
    page = Path(folder) / "gallery.md"
    pictures = page.with_suffix("")
    photos = sample_photos()
    rows = {"photograph": {}}
    for name, photo in photos.items():
        rows["photograph"][name] = f"gallery/{name}.webp"
        write_photo(pictures / f"{name}.webp", photo, "webp", QUALITY)
    for label, name, picture, seconds in showcase(photos, everything=True):
        path = pictures / f"{name}_{label}.webp"
        rows.setdefault(label, {})[name] = f"gallery/{path.name}"
        write_photo(path, picture, "webp", QUALITY)
        yield path, seconds
    write_bytes(page, _page(rows).encode())
    yield page, None


def _page(rows):
    styles = Presets(TASK).manifest()
    lines = [
        "# Gallery",
        "",
        "Every style that ships, and details enlarged by four and by eight, on CC0 photographs of scikit-image.",
        "`python -m tools.gallery --output docs` makes this page and its pictures again.",
    ]
    for label, pictures in rows.items():
        entry = styles.get(label, {})
        lines += ["", f"## {label}", ""]
        if entry:
            lines += [f"After {entry['title']}. {entry['summary']}", ""]
        lines.append(
            " ".join(f'<img src="{file}" alt="{name}, {label}" width="32%">' for name, file in pictures.items())
        )
        if entry:
            recipe = read_recipe(TASK, label)
            lines += [*_figures(recipe), *_runs(recipe)]
    return "\n".join(lines) + "\n"


def _figures(recipe):
    """Lines of a table of what :mod:`tools.recipe_evaluation` put into a recipe."""
    evaluation = recipe.get("evaluation", {})
    if not evaluation:
        return []
    beside = ", but for its term of stability" if recipe["stages"][-1]["settings"].get("stability_weight") else ""
    iterations = list(dict.fromkeys(n for found in evaluation.values() for n in found["baseline"]))
    terms = [row.name for row in ObjectiveSettings.terms]
    heads = ["size", "photographs", "untouched", "network", *(f"its {term}" for term in terms)]
    heads += [f"optimised, {n} iterations" for n in iterations] + ["the network equals"]
    rows = []
    for size, found in evaluation.items():
        after = found["network_equals_baseline_after"]
        values = [found["untouched"], *(found["network"].get(term) for term in ("loss", *terms))]
        values += [found["baseline"].get(n) for n in iterations]
        texts = ["" if value is None else f"{value:.3g}" for value in values]
        if after is not None:
            equals = f"{after} iterations"
        else:
            equals = "more than were run" if found["baseline"] else "not compared"
        rows.append([f"{size}x{size}", str(found["photographs"]), *texts, equals])
    return [
        "",
        f"The objective that it was trained on{beside}, over photographs that it was not trained on "
        "(`fast-style evaluate`):",
        "",
        *table(heads, rows),
    ]


def _runs(recipe):
    """Lines of a table, folded, of the runs that a recipe holds."""
    last = recipe["stages"][-1]["settings"]["style"]
    rows = [_run(stage, last) for stage in recipe["stages"]]
    several = len(paintings(recipe["stages"])) > 1
    named = "; runs of another painting, which is named, made the network that it began at" if several else ""
    return [
        "",
        f"<details><summary>Its training: <code>fast-style-train --recipe {recipe['name']}</code></summary>",
        "",
        f"Runs, each from the one before{named}; margins and movement in pixels. The last {len(StyleSettings.terms)} "
        "columns are means over the 50 validation photographs at the end of a run, before the weights of the terms; "
        "style is after those of its layers.",
        "",
        *table(list(rows[0]), [list(row.values()) for row in rows]),
        "",
        "</details>",
    ]


def _run(stage, painting):
    """``{column: text}`` of one run, a stage of a recipe; its painting is named where it is another."""
    used, found = stage["settings"], stage["validation"][-1] if stage["validation"] else {}
    layers, hardware = used["style_layer_weights"] or [1] * len(used["style_layers"]), stage["hardware"]
    cores = f"{hardware['cores']} cores, {stage['precision'].removeprefix('mixed_')}"
    # Recipes are older than some terms.
    weights = {row.name: used.get(f"{row.name}_weight", 0) for row in StyleSettings.terms}
    return {
        "iterations": f"{stage['iteration']:,}",
        "squares": f"{used['batch_size']} of {used['size']}x{used['size']}",
        "painting": f"{Path(used['style']).stem + ', ' if used['style'] != painting else ''}{used['style_size']}",
        **{f"{term} weight": f"{weight:g}" for term, weight in weights.items()},
        "of style layers": " ".join(f"{weight:g}" for weight in layers),
        "moved by": f"{used.get('stability_shift', 0)}",
        "margin": f"{used.get('training_margin', 0)}",
        "learning rate": f"{used['learning_rate']:g}",
        "seed": f"{used['seed']}",
        "minutes": f"{stage['seconds'] / 60:.1f}",
        "on": " ".join(hardware["gpus"]) or cores,
        **{term: f"{found[term]:.3g}" if term in found else "" for term in weights},
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
