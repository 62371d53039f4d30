"""What tools/compare-writers runs. Arguments: our program, and what to compare."""

import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import PIL.Image

OURS = sys.argv[1]
ROUNDS = 5
LIBRARIES = ["torch", "tensorboardX"]


def writer_of(library, folder):
    if library == "torch":
        from torch.utils.tensorboard import SummaryWriter
    else:
        from tensorboardX import SummaryWriter
    return SummaryWriter(folder)


# How fast

def times_of(library):
    """Calls a second, by kind, with the library's default settings."""
    numbers = np.random.RandomState(1).randn(10000).astype(np.float32)
    images = np.random.RandomState(0).randint(0, 256, (10, 28, 28, 1)).astype(np.uint8)
    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        writer = writer_of(library, folder)

        def rate(name, count, call):
            start = time.perf_counter()
            for step in range(count):
                call(step)
            writer.flush()
            rates[name] = count / (time.perf_counter() - start)

        rate("scalar", 10000, lambda step: writer.add_scalar("loss", float(step), step))
        rate("histogram", 300, lambda step: writer.add_histogram("weights", numbers, step))
        rate("grid", 100, lambda step: writer.add_images("x", images, step, dataformats="NHWC"))
        writer.close()
    return rates


def our_times():
    with tempfile.TemporaryDirectory() as folder:
        lines = subprocess.run([OURS, "time", folder], check=True, capture_output=True, text=True)
    return {name: float(rate) for name, rate in map(str.split, lines.stdout.splitlines())}


def compare_times():
    rounds = [(our_times(), {library: times_of(library) for library in LIBRARIES})
              for _ in range(ROUNDS)]
    print(f"calls a second, medians of {ROUNDS} rounds, and how many times theirs")
    print(f"{'':24}{'ours':>12}" + "".join(f"{library:>24}" for library in LIBRARIES))
    for kind, named in [("scalar", "a scalar"), ("histogram", "10,000 numbers' histogram"),
                        ("grid", "grid of ten 28x28")]:
        row = f"{named:24}{statistics.median(ours[kind] for ours, _ in rounds):12,.0f}"
        for library in LIBRARIES:
            rate = statistics.median(theirs[library][kind] for _, theirs in rounds)
            ratio = statistics.median(ours[kind] / theirs[library][kind] for ours, theirs in rounds)
            row += f"{rate:16,.0f} {ratio:5.0f} x"
        print(row)


# The same values

def log_the_same(library, folder):
    """The calls that WriterBenchmark's Same.swift makes."""
    writer = writer_of(library, folder)
    for step in range(5):
        writer.add_scalar("curves/loss", step * 0.5, step)
    for step, value in enumerate([np.nan, np.inf, -np.inf]):
        writer.add_scalar("curves/odd", value, step)
    numbers = np.array([(i * 37) % 101 / 8 - 5 for i in range(1000)])
    writer.add_histogram("histogram", numbers, 1, bins="tensorflow")
    gray = np.array([i * 29 % 256 for i in range(10 * 6 * 5)], np.uint8).reshape(10, 6, 5, 1)
    writer.add_images("grid", gray, 1, dataformats="NHWC")
    colour = np.array([i * 31 % 90 / 89 for i in range(3 * 6 * 5)], np.float32).reshape(3, 6, 5)
    writer.add_image("colour", colour, 1)
    frames = np.array([i * 13 % 256 for i in range(4 * 6 * 5)], np.uint8).reshape(1, 4, 1, 6, 5)
    if library == "torch":
        import torch
        wrap = torch.tensor
        # Truth values are left out: torch writes True as the number 1.
        hparams = {"name": "adam", "rate": 0.5}
        writer.add_hparams(hparams, {"result": 0.25}, run_name=".")
    else:
        wrap = np.asarray
    film = np.repeat(frames, 3, axis=2)
    try:
        writer.add_video("film", wrap(film), 1, fps=4)
    except Exception as error:  # moviepy's interface changes faster than theirs.
        print(f"{library}: add_video fails: {error}")
    writer.add_text("note", "# A *text*", 1)
    sound = np.array([i % 50 / 50 - 0.5 for i in range(800)], np.float32)
    writer.add_audio("tone", wrap(sound), 1, sample_rate=8000)
    predictions = np.array([i * 37 % 100 / 128 for i in range(100)], np.float32)
    labels = np.array([i * 53 % 100 < i * 37 % 100 for i in range(100)])
    writer.add_pr_curve("curve", labels.astype(np.int64), predictions, 1)
    writer.add_mesh(
        "body", wrap(np.arange(12, dtype=np.float32).reshape(1, 4, 3)),
        colors=wrap((20 * np.arange(12)).astype(np.uint8).reshape(1, 4, 3)),
        faces=wrap(np.array([[[0, 1, 2], [1, 2, 3]]], np.int32)),
        config_dict={"camera": {"fov": 75}}, global_step=1)
    writer.add_custom_scalars({"mine": {
        "both": ["Multiline", ["curves/loss", "curves/odd"]], "band": ["Margin", ["v", "l", "u"]]}})
    writer.close()


