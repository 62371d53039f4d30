"""Logs with torch's SummaryWriter what `gan train` and LogExample log: the same tags, the same number
of values, images and sounds of the same sizes. Arguments: the folder for both runs, and ours of
training, which tells how many steps there are and how large its images."""

import collections
import os
import sys
import traceback
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter

import events

IMAGES = np.linspace(0, 1, 10 * 28 * 28, dtype=np.float32).reshape(10, 1, 28, 28)
GRID = np.tile(IMAGES[0], (1, 2, 5))  # as LogExample's grid of ten: two rows of five
MORE_LOSSES = ["D_loss/training", "D_loss/validation", "G_loss"]
NETWORK = torch.nn.Linear(2, 2)


def log_curves(writer):
    for step in range(1, 21):
        loss = 0.1 + 1 / step
        writer.add_scalar("loss", loss, step)
        writer.add_scalar("both/train", loss, step)
        writer.add_scalar("both/test", loss * 1.5, step)
        writer.add_histogram("weights", np.random.randn(1000) / step, step, bins="tensorflow")


def log_images(writer):
    for step in (1, 20):
        writer.add_image("x", GRID, step)
        writer.add_image_with_boxes("boxes", np.repeat(GRID, 3, 0), np.array([[30, 20, 80, 50]]), step)
        film = torch.from_numpy(IMAGES).repeat(1, 3, 1, 1)[None]
        writer.add_video("film", film, step)


def log_audio(writer):
    for step in (1, 20):
        tone = torch.tensor([i % 40 / 80 - 0.25 for i in range(8000)])
        writer.add_audio("tone", tone, step, sample_rate=8000)


def log_texts(writer):
    writer.add_text("about", "# A run\nThat logs *each* kind once.", 0)
    for step in (1, 20):
        writer.add_text("note", f"It is step *{step}*.", step)
        writer.add_text("table", f"| step | loss |\n|---|---|\n| {step} | {0.1 + 1 / step} |", step)


def log_pr_curves(writer):
    for step in (1, 20):
        writer.add_pr_curve("curve", np.random.randint(2, size=1000), np.random.rand(1000), step)


def log_meshes(writer):
    corners = torch.tensor([[[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]], dtype=torch.float32)
    colors = torch.tensor([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]], dtype=torch.uint8)
    faces = torch.tensor([[[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]], dtype=torch.int32)
    for step in (1, 20):
        writer.add_mesh("body", corners, colors=colors, faces=faces, global_step=step)


def log_hparams(writer):
    writer.add_hparams(
        {"rate": 0.1, "optimizer": "adam", "shuffled": True}, {"result": 0.1}, run_name=".",
        global_step=20)


def log_custom_scalars(writer):
    writer.add_custom_scalars({"both": {"both": ["Multiline", ["^both/train$", "^both/test$"]]}})


def log_embedding(writer):
    labels = [f"picture {i}" for i in range(10)]
    writer.add_embedding(IMAGES.reshape(10, -1), labels, torch.from_numpy(IMAGES), 0)


def log_graph(writer):
    """The graph, and what its nodes took as the tag "step1"."""
    writer.add_graph(NETWORK, torch.zeros(1, 2))


def log_training(ours):
    sizes = sizes_of(ours)
    steps = len(sizes["G_z_grid"])

    def log(writer):
        log_graph(writer)
        writer.add_custom_scalars({"losses": {
            "both losses": ["Multiline", ["^discriminator_loss$", "^generator_loss$"]]}})
        writer.add_text("about", "gan train", 0)
        for step in range(steps):
            log_step(writer, step, sizes)
        [(height, width)] = sizes["G_z_video"]
        writer.add_video("G_z_video", torch.rand(1, steps, 3, height, width), steps)
        writer.add_hparams(
            {name: 1.0 for name in
             ["learning_rate", "batch_size", "train_times", "train_step", "seed"]}, {}, run_name=".")
    return log


def sizes_of(run):
    """The height and width of each image, by tag."""
    sizes = collections.defaultdict(list)
    for path in events.files_of(run):
        for event in events.events_of(path):
            for value in event.summary.value:
                if value.HasField("image"):
                    sizes[value.tag].append((value.image.height, value.image.width))
    return sizes


def log_step(writer, step, sizes):
    for network in ("discriminator", "generator", "discriminator_1"):
        for layer in ("conv1", "conv2"):
            for moment in ("mean", "var"):
                writer.add_histogram(
                    f"{network}/{layer}/{moment}Histogram", np.random.randn(11), step)
    for tag in ("discriminator_loss", "generator_loss", *MORE_LOSSES):
        writer.add_scalar(tag, 1 / (step + 1), step)
    for tag in (*(f"G_z_image/image/{index}" for index in range(10)), "G_z_grid", "G_z_film"):
        writer.add_image(tag, np.zeros((1, *sizes[tag][step]), np.float32), step)


def log_run(folder, calls):
    """Each call by itself: what fails is named, and the others' values are logged."""
    writer = SummaryWriter(folder)
    for call in calls:
        try:
            call(writer)
        except Exception:
            print(f"torch, {call.__name__}:", file=sys.stderr)
            traceback.print_exc(limit=-1)
    writer.close()


def main():
    folder, ours = sys.argv[1:]
    np.random.seed(0)
    log_run(os.path.join(folder, "example"), [
        log_curves, log_images, log_audio, log_texts, log_pr_curves, log_meshes, log_hparams,
        log_custom_scalars, log_embedding, log_graph])
    log_run(os.path.join(folder, "training"), [log_training(ours)])


main()
