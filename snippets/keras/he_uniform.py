"""He uniform: keeps the mean square of the signal through ReLU layers.

W ~ U(-limit, limit), limit = sqrt(6 / fan_in)
mean = 0, variance = 2 / fan_in.
He, Zhang, Ren and Sun 2015, arXiv:1502.01852.
"""
import keras

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

model = keras.Sequential([
    keras.Input((28, 28)),
    keras.layers.Flatten(),
    keras.layers.Dense(128, "relu", kernel_initializer="he_uniform"),
    keras.layers.Dense(64, "relu", kernel_initializer="he_uniform"),
    keras.layers.Dense(10, "softmax", kernel_initializer="he_uniform"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=128, epochs=5, verbose=2,
                    validation_data=(x_test, y_test))
