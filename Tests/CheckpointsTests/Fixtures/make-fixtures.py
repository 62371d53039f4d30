"""Makes the fixtures beside this file with TensorFlow 2.21:

    python make-fixtures.py
"""

import gzip
import os
import pathlib
import shutil
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.python.checkpoint import checkpoint_management
from tensorflow.python.lib.io import tf_record

here = pathlib.Path(__file__).parent


def data_file(prefix):
    return f"{prefix}.data-00000-of-00001"


def save(prefix, names, tensors):
    tf.raw_ops.SaveV2(
        prefix=str(prefix), tensor_names=names, shape_and_slices=[""] * len(names), tensors=tensors)


def numbers(count):
    """Small whole numbers that every type of numbers holds: 0, 1, 2, ..., 100, 0, ..."""
    return np.arange(count) % 101


def saver():
    """What `tf.train.Saver` leaves in a folder, as a script of TensorFlow 1 uses it."""
    folder = here / "saver"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        with tf.compat.v1.variable_scope("conv1"):
            weights = tf.compat.v1.get_variable(
                "weights", initializer=tf.reshape(tf.range(24, dtype=tf.float32) / 8, [2, 3, 4]))
            tf.compat.v1.get_variable("biases", initializer=tf.constant([-1.5, 0, 1e30]))
        step = tf.compat.v1.train.get_or_create_global_step()
        session.run(tf.compat.v1.global_variables_initializer())
        saver = tf.compat.v1.train.Saver(max_to_keep=2, save_relative_paths=True)
        for number in [3, 7, 12]:
            session.run([step.assign(number), weights.assign(weights + 1)])
            saver.save(
                session, str(folder / "model.ckpt"), global_step=step, write_meta_graph=False)


def types():
    """A tensor of each type of numbers, of several ranks and sizes."""
    kinds = [
        tf.float32, tf.float64, tf.int32, tf.uint8, tf.int16, tf.int8, tf.complex64, tf.int64,
        tf.bool, tf.bfloat16, tf.uint16, tf.complex128, tf.float16, tf.uint32, tf.uint64,
    ]
    tensors = [tf.cast(numbers(6).reshape(2, 3), kind) for kind in kinds]
    names = [kind.name for kind in kinds]
    names += ["scalar", "empty", "rank6"]
    tensors += [tf.constant(0.5), tf.zeros([0, 3]), tf.reshape(tf.range(64), [2] * 6)]
    # By name, as a saver does it.
    save(here / "types", *zip(*sorted(zip(names, tensors), key=lambda pair: pair[0])))


def sharded():
    """Three files of data, as a saver with `sharded=True` writes them."""
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for shard in range(3):
            part = tf.raw_ops.ShardedFilename(
                basename=f"{folder}/part", shard=shard, num_shards=3)
            parts.append(part.numpy().decode())
            save(parts[-1], [f"v{i}" for i in range(shard, 8, 3)],
                 [tf.fill([i + 1], float(i)) for i in range(shard, 8, 3)])
        tf.raw_ops.MergeV2Checkpoints(
            checkpoint_prefixes=parts, destination_prefix=str(here / "sharded"))


def strange():
    """Entries that are no tensors of numbers: strings, and a partitioned variable."""
    tf.raw_ops.SaveV2(
        prefix=str(here / "strange"),
        tensor_names=["numbers", "partitioned", "partitioned", "strings"],
        shape_and_slices=["", "4 2 0,2:0,2", "4 2 2,2:0,2", ""],
        tensors=[tf.constant([1, 2]), tf.zeros([2, 2]), tf.ones([2, 2]), tf.constant(["a", "bc"])])


def table_name(i):
    """Names that share much, little and nothing with each other, some of them others' beginnings."""
    return ["", "layer/", "layer/conv_", "x" * 20 + "/"][i % 4] + "w" * (i % 3) + str(i)


def tables():
    """The indexes of checkpoints of 1 to 40 tensors, a record each."""
    with tempfile.TemporaryDirectory() as folder, \
            tf_record.TFRecordWriter(str(here / "tables.tfrecord")) as writer:
        for count in range(1, 41):
            prefix = pathlib.Path(folder) / str(count)
            save(prefix, sorted(map(table_name, range(count))),
                 [tf.constant(0, tf.int8)] * count)
            writer.write(pathlib.Path(f"{prefix}.index").read_bytes())


def long_name(i):
    """Long names, so that blocks end often: between names that differ by one at the byte that
    counts, by more, or only in their lengths; and one that is longer than a block."""
    size = [90_000, 140_000, 30_000, 263_000][i % 4]
    if i == 22:
        size = 600_000
    start = f"{chr(ord('a') + i // 5 * 2)}{'/' * 50}"
    return start + "m" * (i % 5) + ("m" if i % 3 == 0 else chr(ord("m") + i % 5)) * size


def compress_index(prefix, name):
    with open(here / f"{name}.index.gz", "wb") as file:
        file.write(gzip.compress(pathlib.Path(f"{prefix}.index").read_bytes(), 9, mtime=0))


def blocks():
    """Indexes of several blocks: of many names, and of long ones."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = f"{folder}/many"
        names = [f"model/block_{i:04d}/self_attention/query/kernel" for i in range(10_000)]
        save(prefix, names, [tf.constant(False)] * len(names))
        compress_index(prefix, "many")

        prefix = f"{folder}/long"
        names = sorted({long_name(i) for i in range(40)})
        save(prefix, names, [tf.constant(False)] * len(names))
        compress_index(prefix, "long")


def states():
    """State files, with paths that need escapes."""
    folder = here / "states"
    shutil.rmtree(folder, ignore_errors=True)
    for name, latest, older, timestamps in [
        ("absolute", "/data/run 1/model.ckpt-20", ["/data/run 1/model.ckpt-10"], None),
        ("timestamps", "model.ckpt-20", ["model.ckpt-10"], [1700000000.25, 1700000060.0]),
        ("escapes", "quo\"te's\\ \t\r\n\x01\x7f größer 😀-2", ["a-1"], None),
    ]:
        (folder / name).mkdir(parents=True)
        with open(folder / name / "checkpoint", "w"):
            pass
        checkpoint_management.update_checkpoint_state_internal(
            str(folder / name), latest, older + [latest],
            all_model_checkpoint_timestamps=timestamps, last_preserved_timestamp=timestamps and 3.5)


if __name__ == "__main__":
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    for make in [saver, types, sharded, strange, tables, blocks, states]:
        make()
