"""A judge that shares nothing with the one that is built in: a LeNet of PyTorch's, and the Fréchet distance by NumPy."""

import gzip
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def array(folder, name, offset):
    """The bytes of one of MNIST's files, compressed or not, behind its header."""
    for path in (pathlib.Path(folder, name), pathlib.Path(folder, name + ".gz")):
        if path.exists():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            return np.frombuffer(data, np.uint8, offset=offset)
    raise SystemExit(f"check-recipes: {folder} has no {name}; tools/fetch-mnist {folder} gets it")


def images(folder, part):
    """Images in 0...1, [N, 1, 28, 28], and their digits, of `train` or `t10k`."""
    pixels = array(folder, f"{part}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
    digits = array(folder, f"{part}-labels-idx1-ubyte", 8)
    return torch.from_numpy(pixels.copy()).float() / 255, torch.from_numpy(digits.copy()).long()


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 5, padding=2)
        self.second = nn.Conv2d(6, 16, 5)
        self.hidden = nn.Linear(400, 120)
        self.last = nn.Linear(120, 84)
        self.classes = nn.Linear(84, 10)

    def features(self, x):
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        x = F.max_pool2d(F.relu(self.second(x)), 2)
        return F.relu(self.last(F.relu(self.hidden(x.flatten(1)))))

    def forward(self, x):
        return self.classes(self.features(x))


def train(folder, epochs=4, batch=64):
    torch.manual_seed(1)
    x, y = images(folder, "train")
    net = LeNet()
    optimizer = torch.optim.Adam(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=epochs * (len(x) // batch))
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x) // batch * batch, batch):
            some = order[start : start + batch]
            optimizer.zero_grad()
            F.cross_entropy(net(x[some]), y[some]).backward()
            optimizer.step()
            schedule.step()
    return net


def frechet(x, y):
    """The Fréchet distance of features, [N, 84] each (Heusel et al. 2017, arXiv:1706.08500)."""
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    values, vectors = np.linalg.eigh(a)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    trace = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ b @ root), 0)).sum()
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a) + np.trace(b) - 2 * trace


class Judge:
    def __init__(self, folder, cache):
        if cache.exists():
            self.net = LeNet()
            self.net.load_state_dict(torch.load(cache))
        else:
            print("check-recipes: training the LeNet that judges", flush=True)
            self.net = train(folder)
            torch.save(self.net.state_dict(), cache)
        self.net.eval()
        x, y = images(folder, "t10k")
        self.real, classes = self.see(x)
        self.accuracy = (classes == y.numpy()).mean()

    def see(self, x):
        """The features, [N, 84], and the classes of images."""
        with torch.no_grad():
            features = torch.cat([self.net.features(part) for part in x.split(1000)])
            return features.double().numpy(), self.net.classes(features).argmax(1).numpy()

    def distance(self, x):
        features, classes = self.see(x)
        return frechet(features, self.real), classes
