"""Reads logs as one program does that reads logs. Arguments: its name, the folder of runs, and the file
for what it found in each run, as JSON.

Where a program fails at a run, it is given the run's values again, kind by kind."""

import collections
import contextlib
import glob
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import types
import warnings

warnings.filterwarnings("ignore")
import events

PROGRAM = os.path.join(os.path.dirname(sys.executable), "tensorboard")
OWN_TAGS = {"graph", "run metadata"}  # whose names each writer chooses

# A program's function takes a run's folder, and gives each value that it found: kind, tag, size.


def summary_iterator(run):
    """Each value by itself, by its own metadata, as scripts read logs with TensorFlow."""
    import tensorflow
    kinds = events.Kinds(remembers=False)
    for path in events.files_of(run):
        for event in tensorflow.compat.v1.train.summary_iterator(path):
            for value in event.summary.value:
                yield kinds.of(value), value.tag, ""
            if event.graph_def:
                yield "graph", "", ""
            if event.HasField("tagged_run_metadata"):
                yield "run metadata", "", ""


def event_accumulator(run):
    from tensorboard.backend.event_processing import event_accumulator as module
    log = module.EventAccumulator(run, module.STORE_EVERYTHING_SIZE_GUIDANCE).Reload()
    tags = log.Tags()
    yield from (("scalars", tag, "") for tag in tags["scalars"] for _ in log.Scalars(tag))
    yield from (("histograms", tag, "") for tag in tags["histograms"] for _ in log.Histograms(tag))
    for tag in tags["images"]:
        yield from (("images", tag, f"{e.width} x {e.height}") for e in log.Images(tag))
    for tag in tags["audio"]:
        yield from (("audio", tag, f"{e.sample_rate:g} Hz") for e in log.Audio(tag))
    for tag in tags["tensors"]:
        plugin = log.SummaryMetadata(tag).plugin_data.plugin_name
        yield from ((f"tensors: {plugin}", tag, "") for _ in log.Tensors(tag))
    yield from (("run metadata", tag, "") for tag in tags["run_metadata"])
    if tags["graph"] and log.Graph().node:
        yield "graph", "", ""


def inspect(run):
    """The tags that `tensorboard --inspect` names, and whether it finds a graph."""
    text = subprocess.run(
        [PROGRAM, "--inspect", "--logdir", run], check=True, capture_output=True, text=True).stdout
    tags, statistics = re.search("^These tags(.*)^Event statistics(.*)", text, re.M | re.S).groups()
    kind = ""
    for line in tags.splitlines()[1:]:
        if line.startswith("   "):
            yield kind, line.strip(), ""
        else:
            kind = line
    if "\ngraph\n" in statistics:
        yield "graph", "", ""


def tbparse(run):
    """The run at once; images and sounds are opened."""
    import tbparse as module
    log = module.SummaryReader(run)
    for kind in ("scalars", "tensors", "histograms", "text"):
        yield from ((kind, tag, "") for tag in log.get_events(kind).get("tag", []))
    for kind in ("images", "audio"):
        for row in log.get_events(kind).itertuples():
            yield kind, row.tag, by(row.value.shape[:-1])  # but for the channels
    yield from (("hparams", tag, "") for tag in log.hparams.get("tag", []))


def by(numbers):
    return " x ".join(map(str, numbers))


def tensorboard_reducer(run):
    """The mean of two runs, here of one and itself, after it was written and read again."""
    import tensorboard_reducer as module
    loaded = module.load_tb_events([run, run])
    with tempfile.TemporaryDirectory() as folder:
        means = module.reduce_events(loaded, ["mean"])
        reduced = module.load_tb_events(
            module.write_tb_events(means, os.path.join(folder, "reduced")))
    for tag, frame in loaded.items():
        for value, mean in zip(frame.iloc[:, 0], reduced[tag].iloc[:, 0], strict=True):
            yield "scalars", tag, "" if abs(value - mean) <= 1e-6 * abs(value) else "another value"


