#!/usr/bin/env python3
"""Writes what tests damage and repair: several values of each tag, by writers that put metadata into
the first value of a tag only (TensorFlow 1), or into each (TensorFlow 2, tensorboardX, torch's copy
of it); TensorFlow 2's graph with its run metadata; and records that are compressed as a whole.

    pip install tensorflow-cpu tensorboard tensorboardX numpy
    python3 make-repair-logs.py
"""
import glob
import os
import shutil
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from tensorboard.plugins.histogram import summary as histogram
from tensorboard.plugins.image import summary as image
from tensorboard.plugins.scalar import summary as scalar
from tensorboard.plugins.text import summary as text
from tensorboardX import SummaryWriter

folder = tempfile.mkdtemp()


def take(name):
    (path,) = glob.glob(f"{folder}/*tfevents*")
    shutil.move(path, name)


pixels = np.zeros([1, 2, 2, 3], np.uint8)
with tf.Graph().as_default():
    writer = tf.compat.v1.summary.FileWriter(folder)
for step in range(1, 5):
    writer.add_summary(tf.compat.v1.Summary.FromString(
        scalar.pb("loss", step / 2, description="*falls*").SerializeToString()), step)
    writer.add_summary(tf.compat.v1.Summary.FromString(
        histogram.pb("weights", np.arange(step, dtype=np.float32)).SerializeToString()), step)
    writer.add_summary(tf.compat.v1.Summary.FromString(
        text.pb("note", f"step {step}").SerializeToString()), step)
    writer.add_summary(tf.compat.v1.Summary.FromString(
        image.pb("picture", pixels + step).SerializeToString()), step)
writer.close()
take("first-metadata.tfevents")

with SummaryWriter(folder) as writer:
    for step in range(1, 5):
        writer.add_text("note", f"step {step}", step)
        writer.add_pr_curve("curve", np.array([0, 1, 1]), np.array([0.1, 0.6, 0.4]), step)
        writer.add_scalar("loss", step / 2, step)
take("tensorboardX-steps.tfevents")

with tf.summary.create_file_writer(folder).as_default():
    for step in range(1, 5):
        tf.summary.scalar("loss", step / 2, step)
        tf.summary.text("note", f"step {step}", step)
    tf.summary.trace_on(graph=True)
    double = tf.function(lambda x: 2 * x)
    double(tf.constant(2.0))
    tf.summary.trace_export("call", step=5)
    tf.summary.graph(double.get_concrete_function(tf.constant(1.0)).graph)
    tf.summary.flush()
take("tensorflow2-graph.tfevents")

for compression in ["ZLIB", "GZIP"]:
    with tf.io.TFRecordWriter(f"compressed-{compression}.tfevents", compression) as writer:
        for record in tf.data.TFRecordDataset(["tensorflow2.tfevents"]):
            writer.write(record.numpy())
