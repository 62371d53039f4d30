"""A DCGAN in TensorFlow: functions made graphs, fused batch normalization and fused Adam. Arguments: images, threads, network,
graph|xla."""
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf

import dcgan
import peer

path, threads, network, mode = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
D, G = ({name: tf.Variable(value) for name, value in values.items()} for values in dcgan.variables(network))


def normalized(x, p, layer):
    shape = tf.shape(x)
    if len(x.shape) == 2:
        x = x[:, None, None, :]
    y, _, _ = tf.compat.v1.nn.fused_batch_norm(x, p[layer + "/gamma"], p[layer + "/beta"], epsilon=1e-5)
    return tf.reshape(y, shape)


def reduced(x, weights):
    return tf.nn.conv2d(x, weights, 2, "SAME")


def enlarged(x, weights):
    shape = [len(x), 2 * x.shape[1], 2 * x.shape[2], weights.shape[2]]
    return tf.nn.conv2d_transpose(x, weights, shape, 2, "SAME")


def leaky(x):
    return tf.nn.leaky_relu(x, 0.2)


def discriminator(x):
    x = leaky(tf.nn.bias_add(reduced(x, D["conv1/weights"]), D["conv1/biases"]))
    x = tf.reshape(leaky(normalized(reduced(x, D["conv2/weights"]), D, "conv2")), [len(x), -1])
    if "hidden/weights" in D:
        x = leaky(normalized(x @ D["hidden/weights"], D, "hidden"))
    return x @ D["output/weights"] + D["output/biases"]


def generator(x):
    for layer in ("hidden", "project"):
        if layer + "/weights" in G:
            x = tf.nn.relu(normalized(x @ G[layer + "/weights"], G, layer))
    x = tf.reshape(x, [len(x), 7, 7, -1])
    x = tf.nn.relu(normalized(enlarged(x, G["conv1/weights"]), G, "conv1"))
    return tf.sigmoid(tf.nn.bias_add(enlarged(x, G["conv2/weights"]), G["conv2/biases"]))


def discriminator_loss(x, z):
    return tf.reduce_mean(tf.nn.softplus(-discriminator(x)) + tf.nn.softplus(discriminator(generator(z))))


def generator_loss(x, z):
    return tf.reduce_mean(tf.nn.softplus(-discriminator(generator(z))))


def step(loss, variables, rate):
    slots = [(tf.Variable(tf.zeros_like(p)), tf.Variable(tf.zeros_like(p))) for p in variables]
    powers = [tf.Variable(dcgan.BETA1), tf.Variable(dcgan.BETA2)]

    @tf.function(jit_compile=mode == "xla")
    def train(x, z):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            value = loss(x, z)
        for p, (m, v), gradient in zip(variables, slots, tape.gradient(value, variables)):
            tf.raw_ops.ResourceApplyAdam(
                var=p.handle, m=m.handle, v=v.handle, beta1_power=powers[0], beta2_power=powers[1], lr=rate,
                beta1=dcgan.BETA1, beta2=dcgan.BETA2, epsilon=dcgan.EPSILON, grad=gradient)
        powers[0].assign(powers[0] * dcgan.BETA1)
        powers[1].assign(powers[1] * dcgan.BETA2)
        return value

    return train


def works_for(batch):
    x, z = tf.constant(peer.images(path, 5000, batch).reshape(-1, 28, 28, 1)), tf.constant(dcgan.noise())
    d_step = step(discriminator_loss, list(D.values()), dcgan.LEARNING_RATES["D"])
    g_step = step(generator_loss, list(G.values()), dcgan.LEARNING_RATES["G"])
    works = {"D": lambda: float(d_step(x, z)), "G": lambda: float(g_step(x, z))}
    return dcgan.checked(network, sum(p.shape.num_elements() for p in [*D.values(), *G.values()]), works)


peer.answer(works_for, dcgan.BATCH)
