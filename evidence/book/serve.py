"""Draws what is missing and serves the book, with live reload while a chapter is edited."""

import errno
import os
import socket
import sys

from evidence.book.draw import draw
from evidence.engine.freshness import ROOT
from evidence.problem import Problem


def serve(port):
    """Serve the site at 127.0.0.1:`port` until interrupted. Raises Problem if the port is taken or no port."""
    _check_free(port)
    draw()
    os.chdir(ROOT)
    print(f"Step Zero is at http://127.0.0.1:{port}/ once its pages are built, in half a minute or so (stop with Ctrl-C)", flush=True)
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"]
    os.execve(sys.executable, command, os.environ | {"NO_MKDOCS_2_WARNING": "1", "JUPYTER_PATH": "docs/theme"})


def _check_free(port):
    if not 1 <= port <= 65535:
        raise Problem(f"PORT={port} is not a port; choose one from 1024 to 65535, for example: make serve PORT=8001")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Problem(f"Port {port} needs special rights; choose another: make serve PORT=8001") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Problem(f"Port {port} is taken; choose another: make serve PORT={port % 65535 + 1}") from None
