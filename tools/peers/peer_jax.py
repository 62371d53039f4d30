"""The article's networks in JAX: jitted steps with donated buffers. Arguments: images, threads."""
import sys

import jax
import jax.numpy as jnp
from jax import lax

import peer

path = sys.argv[1]


def convolution(key, inputs, outputs):
    return [jax.random.normal(key, (3, 3, inputs, outputs)) * (2 / (9 * inputs)) ** 0.5, jnp.zeros(outputs)]


def dense(key, inputs, outputs):
    return [jax.random.normal(key, (inputs, outputs)) * (2 / inputs) ** 0.5, jnp.zeros(outputs)]


def normalized(x, w, b):
    x = lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
    return jax.nn.relu((x - x.mean((0, 1, 2))) * lax.rsqrt(x.var((0, 1, 2)) + 1e-3))


def pooled(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "SAME")


def discriminator(D, x):
    x = pooled(normalized(x.reshape(-1, 28, 28, 1), D[0], D[1]))
    x = pooled(normalized(x, D[2], D[3]))
    x = jax.nn.softplus(x.reshape(-1, 637) @ D[4] + D[5])
    return jax.nn.sigmoid(x @ D[6] + D[7])


def generator(G, z):
    x = normalized(normalized(z.reshape(-1, 20, 1, 1), G[0], G[1]), G[2], G[3])
    x = jax.nn.softplus(x.reshape(-1, 220) @ G[4] + G[5])
    return jax.nn.sigmoid(x @ G[6] + G[7])


def discriminator_loss(D, G, x, z):
    return -(jnp.log(discriminator(D, x) + 1e-12) + jnp.log(1 - discriminator(D, generator(G, z)) + 1e-12)).mean()


def generator_loss(G, D, z):
    return -jnp.log(discriminator(D, generator(G, z)) + 1e-12).mean()


def adam(p, g, m, v, t):
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    rate = 1e-4 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-12), p, m, v), m, v


def discriminator_step(D, m, v, t, G, x, z):
    return adam(D, jax.grad(discriminator_loss)(D, G, x, z), m, v, t)


def generator_step(G, m, v, t, D, z):
    return adam(G, jax.grad(generator_loss)(G, D, z), m, v, t)


d_step = jax.jit(discriminator_step, donate_argnums=(0, 1, 2))
g_step = jax.jit(generator_step, donate_argnums=(0, 1, 2))
d_loss, g_loss = jax.jit(discriminator_loss), jax.jit(generator_loss)


def works_for(batch):
    keys = jax.random.split(jax.random.PRNGKey(0), 9)
    D = convolution(keys[0], 1, 11) + convolution(keys[1], 11, 13) + dense(keys[2], 637, 1024) + dense(keys[3], 1024, 1)
    G = convolution(keys[4], 1, 13) + convolution(keys[5], 13, 11) + dense(keys[6], 220, 1024) + dense(keys[7], 1024, 784)
    zeros = lambda p: jax.tree.map(jnp.zeros_like, p)
    s = {"D": [D, zeros(D), zeros(D)], "G": [G, zeros(G), zeros(G)], "t": 0.0}
    x, z = jnp.array(peer.images(path, 5000, batch)), jax.random.uniform(keys[8], (batch, 20), minval=-1, maxval=1)

    def train_discriminator():
        s["t"] += 1
        s["D"] = list(d_step(*s["D"], s["t"], s["G"][0], x, z))
        return float(d_loss(s["D"][0], s["G"][0], x, z))

    def train_generator():
        s["t"] += 1
        s["G"] = list(g_step(*s["G"], s["t"], s["D"][0], z))
        return float(g_loss(s["G"][0], s["D"][0], z))

    return {"D": train_discriminator, "G": train_generator}


peer.answer(works_for)