def aim(run):
    """What arrives in a repository of aim's."""
    from aim import Repo
    with tempfile.TemporaryDirectory() as repository:
        logs = os.path.join(repository, "logs")
        shutil.copytree(run, os.path.join(logs, "run"))
        aim_command("init", repository)
        aim_command("convert", repository, "tensorboard", "--logdir", logs)
        aim_command("storage", repository, "reindex", "--yes")  # else nothing is found at once
        for converted in Repo(repository).iter_runs():
            yield from aim_values(converted)


def aim_command(name, repository, *arguments):
    """`aim NAME --repo REPOSITORY …`, but for the seconds that it takes to start."""
    from aim.cli.cli import cli_entry_point
    cli_entry_point.main([name, "--repo", repository, *arguments], standalone_mode=False)


def aim_values(run):
    for name, context, _ in run.iter_metrics_info():
        yield from (("scalars", name, "") for _ in run.get_metric(name, context).data)
    for name, context, _ in run.iter_sequence_info_by_type(("aim.image", "list(aim.image)")):
        for _, (value, *_) in run.get_image_sequence(name, context).data:
            for image in value if isinstance(value, list) else [value]:
                yield "images", name, by(image.size)
    for name, context, _ in run.iter_sequence_info_by_type(("aim.audio", "list(aim.audio)")):
        yield from (("audio", name, "") for _ in run.get_audio_sequence(name, context).data)


def wandb_python(run):
    """wandb's reader in Python: its watcher of folders, and its translation of summaries."""
    from wandb.integration.tensorboard.log import tf_summary_to_dict
    from wandb.sdk.internal import tb_watcher
    found = queue.Queue()
    owner = types.SimpleNamespace(_interface=None, _settings=None)  # for copies to the server
    watcher = tb_watcher.TBDirWatcher(owner, run, False, None, found, force=True)
    watcher._process_events(shutdown_call=True)
    while not found.empty():
        for tag, value in (tf_summary_to_dict(found.get().event) or {}).items():
            yield from wandb_values(tag, value)


def wandb_values(tag, value):
    import wandb
    from wandb.plot import CustomChart
    if isinstance(value, list):
        for one in value:
            yield from wandb_values(tag, one)
    elif isinstance(value, wandb.Image):
        yield "images", tag, by(value.image.size)
    elif isinstance(value, wandb.Video):
        yield "videos", tag, ""
    elif isinstance(value, wandb.Histogram):
        yield "histograms", tag, ""
    elif isinstance(value, CustomChart):
        yield "pr_curves", tag, ""
    elif value is not None and tag not in ("global_step", "_timestamp"):
        shape = getattr(value, "shape", ())
        yield "tensors" if shape else "scalars", tag, by(shape)


def wandb_core(run):
    """wandb's reader in Go, as a run without network has it read a log that grows."""
    import wandb
    with tempfile.TemporaryDirectory() as folder:
        session = wandb.init(
            mode="offline", dir=folder, project="clients",
            settings=wandb.Settings(
                silent=True, console="off", disable_git=True, x_disable_stats=True,
                x_disable_meta=True))
        logs = copy_as_new(run, os.path.join(folder, "logs"))
        session._tensorboard_callback(logs, save=False, root_logdir=logs)
        session.finish()
        wandb.teardown()  # Only then everything is on disk.
        [log] = glob.glob(os.path.join(folder, "wandb", "offline-run-*", "*.wandb"))
        for record in wandb_records(log):
            yield from wandb_row(record.history.item)


def copy_as_new(run, folder):
    """A copy of the event files whose names say that they begin now: others are left out."""
    os.makedirs(folder)
    for index, path in enumerate(events.files_of(run)):
        parts = os.path.basename(path).split(".")
        parts[3] = str(int(time.time()) + 1 + index)
        shutil.copyfile(path, os.path.join(folder, ".".join(parts)))
    return folder


def wandb_records(path):
    from wandb.proto.wandb_internal_pb2 import Record
    from wandb.sdk.internal.datastore import DataStore
    store = DataStore()
    store.open_for_scan(path)
    while (data := store.scan_data()) is not None:
        yield Record.FromString(data)


