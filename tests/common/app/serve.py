"""Serves two apps in a process of its own, until its standard input ends: the framework leaves sockets open in ours.

``python -m tests.common.app.serve FOLDER PASSWORD`` prints JSON: the address of one without a password, of one with it,
and the error of a third at a port that is taken.
"""

import dataclasses
import json
import sys
import urllib.parse

from fast_style.common.app import server
from fast_style.common.app.settings import AppSettings
from fast_style.common.errors import UserError


class NoNetworks:
    """No picture is made here, and to read networks takes seconds."""

    def expect(self, sources):
        pass

    def start(self):
        pass


def launch(**settings):
    context = server.prepare(AppSettings(folder=sys.argv[1], **settings))
    return server.launch(dataclasses.replace(context, networks=NoNetworks()))[1]


if __name__ == "__main__":
    found = [launch(), launch(password=sys.argv[2])]
    try:
        launch(port=urllib.parse.urlsplit(found[0]).port)
    except UserError as error:
        found.append(str(error))
    print(json.dumps(found), flush=True)
    sys.stdin.read()
