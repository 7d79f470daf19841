"""Lists of trainings in JSON, in which a job says what differs from one before it."""

from fast_style.common.errors import UserError
from fast_style.common.json_files import read_json
from fast_style.common.json_shape import Maybe

SHAPE = [{"output": str, "like": Maybe(str)}]
# Two ways to say how long a job is: what it says itself counts.
LENGTHS = ("iterations", "share")


def read_jobs(path):
    """The jobs of a file, each with all of its settings.

    ``like`` is the ``output`` of a job before it: what a job does not say is as there.

    Args:
        path: of a list of dicts.

    Raises:
        UserError: no such list; a name that no job before has, or that two have; a job with two lengths.
    """
    jobs = {}
    for job in read_json(path, "a list of settings", SHAPE):
        before = job.pop("like", None)
        if before is not None and before not in jobs:
            raise UserError(f"{path}, like: expected one of {', '.join(jobs) or 'none'}. Received: {before}")
        if (name := job["output"]) in jobs:
            raise UserError(f"{path}, output: expected a name of its own for each job. Received: {name}")
        lengths = [length for length in LENGTHS if length in job]
        if len(lengths) > 1:
            raise UserError(f"{path}, {name}: expected one of {', '.join(LENGTHS)}. Received: both")
        inherited = jobs.get(before, {})
        jobs[name] = {key: inherited[key] for key in inherited if not (lengths and key in LENGTHS)} | job
    return list(jobs.values())
