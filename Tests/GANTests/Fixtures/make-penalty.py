"""Writes penalty.json: the gradient penalty of a small critic, and its gradient with respect to each
of the critic's variables, as PyTorch computes them in float64. Variables have TensorFlow's names and
orders of dimensions; value i of variable v is sin(1 + v + 0.7 i) times a scale, pixel i of the images
0.5 + 0.5 sin(0.37 i)."""
import json, torch, torch.nn.functional as F
torch.set_default_dtype(torch.float64)
WIDTH, HIDDEN, N = 2, 4, 3
shapes = [("conv1/weights", [4, 4, 1, WIDTH], .3), ("conv1/biases", [WIDTH], .1),
          ("conv2/weights", [4, 4, WIDTH, 2 * WIDTH], .2), ("conv2/beta", [2 * WIDTH], .1),
          ("hidden/weights", [49 * 2 * WIDTH, HIDDEN], .1), ("hidden/beta", [HIDDEN], .1),
          ("output/weights", [HIDDEN, 1], .5)]
variables = {}
for v, (name, shape, scale) in enumerate(shapes):
    count = torch.Size(shape).numel()
    values = torch.sin(1 + v + 0.7 * torch.arange(count)).float().double() * torch.tensor(scale).float().double()
    variables[name] = values.float().double().reshape(shape).requires_grad_()
x = (0.5 + 0.5 * torch.sin(0.37 * torch.arange(N * 784))).float().double().reshape(N, 784).requires_grad_()
conv = lambda y, n: F.conv2d(y, variables[n + "/weights"].permute(3, 2, 0, 1), stride=2, padding=1)
y = F.leaky_relu(conv(x.reshape(N, 1, 28, 28), "conv1") + variables["conv1/biases"].reshape(1, -1, 1, 1), .2)
y = F.leaky_relu(conv(y, "conv2") + variables["conv2/beta"].reshape(1, -1, 1, 1), .2)
y = y.permute(0, 2, 3, 1).reshape(N, -1)
y = F.leaky_relu(y @ variables["hidden/weights"] + variables["hidden/beta"], .2) @ variables["output/weights"]
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
penalty = ((torch.sqrt((g ** 2).sum(1) + 1e-12) - 1) ** 2).mean()
grads = torch.autograd.grad(penalty, list(variables.values()), allow_unused=True)
out = {"penalty": penalty.item(), "gradients": {n: ([0.0] * variables[n].numel() if d is None else d.flatten().tolist()) for n, d in zip(variables, grads)},
       "scales": {n: s for n, _, s in shapes}, "order": [n for n, _, _ in shapes]}
json.dump(out, open("penalty.json", "w"))
