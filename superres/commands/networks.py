"""`superres networks`: lists the networks that ship."""


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
        print(f"{name}: x{entry['config']['factor']}, {entry['title']}")
        print(f"    {entry['summary']}")
        print(f"    degradation {entry['degradation']}{matching}")
        print(f"    recipe {TASK.home / 'recipes' / entry['recipe']}, licence {entry['licence']}")
        print(f"    thumbnail {presets.folder / name}.jpg")
