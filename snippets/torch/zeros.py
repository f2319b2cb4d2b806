"""Zeros: every weight is 0, so hidden units of a layer stay equal.

W[i, j] = 0
mean = 0, variance = 0.
On equal starts: Rumelhart, Hinton and Williams 1986, in PDP 1, chapter 8.
"""
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(),
                      nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
default = model[1].weight.var().item()  # uniform, variance 1 / (3 * fan_in), biases too
for layer in model.modules():
    if isinstance(layer, nn.Linear):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)

fan_in, fan_out = 784, 128
kernel = model[1].weight  # (outputs, inputs)
mean, variance = 0, 0
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
