"""Trains recipes and lays what an independent judge says of their samples beside targets; tools/check-recipes runs it.

    python check.py ROOT --data MNIST [--seeds ...] [--only ...] [--folder FOLDER] [--train] [--threads N]
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("root", type=pathlib.Path)
parser.add_argument("--data", type=pathlib.Path, required=True)
parser.add_argument("--seeds", default="0,1,2,3,4")
parser.add_argument("--only")
parser.add_argument("--folder", type=pathlib.Path)
parser.add_argument("--train", action="store_true")
parser.add_argument("--threads")
options = parser.parse_args()
folder = options.folder or options.root / ".build-quality/runs"
seeds = [int(seed) for seed in options.seeds.split(",")]
gan = options.root / ".build/release/gan"

# Each recipe's seconds and flags; with a checkpoint every five seconds where the way there counts.
all_images = ["--data", str(options.data)]
often = ["--checkpoint-seconds", "5", "--max-to-keep", "60"]
seldom = ["--checkpoint-seconds", "30", "--max-to-keep", "60"]
RUNS = {
    "dcgan": (240, ["--recipe", "dcgan", *all_images, *often]),
    "built-in": (120, ["--recipe", "dcgan", *often]),
    "wasserstein-gp": (240, ["--recipe", "wasserstein-gp", *all_images, *seldom]),
    "conditional": (240, ["--recipe", "dcgan", "--conditional", *all_images, *seldom]),
    "hinge": (240, ["--recipe", "hinge", *all_images, *seldom]),
    "built-in-900": (900, ["--recipe", "dcgan"]),
}
names = options.only.split(",") if options.only else [name for name in RUNS if name != "built-in-900"]
for name in names:
    if name not in RUNS:
        sys.exit(f"check-recipes: there is no {name}; there are {', '.join(RUNS)}")


def run(name, seed):
    return folder / f"{name}-{seed}"


def train(name, seed):
    """Trains as a user does, and notes when it began."""
    if (run(name, seed) / "done").exists():
        return
    seconds, flags = RUNS[name]
    threads = ["--threads", options.threads] if options.threads else []
    folder.mkdir(parents=True, exist_ok=True)
    begin = time.time()
    command = [gan, "train", "--logdir", folder, "--run", f"{name}-{seed}", "--overwrite"]
    command += ["--seed", f"{seed}", "--time-limit", f"{seconds}", "--no-progress", *threads, *flags]
    with open(folder / f"{name}-{seed}.txt", "w") as output:
        subprocess.run(command, check=True, stdout=output)
    (run(name, seed) / "done").write_text(f"{begin}")


for seed in seeds:
    for name in names:
        train(name, seed)
if options.train:
    sys.exit()

# What has a cost while others train is imported after it.
import numpy as np
import torch

from lenet import Judge, images

torch.set_num_threads(2)
judge = Judge(options.data, options.root / ".build-quality/lenet.pt")
x, _ = images(options.data, "train")
print(
    f"The judge knows {100 * judge.accuracy:.1f} % of the test images; 10,000 training images are at "
    f"{judge.distance(x[:10000])[0]:.2f}, noise at {judge.distance(torch.rand(10000, 1, 28, 28))[0]:.0f}.\n"
)
pairs = {}


def judged(prefix):
    """What the judge says of 10,000 samples of a checkpoint: the distance, and their classes."""
    samples = folder / "samples.npy"
    subprocess.run([gan, "sample", "--checkpoint", prefix, "--count", "10000", "--out", samples], check=True, stdout=subprocess.DEVNULL)
    own = subprocess.run([gan, "judge", "--images", samples, "--json"], check=True, capture_output=True, text=True)
    distance, classes = judge.distance(torch.from_numpy(np.load(samples)).reshape(-1, 1, 28, 28))
    pairs[f"{prefix}"] = (json.loads(own.stdout)["frechet_distance"]["value"], distance)
    return distance, classes


def checkpoints(name, seed):
    """The checkpoints of a run but its best, each with the seconds from the program's start until it was written."""
    begin = float((run(name, seed) / "done").read_text())
    found = [
        (path.stat().st_mtime - begin, path.with_suffix(""))
        for path in run(name, seed).glob("*.index")
        if path.stem != "best"
    ]
    return sorted(found)


def shares(classes):
    return 100 * np.bincount(classes, minlength=10) / len(classes)


table, missed = [], []


def row(what, target, values, form="{:.1f}", least=False):
    """A line of the table: a value for each seed, and whether the worst is within the target."""
    worst = (min if least else max)(values)
    within = worst >= target if least else worst <= target
    sign = "≥" if least else "≤"
    table.append([what, f"{sign} {target}", *(form.format(value) for value in values), "yes" if within else "no"])
    if not within:
        missed.append(what)


for name in names:
    seconds = RUNS[name][0]
    ends = [judged(checkpoints(name, seed)[-1][1]) for seed in seeds]
    distances = [distance for distance, _ in ends]
    if name == "dcgan":
        early, first = [], []
        for seed in seeds:
            found = [(at, judged(prefix)[0]) for at, prefix in checkpoints(name, seed) if at <= 62 and at > 2]
            early.append(found[-1][1])
            first.append(next((at for at, distance in found if distance <= 5), float("inf")))
        row("`dcgan`, 60 s", 5, early)
        row("`dcgan`, 240 s", 2, distances)
        row("`dcgan`, seconds until 5", 50, first, "{:.0f}")
        row("`dcgan`, the rarest digit, %", 6, [shares(classes).min() for _, classes in ends], least=True)
        row("`dcgan`, the most frequent, %", 15, [shares(classes).max() for _, classes in ends])
    elif name == "built-in":
        row("`dcgan`, 6,000 images, 120 s", 5, distances)
    elif name == "built-in-900":
        row("`dcgan`, 6,000 images, best of 900 s", 4, [judged(run(name, seed) / "best")[0] for seed in seeds])
    elif name == "wasserstein-gp":
        row("`wasserstein-gp`, 240 s", 20, distances)
    elif name == "conditional":
        right = [100 * (classes == np.arange(len(classes)) % 10).mean() for _, classes in ends]
        row("`--conditional`, the digit asked for, %", 97, right, least=True)
        table.append(["`--conditional`, 240 s", "", *(f"{distance:.1f}" for distance in distances), ""])
    else:
        table.append([f"`{name}`, {seconds} s", "", *(f"{distance:.1f}" for distance in distances), ""])
    if name in ("wasserstein-gp", "conditional", "hinge"):
        for seed in seeds[:1]:
            for _, prefix in checkpoints(name, seed)[:-1]:
                judged(prefix)

print("| | target |" + "".join(f" seed {seed} |" for seed in seeds) + " all within |")
print("|---|---|" + "--:|" * len(seeds) + "---|")
for cells in table:
    print("| " + " | ".join(cells) + " |")


def ranks(values):
    return np.argsort(np.argsort(values))


own, theirs = (np.array(values) for values in zip(*pairs.values()))
print(f"\nOur judge's distance and this one's over {len(own)} checkpoints: Spearman's ρ {np.corrcoef(ranks(own), ranks(theirs))[0, 1]:.3f}.")
for what in missed:
    print(f"check-recipes: {what}: not within the target", file=sys.stderr)
sys.exit(1 if missed else 0)
