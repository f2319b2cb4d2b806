"""Is a recorded result still what its code, its packages and its data would give?

A result carries the sha256 of every project file that its experiment imports, directly or not, the pinned
versions of the packages those files import, and the sha256 of the data. This module recomputes all of it from
the text of the files, without importing any of them, so that asking takes no TensorFlow and no second.
"""

import ast
import hashlib
import json
import re
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from evidence import mnist
from evidence.problem import Problem

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ["requirements.txt", "requirements-frameworks.txt", "requirements-models.txt"]


def experiments():
    """Names of all experiments, sorted: the stems of evidence/experiments/*.py."""
    return sorted(path.stem for path in (ROOT / "evidence/experiments").glob("*.py"))


def source(name):
    """Path of an experiment's file. Raises Problem for a name that is not an experiment."""
    path = ROOT / "evidence/experiments" / f"{name}.py"
    if not path.is_file() or path.stem != name:  # a name with a slash is none
        raise Problem(f"There is no experiment called {name}; there are: {', '.join(experiments())}.")
    return path


def key(path):
    """What a result of the program at `path` depends on: {"inputs": …, "versions": …, "data": …}."""
    files, packages = closure(path)
    return {
        "inputs": {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
        "versions": {name: pin(name) for name in packages},
        "data": {"name": "MNIST", "sha256": mnist.SHA256} if ROOT / "evidence/mnist.py" in files else {},
    }


def protocol(name):
    """PROTOCOL of an experiment as JSON holds it, from the statements that define it; nothing else in the file is run.

    Raises Problem if they do not define one, or one without a question and seeds.
    """
    wanted, kept, names = {"PROTOCOL"}, [], {}
    try:
        for node in reversed(ast.parse(source(name).read_text()).body):
            if wanted & _bound(node):
                kept.insert(0, node)
                wanted |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        exec(compile(ast.Module(kept, []), f"{name}.PROTOCOL", "exec"), names)  # its own file, which measuring runs as well
        found = json.loads(json.dumps(names["PROTOCOL"]))
        if not (isinstance(found["question"], str) and isinstance(found["seeds"], list)):
            raise TypeError("question is a text, seeds are a list")
    except Problem:
        raise
    except Exception as error:  # whatever its statements raise
        raise Problem(
            f"evidence/experiments/{name}.py has no PROTOCOL that can be read without running the rest ({type(error).__name__}: {error}); "
            "assign it a dictionary with a question and seeds, from constants and imports."
        ) from None
    return found


def _bound(node):
    """The names that an assignment or an import defines."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else []
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def changes(recorded, current):
    """Sentences that say how two keys differ; empty if they are equal."""
    said = []
    for kind, label in (("inputs", ""), ("versions", "version of ")):
        before, now = recorded[kind], current[kind]
        said += [f"{label}{name} is new" for name in sorted(now.keys() - before.keys())]
        said += [f"{label}{name} is gone" for name in sorted(before.keys() - now.keys())]
        said += [f"{label}{name} changed" for name in sorted(now.keys() & before.keys()) if now[name] != before[name]]
    if recorded["data"] != current["data"]:
        said.append("the data changed")
    return said


def closure(path):
    """Project files that the program at `path` runs, itself included, and the packages they import.

    Returns (sorted list of absolute paths, sorted list of distribution names).
    """
    files, packages, waiting = set(), set(), [Path(path).resolve()]
    while waiting:
        file = waiting.pop()
        if file in files:
            continue
        files.add(file)
        for module in imported(file):
            own = project_files(module)
            waiting += own
            top = module.split(".")[0]
            if not own and not (ROOT / top).is_dir() and top not in sys.stdlib_module_names:
                packages.add(top)
    if "keras" in packages:
        packages.add("tensorflow")  # the backend that runs it
    return sorted(files), sorted(packages)


def imported(file):
    """Dotted names that a Python file may import, anywhere in it: modules, and members that could be modules."""
    package = file.relative_to(ROOT).parent.parts
    for node in _imports(file, file.read_text()):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            # `from evidence import mnist` imports a module, `from math import pi` a member
            yield from (f"{module}.{alias.name}" for alias in node.names if project_files(f"{module}.{alias.name}"))


@cache
def _imports(file, text):
    """The import statements of a file that holds this text; experiments share modules, and parsing is what takes time."""
    try:
        return [node for node in _statements(ast.parse(text, str(file)).body) if isinstance(node, ast.Import | ast.ImportFrom)]
    except SyntaxError as error:
        raise Problem(f"{file.relative_to(ROOT)} is no Python: {error.msg} in line {error.lineno}.") from None


def _statements(body):
    """All statements, those inside others too; not their expressions, which are many and import nothing."""
    for node in body:
        yield node
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, inner, ()))


def project_files(module):
    """The project's files that `import module` would run: the module and its packages' __init__.py."""
    place = ROOT.joinpath(*module.split("."))
    own = [file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()]
    if not own:
        return []
    packages = [parent / "__init__.py" for parent in place.parents if ROOT in parent.parents]
    return own + [file for file in packages if file.is_file()]


def pin(package):
    """The version of a package that a requirements file pins. Raises Problem if none does."""
    return pinned(package)[0]


def pinned(package):
    """(version, name of the requirements file that pins it) of a package. Raises Problem if none does."""
    for file in REQUIREMENTS:
        versions = _requirements(file)
        for name in (package.lower(), f"{package.lower()}-cpu"):  # TensorFlow's CPU build is the same code under another name
            if name in versions:
                return versions[name], file
    raise Problem(
        f"{package} is imported by an experiment but not pinned in {' or '.join(REQUIREMENTS)}; add it to the first, "
        "or to the second if it is a framework that only comparisons need."
    )


def check_installed(versions):
    """Raise Problem if one of the packages, {name: pinned version}, is not installed in that version."""
    for package, pinned_version in versions.items():
        found = installed(package)
        if found != pinned_version:
            file = pinned(package)[1]
            hashes = "--require-hashes " if file == "requirements.txt" else ""
            raise Problem(
                f"{package} {f'{found} is not the pinned' if found else 'is not installed, in version'} {pinned_version}, "
                f"so the result would not be reproducible; run: .venv/bin/python -m pip install {hashes}-r {file}"
            )


def installed(package):
    """The version of a package that is installed, or None."""
    for distribution in (package, f"{package}-cpu"):  # TensorFlow's CPU build has another name
        try:
            return metadata.version(distribution).partition("+")[0]  # torch's is 2.13.0+cpu
        except metadata.PackageNotFoundError:
            continue


@cache
def _requirements(file):
    """{name in small letters: version} of what a requirements file pins."""
    return {name.lower(): version for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)", (ROOT / file).read_text())}
