"""What event files hold, value by value, and files with one kind of value alone."""

import glob
import os

from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.record_writer import RecordWriter

FIELDS = {"simple_value": "scalars", "histo": "histograms", "audio": "audio"}


def files_of(run):
    """A run's event files, in the order in which TensorBoard reads them."""
    return sorted(glob.glob(os.path.join(glob.escape(run), "*tfevents*")))


def events_of(path):
    for record in RawEventFileLoader(path).Load():
        yield Event.FromString(record)


def plain(tag):
    """The tag as it was given: torch adds a word to those of texts."""
    return tag.removesuffix("/text_summary")


def is_animated(image):
    """Whether an image file is a GIF, or a PNG with more than one frame."""
    return image.startswith(b"GIF") or b"acTL" in image[:64]


class Kinds:
    """Tells values' kinds by their metadata; `remembers`, by that of the tag's earlier values, too."""

    def __init__(self, remembers):
        self.remembers = remembers
        self.plugins = {}

    def of(self, value):
        plugin = value.metadata.plugin_data.plugin_name
        if self.remembers:
            plugin = self.plugins.setdefault(value.tag, plugin)
        field = value.WhichOneof("value")
        if field == "image":
            return "videos" if is_animated(value.image.encoded_image_string) else "images"
        if field != "tensor":
            return FIELDS.get(field) or plugin or "nothing"
        if plugin == "images":
            return "videos" if any(map(is_animated, value.tensor.string_val)) else "images"
        if plugin == "text" and is_table(value.tensor):
            return "text tables"
        return plugin or "tensors without metadata"


def is_table(tensor):
    """Whether a text is one of several cells, or a table of Markdown's or HTML's."""
    texts = tensor.string_val
    return len(texts) > 1 or any(b"|--" in text or b"<table" in text for text in texts)


def kinds_of(run):
    """The kind of each tag."""
    kinds, found = Kinds(remembers=True), {}
    for path in files_of(run):
        for event in events_of(path):
            for value in event.summary.value:
                found.setdefault(plain(value.tag), kinds.of(value))
    return found


def split(run, folder):
    """Copies a run's values into runs of one kind each; their folders, by kind."""
    folders, kinds = {}, Kinds(remembers=True)
    for path in files_of(run):
        writers = {}
        for event in events_of(path):
            for kind, part in parts_of(event, kinds).items():
                if kind not in writers:
                    folders[kind] = os.path.join(folder, kind.replace(" ", "-"), "run")
                    writers[kind] = begin_file(os.path.join(folders[kind], os.path.basename(path)))
                writers[kind].write(part.SerializeToString())
        for writer in writers.values():
            writer.close()
    return folders


def parts_of(event, kinds):
    """The event's values, as an event for each kind."""
    if event.HasField("graph_def") or event.HasField("tagged_run_metadata"):
        return {"graph": event}
    parts = {}
    for value in event.summary.value:
        kind = kinds.of(value)
        if kind not in parts:
            parts[kind] = Event(wall_time=event.wall_time, step=event.step)
        parts[kind].summary.value.append(value)
    return parts


def begin_file(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    writer = RecordWriter(open(path, "wb"))
    writer.write(Event(wall_time=1, file_version="brain.Event:2").SerializeToString())
    return writer
