"""The subcommand that lists the networks of a task that ship: `fast-style styles`, `superres networks`."""

from fast_style.common.networks.presets import Presets
from fast_style.common.streams import say


def add_listing(commands, name, task):
    """Adds it.

    Args:
        commands: subparsers.
        name: of the subcommand, and of what it lists.
        task: whose networks.
    """
    text = f"list the {name} that ship"
    parser = commands.add_parser(name, help=text, description=f"{text.capitalize()}, with their recipes.")
    parser.set_defaults(run=lambda options: _list(task), light=True)


def _list(task):
    presets = Presets(task)
    for name, entry in presets.manifest().items():
        facts = ", ".join(f"{head} {text}" for head, text in task.facts(entry).items())
        say(f"{name}: {entry['title']}")
        for text in (entry.get("look"), entry["summary"], task.knows(entry), facts):
            if text:
                say(f"    {text}")
        say(f"    recipe {task.home / 'recipes' / entry['recipe']}, licence {entry['licence']}")
        say(f"    thumbnail {presets.folder / name}.jpg")
