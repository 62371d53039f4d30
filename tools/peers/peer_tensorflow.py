"""The article's program in TensorFlow's v1 mode. Arguments: images, threads, and `optimized` or `plain`: with TensorFlow's graph
optimizer, or without it, as the article's loop needs it (it folds 1 - D(G(z)) + 1e-12 into a number that is 0 once D is sure).
With two more, a folder and a number of passes: the article's loop."""
import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow.compat.v1 as tf

import peer

tf.disable_v2_behavior()
path, threads, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
D_param, G_param = [], []


def batch_norm(x, size):
    beta = tf.get_variable("beta", [size], initializer=tf.zeros_initializer())
    gamma = tf.get_variable("gamma", [size], initializer=tf.ones_initializer())
    batch_mean, batch_variance = tf.nn.moments(x, [0, 1, 2], name="moments")
    ema = tf.train.ExponentialMovingAverage(decay=0.9)
    update = ema.apply([batch_mean, batch_variance])

    def updated():
        with tf.control_dependencies([update]):
            return tf.identity(batch_mean), tf.identity(batch_variance)

    mean, variance = tf.cond(
        tf.constant(True), updated, lambda: (ema.average(batch_mean), ema.average(batch_variance)))
    tf.summary.histogram("meanHistogram", mean)
    tf.summary.histogram("varHistogram", variance)
    return tf.nn.batch_norm_with_global_normalization(x, mean, variance, beta, gamma, 1e-3, True)


def convolution(x, shape, parameters):
    deviation = np.sqrt(2.0 / (shape[0] * shape[1] * shape[2]))
    weights = tf.get_variable("weights", shape, initializer=tf.random_normal_initializer(stddev=deviation))
    biases = tf.get_variable("biases", shape[3], initializer=tf.zeros_initializer())
    parameters.extend([weights, biases])
    sums = tf.nn.bias_add(tf.nn.conv2d(x, weights, strides=[1, 1, 1, 1], padding="SAME"), biases)
    return tf.nn.relu(batch_norm(sums, shape[3]))


def dense(x, shape, activation, parameters):
    initializer = tf.random_normal_initializer(stddev=np.sqrt(2.0 / shape[0]))
    weights = tf.get_variable("weights", shape, initializer=initializer)
    biases = tf.get_variable("biases", shape[1], initializer=initializer)
    parameters.extend([weights, biases])
    return activation(tf.matmul(x, weights) + biases)


def pooled(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def discriminator(x):
    x = tf.reshape(x, [-1, 28, 28, 1])
    with tf.variable_scope("discriminator", reuse=tf.AUTO_REUSE):
        with tf.variable_scope("conv1"):
            x = pooled(convolution(x, [3, 3, 1, 11], D_param))
        with tf.variable_scope("conv2"):
            x = pooled(convolution(x, [3, 3, 11, 13], D_param))
        with tf.variable_scope("hide3"):
            x = dense(tf.reshape(x, [-1, 637]), [637, 1024], tf.nn.softplus, D_param)
        with tf.variable_scope("output"):
            return dense(x, [1024, 1], tf.nn.sigmoid, D_param)


def generator(z):
    x = tf.reshape(z, [-1, 20, 1, 1])
    with tf.variable_scope("generator", reuse=tf.AUTO_REUSE):
        with tf.variable_scope("conv1"):
            x = convolution(x, [3, 3, 1, 13], G_param)
        with tf.variable_scope("conv2"):
            x = convolution(x, [3, 3, 13, 11], G_param)
        with tf.variable_scope("hide3"):
            x = dense(tf.reshape(x, [-1, 220]), [220, 1024], tf.nn.softplus, G_param)
        with tf.variable_scope("output"):
            return dense(x, [1024, 784], tf.nn.sigmoid, G_param)


def minimized(loss, steps, parameters):
    optimizer = tf.train.AdamOptimizer(learning_rate=1e-4, beta1=0.9, beta2=0.999, epsilon=1e-12)
    return optimizer.minimize(loss, global_step=steps, var_list=parameters)


input_x = tf.placeholder(tf.float32, [None, 784], name="input_x")
input_z = tf.placeholder(tf.float32, [None, 20], name="input_z")
D_x, G_z = discriminator(input_x), generator(input_z)
D_G = discriminator(G_z)
d_loss = -tf.reduce_mean(tf.log(D_x + 1e-12) + tf.log(1.0 - D_G + 1e-12))
g_loss = -tf.reduce_mean(tf.log(D_G + 1e-12))
tf.summary.scalar("discriminator_loss", d_loss)
tf.summary.scalar("generator_loss", g_loss)
d_steps, g_steps = tf.Variable(0, name="discriminator_train_time"), tf.Variable(0, name="generator_train_time")
d_train, g_train = minimized(d_loss, d_steps, D_param), minimized(g_loss, g_steps, G_param)
tf.summary.image("G_z_image", tf.reshape(G_z, [-1, 28, 28, 1]), 10)
summaries = tf.summary.merge_all()
config = tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads)
config.graph_options.rewrite_options.disable_meta_optimizer = mode == "plain"
session = tf.Session(config=config)


writers = []


def feed_for(batch):
    noise = np.random.default_rng(0).uniform(-1.0, 1.0, (batch, 20))
    return {input_x: peer.images(path, 5000, batch), input_z: noise}


def works_for(batch):
    feed = feed_for(batch)
    validation = {**feed, input_x: peer.images(path, 0, batch)}
    session.run(tf.global_variables_initializer())

    def train_discriminator():
        session.run(d_train, feed)
        return session.run(d_loss, feed)

    def train_generator():
        session.run(g_train, feed)
        return session.run(g_loss, feed)

    def summary():
        if not writers:
            writers.append(tf.summary.FileWriter(tempfile.mkdtemp(prefix="peer")))
        writers[0].add_summary(session.run(summaries, validation), session.run(g_steps))

    return {"D": train_discriminator, "G": train_generator, "summary": summary}


def loop(folder, passes):
    """The article's loop; prints how many steps it took."""
    writer = tf.summary.FileWriter(folder, graph=session.graph)
    session.run(tf.global_variables_initializer())
    feed = feed_for(10)
    validation = {**feed, input_x: peer.images(path, 0, 10)}
    steps, loss = 0, 1.0
    while loss > 0.001:
        session.run(d_train, feed)
        loss, steps = session.run(d_loss, feed), steps + 1
    for time in range(passes):
        session.run(d_train, feed)
        session.run(d_loss, feed)
        steps += 1
        for _ in range(7 + 5 * int(time / 500)):
            session.run(g_train, feed)
            loss, steps = session.run(g_loss, feed), steps + 1
        last_loss, over_time = 99.0, 0
        while loss > 1.0 and over_time < 10:
            if last_loss < loss:
                over_time += 1
            last_loss = loss
            session.run(g_train, feed)
            loss, steps = session.run(g_loss, feed), steps + 1
        writer.add_summary(session.run(summaries, validation), session.run(g_steps))
        session.run(d_loss, feed), session.run(g_loss, feed)
    writer.close()
    print("steps", steps, flush=True)
    print("memory", peer.peak_memory(), flush=True)


if len(sys.argv) > 4:
    loop(sys.argv[4], int(sys.argv[5]))
else:
    peer.answer(works_for)
