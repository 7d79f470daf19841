"""Serves this folder on http://localhost:8000, with the two headers that let a page use threads.

python serve.py [PORT]
"""

import functools
import http.server
import pathlib
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files as they are, to this machine alone."""

    def end_headers(self):
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-cache")  # what is exported again is loaded again
        super().end_headers()


def server(folder, port=0):
    """A server of a folder, not yet running; port 0 is one that is free."""
    return http.server.ThreadingHTTPServer(("localhost", port), functools.partial(Handler, directory=str(folder)))


if __name__ == "__main__":
    with server(pathlib.Path(__file__).parent, int(sys.argv[1]) if len(sys.argv) > 1 else 8000) as running:
        print(f"http://localhost:{running.server_port}")
        running.serve_forever()
