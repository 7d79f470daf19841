"""Trainings of the app: a process of its own, found again by whoever comes back."""

import contextlib
import fcntl
import json
import signal
import subprocess
import sys
import threading
import time
import types

import pytest

import fast_style.common.app.trainings
from fast_style.common.app.trainings import ITERATIONS_A_SECOND, LINE, LOG, PID, SPEEDS, Trainings
from fast_style.common.errors import UserError
from fast_style.common.settings import check_settings
from fast_style.common.training.run import run_training
from fast_style.network import TransformationNetwork
from fast_style.task import TASK
from superres.task import TASK as SUPERRES
from tests.common.app.contexts import make_context
from tests.common.tiny_run import tiny_record
from tests.fast_style.tiny_run import tiny_settings, write_inputs


@pytest.fixture
def trainings(tmp_path):
    return Trainings(make_context(tmp_path / "app", loss_weights="random"), TASK)


def other_task(trainings):
    """The trainings of super-resolution in the same folder."""
    return Trainings(make_context(trainings.runs.parent), SUPERRES)


def begun(trainings, name, log="", status=None):
    """A training as it lies in the folder."""
    (trainings.inputs / name).mkdir(parents=True)
    (trainings.inputs / name / LOG).write_text(log)
    if status:
        (trainings.runs / name).mkdir(parents=True)
        (trainings.runs / name / "run.json").write_text(json.dumps(tiny_record(status=status)))


@pytest.mark.slow
def test_the_log_of_a_training_is_understood(tmp_path, eager_steps, capsys):
    """Each line that a training writes where nobody watches, so that the curve does not end when the line changes."""
    write_inputs(tmp_path)
    run_training(TASK, tiny_settings(tmp_path, iterations=2))
    found = LINE.findall(capsys.readouterr().err)
    assert [line[:2] for line in found] == [("1", "2"), ("2", "2")]
    assert all(float(line[2]) > 0 and float(line[3]) > 0 for line in found)


def test_states(trainings):
    lines = "2/8: loss 9e+05, content 1, 0.5 images/s, 00:12 left\n4/8: loss 8e+05, tv 2, 0.5 images/s, 00:08 left\n"
    begun(trainings, "done", lines, "finished")
    begun(trainings, "halted", lines, "interrupted")
    begun(trainings, "killed", lines, "running")
    begun(trainings, "refused", "fast-style train: error: --style: expected a painting. Received: x\n")
    assert sorted(trainings.names()) == ["done", "halted", "killed", "refused"]
    done = trainings.progress("done")
    assert (done.state, done.iteration, done.iterations, done.left) == ("finished", 4, 8, "")
    assert done.losses == ((2, 9e5), (4, 8e5))
    assert trainings.progress("halted").state == trainings.progress("killed").state == "stopped"
    refused = trainings.progress("refused")
    assert (refused.state, refused.problem) == ("failed", "--style: expected a painting. Received: x")
    with pytest.raises(UserError, match="training: expected one of"):
        trainings.progress("gone")


def test_a_process_holds_its_training_and_is_told_to_stop(trainings):
    """The lock goes with the process, whoever started it; what a number of a process means later is not asked."""
    begun(trainings, "mine")
    path = trainings.inputs / "mine" / LOG
    with open(path, "ab") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=log)
    (trainings.inputs / "mine" / PID).write_text(str(process.pid))
    assert trainings.is_running("mine")
    assert trainings.progress("mine").state == "measuring"
    with pytest.raises(UserError, match="training: expected one that is stopped"):
        trainings.go_on("mine")
    with pytest.raises(UserError, match="training: expected none that is running. Received: mine"):
        trainings.begin("", "", 1, "quick-fast")
    with pytest.raises(UserError, match="training: expected none that is running. Received: mine"):
        other_task(trainings).begin("", "", 1, "quick")
    trainings.stop("mine")
    assert process.wait(10) == -signal.SIGTERM
    assert not trainings.is_running("mine")
    assert trainings.progress("mine").state == "stopped"
    trainings.stop("mine")  # changes nothing
    with pytest.raises(UserError, match="training: expected one that had begun"):
        trainings.go_on("mine")


