"""Random normal: one spread for every layer, whatever its size.

W ~ N(0, std^2), std = 0.05
mean = 0, variance = 0.05**2.
The default of Keras: keras.io/api/layers/initializers.
"""
import keras

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

model = keras.Sequential([
    keras.Input((28, 28)),
    keras.layers.Flatten(),
    keras.layers.Dense(128, "relu", kernel_initializer="random_normal"),
    keras.layers.Dense(64, "relu", kernel_initializer="random_normal"),
    keras.layers.Dense(10, "softmax", kernel_initializer="random_normal"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=128, epochs=5, verbose=2,
                    validation_data=(x_test, y_test))
