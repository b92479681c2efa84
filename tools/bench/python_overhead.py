#!/usr/bin/env python3
"""What a call from Python costs beyond the command itself.

    PYTHONPATH=BUILD/python python3 tools/bench/python_overhead.py [MEGABYTES]

Prints, for 1000 samples of 10 columns, the median over calls of the time of a call less the `seconds` of its document; then,
for an X of MEGABYTES (default 400), how many times the size of X the process grows while a command reads it, and while it
answers, and how much of that Python allocates.
"""

import sys
import threading
import time
import tracemalloc

import numpy
import thalweg


def resident():
    with open("/proc/self/statm", encoding="ascii") as stream:
        return int(stream.read().split()[1]) * 4096


def growth(work):
    """The result of `work`, and by how many bytes the process grew at most meanwhile, sampled every 2 ms."""
    peak = start = resident()
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.002):
            peak = max(peak, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = work()
    done.set()
    watcher.join()
    return result, peak - start


def overhead(name, ask, calls=30):
    excess = []
    for _ in range(calls):
        start = time.perf_counter()
        result = ask()
        excess.append(time.perf_counter() - start - result.seconds)
    excess.sort()
    print("| `%s` | %.2f | %.2f | %.2f |" % (name, 1e3 * excess[len(excess) // 2], 1e3 * excess[-2], 1e3 * result.seconds))


def refused(X, y, **options):
    """A call that ends when the data have been read."""
    try:
        thalweg.train(X, y, beta=1, sample_weights=[1.0], **options)
    except thalweg.InvalidInput:
        pass


def main():
    draw = numpy.random.default_rng(0)
    X = draw.normal(size=(1000, 10))
    y = numpy.maximum(X[:, 0], 0)
    network = thalweg.Network(draw.normal(size=(4, 10)), draw.normal(size=4))
    print("| call, 1000 x 10 | beyond the command, median ms | next to slowest | the command itself, ms |\n|---|---|---|---|")
    overhead("simplify", lambda: thalweg.simplify(network, X, y, beta=1))
    overhead("arrangement(count=True)", lambda: thalweg.arrangement(X[:20], count=True))
    overhead("certify(verify=False)", lambda: thalweg.certify(network, X, y, beta=2000, verify=False))
    overhead("train(verify=False)", lambda: thalweg.train(X, y, beta=200, verify=False))
    overhead("train, float32 strided", lambda: thalweg.train(X.astype("f4")[:, ::-1], y, beta=200, verify=False))

    size = float(sys.argv[1]) * 1e6 if len(sys.argv) > 1 else 4e8
    X = draw.normal(size=(int(size / 800), 100))
    y = X[:, 0].copy()
    print("\n| X of %.0f MB | grows by, in sizes of X | of which Python |\n|---|---|---|" % (X.nbytes / 1e6))
    for name, work in [("read", lambda: refused(X, y)),
                       ("train at a penalty above beta_max", lambda: thalweg.train(X, y, beta=1e9, verify=False, time_limit=60))]:
        tracemalloc.start()
        _, grown = growth(work)
        _, python = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print("| %s | %.2f | %.4f |" % (name, grown / X.nbytes, python / X.nbytes))


if __name__ == "__main__":
    main()
