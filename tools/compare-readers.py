"""Random event files, read by both of TensorBoard's readers and by `gan log`; compared value by value.

    compare-readers.py GAN SEED RUNS [KEEP]

GAN is the command, RUNS how many runs a log has; KEEP is a folder in which the log is left. With the
data server's rules `gan` takes records whose data have a wrong checksum (--no-checksum), as it does.
"""
import csv
import io
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "upb")
import logging

logging.disable(logging.CRITICAL)

import numpy as np
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer, tag_types
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from tensorboard.data import provider, server_ingester
from tensorboard.util import grpc_util, tensor_util

PLUGINS = [
    "scalars", "histograms", "images", "audio", "text", "pr_curves", "hparams", "mesh",
    "custom_scalars", "graphs", "graph_tagged_run_metadata", "custom", "graph_keras_model",
]
CLASSES = {"custom": summary_pb2.DATA_CLASS_TENSOR}
PNG = b"\x89PNG"
# Wall times that programs do not mean.
TIMES = [
    float("nan"), float("inf"), float("-inf"), -1.0, -1e300, 1e300, sys.float_info.max, 5e-324, -0.0]


# Writing.


def record(data):
    length = struct.pack("<Q", len(data))
    return b"".join([
        length, struct.pack("<I", masked_crc32c(length)), data, struct.pack("<I", masked_crc32c(data))
    ])


class Writer:
    """Random events of one run, over several files."""

    def __init__(self, rng):
        self.rng = rng
        self.step = rng.choice([0, 0, 0, 5, -3, 1 << 40])
        self.time = rng.choice([1795878270.0, 0.0, rng.random() * 2e9])
        # What each tag holds, most of the time.
        self.tags = {}
        for kind in rng.sample(sorted(KINDS), rng.randint(1, 6)):
            for number in range(rng.choice([1, 1, 2])):
                self.tags[f"{kind}/{number}"] = kind
        # With every value as torch does, or with the first of a file.
        self.always = rng.random() < 0.5
        self.blobs = 0

    def file(self):
        rng = self.rng
        described = set()
        events = []
        version = rng.choice(["brain.Event:2"] * 8 + ["brain.Event:1", "brain.Event:", "2.5", None])
        if version is not None:
            events.append(event_pb2.Event(wall_time=self.time, file_version=version))
        # A program that starts again, or another one beside.
        if rng.random() < 0.6:
            self.step -= rng.choice([0, 1, 2, 5, 20])
        if rng.random() < 0.6:
            events.append(self.session(rng.choice([0, self.step, self.step - 1, self.step + 3])))
        for _ in range(rng.choice([0, 3, 10, 30])):
            self.step += rng.choice([0, 1, 1, 1, 1, 2, 10, -1, -4])
            self.time += rng.choice([0, 0.25, 1, 3600])
            choice = rng.random()
            if choice < 0.04:
                events.append(self.session(self.step - rng.choice([0, 0, 1, 3])))
            elif choice < 0.06:
                events.append(event_pb2.Event(
                    wall_time=self.time, step=self.step, file_version="brain.Event:2"))
            elif choice < 0.09:
                events.append(event_pb2.Event(
                    wall_time=self.time, step=self.step, graph_def=b"graph%d" % len(events)))
            elif choice < 0.12:
                events.append(event_pb2.Event(
                    wall_time=self.time, step=self.step,
                    tagged_run_metadata=event_pb2.TaggedRunMetadata(
                        tag=rng.choice(["step", "float/0"]), run_metadata=b"")))
            else:
                event = event_pb2.Event(wall_time=self.time, step=self.step)
                if rng.random() < 0.03:
                    event.wall_time = rng.choice(TIMES)
                for tag in rng.sample(sorted(self.tags), rng.randint(1, len(self.tags))):
                    self.add(event.summary.value.add(tag=tag), self.tags[tag], described)
                events.append(event)
        return b"".join(record(event.SerializeToString()) for event in events)

    def session(self, step):
        status = self.rng.choice([1, 1, 1, 1, 2, 3])
        return event_pb2.Event(
            wall_time=self.time, step=step, session_log=event_pb2.SessionLog(status=status))

    def add(self, value, kind, described):
        rng = self.rng
        # Now and then a value of another kind; not where a sound is one of them, for which the
        # Python reader changes the shapes of all.
        form = kind
        if kind in MIXED and rng.random() < 0.02:
            form = rng.choice(MIXED)
        plugin = KINDS[form](self, value)
        if plugin and (self.always or value.tag not in described):
            value.metadata.plugin_data.plugin_name = plugin
            value.metadata.data_class = CLASSES.get(plugin, 0)
            described.add(value.tag)

    def number(self):
        return self.rng.choice([
            0.0, -0.0, 0.1, 1e-30, 3e38, float("nan"), float("inf"), self.rng.random()])

    def blob(self):
        self.blobs += 1
        return PNG + b"%d" % self.blobs


