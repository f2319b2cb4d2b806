"""The book cut down to two pages, for tests of how a site is built: it takes two seconds, where the whole takes eight."""

PAGES = ["index", "experiment"]
CONFIG = f"""\
INHERIT: whole_book.yml
nav: [{", ".join(f"{page}.md" for page in PAGES)}]
exclude_docs: |
  /*.md
  /notebooks/
  /generated/
  /theme/nbconvert/
  /theme/overrides/
  /theme/fonts/
{"".join(f"  !/{page}.md{chr(10)}" for page in PAGES)}"""


def cut(project):
    """Make a copy of the project build PAGES and nothing else, in all other ways as mkdocs.yml says."""
    (project / "mkdocs.yml").rename(project / "whole_book.yml")
    (project / "mkdocs.yml").write_text(CONFIG)
