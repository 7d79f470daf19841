"""Trainings of the app: each is the training command as a process of its own, which goes on without page and app."""

import contextlib
import dataclasses
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from pathlib import Path

from fast_style.common.errors import UserError
from fast_style.common.files import write_bytes
from fast_style.common.images.image_io import as_rgb, list_images
from fast_style.common.json_files import read_json, write_json
from fast_style.common.json_shape import Maybe
from fast_style.common.networks.source import RUN_NETWORK, RUN_RECORD, find_network, shipped_name
from fast_style.common.settings import LARGEST_BATCH

# Of a training in the app: so many previews, and points of the curve.
PREVIEWS, POINTS = 20, 120
# Iterations of the training that finds out how fast this machine is, and over how many it counts: the first of them
# trace the step.
TRIAL, COUNTED = 9, 3
FEWEST, MOST = 30, 40_000
LONGEST_NAME = 60
LOG, PID, PROBLEM, SPEEDS = "log.txt", "pid", "problem.txt", "speeds.json"
# In the file of speeds: older ones have images a second there, by preset, without it.
ITERATIONS_A_SECOND = "iterations_a_second"
# A line of the log of a training (common/training/callbacks.py), and what a command says at its end.
LINE = re.compile(r"^(\d+)/(\d+): loss ([^ ,]+),.* ([\d.]+) images/s, (\S+) left$", re.MULTILINE)
ERROR = re.compile(r"^.*?: error: (.*)$", re.MULTILINE)

# A look at whether a training runs (`_is_held`) holds its log for an instant: so often, and after so many seconds, that
# is tried again.
TRIES, PAUSE = 20, 0.01

# Two people who begin, or go on, at once would both find none that is running.
_beginning = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Progress:
    """How a training stands.

    Attributes:
        state: ``"measuring"`` how fast this machine is, ``"training"``, ``"stopped"``, ``"finished"`` or ``"failed"``.
        iteration, iterations: done, and to be done; 0 where that is not known yet.
        left: the time left, in words, or "".
        losses: list of (iteration, loss).
        preview: path of the newest preview, or None.
        problem: why it failed, or "".
    """

    state: str
    iteration: int = 0
    iterations: int = 0
    left: str = ""
    losses: tuple = ()
    preview: str | None = None
    problem: str = ""


