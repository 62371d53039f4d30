"""A small generator of transposed convolutions, with what reads it, under TensorFlow's v1 mode: the graph that
`Tests/GANTests/TransposedTests.swift` builds, too.

    python transposed.py FIXTURES    writes FIXTURES/transposed.json from FIXTURES/transposed.pb
"""
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

SHAPES = {"x": [None, 4, 3, 5], "w1": [5, 5, 3, 5], "b1": [3], "beta": [3], "gamma": [3], "w2": [4, 3, 2, 3], "b2": [2],
          "w3": [4, 4, 2, 3]}
BATCHES = [2, 5]
# Not b1: a batch norm takes it out again, so that its gradient is rounding alone.
DIFFERENTIATED = ["x", "w1", "beta", "gamma", "w2", "b2", "w3"]


def build():
    """Makes the graph; returns the names of what is compared."""
    t = {name: tf.placeholder(tf.float32, shape, name=name) for name, shape in SHAPES.items()}
    y = tf.nn.conv2d_transpose(t["x"], t["w1"], [tf.shape(t["x"])[0], 8, 6, 3], [1, 2, 2, 1], "SAME")
    y = tf.nn.bias_add(y, t["b1"])
    mean, variance = tf.nn.moments(y, [0, 1, 2])
    y = tf.nn.leaky_relu(tf.nn.batch_normalization(y, mean, variance, t["beta"], t["gamma"], 1e-3), alpha=0.2)
    y = tf.nn.conv2d_transpose(y, t["w2"], [tf.shape(y)[0], 19, 8, 2], [1, 2, 1, 1], "VALID")
    images = tf.tanh(tf.nn.bias_add(y, t["b2"]))
    d = tf.nn.leaky_relu(tf.nn.conv2d(images, t["w3"], strides=[1, 2, 2, 1], padding="SAME"), alpha=0.2)
    loss = tf.reduce_mean(tf.square(d))
    gradients = tf.gradients(loss, [t[name] for name in DIFFERENTIATED])
    penalty = tf.reduce_sum(tf.square(gradients[0]))
    second = tf.gradients(penalty, [t["w1"], t["w2"], t["w3"]])
    penalties = [tf.identity(gradient, name=f"penalty_{name}") for name, gradient in zip(["w1", "w2", "w3"], second)]
    return [tensor.name for tensor in [images, loss] + gradients + penalties]


def feed(batch):
    """What is fed, by name: uniform numbers in [-1, 1) that any language computes exactly."""
    result = {}
    for salt, (name, shape) in enumerate(SHAPES.items()):
        shape = [size or batch for size in shape]
        index = np.arange(np.prod(shape), dtype=np.uint64) + np.uint64(salt * 7919 + 1)
        numbers = (index * np.uint64(2654435761) % np.uint64(2**32)).astype(np.float64) / 2**31 - 1
        result[name + ":0"] = numbers.astype(np.float32).reshape(shape)
    return result


def values(graph, names, batch):
    """The values of the tensors of those names."""
    # No optimizer: what is computed is what stands in the graph.
    config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    with tf.Session(graph=graph, config=config) as session:
        return session.run(names, feed(batch))


def imported(path):
    """A graph with the nodes of a serialized GraphDef."""
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(tf.GraphDef.FromString(pathlib.Path(path).read_bytes()), name="")
    return graph


if __name__ == "__main__":
    fixtures = pathlib.Path(sys.argv[1])
    with tf.Graph().as_default() as own:
        names = build()
    golden = {"names": names, "batches": {}}
    for batch in BATCHES:
        ours, theirs = (values(graph, names, batch) for graph in (imported(fixtures / "transposed.pb"), own))
        for name, a, b in zip(names, ours, theirs):
            assert np.array_equal(a, b), (name, np.max(np.abs(a - b)))
        golden["batches"][str(batch)] = [[float(f"{number:.8g}") for number in array.flatten()] for array in theirs]
    (fixtures / "transposed.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
