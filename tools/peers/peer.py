"""What the peers share: images, and a conversation with compare.py.

A peer is a process. It says `first` after its first training step, with its most resident memory, and then answers a line
`<work> <batch> <seconds>` with the median time in milliseconds that the work took, repeated for so long.
"""
import gzip, os, resource, statistics, sys, time

import numpy as np


def images(path, first, count):
    """`count` images from the `first` on, [count, 784], in 0...1, of an IDX file, packed or not."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    pixels = np.frombuffer(data, np.uint8, offset=16).reshape(-1, 784)
    return pixels[first : first + count].astype(np.float32) / np.float32(255)


def peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def answer(works_for, first_batch=10):
    """Answers until the input ends. `works_for(batch)` gives a function for each work's name: one repetition."""
    works = {first_batch: works_for(first_batch)}
    works[first_batch]["D"]()
    print("first", peak_memory(), flush=True)
    for line in sys.stdin:
        name, batch, seconds = line.split()
        batch, seconds = int(batch), float(seconds)
        if batch not in works:
            works[batch] = works_for(batch)
        work = works[batch][name]
        work()
        samples, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end or len(samples) < 5:
            start = time.perf_counter()
            work()
            samples.append(time.perf_counter() - start)
        print(statistics.median(samples) * 1e3, flush=True)
    print("memory", peak_memory(), flush=True)