@pytest.fixture
def started(trainings, monkeypatch):
    """What was started, with processes that hold the log and do nothing, ended behind the test."""
    names, processes = [], []

    def start(name, words, run, log):
        names.append((name, words))
        processes.append(subprocess.Popen(["sleep", "60"], stdout=log))

    monkeypatch.setattr(trainings, "_start", start)
    yield names
    for process in processes:
        process.kill()
        process.wait()


@contextlib.contextmanager
def held(trainings, name, how=fcntl.LOCK_EX):
    """The log of a training, as a process holds it."""
    with open(trainings.inputs / name / LOG, "ab") as log:
        fcntl.flock(log, how)
        yield log


def test_what_is_finished_does_not_go_on(trainings, started):
    begun(trainings, "done", status="finished")
    with pytest.raises(UserError, match="training: expected one that is stopped. Received: done, which is finished"):
        trainings.go_on("done")
    assert started == []


@pytest.mark.parametrize("task", [TASK, SUPERRES], ids=["its own task", "another"])
def test_none_goes_on_beside_another(trainings, started, task):
    begun(trainings, "halted", status="interrupted")
    other = trainings if task is TASK else other_task(trainings)
    begun(other, "busy")
    with held(other, "busy"), pytest.raises(UserError, match="expected none that is running. Received: busy"):
        trainings.go_on("halted")
    assert started == []
    trainings.go_on("halted")
    assert started == [("halted", ["--resume"])]


