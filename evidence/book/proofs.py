"""The pages that show every claim beside its measured values, its check, and the chapters that rely on it."""

from itertools import groupby

from evidence.checks.replicate import asked, attempts, tries
from evidence.engine.freshness import ROOT
from evidence.readings.numbers import listed, unbroken


def pages(sentences, replication, ledger):
    """{path under docs/generated: Markdown}: one page of proofs per chapter, `claims.md`, the list of them, and
    `replication.md`, what came of the attempts on fresh seeds.

    sentences: {claim: its sentence with the values on record}; replication: the results on fresh seeds, by experiment; ledger: see evidence/checks/replicate.py.
    """
    chapters = {path.stem: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}
    fresh = {one.name: _fresh(one, replication, ledger) for one in sentences}
    made, rows = {}, []
    for chapter, group in groupby(sentences, lambda one: one.chapter):
        group = list(group)
        made[f"claims/{chapter}.md"] = _page(chapter, {one: sentences[one] for one in group}, chapters, fresh)
        tried = [held for one in group if (held := fresh[one.name][0])]
        rows.append(
            f"| [{_title(chapters[chapter])}](generated/claims/{chapter}.md) | {len(group)} | {len(tried)} | {sum(map(all, tried))} |\n"
        )
    tried = [held for held, _ in fresh.values() if held]
    together = f"| together | {len(sentences)} | {len(tried)} | {sum(map(all, tried))} |\n"
    made["claims.md"] = f"| chapter | claims | tried on fresh seeds | held each time |\n|---|---:|---:|---:|\n{''.join(rows)}{together}"
    made["replication.md"] = _attempts(ledger)
    return made


def _fresh(one, replication, ledger):
    """([held] of the fresh sets on which this very claim was tried, a sentence that says so and gives the values there)."""
    sentence, digest = asked(one, replication)
    held = tries(ledger, one.name, digest)
    there = unbroken(sentence) if sentence else "there it does not hold."
    if not held:
        return held, f"Not yet tried as it stands on seeds that nobody had seen. On those of the last replication: {there}"
    return held, f"Held on {sum(held)} of {len(held)} sets of fresh seeds. On the last: {there}"


def _attempts(ledger):
    rows = "".join(
        f"| {number} | {len(first)} | {sum(first.values())} | {', '.join(f'`{name}`' for name in first if not first[name]) or 'none'} |\n"
        for number, first in attempts(ledger).items()
    )
    changed = "".join(f"    - Set {one['set']}, `{one['claim']}`: “{one['sentence']}” {one['became']}\n" for one in ledger["changed"])
    folded = f'??? example "What became of the {len(ledger["changed"])} that failed"\n\n{changed}' if changed else ""
    return f"| set of seeds | claims tried | held | failed |\n|---:|---:|---:|---|\n{rows}\n{folded}"


def _page(chapter, sentences, chapters, fresh):
    title = _title(chapters[chapter])
    files = listed([f"[{file}](../{file})" for file in dict.fromkeys(one.file for one in sentences)])
    return (
        f"---\ntitle: \"Claims: {title}\"\ndescription: \"The claims of the chapter {title}, each beside its measured values "
        "and the program that checks it.\"\n"
        "search:\n  exclude: true  # a reader looks for the chapter that explains, not for the check\n"
        "hide: [navigation]  # of a page outside it, which would be an empty column\n---\n\n"
        f"# Claims: {title}\n\n[The chapter](../../{chapter}.md) relies on these sentences; "
        f"{files} {'checks' if files.count('](') == 1 else 'check'} them. "
        "[How a claim is checked](../../claims.md).\n\n"
    ) + "\n".join(_proof(one, sentence, chapters, fresh[one.name][1]) for one, sentence in sentences.items())


def _proof(one, sentence, chapters, fresh):
    others = [name for name, text in chapters.items() if f"claims.{one.name} " in text and name != one.chapter]
    also = "".join(f" Also relied on in [{_title(chapters[name])}](../../{name}.md)." for name in others)
    return (
        f"**{one.name.replace('_', ' ').capitalize()}.** {sentence}{also}\n{{: #{one.anchor} }}\n\n{fresh}\n\n"
        '??? example "The check"\n\n'
        # not a python fence: it is an excerpt that cannot run alone, and the tests run the whole file
        + "".join(f"    {line}\n" for line in ["```{.text .no-copy}", *one.code.rstrip().splitlines(), "```"])
    )


def _title(text):
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "a page")