def plain(writer, value):
    value.simple_value = writer.number()


def scalar(dtype):
    def fill(writer, value):
        number = writer.number()
        if np.issubdtype(dtype, np.integer):
            number = writer.rng.choice([0, 1, np.iinfo(dtype).max, np.iinfo(dtype).max - 2])
        value.tensor.CopyFrom(tensor_util.make_tensor_proto(np.array(number, dtype)))
        return "scalars"
    return fill


def histo(writer, value):
    count = writer.rng.randint(0, 3)
    value.histo.min, value.histo.max, value.histo.num = 0, count, count
    value.histo.bucket_limit.extend(range(1, count + 1))
    value.histo.bucket.extend([1] * count)


def image(writer, value):
    value.image.width = value.image.height = 1
    value.image.encoded_image_string = writer.blob()


def audio(writer, value):
    value.audio.encoded_audio_string = writer.blob()


def strings(plugin, *shapes):
    def fill(writer, value):
        shape = writer.rng.choice(shapes)
        count = int(np.prod(shape))
        value.tensor.dtype = 7
        for size in shape:
            value.tensor.tensor_shape.dim.add(size=size)
        value.tensor.string_val.extend(writer.blob() for _ in range(count))
        return plugin
    return fill


def tensor(plugin, *shape):
    def fill(writer, value):
        value.tensor.CopyFrom(tensor_util.make_tensor_proto(
            np.array([writer.number() for _ in range(int(np.prod(shape)))], np.float32)
            .reshape(shape)))
        return plugin
    return fill


def nothing(writer, value):
    return "hparams"


def bare(writer, value):
    """A point that no metadata describe, most of the time."""
    value.tensor.CopyFrom(tensor_util.make_tensor_proto(np.array(writer.number(), np.float32)))
    return "scalars" if writer.rng.random() < 0.1 else None


KINDS = {
    "plain": plain, "float": scalar(np.float32), "double": scalar(np.float64),
    "int64": scalar(np.int64), "int32": scalar(np.int32), "histo": histo, "image": image,
    "audio": audio, "images": strings("images", [3], [4], [2]), "text": strings("text", [], [2], [2, 2]),
    "sounds": strings("audio", [2], [1, 2], [3, 2]), "keras": strings("graph_keras_model", []),
    "histograms": tensor("histograms", 2, 3), "curves": tensor("pr_curves", 6, 3),
    "hparams": nothing, "custom": tensor("custom", 2), "bare": bare,
}


# Curves of types that `gan` exports, and the data server shows nothing of.
WIDE = {"double", "int64", "int32"}
MIXED = sorted(set(KINDS) - WIDE - {"sounds", "audio"})


def record_starts(data):
    starts, start = [], 0
    while start < len(data):
        starts.append(start)
        start += 16 + struct.unpack_from("<Q", data, start)[0]
    return starts


