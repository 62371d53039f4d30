"""The article's GAN as the article wrote it, under TensorFlow's v1 mode.

What is added: max_pool, which the article takes from an earlier one; a function around the graph; limits on the
command line; and images from a file of NumPy's, since TensorFlow's input_data module is gone.

    python article.py --images x.npy --times 2 --logdir log/tf [--restore log/ours/model.ckpt-14]
"""
import argparse
import os
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

learning_rate = 0.0001
batch_size = 10
discriminator_conv1_size = [3, 3, 1, 11]
discriminator_conv2_size = [3, 3, 11, 13]
discriminator_hide3_size = [7 * 7 * 13, 1024]
discriminator_output_size = 1
generator_input_size = 20
generator_conv1_size = [3, 3, 1, 13]
generator_conv2_size = [3, 3, 13, 11]
generator_hide3_size = [generator_input_size * 11, 1024]
generator_output_size = 28 * 28
D_param = []
G_param = []


def conv_batch_norm(x, n_out, train):
    beta = tf.get_variable("beta", [n_out], initializer=tf.constant_initializer(value=0.0, dtype=tf.float32))
    gamma = tf.get_variable("gamma", [n_out], initializer=tf.constant_initializer(value=1.0, dtype=tf.float32))
    batch_mean, batch_var = tf.nn.moments(x, [0, 1, 2], name="moments")
    ema = tf.train.ExponentialMovingAverage(decay=0.9)
    ema_apply_op = ema.apply([batch_mean, batch_var])
    ema_mean, ema_var = ema.average(batch_mean), ema.average(batch_var)

    def mean_var_with_update():
        with tf.control_dependencies([ema_apply_op]):
            return tf.identity(batch_mean), tf.identity(batch_var)

    mean, var = tf.cond(train, mean_var_with_update, lambda: (ema_mean, ema_var))
    normed = tf.nn.batch_norm_with_global_normalization(x, mean, var, beta, gamma, 1e-3, True)
    tf.summary.histogram("meanHistogram", mean)
    tf.summary.histogram("varHistogram", var)
    return normed


def max_pool(x):
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def remember(type, *variables):
    (D_param if type == "D" else G_param).extend(variables)


def conv2d(input, weight_shape, type="D"):
    size = weight_shape[0] * weight_shape[1] * weight_shape[2]
    weights_init = tf.random_normal_initializer(stddev=np.sqrt(2. / size))
    weights = tf.get_variable(name="weights", shape=weight_shape, initializer=weights_init)
    biases = tf.get_variable(name="biases", shape=weight_shape[3], initializer=tf.zeros_initializer())
    conv_out = tf.nn.conv2d(input, weights, strides=[1, 1, 1, 1], padding="SAME")
    conv_add = tf.nn.bias_add(conv_out, biases)
    conv_batch = conv_batch_norm(conv_add, weight_shape[3], tf.constant(True, dtype=tf.bool))
    output = tf.nn.relu(conv_batch)
    remember(type, weights, biases)
    return output


def layer(x, weights_shape, activation="relu", type="D"):
    init = tf.random_normal_initializer(stddev=np.sqrt(2. / weights_shape[0]))
    weights = tf.get_variable(name="weights", shape=weights_shape, initializer=init)
    biases = tf.get_variable(name="biases", shape=weights_shape[1], initializer=init)
    mat_add = tf.matmul(x, weights) + biases
    functions = {"relu": tf.nn.relu, "sigmoid": tf.nn.sigmoid, "softplus": tf.nn.softplus}
    output = functions.get(activation, lambda v: v)(mat_add)
    remember(type, weights, biases)
    return output


def discriminator(x):
    x = tf.reshape(x, shape=[-1, 28, 28, 1])
    with tf.variable_scope("discriminator", reuse=tf.AUTO_REUSE):
        with tf.variable_scope("conv1", reuse=tf.AUTO_REUSE):
            pool1_out = max_pool(conv2d(x, discriminator_conv1_size))
        with tf.variable_scope("conv2", reuse=tf.AUTO_REUSE):
            pool2_out = max_pool(conv2d(pool1_out, discriminator_conv2_size))
        with tf.variable_scope("hide3", reuse=tf.AUTO_REUSE):
            pool2_flat = tf.reshape(pool2_out, [-1, discriminator_hide3_size[0]])
            hide3_out = layer(pool2_flat, discriminator_hide3_size, activation="softplus")
        with tf.variable_scope("output"):
            return layer(hide3_out, [discriminator_hide3_size[1], discriminator_output_size], activation="sigmoid")