def values_of(folder):
    """What TensorBoard finds in a folder: for each tag, comparable values by step."""
    from tensorboard.backend.event_processing import event_accumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
    from tensorboard.util import tensor_util
    log = event_accumulator.EventAccumulator(
        folder, size_guidance=event_accumulator.STORE_EVERYTHING_SIZE_GUIDANCE)
    log.Reload()
    found = {}
    for tag in log.Tags()["scalars"]:
        found[tag] = [(e.step, repr(e.value)) for e in log.Scalars(tag)]
    for tag in log.Tags()["histograms"]:
        found[tag] = [
            (e.step, e.histogram_value.min, e.histogram_value.max, e.histogram_value.num,
             round(e.histogram_value.sum, 9), round(e.histogram_value.sum_squares, 9),
             # What matters of buckets: which hold something, and how much.
             [(limit, count) for limit, count in zip(
                 e.histogram_value.bucket_limit, e.histogram_value.bucket) if count])
            for e in log.Histograms(tag)]
    for tag in log.Tags()["images"]:
        found[tag] = [(e.step, e.width, e.height, frames(e.encoded_image_string))
                      for e in log.Images(tag)]
    for tag in log.Tags()["audio"]:
        found[tag] = [(e.step, samples(e.encoded_audio_string)) for e in log.Audio(tag)]
    for tag in log.Tags()["tensors"]:
        plugin = log.SummaryMetadata(tag).plugin_data
        arrays = [(e.step, tensor_util.make_ndarray(e.tensor_proto)) for e in log.Tensors(tag)]
        if plugin.plugin_name == "audio":
            found[tag] = [(step, samples(array[0])) for step, array in arrays]
        elif plugin.plugin_name == "text":
            found[tag.removesuffix("/text_summary")] = [
                (step, array.reshape(-1)[0]) for step, array in arrays]
        elif plugin.plugin_name == "hparams":
            pass
        elif plugin.plugin_name == "custom_scalars":
            found[tag] = layout(arrays[-1][1].reshape(-1)[0])
        else:
            # Types differ: torch writes a mesh's colours and faces as floats.
            found[PARTS.get(tag, tag)] = [(step, array.tolist()) for step, array in arrays]
    contents = log.PluginTagToContent("hparams") if "result" in log.Tags()["scalars"] else {}
    for tag, content in contents.items():
        message = plugin_data_pb2.HParamsPluginData.FromString(content)
        if message.HasField("session_start_info"):
            found[tag] = {name: str(value) for name, value in sorted(
                message.session_start_info.hparams.items())}
        elif message.HasField("session_end_info"):
            found[tag] = message.session_end_info.status
    return found


# tensorboardX names a mesh's parts by numbers, which TensorBoard does not show.
PARTS = {"body_1": "body_VERTEX", "body_2": "body_FACE", "body_3": "body_COLOR"}


def layout(data):
    from tensorboard.plugins.custom_scalar import layout_pb2
    return str(layout_pb2.Layout.FromString(data))


def frames(data):
    """The pixels of an image file, or of all of a film's frames, as red, green and blue."""
    picture = PIL.Image.open(io.BytesIO(data))
    shown = []
    for index in range(getattr(picture, "n_frames", 1)):
        picture.seek(index)
        shown.append(np.asarray(picture.convert("RGB")).tolist())
    return shown


def samples(data):
    """The samples of a WAV file, and its rate."""
    import wave
    with wave.open(io.BytesIO(data)) as file:
        return file.getframerate(), file.getnchannels(), np.frombuffer(
            file.readframes(file.getnframes()), np.int16).tolist()


def is_close(one, other, tolerance):
    """Whether numbers in lists agree to within so much."""
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(is_close(a, b, tolerance) for a, b in zip(one, other))
    if isinstance(one, (int, float)) and not isinstance(one, bool):
        return one == other or abs(one - other) <= tolerance
    return one == other


# Where others differ for a reason, and by how much they may.
#   film        both save it with a palette of their tool's making
#   tone        tensorboardX's library multiplies by 32,768 and rounds down; torch and ours multiply
#               by 32,767 and cut fractions off
TOLERANCES = {("torch", "film"): 8, ("tensorboardX", "film"): 8, ("tensorboardX", "tone"): 2}


def compare_values():
    folder = tempfile.mkdtemp()
    subprocess.run([OURS, "same", f"{folder}/ours"], check=True)
    ours = values_of(f"{folder}/ours")
    failed = False
    for library in LIBRARIES:
        log_the_same(library, f"{folder}/{library}")
        theirs = values_of(f"{folder}/{library}")
        equal, different = [], []
        for tag in sorted(theirs):
            if tag == "_hparams_/experiment":
                continue  # Ours has none unless asked: the first in a folder hides all others.
            if tag not in ours:
                different.append(f"{tag} (missing)")
            elif tag == "_hparams_/session_start_info" and library == "torch":
                same = {key: ours[tag][key] for key in theirs[tag]} == theirs[tag]
                (equal if same else different).append(tag)
            elif not is_close(ours[tag], theirs[tag], TOLERANCES.get((library, tag), 1e-9)):
                different.append(tag)
                if os.environ.get("SHOW"):
                    print(json.dumps([ours[tag], theirs[tag]], default=str, indent=1)[:2000])
            else:
                equal.append(tag)
        print(f"{library}: equal: {', '.join(equal)}")
        if different:
            failed = True
            print(f"{library}: different: {', '.join(different)}")
    return not failed


def make_fixtures(folder):
    """Event files of the two libraries, for tests: the calls of log_the_same but for add_hparams,
    which begins a file of its own."""
    for library in LIBRARIES:
        with tempfile.TemporaryDirectory() as run:
            log_the_same(library, run)
            first = min(name for name in os.listdir(run) if "tfevents" in name)
            shutil.copyfile(f"{run}/{first}", f"{folder}/{library}.tfevents")


if sys.argv[2] == "fixtures":
    make_fixtures(sys.argv[3])
if sys.argv[2] in ("all", "same") and not compare_values():
    sys.exit("tools/compare-writers: values differ")
if sys.argv[2] in ("all", "time"):
    compare_times()
