"""Orthogonal: columns of length 1 at right angles (rows, where there are fewer).

W^T W = I if fan_in >= fan_out, else W W^T = I
mean = 0, variance = 1 / max(fan_in, fan_out).
Saxe, McClelland and Ganguli 2014, arXiv:1312.6120.
"""
import keras

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

model = keras.Sequential([
    keras.Input((28, 28)),
    keras.layers.Flatten(),
    keras.layers.Dense(128, "relu", kernel_initializer="orthogonal"),
    keras.layers.Dense(64, "relu", kernel_initializer="orthogonal"),
    keras.layers.Dense(10, "softmax", kernel_initializer="orthogonal"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=128, epochs=5, verbose=2,
                    validation_data=(x_test, y_test))
