"""Glorot uniform: a compromise between the signal forward and the gradient back.

W ~ U(-limit, limit), limit = sqrt(6 / (fan_in + fan_out))
mean = 0, variance = 2 / (fan_in + fan_out).
Glorot and Bengio 2010, AISTATS, PMLR 9:249-256.
"""
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(),
                      nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
default = model[1].weight.var().item()  # uniform, variance 1 / (3 * fan_in), biases too
for layer in model.modules():
    if isinstance(layer, nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)

fan_in, fan_out = 784, 128
kernel = model[1].weight  # (outputs, inputs)
mean, variance = 0, 2 / (fan_in + fan_out)
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
