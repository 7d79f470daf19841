"""Settings of the app: each is a flag of `fast-style app`. Light: imports nothing of what it serves with."""

import dataclasses
import os

from fast_style.common.errors import UserError
from fast_style.common.settings import PrecisionSettings, setting

HERE = "127.0.0.1"
# Addresses, as they are given and as they are, that nobody beyond this machine reaches.
LOCAL = (HERE, "localhost", "::1")
PASSWORD_VARIABLE = "FAST_STYLE_PASSWORD"
SHORTEST_PASSWORD = 8


@dataclasses.dataclass(kw_only=True)
class AppSettings(PrecisionSettings):
    """Settings of the app."""

    folder: str = setting(
        "fast_style_app",
        "folder of the trainings, and of what is uploaded and made, for a day; nothing is written outside it",
        metavar="DIR",
    )
    listen: str = setting(
        HERE,
        f"address to listen at; without one, all of this machine's; beyond this machine it asks for a password "
        f"(default: {HERE}, this machine alone)",
        nargs="?",
        const="0.0.0.0",
        metavar="ADDRESS",
    )
    port: int = setting(None, "port to listen at (default: the first that is free from 7860 on)", least=1, most=65535)
    password: str = setting(
        None,
        f"what people must type before they see the page, of at least {SHORTEST_PASSWORD} characters; better in the "
        f"environment, as {PASSWORD_VARIABLE}, where other users of this machine do not see it",
        metavar="WORD",
    )
    network: tuple = setting(
        (),
        "further networks to offer: .keras files, and folders of them, such as those of runs",
        nargs="+",
        metavar="FILE|DIR",
    )
    segmentation: str = setting(
        None,
        "a TFLite file that finds people in photographs, as MediaPipe's selfie_segmentation.tflite does, for a button "
        "that takes the person as a region",
        metavar="FILE",
    )
    max_upload: int = setting(200, "MiB of the largest file that is taken", least=1, most=100_000)
    max_photos: int = setting(200, "photographs that are taken at once", least=1)
    max_waiting: int = setting(20, "requests that may wait for their turn; one more is refused", least=1)
    loss_weights: str = setting(
        "imagenet", "weights of the loss network of trainings, as of fast-style-train --loss-weights"
    )
    browser: bool = setting(True, "open the page in the browser")

    @property
    def is_local(self):
        """Whether nobody beyond this machine reaches it."""
        return self.listen in LOCAL

    def __post_init__(self):
        if self.password is None:
            self.password = os.environ.get(PASSWORD_VARIABLE)

    def check_password(self):
        """Raises UserError for a password that is too short, or none where people beyond this machine get in."""
        if self.password is None and not self.is_local:
            raise UserError(
                f"--listen: expected --password, or {PASSWORD_VARIABLE} in the environment, for an app that others "
                f"reach. Received: {self.listen} without one"
            )
        if self.password is not None and len(self.password) < SHORTEST_PASSWORD:
            raise UserError(
                f"--password: expected at least {SHORTEST_PASSWORD} characters. Received: {len(self.password)}"
            )