def wandb_row(items):
    """A row of the history: a number, or several items with one first key, `_type` among them."""
    row = collections.defaultdict(dict)
    for item in items:
        tag, *field = item.nested_key or [item.key]
        row[tag][field[0] if field else ""] = json.loads(item.value_json)
    for tag, fields in row.items():
        if "_type" in fields:
            kind = re.sub("images/.*", "images", fields["_type"]).replace("histogram", "histograms")
            size = by((fields["width"], fields["height"])) if "width" in fields else ""
            yield from [(kind, tag, size)] * fields.get("count", 1)
        elif not tag.startswith("_") and tag != "global_step":
            yield "scalars", tag, ""


def projector(run):
    """What TensorBoard's projector serves of embeddings."""
    import werkzeug.test
    logdir, name = os.path.split(run)
    apps = projector_plugin(logdir).get_plugin_apps()

    def get(route, **query):
        answer = werkzeug.test.Client(apps[route]).get(query_string={"run": name, **query})
        if answer.status_code != 200:
            raise ValueError(f"{route}: {answer.text}")
        return answer

    if name not in get("/runs").json:
        return
    for embedding in get("/info").json["embeddings"]:
        tensor = embedding["tensorName"]
        yield "embeddings", "", by(embedding["tensorShape"])
        yield "embeddings", "", f"{len(get('/tensor', name=tensor).data)} bytes"
        if "metadataPath" in embedding:
            lines = get("/metadata", name=tensor).text.rstrip("\n").split("\n")
            yield "embeddings", "", f"{len(lines)} lines of metadata"
        if "sprite" in embedding:
            yield "embeddings", "", by(size_of(get("/sprite_image", name=tensor).data)) + " sprite"


def projector_plugin(logdir):
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.projector import projector_plugin as module
    runs = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(logdir)
    runs.Reload()
    provider = data_provider.MultiplexerDataProvider(runs, logdir)
    plugin = module.ProjectorPlugin(base_plugin.TBContext(logdir=logdir, data_provider=provider))
    plugin._update_configs()  # else begun in another thread
    return plugin


def size_of(image):
    import io

    import PIL.Image
    return PIL.Image.open(io.BytesIO(image)).size


CLIENTS = {
    "summary_iterator": summary_iterator,
    "EventAccumulator": event_accumulator,
    "inspect": inspect,
    "projector": projector,
    "tbparse": tbparse,
    "tensorboard-reducer": tensorboard_reducer,
    "aim": aim,
    "wandb, Python": wandb_python,
    "wandb, Go": wandb_core,
}


# What they have in common


def word_of(error):
    """The error in a word, and in a line."""
    return type(error).__name__, (str(error).strip().splitlines() or [""])[0]


def attempt(client, run):
    """What is found, and the error if there is one."""
    try:
        found = list(client(run))
    except Exception as error:
        traceback.print_exc()
        return collections.Counter(), word_of(error)
    return collections.Counter(found), None


def read_apart(client, run):
    """What is found of each kind by itself, and the errors, by kind."""
    found, errors = collections.Counter(), {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, part in events.split(run, folder).items():
            more, error = attempt(client, part)
            found += more
            if error:
                errors[kind] = error
    return found, errors


def read(client, run):
    found, error = attempt(client, run)
    errors = {}
    if error and error[0] != "ModuleNotFoundError":
        found, errors = read_apart(client, run)
    kinds, values = events.kinds_of(run), collections.Counter()
    for (kind, tag, size), count in found.items():
        tag = "" if kind in OWN_TAGS else events.plain(tag)
        # What no client tells apart is told apart here.
        if kind == "images" and kinds.get(tag) == "videos":
            kind = "videos"
        if kind == "text" and kinds.get(tag) == "text tables":
            kind = "text tables"
        values[kind, tag, size] += count
    return {"error": error, "errors": errors, "values": [[*key, n] for key, n in values.items()]}


def main():
    name, logs, path = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        runs = {run: read(CLIENTS[name], os.path.join(logs, run)) for run in sorted(os.listdir(logs))}
    with open(path, "w") as file:
        json.dump(runs, file)


if __name__ == "__main__":
    main()