def write_log(folder, seed, runs, flips=False):
    for number in range(runs):
        rng = random.Random(f"{seed}/{number}")
        run = os.path.join(folder, f"run{number}")
        os.mkdir(run)
        writer = Writer(rng)
        for file in range(rng.choice([1, 1, 2, 2, 3, 5])):
            data = bytearray(writer.file())
            damage = rng.random()
            if damage < 0.1:
                data = data[:rng.randint(0, len(data))]
            elif damage < 0.5 and data and flips:
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            elif damage < 0.2 and data:
                # A wall time's lower bits: the checksum is wrong, the event is one.
                starts = [start for start in record_starts(data) if data[start + 12] == 0x09]
                if starts:
                    data[rng.choice(starts) + 12 + rng.randint(1, 6)] ^= 1 << rng.randrange(8)
            with open(os.path.join(run, f"events.out.tfevents.{file}.host"), "wb") as stream:
                stream.write(data)


# Reading, by TensorBoard.


def scalar_types(value):
    return isinstance(value, (int, float, bool, complex))


def read_python(folder):
    """What `--load_fast=false` has: for each run and tag its plugin, and steps, times and values."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer(size_guidance={tag_types.TENSORS: 0})
    shown = {}
    for run in sorted(os.listdir(folder)):
        multiplexer.AddRun(os.path.join(folder, run), run)
        try:
            multiplexer.Reload()
        except Exception:
            pass  # What was read before stays.
        own = data_provider.MultiplexerDataProvider(multiplexer, folder)
        accumulator = multiplexer.GetAccumulator(run)
        for tag, metadata in accumulator.AllSummaryMetadata().items():
            plugin = metadata.plugin_data.plugin_name
            if metadata.data_class == summary_pb2.DATA_CLASS_UNKNOWN:
                continue  # No plugin asks for it.
            try:
                events = accumulator.Tensors(tag)
            except KeyError:
                continue
            values = []
            for event in events:
                try:
                    array = tensor_util.make_ndarray(event.tensor_proto)
                except Exception:
                    continue
                value = None
                if metadata.data_class == summary_pb2.DATA_CLASS_SCALAR:
                    if array.size != 1 or not scalar_types(value := array.item()):
                        continue
                elif metadata.data_class == summary_pb2.DATA_CLASS_BLOB_SEQUENCE:
                    if array.dtype != object:
                        continue
                    if event.step in {step for step, _, _ in values}:
                        continue
                    value = list(array.flat)
                values.append((event.step, event.wall_time, value))
            if metadata.data_class == summary_pb2.DATA_CLASS_BLOB_SEQUENCE:
                values.sort(key=lambda value: value[0])
            shown[run, tag] = plugin, values
        multiplexer = plugin_event_multiplexer.EventMultiplexer(
            size_guidance={tag_types.TENSORS: 0})
    return shown


def read_default(folder):
    """What the data server has; as above."""
    ingester = server_ingester.SubprocessServerDataIngester(
        server_ingester.get_server_binary(), folder, reload_interval=0,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin={plugin: 0 for plugin in PLUGINS})
    ingester.start()
    data, ctx = ingester.data_provider, context.RequestContext()
    last = None
    while True:
        # It reads while it answers.
        shown = {}
        for plugin in PLUGINS:
            arguments = dict(experiment_id="", plugin_name=plugin)
            limit = dict(downsample=1 << 30)
            lists = [
                ("s", data.read_scalars(ctx, **arguments, **limit)),
                ("t", data.read_tensors(ctx, **arguments, **limit)),
                ("b", data.read_blob_sequences(ctx, **arguments, **limit)),
            ]
            for kind, runs in lists:
                for run, tags in runs.items():
                    for tag, points in tags.items():
                        shown[run, tag] = plugin, [
                            (p.step, p.wall_time, p.value if kind == "s" else
                             [v.blob_key for v in p.values] if kind == "b" else None)
                            for p in points]
        key = repr(shown)
        if key == last:
            break
        last = key
        time.sleep(1.5)
    for (run, tag), (plugin, values) in shown.items():
        if plugin == "images":
            shown[run, tag] = plugin, [
                (step, wall, [data.read_blob(ctx, blob_key=key) for key in keys])
                for step, wall, keys in values]
    ingester._stdin_handle.close()
    return shown


# Reading, by `gan`.


def run_gan(*arguments):
    outcome = subprocess.run([GAN, "log", *arguments], capture_output=True, text=True)
    if outcome.returncode not in (0, 1):
        raise SystemExit(f"gan log {' '.join(arguments)}: exit code {outcome.returncode}\n"
                         f"{outcome.stderr}")
    return outcome.stdout


def read_gan(folder, rules, *options):
    """Points of curves, pictures, and each tag's count, first and last step."""
    options = [*options, "--as", rules]
    points, pictures, counts = {}, {}, {}
    for row in csv.DictReader(io.StringIO(run_gan("export", folder, "--csv", "-", *options))):
        points.setdefault((row["run"], row["tag"]), []).append(
            (int(row["step"]), float(row["wall_time"]), row["value"]))
    with tempfile.TemporaryDirectory() as target:
        run_gan("export", folder, "--images", target, *options)
        for path, _, files in os.walk(target):
            for file in files:
                run, tag = os.path.relpath(path, target).split("/", 1)
                with open(os.path.join(path, file), "rb") as stream:
                    pictures.setdefault((run, tag), []).append(stream.read())
    for line in run_gan("list", folder, "--tags", *options).splitlines()[1:]:
        run, tag, *kind, count, first, last = line.split()
        if count == "0":
            continue
        tag = "__run_graph__" if kind == ["graphs"] else tag
        counts[run, tag] = " ".join(kind), int(count), int(first), int(last)
    return points, pictures, counts


