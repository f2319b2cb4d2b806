"""How this project says that something is wrong."""


class Problem(Exception):
    """One clear sentence with its remedy: `python -m evidence` prints it to stderr and exits 1, without a traceback."""
