"""The app as a public page, as a Space of a model hub runs it: no password, no trainings, no paths of the machine."""

import os
import tempfile

from fast_style.common.app.server import serve
from fast_style.common.app.settings import AppSettings
from fast_style.common.commands.command_line import errors_as_lines

PORT = int(os.environ.get("GRADIO_SERVER_PORT", "7860"))

if __name__ == "__main__":
    with errors_as_lines("app"), tempfile.TemporaryDirectory() as folder:
        settings = AppSettings(folder=folder, listen="0.0.0.0", port=PORT, max_upload=30, max_photos=20, browser=False)
        serve(settings, for_strangers=True)
