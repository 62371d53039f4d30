"""What the DCGANs of all peers share: sizes, first weights and inputs, and the losses that the first steps must have.

The networks are those of Sources/GAN/Networks/DCGAN.swift; weights have its names and shapes: [4, 4, inputs, outputs] in a
convolution, [4, 4, outputs, inputs] in a transposed one, [inputs, outputs] in a dense layer.
"""
import json, os, sys

import numpy as np

SIZES = {"dcgan": (32, 512), "dcgan-wide": (64, None)}
BATCH = 64
NOISE = 64
LEARNING_RATES = {"D": 2e-4, "G": 1e-3}
BETA1, BETA2, EPSILON = 0.5, 0.999, 1e-8
# Tests/GANTests checks our networks by the same numbers. They come from dcgan_torch.py.
EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 2, "Tests/GANTests/Fixtures/dcgan.json")


def numbers(seed, *shape):
    """Numbers in -1..<1 that any language can make again: the finalizer of MurmurHash3 of a counter."""
    x = np.arange(np.prod(shape), dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 % 2**32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    x ^= x >> np.uint32(16)
    return ((x >> np.uint32(8)).astype(np.float32) / np.float32(2**23) - 1).reshape(shape)


def shapes(network):
    """The shapes of D's and of G's variables, by their names, in the order in which they are made."""
    width, hidden = SIZES[network]
    flat = 7 * 7 * 2 * width
    D = {"conv1/biases": (width,), "conv1/weights": (4, 4, 1, width), **normalized("conv2", 4, 4, width, 2 * width)}
    G = {}
    if hidden:
        D |= normalized("hidden", flat, hidden)
        G |= normalized("hidden", NOISE, hidden)
    D |= {"output/weights": (hidden or flat, 1), "output/biases": (1,)}
    G |= normalized("project", hidden or NOISE, flat)
    G |= {
        "conv1/weights": (4, 4, width, 2 * width), "conv1/beta": (width,), "conv1/gamma": (width,),
        "conv2/weights": (4, 4, 1, width), "conv2/biases": (1,)}
    return D, G


def normalized(layer, *shape):
    return {layer + "/weights": shape, layer + "/beta": shape[-1:], layer + "/gamma": shape[-1:]}


def variables(network):
    """D's and G's first variables: weights with a deviation of 0.02, gammas of 1, the rest 0."""
    result = [{}, {}]
    for first, values, named in zip((0, 20), result, shapes(network)):
        for seed, (name, shape) in enumerate(sorted(named.items()), first):
            weights = numbers(seed, *shape) * np.float32(0.02 * 3**0.5)
            values[name] = weights if "weights" in name else np.full(shape, float("gamma" in name), np.float32)
    return result


def noise():
    return numbers(40, BATCH, NOISE)


def checked(network, count, works):
    """`works`, once the networks have been found to be the same as everyone's: by the number of their variables' elements, and
    by the losses of the first steps. The first is that of the same weights; the others come after Adam's first steps, which
    are as long for a gradient of rounding errors as for any other."""
    losses = [works[name]() for name in "DGDG"]
    if os.environ.get("PEER_LOSSES"):
        print(json.dumps({"parameters": count, "losses": [round(loss, 7) for loss in losses]}))
    else:
        with open(EXPECTED) as file:
            expected = json.load(file)[network]
        if count != expected["parameters"] or (np.abs(np.subtract(losses, expected["losses"])) > [1e-5] + [1e-2] * 3).any():
            sys.exit(f"{network} has {count} parameters and losses of {losses}, not {expected}")
    return works
