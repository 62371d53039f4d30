"""What tools/check-tensorflow runs: lays this project's files before TensorFlow, and TensorFlow's before `gan`.

    python check.py GAN FOLDER [SEED]
"""
import glob
import json
import os
import pathlib
import subprocess
import sys

import article
import numpy as np
import tensorflow.compat.v1 as tf
import transposed

HERE = pathlib.Path(__file__).parent
gan, folder = sys.argv[1], pathlib.Path(sys.argv[2])
seed = sys.argv[3] if len(sys.argv) > 3 else "0"
failures = []


def say(text):
    print(text, flush=True)


def check(what, is_so, more=""):
    say(f"{'ok    ' if is_so else 'FAILED'} {what}{': ' if more else ''}{more}")
    if not is_so:
        failures.append(what)


def run(*command):
    outcome = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=folder)
    if outcome.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{outcome.stdout}{outcome.stderr[-3000:]}")
    return outcome.stdout


def ours(checkpoint, names):
    """What `gan fetch` gives for the tensors of those names."""
    out = folder / "fetched"
    run(gan, "fetch", "--checkpoint", checkpoint, "--noise", "z.npy", "--images", "x.npy", "--out", out, *names)
    return [np.load(out / (name.replace("/", ".").replace(":", ".") + ".npy")) for name in names]


def agree(what, names, one, other, tolerance=1e-5):
    """Whether arrays differ by at most the tolerance, relative to their largest number where that is above 1."""
    worst = max(
        (float(np.max(np.abs(a - b))) / max(1., float(np.max(np.abs(b)))), name)
        for name, a, b in zip(names, one, other))
    check(f"{what}, {len(names)} arrays", worst[0] <= tolerance, f"off by {worst[0]:.1e} at most, in {worst[1]}")


def restored(graph_def, checkpoint):
    """A session of an imported graph with the variables of a checkpoint."""
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(graph_def, name="")
    session = article.session(graph)
    reader = tf.train.load_checkpoint(checkpoint)
    variables = [node.name for node in graph_def.node if node.op == "VariableV2"]
    for name in variables:
        assign = graph.get_operation_by_name(name + "/Assign")
        session.run(assign, {assign.inputs[1]: reader.get_tensor(name)})
    return session, variables


def without_notes(node):
    """A node without what TensorFlow notes for itself alone."""
    copy = type(node)()
    copy.CopyFrom(node)
    copy.attr.pop("_has_manual_control_dependencies", None)
    copy.ClearField("experimental_type")
    return copy


x_names = ["discriminator/output/Sigmoid", "generator/output/Sigmoid", "discriminator_1/output/Sigmoid", "Neg", "Neg_1"]

say(f"TensorFlow {tf.__version__}; seed {seed}")
np.save(folder / "z.npy", np.random.RandomState(int(seed) + 7).uniform(-1, 1, (10, 20)))
z = np.load(folder / "z.npy").astype(np.float32)

say(f"\ngan train, 3 passes:\n" + run(gan, "train", "--run", "ours", "--train-times", 3, "--profile-step", 8, "--seed", seed))
prefix = tf.train.latest_checkpoint(folder / "log/ours")
check("the state file names our checkpoint", prefix is not None, os.path.relpath(prefix, folder))
run(gan, "fetch", "--checkpoint", prefix, "--noise", "z.npy", "--out", "images", "input_x")
(folder / "images/input_x.npy").rename(folder / "x.npy")
x = np.load(folder / "x.npy")

# Our log.
events = [event for path in glob.glob(str(folder / "log/ours/*tfevents*")) for event in tf.train.summary_iterator(path)]
kinds = [event.WhichOneof("what") for event in events]
scalars = [(value.tag, event.step) for event in events for value in event.summary.value if value.HasField("simple_value")]
images = [value for event in events for value in event.summary.value if value.HasField("image")]
curves = ["discriminator_loss", "generator_loss", "D_loss/training", "D_loss/validation", "G_loss"]
check("summary_iterator reads our whole event file", kinds[0] == "file_version" and sorted(tag for tag, _ in scalars) == sorted(3 * curves),
      f"{len(events)} events, {len(scalars)} scalars, {len(images)} images")
with tf.Graph().as_default(), article.session() as session:
    decoded = [session.run(tf.image.decode_png(value.image.encoded_image_string)).shape for value in images[:11]]
check("TensorFlow decodes our images", set(decoded[:10]) == {(28, 28, 1)}, f"{decoded[0]} and the grid {decoded[10]}")

# Our graph.
graph_def = tf.GraphDef.FromString(next(event.graph_def for event in events if event.WhichOneof("what") == "graph_def"))
with tf.Graph().as_default() as graph:
    program = article.build(int(seed))
    theirs = {node.name: without_notes(node) for node in graph.as_graph_def(add_shapes=True).node}
found = {node.name: without_notes(node) for node in graph_def.node}
differing = [name for name in theirs if name not in found or theirs[name] != found[name]]
for name in differing[:10]:
    say(f"{theirs[name]}\n{found.get(name)}")