# Comparing.


def same_number(text, value):
    if isinstance(value, int):
        return int(text) == value
    if isinstance(value, complex):
        return complex(text) == value
    number = float(text)
    return number == value and np.signbit(number) == np.signbit(value) or (
        np.isnan(number) and np.isnan(value)) or np.float32(text) == np.float32(value)


def compare(name, theirs, ours, is_wider):
    points, pictures, counts = ours
    problems = []
    for key in sorted(set(theirs) | set(points) | set(counts)):
        plugin, values = theirs.get(key, ("", []))
        plugin = {"graph_tagged_run_metadata": "run metadata"}.get(plugin, plugin)
        steps = [step for step, _, _ in values]
        # Of these `gan` says that nothing is shown; or the data server shows nothing, and `gan` all.
        if counts.get(key, ("",))[0] == "unknown" or is_wider and key[1].split("/")[0] in WIDE:
            if values:
                problems.append((key, plugin, values, "should be nothing"))
            continue
        if plugin == "scalars" or key in points:
            mine = points.get(key, [])
            same = len(mine) == len(values) and all(
                a[0] == b[0] and same_number(a[1], b[1]) and same_number(a[2], b[2])
                for a, b in zip(mine, values))
            if not same:
                problems.append((key, plugin, values, mine))
                continue
        if plugin == "images":
            mine = sorted(pictures.get(key, []))
            if mine != sorted(blob for _, _, blobs in values for blob in blobs[2:]):
                problems.append((key, plugin, values, mine))
                continue
        expected = (plugin, len(steps), steps[0], steps[-1]) if steps else None
        if counts.get(key) != expected:
            problems.append((key, plugin, values, counts.get(key)))
    for key, plugin, values, mine in problems[:5]:
        print(f"{name}: {key} ({plugin})\n  TensorBoard: {values}\n  gan:         {mine}")
    total = sum(len(values) for _, values in theirs.values())
    print(f"{name}: {len(theirs)} series, {total} values; {len(problems)} series differ")
    return not problems


def main():
    parent = sys.argv[4] if len(sys.argv) > 4 else tempfile.mkdtemp()
    folder, flipped = os.path.join(parent, "log"), os.path.join(parent, "flipped")
    os.makedirs(folder)
    os.makedirs(flipped)
    write_log(folder, SEED, RUNS)
    # What the data server makes of bits that are flipped anywhere depends on its decoder.
    write_log(flipped, -SEED, RUNS // 4, flips=True)
    good = [
        compare("python", read_python(folder), read_gan(folder, "python"), False),
        compare("flipped", read_python(flipped), read_gan(flipped, "python"), False),
        compare(
            "default", read_default(folder), read_gan(folder, "default", "--no-checksum"), True),
    ]
    sys.exit(0 if all(good) else 1)


GAN, SEED, RUNS = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if __name__ == "__main__":
    main()
