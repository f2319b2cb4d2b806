"""The budget of the runs that go on until they have settled: nearly all of MNIST, epoch after epoch."""

IMAGES = 54_400  # to train on: 850 whole batches, so that no epoch ends with a small one
VALIDATION = 5_600  # the rest of the training images, to choose a learning rate by
BATCH = 64
EARLY = [160, 425]  # steps of the first epoch after which the test images are asked as well


def steps(points):
    """The steps after which the first `points` accuracies of a curve were taken: EARLY, then the ends of epochs."""
    epoch = IMAGES // BATCH
    return [*EARLY, *range(epoch, (points - len(EARLY) + 1) * epoch, epoch)]
