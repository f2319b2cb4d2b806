"""Claims of the chapter Overfit a single batch."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import median_and_range, percent, word


def one_batch(runs, fault, optimizer, quantity="batch_accuracy"):
    """A quantity of the networks that were trained on one batch, (seeds,)."""
    return runs["one_batch"][f"{fault}_{optimizer}"][quantity][:, 0]


def of_one_batch(runs):
    """What the sentences say of the training on one batch."""
    setting = runs["one_batch"].protocol
    return {"steps": setting["steps"], "images": setting["images"]} | setting["learning_rates"]


@claim(refuted_by=swap("one_batch", "sound_sgd", "small_sgd"))
def a_sound_network_learns_one_batch(runs):
    """Trained on the same {images} images for {steps} steps, the sound network names them all, in every seed, with SGD at {sgd} and with Adam at {adam}. It names no more than {none} of
    them from kernels of zeros, or with hidden biases at −1, and with SGD from a standard deviation of a hundredth; Adam takes that one to {small}. From Glorot uniform, Keras's default,
    {glorot} of {seeds} seeds learn the batch with SGD, {glorot_adam} with Adam."""
    kept = [("zeros", "sgd"), ("zeros", "adam"), ("silent", "sgd"), ("silent", "adam"), ("small", "sgd")]
    none, small = max(one_batch(runs, *arm).max() for arm in kept), one_batch(runs, "small", "adam")
    learned = {optimizer: int((one_batch(runs, "glorot", optimizer) == 1).sum()) for optimizer in ("sgd", "adam")}
    assert all((one_batch(runs, "sound", optimizer) == 1).all() for optimizer in ("sgd", "adam")) and none < 0.4 and np.median(small) < 1
    assert learned["sgd"] < learned["adam"]
    return of_one_batch(runs) | {"none": f"{np.ceil(100 * none):.0f} %", "small": median_and_range(small),
        "seeds": word(len(small)), "glorot": word(learned["sgd"]), "glorot_adam": word(learned["adam"])}  # fmt: skip


@claim(refuted_by=swap("one_batch", "doubled_adam", "doubled_sgd"))
def adam_learns_one_batch_from_loud_starts(runs):
    """With Adam a network learns the batch from twice He's standard deviation and from raw pixels too, in every seed. What it has learned there is worth less: it names {doubled} and
    {raw_pixels} of the test images, the sound one {sound}. With SGD some weight of both is NaN, in every seed. The first loss gives both away: it is above {loud} nats, and that of the sound network below {level}."""
    loud = ("doubled", "raw_pixels")
    seen = {fault: one_batch(runs, fault, "adam", "test_accuracy") for fault in ("sound", *loud)}
    first = {fault: one_batch(runs, fault, "adam", "first_loss") for fault in seen}
    assert all((one_batch(runs, fault, "adam") == 1).all() and np.isnan(one_batch(runs, fault, "sgd", "batch_loss")).all() for fault in loud)
    assert all(paired_difference(seen["sound"], seen[fault], len(loud)).low > 0.1 for fault in loud)
    least = min(first[fault].min() for fault in loud)
    assert least > 5 * first["sound"].max()
    return {fault: percent(found) for fault, found in seen.items()} | {"loud": f"{np.floor(least):.0f}", "level": f"{np.ceil(first['sound'].max()):.0f}"}


@claim(refuted_by=swap("one_batch", "saturated_adam", "saturated_sgd"))
def adam_learns_one_batch_from_saturated_units(runs):
    """From tanh units that are saturated at the start, the batch is learned in {sgd} of {seeds} seeds with SGD and in {adam} with Adam, which then names {seen} of the test images, and {sound} from Glorot uniform."""
    learned = {optimizer: int((one_batch(runs, "saturated", optimizer) == 1).sum()) for optimizer in ("sgd", "adam")}
    seen, sound = (one_batch(runs, fault, "adam", "test_accuracy") for fault in ("saturated", "tanh"))
    assert learned["sgd"] < learned["adam"] and paired_difference(sound, seen).low > 0.1
    return {"seeds": word(len(seen)), "seen": percent(seen), "sound": percent(sound)} | {name: word(count) for name, count in learned.items()}


@claim(refuted_by=swap("one_batch", "shuffled_adam", "sound_adam"))
def one_batch_cannot_see_wrong_labels(runs):
    """Labels that belong to other images are learned as well, in every seed, and {seen} of the test images are then right with Adam."""
    assert all((one_batch(runs, "shuffled", optimizer) == 1).all() for optimizer in ("sgd", "adam"))
    seen = one_batch(runs, "shuffled", "adam", "test_accuracy")
    assert interval(seen).high < 0.25 < one_batch(runs, "sound", "adam", "test_accuracy").min()
    return {"seen": percent(seen)}
