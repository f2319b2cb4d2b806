"""Reads the record of the experiment small_data."""

PAIRS = 9  # of two of three rules at three sizes: differences in test accuracy on one page


def sizes(runs):
    """The numbers of training images, fewest first."""
    return sorted(map(int, runs["small_data"].protocol["batch_sizes"]))  # as JSON has them, their names are text