check("every node of TensorFlow's graph is in ours with the same op, inputs and attributes", not differing,
      f"{len(theirs) - len(differing)} of {len(theirs)}; {len(found) - len(theirs)} nodes are ours alone, "
      f"all in {sorted({name.split('/')[0] for name in found.keys() - theirs.keys()})}")

# Our step statistics.
tagged = [event.tagged_run_metadata for event in events if event.WhichOneof("what") == "tagged_run_metadata"]
metadata = tf.RunMetadata.FromString(tagged[0].run_metadata)
nodes = metadata.step_stats.dev_stats[0].node_stats
check("TensorFlow parses our step statistics, of nodes of the graph", len(tagged) == 1 and len(nodes) > 100
      and all(node.node_name in found for node in nodes),
      f"'{tagged[0].tag}', {len(nodes)} nodes, {sum(node.all_end_rel_nanos for node in nodes) / 1e6:.2f} ms, "
      f"{sum(memory.total_bytes for node in nodes for memory in node.memory) / 1e6:.1f} MB")

# Our graph with our variables.
session, variables = restored(graph_def, prefix)
gradients = list(dict.fromkeys(node.input[9] for node in graph_def.node if node.op == "ApplyAdam"))
feed = {"input_x:0": x, "input_z:0": z}


def theirs_of(session, names):
    return session.run([name if ":" in name else name + ":0" for name in names], feed)


agree("our graph, imported, with our variables gives our D(x), G(z), D(G(z)) and losses", x_names,
      ours(prefix, x_names), theirs_of(session, x_names))
agree("and our gradients", gradients, ours(prefix, gradients), theirs_of(session, gradients))
session.close()

# Transposed convolutions: the graph that the tests hold ours to, and the numbers.
fixtures = HERE / "../../Tests/GANTests/Fixtures"
golden = json.loads((fixtures / "transposed.json").read_text())
with tf.Graph().as_default() as graph:
    names = transposed.build()
ours_graph = transposed.imported(fixtures / "transposed.pb")
for batch in transposed.BATCHES:
    theirs_values = transposed.values(graph, names, batch)
    imported_values = transposed.values(ours_graph, names, batch)
    agree(f"our graph of transposed convolutions, imported, with {batch} images gives what TensorFlow's own gives", names,
          imported_values, theirs_values, 1e-6)
    agree("which is what our tests expect", names,
          [np.reshape(numbers, np.shape(own)) for numbers, own in zip(golden["batches"][str(batch)], theirs_values)],
          theirs_values, 1e-6)
firsts = [node for node in graph.as_graph_def(add_shapes=True).node if not node.name.startswith(("gradients_1/", "penalty"))]
found = {node.name: without_notes(node) for node in ours_graph.as_graph_def(add_shapes=True).node}
differing = [node.name for node in firsts if found.get(node.name) != without_notes(node)]
check("and has the same nodes but for gradients of gradients", not differing,
      f"{len(firsts) - len(differing)} of {len(firsts)} {differing[:5]}")

# Our checkpoint, restored by the article's script.
say("\nthe article's script goes on from our checkpoint:\n" + run(
    sys.executable, HERE / "article.py", "--images", "x.npy", "--times", 2, "--logdir", "log/went-on", "--seed", seed,
    "--restore", prefix))
with tf.Graph().as_default():
    p = article.build(int(seed))
    saver = tf.train.Saver()
    with article.session() as session:
        saver.restore(session, prefix)
        images = np.array(session.run(p.G_z, {p.input_z: z})).reshape(-1, 28, 28)
        counts = session.run([p.discriminator_index, p.generator_index])
    run(gan, "sample", "--checkpoint", prefix, "--noise", "z.npy", "--out", "images.npy")
    agree("tf.train.Saver restores our checkpoint: G(z) is that of gan sample", ["G(z)"],
          [np.load(folder / "images.npy")], [images])
    check("with our step counters", counts[1] > 0, f"D {counts[0]}, G {counts[1]}")

    # TensorFlow's checkpoint, restored by us.
    run(sys.executable, HERE / "article.py", "--images", "x.npy", "--times", 1, "--logdir", "log/theirs", "--seed", seed)
    prefix = tf.train.latest_checkpoint(folder / "log/theirs")
    with article.session() as session:
        saver.restore(session, prefix)
        images = np.array(session.run(p.G_z, {p.input_z: z})).reshape(-1, 28, 28)
        outputs = theirs_of(session, x_names)
        slopes = theirs_of(session, gradients)
run(gan, "sample", "--checkpoint", "log/theirs", "--noise", "z.npy", "--out", "images.npy")
agree("gan sample of TensorFlow's checkpoint gives its G(z)", ["G(z)"], [np.load(folder / "images.npy")], [images])
agree("gan fetch gives its D(x), G(z), D(G(z)) and losses", x_names, ours(prefix, x_names), outputs)
agree("and its gradients", gradients, ours(prefix, gradients), slopes)
say("\ngan train goes on from TensorFlow's checkpoint:\n" + run(
    gan, "train", "--run", "on", "--train-times", 1, "--restore", prefix, "--seed", seed))

say(f"{len(failures)} checks failed" if failures else "all checks passed")
sys.exit(bool(failures))
