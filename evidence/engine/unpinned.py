"""Measures an experiment with whatever versions are installed, into a file that is no result: to see what a release changes."""

import importlib
import json

from evidence.engine import freshness, record


def unpinned(name, path):
    """Write what an experiment gives on the first of its seeds, with the versions that are installed, in the form of a result."""
    experiment = importlib.import_module(f"evidence.experiments.{name}")
    measured = record.rounded(experiment.measure(experiment.PROTOCOL["seeds"][0]))
    runs = {arm: {quantity: [values] for quantity, values in held.items()} for arm, held in measured.items()}
    versions = {package: freshness.installed(package) for package in freshness.key(freshness.source(name))["versions"]}
    result = {"experiment": name, "protocol": freshness.protocol(name), "versions": versions, "runs": runs}
    record.replace(path, record.one_line_lists(json.dumps(result, indent=1, sort_keys=True)) + "\n")
