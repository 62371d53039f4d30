"""The article's networks in PyTorch: fused Adam, and torch.compile if asked for. Arguments: images, threads, eager|compile."""
import sys

import torch
import torch.nn.functional as F

import peer

path, threads, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(threads)


def parameter(*shape, deviation):
    return torch.nn.Parameter(torch.randn(*shape) * deviation)


def convolution(inputs, outputs):
    return [parameter(outputs, inputs, 3, 3, deviation=(2 / (9 * inputs)) ** 0.5), torch.nn.Parameter(torch.zeros(outputs))]


def dense(inputs, outputs):
    return [parameter(inputs, outputs, deviation=(2 / inputs) ** 0.5), torch.nn.Parameter(torch.zeros(outputs))]


def normalized(x, w, b):
    return F.relu(F.batch_norm(F.conv2d(x, w, b, padding=1), None, None, None, None, True, 0.1, 1e-3))


def works_for(batch):
    torch.manual_seed(0)
    D = convolution(1, 11) + convolution(11, 13) + dense(637, 1024) + dense(1024, 1)
    G = convolution(1, 13) + convolution(13, 11) + dense(220, 1024) + dense(1024, 784)
    x, z = torch.tensor(peer.images(path, 5000, batch)), torch.rand(batch, 20) * 2 - 1

    def discriminator(x):
        x = F.max_pool2d(normalized(x.view(-1, 1, 28, 28), D[0], D[1]), 2)
        x = F.max_pool2d(normalized(x, D[2], D[3]), 2)
        x = F.softplus(torch.addmm(D[5], x.reshape(-1, 637), D[4]))
        return torch.sigmoid(torch.addmm(D[7], x, D[6]))

    def generator(z):
        x = normalized(normalized(z.view(-1, 1, 20, 1), G[0], G[1]), G[2], G[3])
        x = F.softplus(torch.addmm(G[5], x.reshape(-1, 220), G[4]))
        return torch.sigmoid(torch.addmm(G[7], x, G[6]))

    def discriminator_loss(x, images):
        return -(torch.log(discriminator(x) + 1e-12) + torch.log(1 - discriminator(images) + 1e-12)).mean()

    def generator_loss(z):
        return -torch.log(discriminator(generator(z)) + 1e-12).mean()

    functions = [discriminator_loss, generator_loss, generator]
    if mode == "compile":
        functions = [torch.compile(f) for f in functions]
    d_loss, g_loss, make = functions
    d_adam = torch.optim.Adam(D, 1e-4, eps=1e-12, fused=True)
    g_adam = torch.optim.Adam(G, 1e-4, eps=1e-12, fused=True)

    def train_discriminator():
        d_adam.zero_grad(set_to_none=True)
        with torch.no_grad():
            images = make(z)
        d_loss(x, images).backward(inputs=D)
        d_adam.step()
        with torch.no_grad():
            return d_loss(x, make(z)).item()

    def train_generator():
        g_adam.zero_grad(set_to_none=True)
        g_loss(z).backward(inputs=G)
        g_adam.step()
        with torch.no_grad():
            return g_loss(z).item()

    return {"D": train_discriminator, "G": train_generator}


peer.answer(works_for)
