"""What evaluations found of the super-resolution networks that ship, as their recipes record it."""

from pathlib import Path

from fast_style.common.json_files import read_json

REMARK = (
    "PSNR in dB / SSIM, on the bicubic degradation, by `superres evaluate --data Set5 Set14 BSD100 --factor 4` (8). "
    "[The experiment](experiments/2026-11-27-superres-figures.md) has the blur-bicubic degradation, the paper's "
    "figures, distances in features and the mean of eight orientations."
)


def recorded(folder):
    """``Task.evaluation`` of a folder of ``superres evaluate``: by data set, the degradation and the mean figures of
    bicubic interpolation and of the network.
    """
    figures = {"psnr": float, "ssim": float}
    shape = {"degradation": str, "networks": {str: str}, "datasets": {str: {str: figures}}}
    summary = read_json(Path(folder) / "evaluation.json", "an evaluation", shape)
    return {
        sha256: {
            data: {
                "degradation": summary["degradation"],
                "bicubic": _rounded(means["bicubic"]),
                "network": _rounded(means[label]),
            }
            for data, means in summary["datasets"].items()
        }
        for label, sha256 in summary["networks"].items()
    }


def _rounded(means):
    return {"psnr": round(means["psnr"], 2), "ssim": round(means["ssim"], 4)}


def figures(recipes, everything=False):
    """Tables for ``Task.figures``: one a factor, data sets across.

    Args:
        recipes: ``{name: recipe}``.
        everything: makes no difference.
    """
    by_factor = {}
    for name, recipe in recipes.items():
        rows = by_factor.setdefault(recipe["stages"][-1]["settings"]["factor"], {})
        for data, found in recipe.get("evaluation", {}).items():
            rows.setdefault("bicubic interpolation", {})[data] = found["bicubic"]
            rows.setdefault(f"`{name}`", {})[data] = found["network"]
    if any(by_factor.values()):
        yield "PSNR and SSIM", REMARK, [_table(factor, rows) for factor, rows in sorted(by_factor.items()) if rows]


def _table(factor, rows):
    sets = list(dict.fromkeys(data for found in rows.values() for data in found))
    return (f"x{factor}", *sets), [[name, *(_figure(found.get(data)) for data in sets)] for name, found in rows.items()]


def _figure(found):
    return f"{found['psnr']:.2f} / {found['ssim']:.4f}" if found else ""
