"""Runs the models that `ONNX_FIXTURES=FOLDER swift test --filter ONNXTests` writes, and writes beside each
what onnxruntime makes of some noise: fixtures of ONNXTests.

    pip install numpy onnx onnxruntime
    python tools/reference/onnx_models.py Tests/GANTests/Fixtures/onnx
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    size = session.get_inputs()[0].shape[1]
    z = np.random.default_rng(1).normal(size=(6, size)).round(3).astype(np.float32)
    images = session.run(None, {"z": z})[0]
    numbers = {"z": z.ravel().tolist(), "images": [round(float(v), 7) for v in images.ravel()]}
    path.with_suffix(".json").write_text(json.dumps(numbers) + "\n")
    print(path.name, images.shape, images.min(), images.max())
