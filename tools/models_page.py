"""The page of the networks that ship, ``docs/models.md``, from their manifests and recipes.

``python -m tools.models_page --output docs/models.md``
"""

import argparse
import json
from pathlib import Path

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.files import write_bytes
from fast_style.settings import ObjectiveSettings
from tools.markdown import table

ROOT = Path(__file__).parents[1]
TERMS = tuple(row.name for row in ObjectiveSettings.terms)


def models_page():
    """The page as text. Light: imports no TensorFlow."""
    lines = [
        "# Models",
        "",
        "Every network that ships. `python -m tools.models_page --output docs/models.md` makes this page of the "
        "manifests and recipes that ship.",
        "",
        "Files hold the parameters in float16. The licence is Apache-2.0.",
        "",
        "## Style networks",
        "",
        "`fast-style stylize --style NAME` paints with one. [The gallery](gallery.md) has larger pictures, and the "
        "settings of each run. *Trained* counts iterations by photographs a batch, size of the crops, and machine; it "
        "includes the runs of other paintings that a network began at.",
        "",
        *table(("", "name", "painting", "filters", "parameters", "bytes", "trained"), _style_rows()),
        "",
        "### Beside optimisation",
        "",
        "The objective that each network was trained on, without its term of stability, at 256x256, over photographs "
        "that it was not trained on. Optimisation is L-BFGS from white noise. `fast-style evaluate --network NAME` "
        "measures it, with the painting as `--style`. The objectives of two networks compare only where their weights "
        "are the same.",
        "",
        *table(
            (
                *("name", "photographs", "untouched", "network", *(f"its {term}" for term in TERMS)),
                *("optimised, 50 iterations", "100 iterations", "the network equals"),
            ),
            _objective_rows(),
        ),
        "",
        "## Super-resolution networks",
        "",
        "`superres upscale --network NAME` enlarges with one. The degradation is what the network was trained to undo.",
        "",
        *table(
            ("", "name", "factor", "loss", "degradation", "parameters", "bytes", "trained", "character"),
            _enlarging_rows(),
        ),
        "",
        "### PSNR and SSIM",
        "",
        "PSNR in dB / SSIM, on the bicubic degradation, by `superres evaluate --data Set5 Set14 BSD100 --factor 4` "
        "(8). [The experiment](experiments/2026-11-27-superres-figures.md) has the blur-bicubic degradation, the "
        "paper's figures, distances in features and the mean of eight orientations.",
        "",
        *_figures(),
    ]
    return "\n".join(lines) + "\n"


def entries(package):
    """``{name: (manifest entry, recipe)}`` of the networks that ship with ``"fast_style"`` or ``"superres"``."""
    folder = ROOT / package
    manifest = json.loads((folder / "pretrained" / "manifest.json").read_text())
    return {
        name: (entry, json.loads((folder / "recipes" / entry["recipe"]).read_text()))
        for name, entry in manifest.items()
    }


def _style_rows():
    for name, (entry, recipe) in entries("fast_style").items():
        size = _size("fast_style", entry, recipe)
        yield (
            _thumbnail("fast_style", name),
            f"`{name}`",
            entry["title"],
            entry["config"]["width"],
            *size,
            _runs(recipe),
        )


def _objective_rows():
    for name, (_, recipe) in entries("fast_style").items():
        found = recipe.get("evaluation", {}).get("256")
        if not found:
            continue
        values = [found["untouched"], *(found["network"].get(term) for term in ("loss", *TERMS))]
        values += [found["baseline"].get(n) for n in ("50", "100")]
        texts = ("" if value is None else f"{value:.3g}" for value in values)
        after = found["network_equals_baseline_after"]
        yield f"`{name}`", found["photographs"], *texts, "" if after is None else f"{after} iterations"


def _enlarging_rows():
    for name, (entry, recipe) in entries("superres").items():
        factor, loss = entry["config"]["factor"], entry["title"].partition(", ")[2]
        size, runs = _size("superres", entry, recipe), _runs(recipe)
        links = _thumbnail("superres", name), f"`{name}`"
        yield *links, factor, loss, entry["degradation"], *size, runs, entry["summary"]


def _figures():
    """Lines of a table a factor: what recipes hold under ``"evaluation"``."""
    networks = {name: (entry["config"]["factor"], recipe) for name, (entry, recipe) in entries("superres").items()}
    for number, factor in enumerate(sorted({factor for factor, _ in networks.values()})):
        rows = {}
        for name, (of, recipe) in networks.items():
            for data, found in recipe.get("evaluation", {}).items():
                if of == factor:
                    rows.setdefault("bicubic interpolation", {})[data] = found["bicubic"]
                    rows.setdefault(f"`{name}`", {})[data] = found["network"]
        sets = list(dict.fromkeys(data for found in rows.values() for data in found))
        cells = ([name, *(_figure(found.get(data)) for data in sets)] for name, found in rows.items())
        yield from [*([""] if number else []), *table((f"x{factor}", *sets), cells)]


def _figure(found):
    return f"{found['psnr']:.2f} / {found['ssim']:.4f}" if found else ""


def _size(package, entry, recipe):
    file = ROOT / package / "pretrained" / entry["file"]
    return f"{recipe['stages'][-1]['parameters']:,}", f"{file.stat().st_size:,}"


def _runs(recipe):
    """The runs that made a network, in words: iterations, crops, and where."""
    runs = []
    for stage in recipe["stages"]:
        used, hardware = stage["settings"], stage["hardware"]
        where = " ".join(hardware["gpus"]) or f"{hardware['cores']} cores"
        runs.append((f"{used['batch_size']} of {used['size']}x{used['size']}", where, stage["iteration"]))
    counts = {}
    for crops, where, iterations in runs:
        counts[crops, where] = counts.get((crops, where), 0) + iterations
    return "; ".join(f"{iterations:,} x {crops}, {where}" for (crops, where), iterations in counts.items())


def _thumbnail(package, name):
    return f'<img src="../{package}/pretrained/{name}.jpg" alt="{name}" width="96">'


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.models_page", description=__doc__.splitlines()[0])
    parser.add_argument("--output", "-o", required=True, metavar="FILE", help="the page; links are of docs/models.md")
    options = parser.parse_args(arguments)
    with errors_as_lines(parser.prog):
        write_bytes(Path(options.output), models_page().encode())
        print(options.output)


if __name__ == "__main__":
    main()
