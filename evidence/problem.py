"""How this project says that something is wrong."""


class Problem(SystemExit):
    """One clear sentence with its remedy: printed to stderr, exit code 1, no traceback."""
