"""A commit's check measures all that changed and a third in rotation, and says what it leaves out."""

import subprocess

import pytest

from evidence.engine import freshness, notebooks, part, record
from evidence.problem import Problem

NAMES = [*freshness.experiments(), *notebooks.names()]


@pytest.fixture
def git(monkeypatch):
    """Answers in git's place: the hash of a commit, and the files that changed."""

    def answer(hash, changed=(), base="b" * 40):
        said = {"rev-parse": hash, "log": "1000000", "rev-list": base, "diff": "\n".join(changed)}
        monkeypatch.setattr(part, "_git", lambda command, *rest: said[command])

    return answer


def chosen():
    said = []
    return part.part("HEAD", None, said.append), "\n".join(said)


def test_three_commits_together_measure_everything(git):
    together = []
    for number in range(part.THIRDS):
        git(f"{number:08x}" + 32 * "0")
        names, said = chosen()
        assert len(names) <= len(NAMES) / part.THIRDS + 1
        assert all(name in said for name in names)
        together += names
    assert sorted(together) == sorted(NAMES)


def test_what_changed_is_measured_first_whosever_turn_it_is(git):
    for number in range(part.THIRDS):
        git(f"{number:08x}", [f"evidence/results/{NAMES[0]}.json", f"docs/notebooks/{NAMES[-1]}.ipynb", "evidence/results/gone.json"])
        names, _ = chosen()
        assert names[:2] == [NAMES[0], NAMES[-1]] and "gone" not in names


def test_commits_of_one_third_begin_with_different_names_of_it(git):
    firsts = set()
    for turn in range(len(NAMES) // part.THIRDS):
        git(f"{part.THIRDS * turn:08x}")
        firsts.add(chosen()[0][0])
    assert firsts == {*NAMES[:: part.THIRDS][: len(firsts)]} and len(firsts) == len(NAMES) // part.THIRDS


def test_the_committed_files_stand_in_for_what_was_not_measured(tmp_path):
    folder, pages = tmp_path / "results", tmp_path / "notebooks"
    for place, name in [(folder, f"{NAMES[0]}.json"), (pages, f"{NAMES[-1]}.ipynb")]:
        place.mkdir()
        (place / name).write_text("measured")
    said = []
    part.fill(folder, said.append)
    assert all((f" {name}" in said[0]) is (name not in (NAMES[0], NAMES[-1])) for name in NAMES)
    assert {path.stem for path in folder.glob("*.json")} == {*freshness.experiments()}
    assert {path.stem for path in pages.glob("*.ipynb")} == {*notebooks.names()}
    assert (folder / f"{NAMES[0]}.json").read_text() == (pages / f"{NAMES[-1]}.ipynb").read_text() == "measured"
    assert (folder / f"{NAMES[1]}.json").read_text() == (record.RESULTS / f"{NAMES[1]}.json").read_text()


def test_an_unknown_commit_is_one_sentence():
    with pytest.raises(Problem, match="git does not say what changed .*; measure all: make verify") as problem:
        part.part("surely-no-commit", None)
    assert str(problem.value).count("\n") == 0


@pytest.fixture
def commit(tmp_path, monkeypatch):
    """Writes results into a repository of its own, and commits them at a date."""
    for folder in ("evidence/results", "docs/notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(part, "ROOT", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    def write(names, text, date):
        for name in names:
            (tmp_path / f"evidence/results/{name}.json").write_text(text)
        for command in (["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", text]):
            subprocess.run(["git", *command], cwd=tmp_path, check=True, env={"GIT_COMMITTER_DATE": date, "PATH": "/usr/bin:/bin"})

    return write


def test_git_is_asked_for_what_a_commit_changed(commit):
    commit(NAMES[1:2], "old", "2026-01-01T00:00:00Z")
    commit(NAMES[1:2], "new", "2026-01-05T00:00:00Z")
    for name, turn in [(NAMES[1], True), (NAMES[0], False)]:
        number = int(part._git("rev-parse", "HEAD")[:8], 16) % part.THIRDS
        names, said = chosen()
        assert (name in names) is (turn or name in NAMES[number :: part.THIRDS])
    assert "since the beginning" not in said


@pytest.mark.parametrize("hours, counted", [(3, True), (5, False)])
def test_what_changed_less_than_four_hours_before_counts_as_the_commits(commit, hours, counted):
    commit(NAMES[:3], "first", "2026-01-01T00:00:00Z")
    commit(NAMES[:3], "measured", "2026-01-05T00:00:00Z")  # one of each third
    commit(["gone"], "later", f"2026-01-05T0{hours}:00:00Z")
    names, _ = chosen()
    assert len({*NAMES[:3]} & {*names}) == (3 if counted else 1)


def test_the_shards_are_everything_and_about_equally_many():
    for parts in (1, 4, 6):
        shards = [part.shard(f"{number}/{parts}") for number in range(1, parts + 1)]
        assert sorted(name for names in shards for name in names) == sorted(NAMES)
        assert max(map(len, shards)) - min(map(len, shards)) <= 1


@pytest.mark.parametrize("which", ["0/6", "7/6", "1/0", "1/1000", "2", "a/b", "-1/6"])
def test_a_shard_that_there_is_not_is_one_sentence(which):
    with pytest.raises(Problem, match=f"^There is no shard {which}; name one from 1/") as problem:
        part.shard(which)
    assert str(problem.value).count("\n") == 0
