"""Logs with torch what LogExample logs, reads both with other people's programs, and prints what they find.

tools/check-clients runs it, in an environment that has them all. FOLDER/ours holds a run of LogExample and one of
`gan train`; torch's comes beside them.
"""
import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import traceback
import warnings

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", WANDB_MODE="disabled", WANDB_SILENT="true")
warnings.filterwarnings("ignore")
import numpy as np

folder = sys.argv[1]


def log_with_torch(run):
    """What LogExample logs, as far as torch's writer can."""
    import torch
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(run)
    noise = np.random.default_rng(0).uniform(-1, 1, 1000).astype("float32")
    waves = np.random.default_rng(1).random((10, 1, 28, 28), dtype="float32")
    writer.add_text("about", "# A run\nThat logs *each* kind once.", 0)
    for step in range(1, 21):
        writer.add_scalar("loss", 0.1 + 1 / step, step)
        writer.add_scalar("both/train", 0.1 + 1 / step, step)
        writer.add_scalar("both/test", 0.15 + 1 / step, step)
        writer.add_histogram("weights", noise / step, step)
    writer.add_images("x", waves, 1)
    writer.add_image_with_boxes("boxes", (waves[0] * 255).astype("uint8").repeat(3, 0), np.array([[3, 2, 8, 5]]), 1)
    writer.add_video("film", torch.from_numpy((waves.repeat(3, 1) * 255).astype("uint8"))[None], 1)
    writer.add_audio("tone", torch.from_numpy(np.sin(np.arange(8000) / 20).astype("float32"))[None], 1, 8000)
    writer.add_pr_curve("curve", noise > 0, (noise + 1) / 2, 1)
    writer.add_mesh("body", torch.tensor([[[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]], dtype=torch.float), global_step=1)
    writer.add_custom_scalars({"both": {"both": ["Multiline", ["both/.*"]]}})
    writer.close()


def accumulator(run):
    """tensorboard.backend.event_processing.event_accumulator, by itself, on which many programs build."""
    from tensorboard.backend.event_processing.event_accumulator import DEFAULT_SIZE_GUIDANCE, EventAccumulator

    found = EventAccumulator(run, size_guidance={kind: 0 for kind in DEFAULT_SIZE_GUIDANCE})
    found.Reload()
    kinds = {"scalars": "Scalars", "histograms": "Histograms", "images": "Images", "audio": "Audio", "tensors": "Tensors"}
    return {kind: sum(len(getattr(found, name)(tag)) for tag in found.Tags()[kind]) for kind, name in kinds.items()}


def inspect(run):
    """tensorboard --inspect."""
    text = subprocess.run(["tensorboard", "--inspect", "--logdir", run], capture_output=True, text=True, check=True).stdout
    # After a heading, each kind on a line of its own, with its tags below it.
    section = text[text.index("These tags are in"):text.index("Event statistics")]
    counts = dict.fromkeys(("scalars", "histograms", "images", "audio", "tensor"), 0)
    kind = ""
    for line in section.split("\n")[1:]:
        if line.startswith("   "):
            counts[kind] = counts.get(kind, 0) + 1
        else:
            kind = line.strip()
    counts["graph"] = int(re.search(r"^graph\n   first_step", text, re.M) is not None)
    return counts


def tbparse(run):
    from tbparse import SummaryReader

    reader = SummaryReader(run)
    counts = {}
    for kind in ("scalars", "histograms", "images", "audio", "text", "tensors", "hparams"):
        counts[kind] = attempt(lambda: len(getattr(reader, kind)))
    return counts


def reducer(run):
    import tensorboard_reducer

    frames = tensorboard_reducer.load_tb_events([run], verbose=False)
    return {"scalars": sum(len(frame) for frame in frames.values())}


def aim(run):
    """aim convert tensorboard; the run has to lie in a folder of runs."""
    import tempfile

    with tempfile.TemporaryDirectory() as repository, tempfile.TemporaryDirectory() as logs:
        shutil.copytree(run, f"{logs}/run")
        subprocess.run(["aim", "init", "-s", "--repo", repository], check=True, capture_output=True)
        result = subprocess.run(["aim", "convert", "--repo", repository, "tensorboard", "--logdir", logs],
                                capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(result.stderr.strip().split("\n")[-1])
        import aim as sdk

        counts = collections.Counter(metric=0, images=0, audios=0)
        for found in sdk.Repo(repository).iter_runs():
            for kind, sequences in found.collect_sequence_info(("metric", "images", "audios")).items():
                counts[kind] += len(sequences)
        return {"scalars": counts["metric"], "images": counts["images"], "audio": counts["audios"]}


def wandb(run):
    """wandb's Python reader of event files."""
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.compat.proto import event_pb2
    from wandb.integration.tensorboard.log import tf_summary_to_dict
    import wandb as sdk

    counts = collections.Counter(scalars=0, histograms=0, images=0, **{"PR curves": 0})
    for path in glob.glob(run + "/*tfevents*"):
        for record in RawEventFileLoader(path).Load():
            event = event_pb2.Event.FromString(record)
            for key, value in (tf_summary_to_dict(event) or {}).items():
                if key in ("global_step", "_timestamp", "_runtime"):
                    continue
                if isinstance(value, list):
                    counts["images"] += len(value)
                elif isinstance(value, sdk.Histogram):
                    counts["histograms"] += 1
                elif type(value).__name__ in ("CustomChart", "Visualize"):
                    counts["PR curves"] += 1
                elif isinstance(value, float):
                    counts["scalars"] += 1
    return dict(counts)


def attempt(read):
    try:
        return read()
    except Exception as error:
        if "-v" in sys.argv:
            traceback.print_exc()
        return f"{type(error).__name__}: {error}"[:60]


CLIENTS = {"EventAccumulator": accumulator, "tensorboard --inspect": inspect, "tbparse": tbparse,
           "tensorboard-reducer": reducer, "aim convert": aim, "wandb": wandb}
log_with_torch(f"{folder}/torch")
runs = {"LogExample": f"{folder}/ours/example", "gan train": f"{folder}/ours/gan", "torch": f"{folder}/torch"}
failed = False
print(f"{'client':22} {'kind':12} {'LogExample':>12} {'gan train':>12} {'torch':>12}")
for client, read in CLIENTS.items():
    found = {}
    for name, run in runs.items():
        result = attempt(lambda: read(run))
        found[name] = result if isinstance(result, dict) else {"": result}
    kinds = list(dict.fromkeys(kind for counts in found.values() for kind in counts))
    for kind in kinds:
        row = [found[name].get(kind, "–") for name in runs]
        ours, theirs = row[0], row[2]
        is_bad = any(isinstance(cell, str) and cell != "–" for cell in row[:2]) or (
            isinstance(ours, int) and isinstance(theirs, int) and ours < theirs)
        failed = failed or is_bad
        print(f"{client:22} {kind:12} {row[0]!s:>12} {row[1]!s:>12} {row[2]!s:>12}{'   !' if is_bad else ''}")
sys.exit(failed)
