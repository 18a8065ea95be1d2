"""What all peers share: the table of workloads, inputs equal to ours bit for bit, and the protocol of a worker.

A worker reads requests from stdin, one a line, and answers each with one line of JSON:

    run NAME FUNCTION     one timed repetition, warm; the first answer also says what compiling cost
    check NAME FUNCTION   digest of the result (bench/src/input.rs has the same function)

A peer defines one function per job, by the name in the table: `job(params, order)` prepares it and returns a function
without arguments that does all that is timed and returns the result, an array. `order` is "own" or "shared".
"""
import json
import os
import pathlib
import sys
import time
import tomllib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = tomllib.loads((ROOT / "bench/workloads.toml").read_text())
START, DIRECTION, MATRIX, ORDER, DIGEST = range(1, 6)


def uniform(purpose, first, count):
    """Numbers first.. of a purpose on [-1, 1): SplitMix64 of a counter."""
    z = np.arange(first + 1, first + count + 1, dtype=np.uint64) + np.uint64(purpose << 32)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-52 - 1.0


def network_starts(inputs, hidden, outputs, count):
    first = (inputs + 1) * hidden
    bounds = np.sqrt([6 / (inputs + hidden), 6 / (hidden + outputs)])
    return uniform(START, 0, count * (first + (hidden + 1) * outputs)).reshape(count, -1) * np.repeat(
        bounds, [first, (hidden + 1) * outputs]
    )


def sphere_starts(dim, count):
    x = uniform(START, 0, count * dim).reshape(count, dim)
    return x * np.sqrt(dim / np.sum(x * x, 1, keepdims=True))


def symmetric_matrix(n):
    a = uniform(MATRIX, 0, n * n).reshape(n, n)
    return (a + a.T) / 2


def shared_orders(seeds, epochs, rows):
    """Orders of the rows (seeds, epochs, rows)."""
    return np.argsort(uniform(ORDER, 0, seeds * epochs * rows).reshape(seeds, epochs, rows), axis=-1, kind="stable")


def digits():
    """Pixels (1797, 64) on 0 .. 1 and labels (1797,)."""
    table = np.loadtxt(ROOT / "data/digits_8x8.csv", delimiter=",")
    return table[:, :64] / 16, table[:, 64].astype(np.int64)


def couplings(dim):
    """Third derivatives of the spin's energy, exported by our worker."""
    return np.fromfile(os.environ["SPIN_COUPLINGS"]).reshape(dim, dim, dim)


def digest(result):
    flat = np.asarray(result, dtype=np.float64).reshape(-1)
    n = flat.size
    return [float(np.linalg.norm(flat))] + [float(flat @ uniform(DIGEST, k * n, n)) for k in range(4)]


def run(job):
    start, cpu = time.perf_counter(), time.process_time()
    result = job()
    return result, time.perf_counter() - start, time.process_time() - cpu


def serve(jobs):
    """Answers requests with `jobs`, a dictionary of the peer's functions; or runs the one named after `--once`."""
    ready = {}

    def answer(kind, name, function):
        entry = TABLE[name]
        if kind == "check":
            return {"digest": digest(jobs[function](entry["params"] | entry.get("check", {}), "shared")())}
        first = None
        if (name, function) not in ready:
            ready[name, function] = jobs[function](entry["params"], "own")
            first = run(ready[name, function])[1]
        _, seconds, cpu_seconds = run(ready[name, function])
        compiling = {} if first is None else {"compile_seconds": first - seconds}
        return {"seconds": seconds, "cpu_seconds": cpu_seconds} | compiling

    if sys.argv[1:2] == ["--once"]:
        entry = TABLE[sys.argv[2]]
        jobs[entry["job"]](entry["params"], "own")()
        return
    for line in sys.stdin:
        print(json.dumps(answer(*line.split())), flush=True)
