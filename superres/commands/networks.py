"""`superres networks`: lists the networks that ship."""

from fast_style.common.streams import say


def add(commands):
    parser = commands.add_parser(
        "networks", help="list the networks that ship", description="List the networks that ship, with their recipes."
    )
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.networks.presets import Presets
    from superres.task import TASK

    presets = Presets(TASK)
    for name, entry in presets.manifest().items():
        matching = ", histogram matching" if entry["config"]["histogram_matching"] else ""
        say(f"{name}: x{entry['config']['factor']}, {entry['title']}")
        say(f"    {entry['summary']}")
        say(f"    degradation {entry['degradation']}{matching}")
        say(f"    recipe {TASK.home / 'recipes' / entry['recipe']}, licence {entry['licence']}")
        say(f"    thumbnail {presets.folder / name}.jpg")
