"""Makes the fixtures of this folder with TensorFlow.

    python3 -m venv tf && tf/bin/pip install tensorflow-cpu tensorboard
    tf/bin/python make-fixtures.py

Files are of JSON with base64 for bytes: the input of a summary operation beside the Summary that TensorFlow makes of it.
summary.pb comes from elsewhere: see README.md.
"""
import base64, glob, json, os, shutil, tempfile
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf2
import tensorflow.compat.v1 as tf

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(0)

def base(data):
    return base64.b64encode(data).decode()

def save(name, rows):
    with open(os.path.join(here, name), "w") as f:
        json.dump(rows, f, indent=1)
        f.write("\n")

def run(make):
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(make())

def histograms():
    cases = {
        "one": [1.5], "zero": [0.0, -0.0], "same": [0.25] * 7, "negative": [-3.0, -2.0, -2.0],
        "normal": random.normal(size=200), "tiny": random.normal(size=20) * 1e-11, "huge": random.normal(size=20) * 1e19,
        "limits": [1e-12, -1e-12, 1.1e-12, 1.0e-12 * 1.1 * 1.1, 1e20, 1e-13, -1e-13],
        "extremes": [3e38, 2e20, 1.0], "wide": 10.0 ** random.uniform(-14, 21, size=100)}
    rows = []
    for name, values in cases.items():
        for type in (np.float32, np.float64):
            values = np.asarray(values, type)
            summary = run(lambda: tf.summary.histogram("tag", values))
            rows.append({"name": name, "type": type.__name__, "values": base(values.tobytes()), "summary": base(summary)})
    save("histograms.json", rows)

def images():
    nan, inf = np.nan, np.inf
    def with_bad(shape):
        x = random.uniform(-1, 2, shape)
        x[0, 1, 1, 0], x[0, 2, 0, -1], x[0, 0, 2, 0] = nan, inf, -inf
        return x
    cases = {
        "sigmoid": (random.uniform(0, 1, (3, 9, 7, 1)), 3), "one of two": (random.uniform(0, 1, (2, 3, 3, 1)), 1),
        "signed": (random.normal(size=(2, 32, 32, 1)), 2), "all negative": (-random.uniform(0.1, 9, (1, 4, 4, 1)), 2),
        "rgb": (random.normal(size=(1, 8, 8, 3)) * 1e9, 1), "rgba": (random.uniform(0, 5, (1, 8, 8, 4)), 1),
        "black": (np.zeros((1, 3, 3, 1)), 1), "almost black": (random.uniform(0, 9e-7, (1, 3, 3, 1)), 1),
        "almost zero": (random.uniform(-9e-7, 9e-7, (1, 3, 3, 1)), 1), "just visible": (random.uniform(0, 1.1e-6, (1, 3, 3, 1)), 1),
        "bad gray": (with_bad((1, 4, 4, 1)), 1), "bad rgb": (with_bad((1, 4, 4, 3)), 1), "bad rgba": (with_bad((1, 4, 4, 4)), 1),
        "all bad": (np.full((1, 2, 2, 1), nan), 1)}
    rows = []
    for name, (values, outputs) in cases.items():
        values = values.astype(np.float32)
        summary = run(lambda: tf.summary.image("tag", values, outputs))
        rows.append({"name": name, "shape": values.shape, "maxOutputs": outputs, "pixels": base(values.tobytes()), "summary": base(summary)})
    save("images.json", rows)

def scalars():
    rows = []
    for value in [0.25, 0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45]:
        value = np.float32(value)
        rows.append({"value": base(value.tobytes()), "summary": base(run(lambda: tf.summary.scalar("tag", value)))})
    save("scalars.json", rows)

def graph():
    """A node for each kind of attribute, not a graph that would run."""
    g = tf.GraphDef()
    g.versions.producer = 2474
    n = g.node.add(name="scope/x", op="Placeholder", device="/device:CPU:0")
    n.attr["dtype"].type = tf.float32.as_datatype_enum
    n.attr["shape"].shape.CopyFrom(tf.TensorShape([None, 784]).as_proto())
    n.attr["_output_shapes"].list.shape.extend([tf.TensorShape([None, 784]).as_proto(), tf.TensorShape(None).as_proto(), tf.TensorShape([]).as_proto()])
    n = g.node.add(name="const", op="Const")
    for name, value, type, shape in [
            ("floats", [1.5, -2, 0], tf.float32, None), ("float", 0.25, tf.float32, None), ("filled", 2, tf.float32, [3, 4]),
            ("doubles", [1, 2], tf.float64, None), ("double", 3, tf.float64, None), ("int32s", [[-1, 28], [28, 1]], tf.int32, None),
            ("int32", -7, tf.int32, None), ("int64s", [1 << 40, -1], tf.int64, None), ("int64", 1 << 40, tf.int64, None),
            ("bool", True, tf.bool, None), ("bools", [True, False], tf.bool, None), ("text", b"a\0b", tf.string, None),
            ("texts", [b"a", b""], tf.string, None), ("none", [], tf.int32, None)]:
        n.attr[name].tensor.CopyFrom(tf.make_tensor_proto(value, type, shape))
    n = g.node.add(name="op", op="Conv2D", input=["scope/x", "const:1", "^scope/x"])
    n.attr["bytes"].s = b"NHWC"; n.attr["empty"].s = b""; n.attr["int"].i = -5; n.attr["zero"].i = 0; n.attr["float"].f = 0.5
    n.attr["true"].b = True; n.attr["false"].b = False
    n.attr["list_s"].list.s.extend([b"loc:@x", b""]); n.attr["list_i"].list.i.extend([1, 2, 2, -1]); n.attr["list_f"].list.f.extend([0.5, 0])
    n.attr["list_b"].list.b.extend([True, False]); n.attr["list_type"].list.type.extend([1, 3]); n.attr["list_none"].list.SetInParent()
    with open(os.path.join(here, "graph.pb"), "wb") as f:
        f.write(g.SerializeToString(deterministic=True))

def logs():
    """An event file by each of TensorFlow's two writers."""
    tf2.random.set_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        writer = tf2.summary.create_file_writer(folder)
        with writer.as_default():
            for step in (1, 2, 5):
                tf2.summary.scalar("loss", 1 / step, step, description="*falls*")
                tf2.summary.histogram("weights", tf2.range(5, dtype=tf2.float32), step)
            tf2.summary.image("picture", tf2.zeros([1, 2, 2, 1]), 2)
            tf2.summary.text("note", "hello", 2)
            tf2.summary.audio("tone", tf2.zeros([1, 8, 1]), 8000, 2)
        writer.close()
        shutil.copy(glob.glob(folder + "/*")[0], os.path.join(here, "tensorflow2.tfevents"))
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default() as g, tf.Session() as session:
        tf.placeholder(tf.float32, [None, 3], "x")
        summary = tf.summary.merge([tf.summary.scalar("loss", 0.5), tf.summary.histogram("weights", [1.0, 2.0]),
                                    tf.summary.image("picture", tf.ones([2, 2, 2, 1]), 2), tf.summary.audio("tone", tf.zeros([1, 8]), 8000)])
        writer = tf.summary.FileWriter(folder, g)
        for step in (3, 7):
            writer.add_summary(session.run(summary), step)
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 7)
        writer.close()
        shutil.copy(glob.glob(folder + "/*")[0], os.path.join(here, "tensorflow1.tfevents"))

histograms(); images(); scalars(); graph(); logs()
