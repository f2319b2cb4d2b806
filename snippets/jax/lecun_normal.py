"""LeCun normal: keeps the variance of the signal through a linear layer.

W ~ normal cut at two standard deviations
mean = 0, variance = 1 / fan_in.
LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.6.
"""
import optax
from flax import nnx

lecun_normal = nnx.initializers.lecun_normal()  # nnx.Linear's default
rngs = nnx.Rngs(0)
model = nnx.Sequential(
    nnx.Linear(784, 128, kernel_init=lecun_normal, rngs=rngs), nnx.relu,
    nnx.Linear(128, 64, kernel_init=lecun_normal, rngs=rngs), nnx.relu,
    nnx.Linear(64, 10, kernel_init=lecun_normal, rngs=rngs))
default = nnx.Linear(784, 128, rngs=rngs).kernel.var()  # lecun_normal, biases 0

fan_in, fan_out = 784, 128
kernel = model.layers[0].kernel
mean, variance = 0, 1 / fan_in
print(f"mean {kernel.mean():.6f}, rule {mean:.6f}")
print(f"variance {kernel.var():.6f}, rule {variance:.6f}, Flax's default {default:.6f}")

images = rngs.uniform((128, 28, 28)).reshape(128, 784)
labels = rngs.randint((128,), 0, 10)
optimizer = nnx.Optimizer(model, optax.adam(0.001), wrt=nnx.Param)


@nnx.jit
def train(model, optimizer):
    def cross_entropy(model):
        return optax.softmax_cross_entropy_with_integer_labels(model(images), labels).mean()

    loss, gradients = nnx.value_and_grad(cross_entropy)(model)
    optimizer.update(model, gradients)
    return loss


for step in range(10):
    print(f"step {step}, loss {train(model, optimizer):.3f}")
