"""python -m evidence: measures, checks, draws and serves."""

import argparse
import os
import sys
from pathlib import Path

from evidence.engine import freshness, notebooks, record
from evidence.problem import Problem


def main():
    """Run one command; exits 0 if all is well, 1 with one sentence if not, 130 if interrupted."""
    args = _arguments()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # or a page about the processor hides the progress
    try:
        return _run(args)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(args):
    if args.command == "measure":
        from evidence.engine.measure import measure

        names = args.names
        if args.part:
            from evidence.engine.part import fill, part

            names = part(args.part, args.base)
        elif args.shard:
            from evidence.engine.part import shard

            names = shard(args.shard)
        pages = [name for name in notebooks.names() if name in (names or notebooks.names())]
        programs = [name for name in names or freshness.experiments() if name not in pages]
        for name in programs:
            freshness.source(name)
        measure(programs, pages, args.results, cluster=args.cluster, minutes=args.minutes)
        if args.part:
            fill(args.results)
    elif args.command == "status":
        return _status(args.results)
    elif args.command == "replicate":
        from evidence.checks.replicate import replicate

        replicate(args.set, args.last)
    elif args.command == "draw":
        from evidence.book.draw import draw

        draw(args.results)
    elif args.command == "compare":
        from evidence.engine.compare import compare

        compare(args.fresh)
        notebooks.compare(notebooks.folder(args.fresh))
    elif args.command == "serve":
        from evidence.book.serve import serve

        serve(args.port)
    elif args.command == "bench":
        from evidence.bench import kinds, timings

        timings.main()
        kinds.main()
    elif args.command == "portable":
        from evidence.checks import portable

        (portable.measured if args.measure else portable.portable)(args.names)
    elif args.command == "census":
        return _census(args.measure, args.compare)
    elif args.command == "claims":
        from evidence.checks import slack

        slack.show(args.results)
    return 0


def _census(into, compared):
    if into:
        from evidence.engine.unpinned import unpinned

        unpinned("census", into)
    if compared:
        from evidence.checks import census

        census.compare(*compared[:2])
    return 0


def _status(folder):
    from evidence.engine.measure import stale

    reasons = {name: stale(name, folder) for name in freshness.experiments()}
    pages = {name: notebooks.stale(name, notebooks.folder(folder)) for name in notebooks.names()}
    for name, why in (reasons | pages).items():
        print(f"{name}: {'stale, ' + '; '.join(why) if why else 'current'}")
    leftover = {path.stem for path in folder.glob("*.json")} - reasons.keys()
    for name in sorted(leftover):
        print(f"{name}: no experiment of this name; delete evidence/results/{name}.json")
    stale_there = _replication()
    if any((reasons | pages).values()):
        print("Run: python -m evidence measure", file=sys.stderr)
    return int(any((reasons | pages).values()) or bool(leftover) or bool(stale_there))


def _replication():
    """Say whether the runs on fresh seeds are current; the names of those that are not."""
    from evidence.checks.replicate import stale_runs

    reasons = stale_runs()
    print(f"replication: {'stale, of ' + ', '.join(sorted(reasons)) if reasons else 'current'}")
    if reasons:
        print("Run: python -m evidence replicate", file=sys.stderr)
    return reasons


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m evidence", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    measure = commands.add_parser("measure", help="rerun the experiments whose results are stale")
    measure.add_argument("names", nargs="*", help="experiments; without any, all")
    measure.add_argument("--part", metavar="COMMIT", help="what changed in this commit, and the third that is its turn")
    measure.add_argument("--base", metavar="COMMIT", help="changed since when; without it, in the four hours before")
    measure.add_argument("--shard", metavar="K/N", help="the Kth of N parts, which together are everything")
    where = measure.add_mutually_exclusive_group()  # only here can what is begun be ended
    where.add_argument("--minutes", type=float, help="after which it ends, with what is whole by then")
    where.add_argument("--cluster", metavar="ADDRESS", help="on the workers of the Dask scheduler there, such as tcp://host:8786")
    replicate = commands.add_parser("replicate", help="check every claim on seeds that no recorded run used")
    replicate.add_argument("--set", type=int, help="number of the set of seeds; without it, the one on record")
    replicate.add_argument("--last", type=Path, help="file that keeps the names of the claims that failed the last time")
    status = commands.add_parser("status", help="say which results are current; exit 1 if one is not")
    draw = commands.add_parser("draw", help="make docs/generated from the results")
    portable = commands.add_parser("portable", help="run the tests that compute under other instruction sets and threads")
    portable.add_argument("names", nargs="*", help="switches; without any, all")
    portable.add_argument("--measure", action="store_true", help="measure under them, or the week's, and check the claims")
    census = commands.add_parser("census", help="say what changed in what the models in use start from")
    census.add_argument("--measure", type=Path, metavar="NEW.json", help="measure one seed with whatever versions are installed, into a file that is no result")
    census.add_argument("--compare", type=Path, nargs="+", metavar="JSON", help="an old record and a new one; without a second, the one that is committed")
    claims = commands.add_parser("claims", help="list the claims by how far each is from failing")
    for command in (measure, status, draw, claims):
        command.add_argument("--results", type=Path, default=record.RESULTS, help="folder of the results")
    compare = commands.add_parser("compare", help="compare fresh results with the committed ones")
    compare.add_argument("fresh", type=Path, help="folder of the fresh results")
    serve = commands.add_parser("serve", help="draw what is missing and serve the site")
    serve.add_argument("--port", type=int, default=8000)
    commands.add_parser("bench", help="measure the speed of stacked training beside keras.fit and PyTorch")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
