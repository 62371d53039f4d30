"""A DCGAN in PyTorch: fused Adam, and torch.compile if asked for. Arguments: images, threads, network, eager|compile,
contiguous|channels_last."""
import sys

import numpy as np
import torch
import torch.nn.functional as F

import dcgan
import peer

path, threads, network, mode, layout = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]
torch.set_num_threads(threads)
channels_last = layout == "channels_last"


def channels_first(value, axis):
    """With the 7 · 7 · C numbers of an axis in the order of [C, 7, 7]."""
    axis %= value.ndim
    pixels = value.reshape(*value.shape[:axis], 7, 7, -1, *value.shape[axis + 1 :])
    return np.moveaxis(pixels, axis + 2, axis).reshape(value.shape)


def parameter(name, value, flat):
    if value.ndim == 4:
        value = value.transpose(3, 2, 0, 1)
    if not channels_last and name == flat + "/weights" and flat != "project":
        value = channels_first(value, 0)
    if not channels_last and name.startswith("project/"):
        value = channels_first(value, -1)
    tensor = torch.tensor(np.ascontiguousarray(value))
    if value.ndim == 4 and channels_last:
        tensor = tensor.contiguous(memory_format=torch.channels_last)
    return torch.nn.Parameter(tensor)


D, G = dcgan.variables(network)
after_images = "hidden" if "hidden/weights" in D else "output"
D = {name: parameter(name, value, after_images) for name, value in D.items()}
G = {name: parameter(name, value, "project") for name, value in G.items()}


def normalized(x, p, layer):
    return F.batch_norm(x, None, None, p[layer + "/gamma"], p[layer + "/beta"], True, 0.1, 1e-5)


def discriminator(x):
    x = F.conv2d(x, D["conv1/weights"], D["conv1/biases"], stride=2, padding=1)
    x = F.leaky_relu(x, 0.2, inplace=True)
    x = F.conv2d(x, D["conv2/weights"], stride=2, padding=1)
    x = F.leaky_relu(normalized(x, D, "conv2"), 0.2, inplace=True)
    x = (x.permute(0, 2, 3, 1) if channels_last else x).reshape(len(x), -1)
    if "hidden/weights" in D:
        x = F.leaky_relu(normalized(x @ D["hidden/weights"], D, "hidden"), 0.2, inplace=True)
    return torch.addmm(D["output/biases"], x, D["output/weights"])


def generator(x):
    for layer in ("hidden", "project"):
        if layer + "/weights" in G:
            x = F.relu(normalized(x @ G[layer + "/weights"], G, layer), inplace=True)
    x = x.view(len(x), 7, 7, -1).permute(0, 3, 1, 2) if channels_last else x.view(len(x), -1, 7, 7)
    x = F.conv_transpose2d(x, G["conv1/weights"], stride=2, padding=1)
    x = F.relu(normalized(x, G, "conv1"), inplace=True)
    return torch.sigmoid(F.conv_transpose2d(x, G["conv2/weights"], G["conv2/biases"], stride=2, padding=1))


def discriminator_loss(x, images):
    return (F.softplus(-discriminator(x)) + F.softplus(discriminator(images))).mean()


def generator_loss(z):
    return F.softplus(-discriminator(generator(z))).mean()


def works_for(batch):
    x, z = torch.tensor(peer.images(path, 5000, batch)).view(-1, 1, 28, 28), torch.tensor(dcgan.noise())
    functions = [discriminator_loss, generator_loss, generator]
    if mode == "compile":
        functions = [torch.compile(f) for f in functions]
    d_loss, g_loss, make = functions
    d_adam, g_adam = (
        torch.optim.Adam(p.values(), rate, (dcgan.BETA1, dcgan.BETA2), dcgan.EPSILON, fused=True)
        for p, rate in ((D, dcgan.LEARNING_RATES["D"]), (G, dcgan.LEARNING_RATES["G"])))

    def train_discriminator():
        d_adam.zero_grad(set_to_none=True)
        with torch.no_grad():
            images = make(z)
        loss = d_loss(x, images)
        loss.backward(inputs=list(D.values()))
        d_adam.step()
        return loss.item()

    def train_generator():
        g_adam.zero_grad(set_to_none=True)
        loss = g_loss(z)
        loss.backward(inputs=list(G.values()))
        g_adam.step()
        return loss.item()

    count = sum(p.numel() for p in [*D.values(), *G.values()])
    return dcgan.checked(network, count, {"D": train_discriminator, "G": train_generator})


peer.answer(works_for, dcgan.BATCH)
