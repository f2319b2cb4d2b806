"""Identity: each unit starts as a copy of one unit of the layer below.

W[i, j] = 1 if i == j else 0
mean = 1 / max(fan_in, fan_out), variance = mean * (1 - mean).
Le, Jaitly and Hinton 2015, arXiv:1504.00941.
"""
import keras

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

model = keras.Sequential([
    keras.Input((28, 28)),
    keras.layers.Flatten(),
    keras.layers.Dense(128, "relu", kernel_initializer="identity"),
    keras.layers.Dense(64, "relu", kernel_initializer="identity"),
    keras.layers.Dense(10, "softmax", kernel_initializer="identity"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=128, epochs=5, verbose=2,
                    validation_data=(x_test, y_test))
