"""The pages that show every claim beside its measured values, its check, and the chapters that rely on it."""

from itertools import groupby

from evidence.freshness import ROOT


def pages(claims, runs):
    """{path under docs/generated: Markdown}: one page of proofs per chapter, and `claims.md`, the list of them."""
    chapters = {path.stem: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}
    made, rows = {}, []
    for chapter, group in groupby(claims, lambda one: one.chapter):
        group = list(group)
        made[f"claims/{chapter}.md"] = _page(chapter, group, chapters, runs)
        rows.append(f"| [{_title(chapters[chapter])}](generated/claims/{chapter}.md) | {len(group)} |\n")
    made["claims.md"] = f"| chapter | claims |\n|---|---:|\n{''.join(rows)}| together | {len(claims)} |\n"
    return made


def _page(chapter, claims, chapters, runs):
    title = _title(chapters[chapter])
    return (
        f"---\ntitle: \"Claims: {title}\"\ndescription: \"The claims of the chapter {title}, each beside its measured values "
        "and the program that checks it.\"\n"
        "search:\n  exclude: true  # a reader looks for the chapter that explains, not for the check\n---\n\n"
        f"# Claims: {title}\n\n[The chapter](../../{chapter}.md) relies on these sentences; "
        f"[evidence/claims/{chapter}.py](../evidence/claims/{chapter}.py) checks them. "
        "[How a claim is checked](../../claims.md).\n\n"
    ) + "\n".join(_proof(one, chapters, runs) for one in claims)


def _proof(one, chapters, runs):
    others = [name for name, text in chapters.items() if f"claims.{one.name} " in text and name != one.chapter]
    also = "".join(f" Also relied on in [{_title(chapters[name])}](../../{name}.md)." for name in others)
    return (
        f"**{one.name.replace('_', ' ').capitalize()}.** {one.sentence(runs)}{also}\n{{: #{one.anchor} }}\n\n"
        '??? example "The check"\n\n'
        # not a python fence: it is an excerpt that cannot run alone, and the tests run the whole file
        + "".join(f"    {line}\n" for line in ["```{.text .no-copy}", *one.code.rstrip().splitlines(), "```"])
    )


def _title(text):
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "a page")
