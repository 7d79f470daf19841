"""`fast-style styles`: lists the styles that ship."""

from fast_style.common.streams import say


def add(commands):
    parser = commands.add_parser(
        "styles", help="list the styles that ship", description="List the styles that ship, with their recipes."
    )
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.networks.presets import Presets
    from fast_style.task import TASK

    presets = Presets(TASK)
    for name, entry in presets.manifest().items():
        say(f"{name}: {entry['title']}")
        if "look" in entry:
            say(f"    {entry['look']}")
        say(f"    {entry['summary']}")
        say(f"    recipe {TASK.home / 'recipes' / entry['recipe']}, licence {entry['licence']}")
        say(f"    thumbnail {presets.folder / name}.jpg")
