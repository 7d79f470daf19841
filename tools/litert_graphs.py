"""Makes the graphs of networks that ship again. For maintainers: ``python -m tools.litert_graphs``.

Wanted where layers, or the versions that convert them, have changed; ``tools.ship`` makes that of what it ships.
"""

import argparse

from fast_style.common.commands.command_line import errors_as_lines
from fast_style.common.networks.presets import Presets
from fast_style.common.startup import start_tensorflow
from fast_style.common.task import tasks


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tools.litert_graphs", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="networks that ship (default: all)")
    options = parser.parse_args(arguments)
    start_tensorflow()
    from tools.litert_graph import write_graph

    with errors_as_lines(parser.prog):
        for presets in map(Presets, tasks()):
            for name in presets.manifest():
                if not options.names or name in options.names:
                    write_graph(presets, name)


if __name__ == "__main__":
    main()
