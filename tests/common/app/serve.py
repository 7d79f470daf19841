"""Serves two apps in folders of their own, until standard input ends: the framework leaves sockets open in ours.

``python -m tests.common.app.serve FOLDER PASSWORD`` prints JSON: the address of one without a password, of one with it,
and the error of a third at a port that is taken.
"""

import dataclasses
import json
import os
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


def launch(folder=".", **settings):
    context = server.prepare(AppSettings(folder=os.path.join(sys.argv[1], folder), **settings))
    return server.launch(dataclasses.replace(context, networks=NoNetworks()))[1]


if __name__ == "__main__":
    found = [launch(), launch("with_password", password=sys.argv[2])]
    try:
        launch("third", port=urllib.parse.urlsplit(found[0]).port)
    except UserError as error:
        found.append(str(error))
    print(json.dumps(found), flush=True)
    sys.stdin.read()
