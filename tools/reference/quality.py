"""Writes how NumPy, SciPy and prdc (Naeem et al.'s own) measure some features, and what NumPy says that
the judge which is built in sees in two images: fixtures of the tests of Sources/GAN/Quality.

    pip install numpy scipy prdc safetensors
    python tools/reference/quality.py Tests/GANTests/Fixtures
"""

import contextlib
import gzip
import io
import json
import pathlib
import sys

import numpy as np
import scipy.linalg
from prdc import compute_prdc
from safetensors.numpy import load_file


def frechet(x, y):
    one, two = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    means = x.mean(0) - y.mean(0)
    # The root's trace is the nuclear norm of the product of the centered rows, also of a singular root,
    # which SciPy's sqrtm is not made for.
    centered = [(a - a.mean(0)) / np.sqrt(len(a) - 1) for a in (x, y)]
    root = np.linalg.norm(centered[0] @ centered[1].T, "nuc")
    if min(np.linalg.matrix_rank(a) for a in (one, two)) == x.shape[1]:
        assert abs(np.trace(scipy.linalg.sqrtm(one @ two).real) / root - 1) < 1e-9
    return means @ means + np.trace(one + two) - 2 * root


def kernel(x, y):
    k = lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3
    n, m = len(x), len(y)
    xx, yy, xy = k(x, x), k(y, y), k(x, y)
    return (
        (xx.sum() - np.trace(xx)) / (n * (n - 1))
        + (yy.sum() - np.trace(yy)) / (m * (m - 1))
        - 2 * xy.mean()
    )


def score(p):
    return np.exp(np.mean(np.sum(p * (np.log(p) - np.log(p.mean(0))), 1)))


def measures(x, y, p):
    with contextlib.redirect_stdout(io.StringIO()):
        pairs = compute_prdc(real_features=y, fake_features=x, nearest_k=5)
    shares = np.bincount(p.argmax(1), minlength=p.shape[1]) / len(p)
    return {
        "frechet_distance": frechet(x, y),
        "kernel_distance": kernel(x, y),
        "classifier_score": score(p),
        "classes": int((shares >= 0.02).sum()),
        "density": pairs["density"],
        "coverage": pairs["coverage"],
    }


def case(name, random, count, real_count, size, classes, shift, scale, rank):
    """Features of `rank` dimensions in `size`; a rank below it makes covariances singular."""
    mix = random.normal(size=(rank, size))
    real = np.maximum(random.normal(size=(real_count, rank)) @ mix, 0)
    fake = np.maximum((random.normal(size=(count, rank)) * scale + shift) @ mix, 0)
    logits = random.normal(size=(count, classes)) * 3
    real, fake, logits = (a.astype(np.float32).round(3) for a in (real, fake, logits))
    x, y = fake.astype(np.float64), real.astype(np.float64)
    p = np.exp(logits.astype(np.float64))
    p /= p.sum(1, keepdims=True)
    # The deviations: once more without each tenth.
    starts = [count * i // 10 for i in range(11)]
    parts = []
    for i in range(10):
        kept = np.r_[0 : starts[i], starts[i + 1] : count]
        parts.append(measures(x[kept], y, p[kept]))
    deviations = {
        key: float(np.sqrt(0.9 * sum((part[key] - np.mean([q[key] for q in parts])) ** 2 for part in parts)))
        for key in parts[0]
    }
    return {
        "name": name,
        "size": size,
        "classes": classes,
        "real": [float(v) for v in real.ravel()],
        "fake": [float(v) for v in fake.ravel()],
        "logits": [float(v) for v in logits.ravel()],
        "values": {k: float(v) for k, v in measures(x, y, p).items()},
        "deviations": deviations,
    }


def judged(folder):
    """What the judge sees in the first two images that are built in."""
    weights = {k: v.astype(np.float64) for k, v in load_file(folder / "CJudge/judge.safetensors").items()}
    with gzip.open(folder / "CMNISTSample/mnist-6000.idx3.gz") as file:
        bytes = file.read(16 + 2 * 784)[16:]
    x = np.frombuffer(bytes, np.uint8).reshape(2, 28, 28, 1) / 255

    def layer(x, scope, border):
        x = np.pad(x, [(0, 0), (border, border), (border, border), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), (1, 2))
        x = np.einsum("nhwcij,ijck->nhwk", windows, weights[scope + "/weights"])
        x = np.maximum(x + weights[scope + "/biases"], 0)
        n, h, w, c = x.shape
        return x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))

    dense = lambda x, scope: x @ weights[scope + "/weights"] + weights[scope + "/biases"]
    x = layer(layer(x, "conv1", 2), "conv2", 0).reshape(2, -1)
    features = np.maximum(dense(np.maximum(dense(x, "dense1"), 0), "dense2"), 0)
    powers = np.exp(dense(features, "output"))
    return {
        "features": features.ravel().tolist(),
        "probabilities": (powers / powers.sum(1, keepdims=True)).ravel().tolist(),
    }


def main(fixtures):
    random = np.random.default_rng(16)
    cases = [
        case("apart", random, 60, 50, 7, 4, 0.8, 0.7, 7),
        case("near", random, 100, 120, 8, 10, 0.0, 1.0, 8),
        # Fewer dimensions than numbers: both covariances are singular.
        case("singular", random, 40, 30, 48, 3, 0.2, 1.1, 5),
        case("crowded", random, 37, 80, 5, 60, 1.5, 0.05, 5),
    ]
    (fixtures / "quality.json").write_text(json.dumps(cases) + "\n")
    sources = pathlib.Path(__file__).parents[2] / "Sources"
    (fixtures / "judge.json").write_text(json.dumps(judged(sources)) + "\n")


main(pathlib.Path(sys.argv[1]))