class Trainings:
    """The trainings of a task in the app's folder, by name.

    A run folder is ``runs/NAME``; ``trainings/PACKAGE/NAME`` has the painting, the photographs that were uploaded, and
    the log, which the process holds locked as long as it lives.

    Args:
        context: :class:`common.app.context.Context`.
        task: :class:`common.task.Task`.
    """

    def __init__(self, context, task):
        self.settings, self.task = context.settings, task
        self.runs, self.inputs = context.folder.path / "runs", context.folder.path / "trainings" / task.package

    def names(self):
        """Those that were begun, the newest first."""
        folders = [path for path in self.inputs.iterdir() if path.is_dir()] if self.inputs.is_dir() else []
        return [path.name for path in sorted(folders, key=lambda path: (-path.stat().st_ctime, path.name))]

    def networks(self):
        """The :class:`Source` of each network that was trained, as far as it is one."""
        found = []
        for name in self.names():
            with contextlib.suppress(UserError):
                found.append(find_network(self.runs / name / RUN_NETWORK, self.task))
        return found

    def begin(self, name, photographs, minutes, preset, pictures=None):
        """Begins a training in the background.

        Args:
            name: of the network.
            photographs: path of a folder, or list of paths of files.
            minutes: about as long as it is to take.
            preset: of the task's training command.
            pictures: ``{flag: path}`` of what it learns from beside the photographs: a painting.

        Returns:
            the name that it has.

        Raises:
            UserError: another one is running; a name that is taken; no picture or photographs.
        """
        with _beginning:
            return self._begin(name, photographs, minutes, preset, pictures or {})

    def _begin(self, name, photographs, minutes, preset, pictures):
        self._check_none_runs()
        for picture in pictures.values():
            as_rgb(str(picture))
        if isinstance(photographs, str):
            list_images(photographs)
        name = self._free_name(name)
        folder = self.inputs / name
        folder.mkdir(parents=True)
        try:
            words = ["--preset", preset]
            for flag, picture in pictures.items():
                words += [flag, self._copied(picture, folder / f"{flag.strip('-')}{Path(picture).suffix.lower()}")]
            if not isinstance(photographs, str):
                for number, photograph in enumerate(photographs):
                    target = folder / "photos" / f"{number:05d}_{Path(photograph).name}"
                    self._copied(photograph, target)
                photographs = str(folder / "photos")
            log = self._locked(name)
        except BaseException:
            shutil.rmtree(folder)
            raise
        words += ["--content", photographs, "--loss-weights", self.settings.loss_weights]
        threading.Thread(target=self._measure_and_train, args=(name, words, minutes, preset, log), daemon=True).start()
        return name

    def stop(self, name):
        """Lets a training end behind the iteration at hand, and save; at once where it has not begun.

        Raises:
            UserError: none of that name.
        """
        self._check(name)
        if self.is_running(name):
            write_bytes(self.inputs / name / PROBLEM, b"")
            with contextlib.suppress(OSError, ValueError):
                os.kill(int((self.inputs / name / PID).read_text()), signal.SIGTERM)

    def go_on(self, name):
        """Goes on with a training that was stopped.

        Raises:
            UserError: none of that name; it is running, finished, or had not begun; another one is running.
        """
        self._check(name)
        with _beginning:
            if self.is_running(name):
                raise UserError(f"training: expected one that is stopped. Received: {name}, which is running")
            self._check_none_runs()
            status = self._status(name)
            if not status:
                raise UserError(f"training: expected one that had begun. Received: {name}; begin another")
            if status == "finished":
                raise UserError(f"training: expected one that is stopped. Received: {name}, which is finished")
            with self._locked(name) as log:
                (self.inputs / name / PROBLEM).unlink(missing_ok=True)
                self._start(name, ["--resume"], self.runs / name, log)

    def _check_none_runs(self):
        """Of any task: one takes the whole machine."""
        logs = self.inputs.parent.glob(f"*/*/{LOG}")
        if running := next((log.parent.name for log in logs if _is_held(log)), None):
            raise UserError(f"training: expected none that is running. Received: {running}; stop it, or wait for it")

    def _status(self, name):
        """As its record says; "" where it has none."""
        path = self.runs / name / RUN_RECORD
        return read_json(path, "a run record", {"status": str})["status"] if path.is_file() else ""

    def _check(self, name):
        if not name or not (self.inputs / name).is_dir():
            raise UserError(f"training: expected one of {', '.join(self.names()) or 'none yet'}. Received: {name}")

    def progress(self, name):
        """The :class:`Progress` of one.

        Raises:
            UserError: none of that name.
        """
        self._check(name)
        folder, run = self.inputs / name, self.runs / name
        log = _read(folder / LOG)
        points = [(int(done), int(of), float(loss), left) for done, of, loss, _, left in LINE.findall(log)]
        # What was done again behind a checkpoint counts once.
        losses = tuple({done: loss for done, _, loss, _ in points}.items())
        status = self._status(name)
        if self.is_running(name):
            state = "training" if points or status else "measuring"
        elif status == "finished":
            state = "finished"
        elif (folder / PROBLEM).exists() and not _read(folder / PROBLEM):
            state = "stopped"
        else:
            state = "stopped" if status in ("running", "interrupted") else "failed"
        errors = ERROR.findall(log) if state == "failed" else []
        previews = sorted((run / "previews").glob("*.png"))
        last = points[-1] if points else (0, 0, 0.0, "")
        return Progress(
            state,
            last[0],
            last[1],
            last[3] if state == "training" else "",
            losses,
            str(previews[-1]) if previews else None,
            (_read(folder / PROBLEM) or (errors[-1] if errors else "it ended")) if state == "failed" else "",
        )

    def is_running(self, name):
        """Whether its process lives: that, and what it was started by, hold the log locked."""
        return _is_held(self.inputs / name / LOG)

    def _free_name(self, text):
        """A name of a file and a network: letters, digits, "-" and "_"."""
        plain = unicodedata.normalize("NFKC", text).strip()
        name = re.sub(r"[^\w-]+", "_", plain)[:LONGEST_NAME].strip("_-")
        taken = name in self.names() or (self.runs / name).exists() or shipped_name(name)
        if not name or taken:
            received = f"{name}, which there is" if name else repr(text)
            raise UserError(f"name: expected a new one, of letters and digits. Received: {received}")
        return name

    def _copied(self, source, target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except OSError as error:
            raise UserError(f"{Path(source).name}: expected a file to copy. Received: {error.strerror}") from error
        return str(target)

    def _locked(self, name):
        """The log, which whoever has it holds.

        Raises:
            UserError: somebody else holds it.
        """
        file = open(self.inputs / name / LOG, "ab")  # noqa: SIM115 - it is handed on
        for _ in range(TRIES):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            time.sleep(PAUSE)
        file.close()
        raise UserError(f"training: expected one that is stopped. Received: {name}, which is running")

    def _start(self, name, words, run, log):
        command = [sys.executable, "-m", self.task.package, "train", *words, "--output", str(run)]
        # A session of its own: Ctrl-C in the app's terminal is not meant for it.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=_environment()
        )
        write_bytes(self.inputs / name / PID, str(process.pid).encode())
        # Waited for, so that nothing is left of it in the table of processes.
        threading.Thread(target=process.wait, daemon=True).start()
        return process

    def _measure_and_train(self, name, words, minutes, preset, log):
        with log:
            try:
                speed = self._speed(name, words, preset)
                if (self.inputs / name / PROBLEM).exists():  # stopped
                    return
                iterations = min(max(FEWEST, round(minutes * 60 * speed)), MOST)
                every = str(max(1, iterations // PREVIEWS))
                words += ["--iterations", str(iterations), "--preview-every", every, "--checkpoint-every", every]
                words += ["--log-every", str(max(1, iterations // POINTS))]
                self._start(name, words, self.runs / name, log)
            except (UserError, OSError) as error:
                with contextlib.suppress(UserError):
                    write_bytes(self.inputs / name / PROBLEM, str(error).encode())

    def _speed(self, name, words, preset):
        """Iterations a second of a preset on this machine, measured by a short training, once.

        Raises:
            UserError: what the training could not begin for.
        """
        path = self.inputs / SPEEDS
        shape = {ITERATIONS_A_SECOND: Maybe({str: float})}
        known = read_json(path, "speeds", shape) if path.is_file() else {}
        speeds = known.get(ITERATIONS_A_SECOND) or {}
        if preset not in speeds:
            trial = self.inputs / name / "trial"
            options = {"iterations": TRIAL, "log-every": COUNTED, "warmup": 0, "preview-every": 0}
            words = [*words, *(word for key, value in options.items() for word in (f"--{key}", str(value)))]
            try:
                with open(self.inputs / name / "trial.txt", "ab") as file:
                    process = self._start(name, words, trial, file)
                    process.wait()
                log = _read(self.inputs / name / "trial.txt")
                found = LINE.findall(log)
                if (self.inputs / name / PROBLEM).exists():
                    return 0.0
                if process.returncode or not found:
                    errors = ERROR.findall(log)
                    raise UserError(errors[-1] if errors else f"it ended with code {process.returncode}")
                batch = {"settings": {"batch_size": range(1, LARGEST_BATCH + 1)}}
                record = read_json(trial / RUN_RECORD, "a run record", batch)
            finally:
                shutil.rmtree(trial, ignore_errors=True)
            # The log counts images.
            speeds[preset] = float(found[-1][3]) / record["settings"]["batch_size"]
            write_json(path, {ITERATIONS_A_SECOND: speeds})
        return speeds[preset]


def _is_held(log):
    try:
        with open(log, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def _environment():
    """As this one's, without what the app's framework reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GRADIO_")}


def _read(path):
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
