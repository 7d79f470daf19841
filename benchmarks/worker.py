"""One contestant in a process of its own: answers each line on standard input with a line of JSON.

``python -m benchmarks.worker NAME TASK OPTIONS``, as :mod:`benchmarks.contest` starts it.
"""

import json
import os
import resource
import sys
import time

# Name -> (module, options). What a user would get: ours with its own start-up settings, the others with theirs.
CONTESTANTS = {
    "fast-style float32": ("ours", {"precision": "float32"}),
    "fast-style bfloat16": ("ours", {"precision": "mixed_bfloat16"}),
    "fast-style bfloat16, calm": ("ours", {"precision": "mixed_bfloat16", "calm": True}),
    "plain Keras float32": ("plain_keras", {"precision": "float32"}),
    "plain Keras bfloat16": ("plain_keras", {"precision": "mixed_bfloat16"}),
    "PyTorch float32": ("pytorch", {}),
    "PyTorch bfloat16": ("pytorch", {"bfloat16": True}),
    "PyTorch float32 compiled": ("pytorch", {"compiled": True}),
    "PyTorch bfloat16 compiled": ("pytorch", {"compiled": True, "bfloat16": True}),
    "ONNX Runtime float32": ("onnx_runtime", {}),
}


def main(name, task, options):
    module, own = CONTESTANTS[name]
    # Libraries print to standard output as they please; the answers go to a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    contestant = __import__(f"benchmarks.{module}", fromlist=[task])
    start = time.perf_counter()
    repeat, parameters, multiply_adds = getattr(contestant, task)(**own, **options)
    repeat()  # traces, compiles, fills caches
    ready = {"parameters": parameters, "multiply_adds": multiply_adds, "first_seconds": time.perf_counter() - start}
    print(json.dumps(ready), file=answers)
    for line in sys.stdin:
        if line.strip() == "run":
            start = time.perf_counter()
            repeat()
            print(json.dumps({"seconds": time.perf_counter() - start}), file=answers)
        else:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(json.dumps({"peak_mib": peak}), file=answers)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
