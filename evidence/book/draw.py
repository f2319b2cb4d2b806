"""Makes docs/generated from the results: figures, tables, claims, numbers, references, and copies of what pages link to.

Only what changed is drawn again: a figure's key is the sha256 of the code that it runs, of the results that it read the last
time, and of the plotting library's version. What it reads can't change unless one of them does.
"""

import hashlib
import importlib
import io
import json
import os
import re
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from evidence.bench import speed
from evidence.book import asked, bibliography, captions, glossary, open_data, proofs, shelf
from evidence.checks import replicate
from evidence.engine import freshness, record
from evidence.engine.freshness import ROOT
from evidence.problem import Problem
from evidence.readings import claim, numbers, reproduction
from evidence.theory.variance import VARIANCE

GENERATED = ROOT / "docs/generated"
DRAWN = GENERATED / ".figures.json"  # {figure: its key, its alt text, and the experiments that it read}
PUBLISHED = ["snippets/**/*.py", "evidence/*.py", "evidence/*/**/*.py", "evidence/*.json", "evidence/bench/*.json"]


def draw(folder=record.RESULTS, say=print):
    """Bring docs/generated up to date with the results in `folder`, and delete what nothing makes any more.

    Returns the names of the figures drawn. Raises Problem if a result or the replication is missing, or a claim does not hold.
    """
    results = record.read_every(folder)
    runs = {name: result["runs"] for name, result in results.items()}
    sentences = {one: one.sentence(runs) for one in claim.collect()}
    works = bibliography.read(bibliography.BIB.read_text())
    chapters = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
    cited = {name for text in chapters.values() for name in re.findall(r"\(=\s*(\w+)", text)}
    printed = numbers.numbers(runs, sentences, cited) | {"references": bibliography.references(works), "bench": speed.printed(speed.read())}
    seeds = sum(len(arms.protocol["seeds"]) for arms in runs.values())
    printed["counts"] = {"initializers": numbers.spelled(len(VARIANCE)), "experiments": f"{len(runs)}", "seeds": f"{seeds}"}
    printed["counts"]["frameworks"] = numbers.word(len(list(ROOT.glob(f"snippets/*/{next(iter(VARIANCE))}.py"))))
    printed["replication"] = replicate.printed(len(sentences))
    rows, fresh = reproduction.collect(), record.read_every(replicate.RUNS)
    printed["shelf"] = shelf.printed(rows, runs)
    made = {"drawn.yml": "{}  # mkdocs.yml inherits from this file, so that MkDocs stops and says what to run where it is missing\n"}
    made["asked.json"] = asked.phrases()
    made |= proofs.pages(sentences, fresh, replicate.read())
    made |= shelf.parts(rows, works, runs, {name: result["runs"] for name, result in fresh.items()})
    made["references.md"] = bibliography.page(works, chapters)
    made["abbreviations.md"] = glossary.abbreviations(chapters["glossary.md"])
    made |= {f"{name}-table.md": module.table(runs) for name, module in _modules("tables")}
    recorded = {name: (Path(folder) / f"{name}.json").read_text() for name in results}
    made |= {f"results/{name}.json": text for name, text in recorded.items()}
    made |= {f"results/{name}.csv": open_data.csv(result) for name, result in results.items()}
    made["data.md"] = open_data.table(results, made)
    for pattern in PUBLISHED:
        made |= {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.glob(pattern)}
    drawn, seen = _figures(runs, recorded, say)
    printed["figures"] = {name: captions.printed(name, one["alt"], one["read"]) for name, one in seen.items()}
    made["numbers.json"] = json.dumps(printed, indent=1, sort_keys=True, ensure_ascii=False)
    for path, text in made.items():
        _write_if_new(GENERATED / path, text)
    _delete_leftovers({*made, *(f"figures/{path.name}" for name in figures() for path in _files(name))})
    return drawn


def figures():
    """Names of all figures, sorted: the stems of the modules in evidence/figures that define draw()."""
    modules = (ROOT / "evidence/figures").glob("*.py")
    return sorted(path.stem for path in modules if "\ndef draw(" in path.read_text())


def drawing(name, runs):
    """One figure for light pages: (SVG text, alt text, names of the experiments that it read). The same inputs give the same bytes.

    Raises Problem if its module does not say what is seen.
    """
    from matplotlib import style
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    from evidence.style import palette

    module = importlib.import_module(f"evidence.figures.{name}")
    if not (hasattr(module, "ALT") or hasattr(module, "alt")):
        raise Problem(f"evidence/figures/{name}.py does not say what is seen; write ALT, a text, or alt(runs) if it quotes numbers")
    watched = replicate.Watched(runs)
    alt = module.alt(watched) if hasattr(module, "alt") else module.ALT
    with style.context(ROOT / "evidence/style/figure.mplstyle"):
        fig = Figure(figsize=getattr(module, "SIZE", (5.8, 3.4)), layout="constrained")
        module.draw(fig, watched, palette.PALETTE)
        text = io.StringIO()
        FigureCanvasSVG(fig).print_svg(text, metadata={"Date": None, "Creator": None})  # the same bytes as fig.savefig, which draws twice
    return text.getvalue(), alt, sorted(watched.read)


def _figures(runs, recorded, say):
    from evidence.style import palette

    drawn = json.loads(DRAWN.read_text()) if DRAWN.exists() else {}
    drawn = {name: drawn.get(name, {"key": "", "alt": "", "read": []}) for name in figures()}
    waiting = [name for name, last in drawn.items() if last["key"] != _key(name, last["read"], recorded) or not all(map(Path.exists, _files(name)))]
    with ProcessPoolExecutor(min(os.cpu_count(), len(waiting) or 1)) as pool:
        drawings = pool.map(drawing, waiting, repeat(runs))
        for number, (name, (light, alt, read)) in enumerate(zip(waiting, drawings, strict=True), 1):
            say(f"drawing {number} of {len(waiting)}: {name}")
            for path, text in zip(_files(name), (light, palette.darkened(light)), strict=True):
                record.replace(path, text)
            drawn[name] = {"key": _key(name, read, recorded), "alt": alt, "read": read}
            record.replace(DRAWN, json.dumps(drawn, indent=1, ensure_ascii=False))
    return waiting, drawn


def _files(name):
    return [GENERATED / f"figures/{name}-{mode}.svg" for mode in ("light", "dark")]


def _key(name, read, recorded):
    files, packages = freshness.closure(ROOT / f"evidence/figures/{name}.py")
    style = [ROOT / "evidence/style" / part for part in ("figure.mplstyle", "palette.py")]
    hashed = hashlib.sha256(freshness.pin("matplotlib").encode())
    for path in [Path(__file__), *files, *style]:
        hashed.update(path.read_bytes())
    for experiment in read:
        hashed.update(recorded.get(experiment, "").encode())
    return hashed.hexdigest()


def _modules(kind):
    for path in sorted((ROOT / "evidence" / kind).glob("*.py")):
        yield path.stem, importlib.import_module(f"evidence.{kind}.{path.stem}")


def _write_if_new(path, text):
    # an unchanged file keeps its time, so that a running `make serve` does not reload for nothing
    if not path.exists() or path.read_text() != text:
        record.replace(path, text)


def _delete_leftovers(expected):
    for path in GENERATED.rglob("*"):
        if path.is_file() and path != DRAWN and str(path.relative_to(GENERATED)) not in expected:
            path.unlink()