def test_of_two_who_go_on_at_once_one_is_told_so(trainings, started, monkeypatch):
    """Each looks before either has begun; nobody waits for the length of a training."""
    begun(trainings, "halted", status="interrupted")
    is_running = trainings.is_running

    def looked(name):
        found = is_running(name)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(trainings, "is_running", looked)
    problems, begin = [], time.monotonic()

    def go_on():
        try:
            trainings.go_on("halted")
        except UserError as error:
            problems.append(str(error))

    clicks = [threading.Thread(target=go_on, daemon=True) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join(10)
    assert time.monotonic() - begin < 10
    assert problems == ["training: expected one that is stopped. Received: halted, which is running"]
    assert len(started) == 1


def test_a_log_that_is_held_is_told_and_a_look_at_it_does_not_matter(trainings):
    begun(trainings, "mine")
    with held(trainings, "mine"), pytest.raises(UserError, match="Received: mine, which is running"):
        trainings._locked("mine")
    with held(trainings, "mine", fcntl.LOCK_SH) as look:
        threading.Timer(0.03, look.close).start()
        trainings._locked("mine").close()


@pytest.mark.parametrize(("name", "made"), [("../up", "up"), ("a/b c", "a_b_c"), ("é" * 200, "é" * 60)])
def test_names_are_those_of_files(trainings, name, made):
    assert trainings._free_name(name) == made


@pytest.mark.parametrize("name", ["", "...", "starry_night", "Starry_Night", "Done"])
def test_names_that_are_none_or_taken(trainings, name):
    begun(trainings, "Done")
    with pytest.raises(UserError, match="name: expected a new one"):
        trainings._free_name(name)


@pytest.mark.parametrize("problem", ["painting", "photographs"])
def test_what_cannot_begin_leaves_nothing(trainings, tmp_path, problem):
    write_inputs(tmp_path)
    painting, photos = tmp_path / "style.png", str(tmp_path / "photos")
    if problem == "painting":
        painting.write_bytes(b"text")
    else:
        photos = [str(tmp_path / "gone.jpg")]
    with pytest.raises(UserError):
        trainings.begin("new", photos, 1, "quick-fast", {"--style": painting})
    assert trainings.names() == []


def test_networks_are_among_the_styles(trainings):
    begun(trainings, "mine", status="finished")
    begun(trainings, "half")
    TransformationNetwork(width=1).save(trainings.runs / "mine" / "network.keras")
    assert [source.name for source in trainings.networks()] == ["mine"]


def test_each_task_has_its_own(trainings):
    begun(trainings, "mine", status="finished")
    TransformationNetwork(width=1).save(trainings.runs / "mine" / "network.keras")
    other = other_task(trainings)
    assert (other.names(), other.networks()) == ([], [])
    with pytest.raises(UserError, match="name: expected a new one"):
        other._free_name("mine")  # run folders lie beside each other


@pytest.mark.parametrize("before", [None, {"quick": 8.0}], ids=["new", "of images a second"])
def test_minutes_are_those_of_iterations_whatever_the_batch(trainings, monkeypatch, before):
    """8 images a second in batches of 4 are 2 iterations a second, 600 in 5 minutes; measured once."""
    enlarging, begun_with = other_task(trainings), []
    settings = {"batch_size": SUPERRES.settings(**SUPERRES.presets["quick"]).batch_size}
    assert settings == {"batch_size": 4}

    def train(name, words, run, log):
        begun_with.append(words)
        run.mkdir(parents=True)
        (run / "run.json").write_text(json.dumps(tiny_record(settings=settings)))
        log.write(b"3/9: loss 2, pixel 1, 1.00 images/s, 00:09 left\n9/9: loss 1, pixel 1, 8.00 images/s, 00:00 left\n")
        log.flush()
        return types.SimpleNamespace(returncode=0, wait=lambda: 0)

    monkeypatch.setattr(enlarging, "_start", train)
    enlarging.inputs.mkdir(parents=True)
    if before:
        (enlarging.inputs / SPEEDS).write_text(json.dumps(before))
    for name in ("one", "two"):
        (enlarging.inputs / name).mkdir()
        enlarging._measure_and_train(name, ["--preset", "quick"], 5, "quick", enlarging._locked(name))
    asked = [words[words.index("--iterations") + 1] for words in begun_with]
    assert asked == ["9", "600", "600"]
    assert not (enlarging.inputs / "one" / "trial").exists()
    assert json.loads((enlarging.inputs / SPEEDS).read_text()) == {ITERATIONS_A_SECOND: {"quick": 2.0}}


def test_presets_are_the_commands():
    """The tabs' presets are those of the training commands, and name settings that there are."""
    style = pytest.importorskip("fast_style.app.train")
    enlarging = pytest.importorskip("superres.app.train")
    for tab, task in ((style, TASK), (enlarging, SUPERRES)):
        for name in tab.PRESETS:
            check_settings(task.settings, task.presets[name])


@pytest.mark.slow  # two processes that train by a network as it ships
def test_a_training_from_begin_to_go_on(trainings, tmp_path, monkeypatch):
    """A measurement, a training, a stop, and the rest; a second app sees the same."""
    monkeypatch.setattr(fast_style.common.app.trainings, "FEWEST", 12)
    write_inputs(tmp_path)
    photos = str(tmp_path / "photos")
    name = trainings.begin("style", photos, 1 / 60, "quick-fast", {"--style": tmp_path / "style.png"})
    assert name == "style"
    wait(trainings, lambda progress: progress.iteration >= 2)
    assert json.loads((trainings.inputs / SPEEDS).read_text())[ITERATIONS_A_SECOND]["quick-fast"] > 0
    again = Trainings(make_context(tmp_path / "app"), TASK)
    again.stop(name)
    wait(trainings, lambda progress: progress.state == "stopped")
    assert [source.name for source in trainings.networks()] == ["style"]
    again.go_on(name)
    progress = wait(trainings, lambda progress: progress.state == "finished")
    assert progress.iteration == progress.iterations >= 12
    assert progress.preview


def test_none_is_chosen(trainings):
    for name in (None, "", "gone"):
        for what in (trainings.stop, trainings.go_on, trainings.progress):
            with pytest.raises(UserError, match=f"training: expected one of none yet. Received: {name}"):
                what(name)


def wait(trainings, condition, seconds=300):
    """The progress of "style" once a condition holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        progress = trainings.progress("style")
        assert progress.state != "failed", progress.problem
        if condition(progress):
            return progress
        time.sleep(0.1)
    raise AssertionError(progress)
