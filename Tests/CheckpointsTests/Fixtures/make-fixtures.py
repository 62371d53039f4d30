"""Makes the fixtures beside this file with TensorFlow 2.21, cramjam and google-crc32c:

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


def rare_types():
    """A tensor of each type that is seldom in a checkpoint: quantized and very short numbers, strings."""
    import ml_dtypes

    names = ["qint8", "quint8", "qint16", "quint16", "qint32"]
    tensors = [
        tf.bitcast(tf.constant([[0, 1, -128], [127, 2, 3]], tf.int8), tf.qint8),
        tf.bitcast(tf.constant([[0, 1, 128], [255, 2, 3]], tf.uint8), tf.quint8),
        tf.bitcast(tf.constant([[0, 1, -32768], [32767, 2, 3]], tf.int16), tf.qint16),
        tf.bitcast(tf.constant([[0, 1, 32768], [65535, 2, 3]], tf.uint16), tf.quint16),
        tf.bitcast(tf.constant([[0, 1, -2**31], [2**31 - 1, 2, 3]], tf.int32), tf.qint32),
    ]
    shorts = ["float8_e5m2", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e4m3b11fnuz",
              "float8_e5m2fnuz", "int4", "uint4", "int2", "uint2"]
    for name in shorts:
        values = [[0, 1, 1], [0, 1, 0]]
        tensors.append(tf.constant(np.array(values, getattr(ml_dtypes, name))))
        names.append(name)
    names += ["strings", "no_strings", "one_string"]
    tensors += [
        tf.constant([["a", ""], [b"\x00\xff", "x" * 300]]), tf.constant([], tf.string, [0, 2]),
        tf.constant("größer")]
    save(here / "rare", *zip(*sorted(zip(names, tensors), key=lambda pair: pair[0])))


def slices():
    """Partitioned variables: cut along each dimension and both, of numbers and of strings; in two
    files of data, and in format V1."""
    whole = tf.reshape(tf.range(24, dtype=tf.int32), [4, 3, 2])
    words = tf.constant([f"w{i}" for i in range(6)])
    parts = [
        ("rows", "4 3 2 0,1:-:-", whole[:1]), ("rows", "4 3 2 1,3:-:-", whole[1:]),
        ("columns", "4 3 2 -:0,2:-", whole[:, :2]), ("columns", "4 3 2 -:2,1:-", whole[:, 2:]),
        ("last", "4 3 2 -:-:0,1", whole[:, :, :1]), ("last", "4 3 2 -:-:1,1", whole[:, :, 1:]),
        ("all", "4 3 2 0,2:0,1:-", whole[:2, :1]), ("all", "4 3 2 0,2:1,2:-", whole[:2, 1:]),
        ("all", "4 3 2 2,2:-:-", whole[2:]),
        ("words", "6 0,5", words[:5]), ("words", "6 5,1", words[5:]),
        ("one/part", "4 3 2 0,4:0,3:0,2", whole),
        # Numbers of one, two and three bytes in the code of the keys.
        ("long", "8200 0,63", tf.zeros([63], tf.int8)),
        ("long", "8200 63,1", tf.ones([1], tf.int8)),
        ("long", "8200 64,8128", tf.fill([8128], tf.constant(2, tf.int8))),
        ("long", "8200 8192,8", tf.fill([8], tf.constant(3, tf.int8))),
    ]
    with tempfile.TemporaryDirectory() as folder:
        prefixes = []
        for shard in range(2):
            prefixes.append(tf.raw_ops.ShardedFilename(
                basename=f"{folder}/part", shard=shard, num_shards=2).numpy().decode())
            names, cuts, tensors = zip(*[p for p in parts[shard::2] if p[0] != "long"])
            tf.raw_ops.SaveV2(
                prefix=prefixes[-1], tensor_names=names, shape_and_slices=cuts, tensors=tensors)
        tf.raw_ops.MergeV2Checkpoints(
            checkpoint_prefixes=prefixes, destination_prefix=str(here / "slices"))
        for shard in range(2):
            names, cuts, tensors = zip(*parts[shard::2])
            tf.raw_ops.SaveSlices(
                filename=str(here / f"v1-slices-{shard:05d}-of-00002"), tensor_names=names,
                shapes_and_slices=cuts, data=tensors)


    # Keys with numbers of every length; no tensor could have that shape.
    starts = sorted({bit + more for power in range(61) for bit in [1 << power] for more in [0, 1]})
    tf.raw_ops.SaveSlices(
        filename=str(here / "v1-keys"), tensor_names=["a/b\u00ff"] * len(starts[::2]),
        shapes_and_slices=[f"{(1 << 61) + 9} 1 {start},1:-" for start in starts[::2]],
        data=[tf.zeros([1, 1], tf.int8)] * len(starts[::2]))


def old():
    """Format V1: what `tf.train.Saver` leaves, and a tensor of each type that it takes."""
    folder = here / "v1-saver"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        with tf.compat.v1.variable_scope("conv1"):
            tf.compat.v1.get_variable(
                "weights", initializer=tf.reshape(tf.range(24, dtype=tf.float32) / 8, [2, 3, 4]))
            tf.compat.v1.get_variable("biases", initializer=tf.constant([-1.5, 0, 1e30]))
        step = tf.compat.v1.train.get_or_create_global_step()
        session.run(tf.compat.v1.global_variables_initializer())
        saver = tf.compat.v1.train.Saver(
            save_relative_paths=True, write_version=tf.compat.v1.train.SaverDef.V1)
        for number in [3, 12]:
            session.run(step.assign(number))
            saver.save(
                session, str(folder / "model.ckpt"), global_step=step, write_meta_graph=False)
    kinds = [
        tf.float32, tf.float64, tf.int32, tf.uint8, tf.int16, tf.int8, tf.complex64, tf.int64,
        tf.bool, tf.uint16, tf.complex128, tf.float16, tf.bfloat16, tf.uint32, tf.uint64,
    ]
    names, tensors = [], []
    for kind in kinds:
        tensor = tf.cast(numbers(6).reshape(2, 3), kind)
        try:
            with tempfile.NamedTemporaryFile() as file:
                tf.raw_ops.Save(filename=file.name, tensor_names=["a"], data=[tensor])
        except (tf.errors.OpError, TypeError) as error:
            print(f"format V1 does not have {kind.name}")
            continue
        names.append(kind.name)
        tensors.append(tensor)
    names += ["strings", "scalar", "empty", "zeros", "qint8", "quint8", "qint32"]
    tensors += [
        tf.constant([["a", ""], [b"\x00\xff", "x" * 300]]), tf.constant(0.5), tf.zeros([0, 3]),
        # What compresses well.
        tf.zeros([30, 10]),
        tf.bitcast(tf.constant([[0, 1, -128], [127, 2, 3]], tf.int8), tf.qint8),
        tf.bitcast(tf.constant([[0, 1, 128], [255, 2, 3]], tf.uint8), tf.quint8),
        tf.bitcast(tf.constant([[0, 1, -2**31], [2**31 - 1, 2, 3]], tf.int32), tf.qint32),
    ]
    tf.raw_ops.Save(filename=str(here / "v1-types"), tensor_names=names, data=tensors)


def varint(number):
    encoded = b""
    while number > 127:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def numbers_at(data, position, count):
    found = []
    for _ in range(count):
        number = shift = 0
        while True:
            byte = data[position]
            number |= (byte & 127) << shift
            position, shift = position + 1, shift + 7
            if byte < 128:
                break
        found.append(number)
    return found


def compressed_table(table):
    """A table with the same entries, its blocks compressed by Snappy, as TensorFlow's older releases
    and its C++ programs write them; the releases on PyPI are built without."""
    import cramjam
    import google_crc32c

    out = bytearray()

    def block(contents):
        start = len(out)
        packed = bytes(cramjam.snappy.compress_raw(contents))
        body = packed + b"\1" if len(packed) < len(contents) - len(contents) // 8 else contents + b"\0"
        checksum = google_crc32c.value(body)
        masked = ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
        out.extend(body + masked.to_bytes(4, "little"))
        return varint(start) + varint(len(body) - 1)

    metaindex, metaindex_size, index, index_size = numbers_at(table, len(table) - 48, 4)
    # The handles in the index change, so its entries are written anew, each as a restart.
    contents, restarts, key, position = b"", [], b"", index
    end = index + index_size - 4
    end -= 4 * int.from_bytes(table[end:end + 4], "little")
    while position < end:
        shared, unshared, size = numbers_at(table, position, 3)
        position += len(varint(shared) + varint(unshared) + varint(size))
        key = key[:shared] + table[position:position + unshared]
        position += unshared
        start, length = numbers_at(table, position, 2)
        position += size
        handle = block(table[start:start + length])
        restarts.append(len(contents))
        contents += varint(0) + varint(len(key)) + varint(len(handle)) + key + handle
    contents += b"".join(r.to_bytes(4, "little") for r in restarts)
    contents += len(restarts).to_bytes(4, "little")
    handles = block(table[metaindex:metaindex + metaindex_size]) + block(contents)
    out.extend(handles.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db"))
    return bytes(out)


def compressed():
    """The tables of other fixtures, compressed."""
    for name, result in [("many.index.gz", "many-compressed.index.gz"),
                         ("types.index", "types-compressed.index"),
                         ("v1-types", "v1-types-compressed")]:
        table = (here / name).read_bytes()
        if name.endswith(".gz"):
            table = gzip.decompress(table)
        table = compressed_table(table)
        if result.endswith(".gz"):
            table = gzip.compress(table, 9, mtime=0)
        (here / result).write_bytes(table)


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
    for make in [saver, types, rare_types, slices, old, compressed, sharded, strange, tables, blocks, states]:
        make()
