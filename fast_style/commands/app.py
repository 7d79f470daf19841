"""`fast-style app`: a page in the browser that paints, enlarges and trains."""

from fast_style.common.commands.command_line import add_settings, given_settings


def add(commands):
    from fast_style.common.app.settings import AppSettings

    parser = commands.add_parser(
        "app",
        help="paint, enlarge and train on a page in the browser",
        description="Paint, enlarge and train on a page in the browser. It needs pip install 'fast-style[app]'.",
    )
    add_settings(parser, AppSettings)
    parser.set_defaults(run=run)


def run(options):
    from fast_style.common.app.server import serve
    from fast_style.common.app.settings import AppSettings

    serve(AppSettings(**given_settings(options, AppSettings)))
