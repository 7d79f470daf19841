"""Lists of trainings in JSON, in which a job says what differs from one before it."""

from fast_style.common.errors import UserError
from fast_style.common.json_files import read_json


def read_jobs(path, only=()):
    """The jobs of a file, each with all of its settings.

    ``like`` is the ``output`` of a job before it: what a job does not say is as there.

    Args:
        path: of a list of dicts.
        only: names of those that are wanted; default all.

    Raises:
        UserError: no such file; a name that no job has, or that two have.
    """
    jobs = {}
    for job in read_json(path, "a list of settings", [dict]):
        before = job.pop("like", None)
        if before is not None and before not in jobs:
            raise UserError(f"{path}, like: expected one of {', '.join(jobs) or 'none'}. Received: {before}")
        job = {**jobs.get(before, {}), **job}
        name = job.get("output")
        if not name or name in jobs:
            raise UserError(f"{path}, output: expected a name of its own for each job. Received: {name}")
        jobs[name] = job
    for name in only:
        if name not in jobs:
            raise UserError(f"--only: expected some of {', '.join(jobs)}. Received: {name}")
    return [job for name, job in jobs.items() if not only or name in only]