def generator(x):
    x = tf.reshape(x, shape=[-1, generator_input_size, 1, 1])
    with tf.variable_scope("generator", reuse=tf.AUTO_REUSE):
        with tf.variable_scope("conv1", reuse=tf.AUTO_REUSE):
            conv1_out = conv2d(x, generator_conv1_size, type="G")
        with tf.variable_scope("conv2", reuse=tf.AUTO_REUSE):
            conv2_out = conv2d(conv1_out, generator_conv2_size, type="G")
        with tf.variable_scope("hide3", reuse=tf.AUTO_REUSE):
            conv2_flat = tf.reshape(conv2_out, [-1, generator_hide3_size[0]])
            hide3_out = layer(conv2_flat, generator_hide3_size, activation="softplus", type="G")
        with tf.variable_scope("output", reuse=tf.AUTO_REUSE):
            return layer(hide3_out, [generator_hide3_size[1], generator_output_size], activation="sigmoid", type="G")


def discriminator_loss(D_x, D_G):
    loss = -tf.reduce_mean(tf.log(D_x + 1e-12) + tf.log(1. - D_G + 1e-12))
    tf.summary.scalar("discriminator_loss", loss)
    return loss


def generator_loss(D_G):
    loss = -tf.reduce_mean(tf.log(D_G + 1e-12))
    tf.summary.scalar("generator_loss", loss)
    return loss


def image_summary(label, image_data):
    tf.summary.image(label, tf.reshape(image_data, [-1, 28, 28, 1]), batch_size)


def adam(loss, index, var_list):
    return tf.train.AdamOptimizer(learning_rate=learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-12).minimize(
        loss, global_step=index, var_list=var_list)


def build(seed=0):
    """The script up to its loop, in the default graph."""
    D_param.clear()
    G_param.clear()
    tf.set_random_seed(seed)
    p = types.SimpleNamespace()
    p.input_x = tf.placeholder(tf.float32, shape=[None, 784], name="input_x")
    p.input_z = tf.placeholder(tf.float32, shape=[None, generator_input_size], name="input_z")
    p.D_x = discriminator(p.input_x)
    p.G_z = generator(p.input_z)
    p.D_G = discriminator(p.G_z)
    p.discriminator_loss = discriminator_loss(p.D_x, p.D_G)
    p.generator_loss = generator_loss(p.D_G)
    p.discriminator_index = tf.Variable(0, name="discriminator_train_time")
    p.discriminator_train = adam(p.discriminator_loss, p.discriminator_index, D_param)
    p.generator_index = tf.Variable(0, name="generator_train_time")
    p.generator_train = adam(p.generator_loss, p.generator_index, G_param)
    image_summary("G_z_image", p.G_z)
    p.summary = tf.summary.merge_all()
    p.initializer = tf.global_variables_initializer()
    return p


def session(graph=None):
    config = tf.ConfigProto()
    # TensorFlow's graph optimizer makes (1. + 1e-12) - D_G of `1. - D_G + 1e-12`: log(0), as soon as D is sure.
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return tf.Session(graph=graph, config=config)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--images", required=True, help="[n, 784] in 0...1, a file of NumPy's")
    arguments.add_argument("--times", type=int, default=50)
    arguments.add_argument("--logdir", default="log/")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--restore", default="", help="a checkpoint to start from instead of fresh weights")
    a = arguments.parse_args()
    np.random.seed(a.seed)
    images = np.load(a.images)
    p = build(a.seed)
    with session() as s:
        writer = tf.summary.FileWriter(a.logdir, graph=s.graph)
        s.run(p.initializer)
        saver = tf.train.Saver()
        if a.restore:
            saver.restore(s, a.restore)
        sample_z = np.random.uniform(-1., 1., (len(images), generator_input_size))
        feed = {p.input_x: images[:batch_size], p.input_z: sample_z[:batch_size]}
        steps = 0
        D_avg_loss = 1.
        while D_avg_loss > 0.001:
            s.run(p.discriminator_train, feed_dict=feed)
            D_avg_loss = s.run(p.discriminator_loss, feed_dict=feed)
            steps += 1
        print(f"warm-up: {steps} D steps", flush=True)
        for time in range(a.times):
            s.run(p.discriminator_train, feed_dict=feed)
            for k in range(7 + 5 * int(time / 500)):
                s.run(p.generator_train, feed_dict=feed)
                G_avg_loss = s.run(p.generator_loss, feed_dict=feed)
            last_loss = 99.
            over_time = 0
            while G_avg_loss > 1. and over_time < 10:
                if last_loss < G_avg_loss:
                    over_time += 1
                last_loss = G_avg_loss
                s.run(p.generator_train, feed_dict=feed)
                G_avg_loss = s.run(p.generator_loss, feed_dict=feed)
            writer.add_summary(s.run(p.summary, feed_dict=feed), s.run(p.generator_index))
            D_avg_loss = s.run(p.discriminator_loss, feed_dict=feed)
            print("train times:", time + 1, " D_avg_loss:", D_avg_loss, " G_avg_loss:", G_avg_loss, flush=True)
        writer.close()
        print(saver.save(s, os.path.join(a.logdir, "model.ckpt"), global_step=s.run(p.generator_index)))


if __name__ == "__main__":
    main()
