"""A run in which one photograph ends every process that reads it."""

import argparse
import os
import signal

from fast_style.common.bulk.flags import add_ray_flags
from fast_style.common.bulk.painting import PaintingOrder
from fast_style.common.bulk.planning import BulkPlan
from fast_style.common.bulk.running import run_bulk
from fast_style.common.commands.command_line import add_photo_flags
from fast_style.common.networks.source import find_network


def painter(network):
    def transform(photo, job):
        if job.source.endswith("77.png"):
            os.kill(os.getpid(), signal.SIGKILL)
        return photo

    return transform


def run(words):
    """Names of what was done, and reasons of what failed."""
    parser = argparse.ArgumentParser()
    add_photo_flags(parser, "painted")
    add_ray_flags(parser)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args([*words, "-o", os.path.join(words[0], "out"), "--ray", "local"])
    plan = BulkPlan(options, ["x"], "painted")
    order = PaintingOrder.of(find_network("x4_srcnn"), painter, "litert", "float32", 95)
    done, failed, *_ = run_bulk(options, plan, {"x": order})
    return {"done": [os.path.basename(job.source) for job, _ in done], "failed": [reason for _, reason in failed]}
