"""The article's program in TensorFlow's v1 mode. Arguments: images, threads, and `optimized` or `plain`: with TensorFlow's graph
optimizer, or without it, as the article's loop needs it (it folds 1 - D(G(z)) + 1e-12 into a number that is 0 once D is sure).
With two more, a folder and a number of passes: the article's loop."""
import os
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "reference"))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np

import article
import peer

tf = article.tf
path, threads, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
program = article.build()
config = tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads)
config.graph_options.rewrite_options.disable_meta_optimizer = mode == "plain"
session = tf.Session(config=config)


writers = []


def feed_for(batch):
    noise = np.random.default_rng(0).uniform(-1.0, 1.0, (batch, 20))
    return {program.input_x: peer.images(path, 5000, batch), program.input_z: noise}


def works_for(batch):
    feed = feed_for(batch)
    validation = {**feed, program.input_x: peer.images(path, 0, batch)}
    session.run(program.initializer)

    def train_discriminator():
        session.run(program.discriminator_train, feed)
        return session.run(program.discriminator_loss, feed)

    def train_generator():
        session.run(program.generator_train, feed)
        return session.run(program.generator_loss, feed)

    def summary():
        if not writers:
            writers.append(tf.summary.FileWriter(tempfile.mkdtemp(prefix="peer")))
        writers[0].add_summary(session.run(program.summary, validation), session.run(program.generator_index))

    return {"D": train_discriminator, "G": train_generator, "summary": summary}


def loop(folder, passes):
    """The article's loop; prints how many steps it took."""
    writer = tf.summary.FileWriter(folder, graph=session.graph)
    session.run(program.initializer)
    feed = feed_for(10)
    validation = {**feed, program.input_x: peer.images(path, 0, 10)}
    steps, loss = 0, 1.0
    while loss > 0.001:
        session.run(program.discriminator_train, feed)
        loss, steps = session.run(program.discriminator_loss, feed), steps + 1
    for time in range(passes):
        session.run(program.discriminator_train, feed)
        session.run(program.discriminator_loss, feed)
        steps += 1
        for _ in range(7 + 5 * int(time / 500)):
            session.run(program.generator_train, feed)
            loss, steps = session.run(program.generator_loss, feed), steps + 1
        last_loss, over_time = 99.0, 0
        while loss > 1.0 and over_time < 10:
            if last_loss < loss:
                over_time += 1
            last_loss = loss
            session.run(program.generator_train, feed)
            loss, steps = session.run(program.generator_loss, feed), steps + 1
        writer.add_summary(session.run(program.summary, validation), session.run(program.generator_index))
        session.run(program.discriminator_loss, feed), session.run(program.generator_loss, feed)
    writer.close()
    print("steps", steps, flush=True)
    print("memory", peer.peak_memory(), flush=True)


if len(sys.argv) > 4:
    loop(sys.argv[4], int(sys.argv[5]))
else:
    peer.answer(works_for)
