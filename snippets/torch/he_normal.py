"""He normal: keeps the mean square of the signal through ReLU layers.

W ~ normal cut at two standard deviations
mean = 0, variance = 2 / fan_in.
He, Zhang, Ren and Sun 2015, arXiv:1502.01852.
"""
from math import sqrt

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(),
                      nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
default = model[1].weight.var().item()  # uniform, variance 1 / (3 * fan_in), biases too
for layer in model.modules():
    if isinstance(layer, nn.Linear):
        # kaiming_normal_ has the same variance, but does not cut
        fan_in = layer.weight[0].numel()
        std = sqrt(2 / fan_in) / 0.87962566  # the cut takes the rest
        nn.init.trunc_normal_(layer.weight, std=std, a=-2 * std, b=2 * std)
        nn.init.zeros_(layer.bias)

fan_in, fan_out = 784, 128
kernel = model[1].weight  # (outputs, inputs)
mean, variance = 0, 2 / fan_in
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}, PyTorch's default {default:.6f}")

images, labels = torch.rand(128, 28, 28), torch.randint(10, (128,))
optimizer = torch.optim.Adam(model.parameters())
for step in range(10):
    loss = nn.functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step}, loss {loss.item():.3f}")
