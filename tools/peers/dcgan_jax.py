"""A DCGAN in JAX: jitted steps with donated buffers. Arguments: images, threads, network."""
import sys

import jax
import jax.numpy as jnp
from jax import lax

import dcgan
import peer

path, network = sys.argv[1], sys.argv[3]


def normalized(x, p, layer):
    axes = tuple(range(x.ndim - 1))
    scale = p[layer + "/gamma"] * lax.rsqrt(x.var(axes) + 1e-5)
    return (x - x.mean(axes)) * scale + p[layer + "/beta"]


def reduced(x, weights):
    return lax.conv_general_dilated(x, weights, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def enlarged(x, weights):
    return lax.conv_transpose(
        x, weights, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"), transpose_kernel=True)


def leaky(x):
    return jax.nn.leaky_relu(x, 0.2)


def discriminator(D, x):
    x = leaky(reduced(x, D["conv1/weights"]) + D["conv1/biases"])
    x = leaky(normalized(reduced(x, D["conv2/weights"]), D, "conv2")).reshape(len(x), -1)
    if "hidden/weights" in D:
        x = leaky(normalized(x @ D["hidden/weights"], D, "hidden"))
    return x @ D["output/weights"] + D["output/biases"]


def generator(G, x):
    for layer in ("hidden", "project"):
        if layer + "/weights" in G:
            x = jax.nn.relu(normalized(x @ G[layer + "/weights"], G, layer))
    x = jax.nn.relu(normalized(enlarged(x.reshape(len(x), 7, 7, -1), G["conv1/weights"]), G, "conv1"))
    return jax.nn.sigmoid(enlarged(x, G["conv2/weights"]) + G["conv2/biases"])


def discriminator_loss(D, G, x, z):
    return (jax.nn.softplus(-discriminator(D, x)) + jax.nn.softplus(discriminator(D, generator(G, z)))).mean()


def generator_loss(G, D, z):
    return jax.nn.softplus(-discriminator(D, generator(G, z))).mean()


def adam(p, g, m, v, t, rate):
    m = jax.tree.map(lambda m, g: dcgan.BETA1 * m + (1 - dcgan.BETA1) * g, m, g)
    v = jax.tree.map(lambda v, g: dcgan.BETA2 * v + (1 - dcgan.BETA2) * g * g, v, g)
    rate = rate * jnp.sqrt(1 - dcgan.BETA2**t) / (1 - dcgan.BETA1**t)
    return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + dcgan.EPSILON), p, m, v), m, v


def step(loss, rate, p, m, v, t, *others):
    value, gradient = jax.value_and_grad(loss)(p, *others)
    return value, adam(p, gradient, m, v, t, rate)


def jitted(loss, rate):
    return jax.jit(lambda *arguments: step(loss, rate, *arguments), donate_argnums=(0, 1, 2))


d_step = jitted(discriminator_loss, dcgan.LEARNING_RATES["D"])
g_step = jitted(generator_loss, dcgan.LEARNING_RATES["G"])


def works_for(batch):
    D, G = (jax.tree.map(jnp.array, values) for values in dcgan.variables(network))
    count = sum(p.size for p in [*D.values(), *G.values()])
    zeros = lambda p: jax.tree.map(jnp.zeros_like, p)
    states, times = {"D": (D, zeros(D), zeros(D)), "G": (G, zeros(G), zeros(G))}, {"D": 0.0, "G": 0.0}
    x, z = jnp.array(peer.images(path, 5000, batch)).reshape(-1, 28, 28, 1), jnp.array(dcgan.noise())

    def train_discriminator():
        times["D"] += 1
        loss, states["D"] = d_step(*states["D"], times["D"], states["G"][0], x, z)
        return float(loss)

    def train_generator():
        times["G"] += 1
        loss, states["G"] = g_step(*states["G"], times["G"], states["D"][0], z)
        return float(loss)

    return dcgan.checked(network, count, {"D": train_discriminator, "G": train_generator})


peer.answer(works_for, dcgan.BATCH)
