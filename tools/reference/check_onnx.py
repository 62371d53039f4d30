"""Lays exported generators in onnxruntime beside `gan sample`; tools/check-onnx runs it in an empty folder.

    python check_onnx.py GAN
"""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors import safe_open

gan = sys.argv[1]
RUNS = {
    "article": ["--train-times", "2"],
    "article-full": ["--recipe", "article-full", "--train-times", "20"],
    "dcgan": ["--recipe", "dcgan", "--train-times", "20"],
    "conditional": ["--recipe", "dcgan", "--conditional", "--train-times", "20"],
    "hinge without an average": ["--recipe", "hinge", "--ema", "0", "--train-times", "20"],
    "wasserstein-gp": ["--recipe", "wasserstein-gp", "--train-times", "10"],
}


def run(*arguments):
    subprocess.run([gan, *arguments], check=True, stdout=subprocess.DEVNULL)


worst = 0
for number, (name, flags) in enumerate(RUNS.items()):
    run("train", "--run", f"{number}", "--judge-every", "0", *flags)
    files = ["--onnx", "g.onnx", "--safetensors", "g.safetensors"]
    run("export", "--checkpoint", f"log/{number}", *files)
    onnx.checker.check_model(onnx.load("g.onnx"), full_check=True)
    session = onnxruntime.InferenceSession("g.onnx", providers=["CPUExecutionProvider"])
    inputs = {i.name: i.shape for i in session.get_inputs()}
    z = np.random.default_rng(number).normal(size=(24, inputs["z"][1])).astype(np.float32)
    feed = {"z": z}
    if "y" in inputs:
        feed["y"] = np.eye(inputs["y"][1], dtype=np.float32)[np.arange(24) % inputs["y"][1]]
    np.save("z.npy", z)
    run("sample", "--checkpoint", f"log/{number}", "--noise", "z.npy", "--out", "s.npy")
    difference = np.abs(session.run(None, feed)[0][:, 0] - np.load("s.npy")).max()
    worst = max(worst, difference)
    with safe_open("g.safetensors", "np") as file:
        count = sum(file.get_tensor(key).size for key in file.keys())
    print(f"{name}: images differ by up to {difference:.1e}; {count} weights")
sys.exit(1 if worst > 1e-5 else 0)
