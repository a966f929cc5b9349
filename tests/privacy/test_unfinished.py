"""A release that was broken off goes on where it stopped, and ends the same."""

import csv
import os
import random
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import equitable as eq
from equitable.errors import OutputError, QuestionError
from equitable.privacy import register as registers
from equitable.privacy import unfinished as kept_blocks

YEARS = ("2021", "2022", "2023")
ASKED = {"outcomes": ["passed", "score"], "by": ["race", "lunch"]}


def students(folder):
    folder.mkdir(exist_ok=True)
    chance = random.Random(5)  # noqa: S311 - no secret
    with (folder / "s.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["year", "race", "lunch", "passed", "score"])
        for year in YEARS:
            for _ in range(220):
                race = chance.choice(["White"] * 9 + ["Black"] * 4 + ["Asian"])
                lunch = chance.choice(["Free", "Full price"])
                passed = chance.choice(["yes", "no"])
                writer.writerow([year, race, lunch, passed, chance.randint(400, 600)])
    return folder / "s.csv"


def everything(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    eq.release(students(folder), folder / "out", **ASKED)
    return folder


@pytest.fixture
def broken_off(tmp_path, monkeypatch):
    """A release that ended, as by Ctrl-C, when the third year was begun."""
    path = students(tmp_path / "data")
    protect = kept_blocks.protect_block
    begun = []

    def until_the_third(*arguments, **options):
        begun.append(1)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return protect(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(kept_blocks, "protect_block", until_the_third)
        with pytest.raises(KeyboardInterrupt):
            eq.release(path, path.parent / "out", **ASKED)
    return path


def counted(monkeypatch):
    """How many blocks are protected from now on."""
    protect, made = kept_blocks.protect_block, []

    def noted(*arguments, **options):
        made.append(1)
        return protect(*arguments, **options)

    monkeypatch.setattr(kept_blocks, "protect_block", noted)
    return made


def blocks_of(path):
    return sorted((path.parent / "s.register" / "unfinished").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_release_goes_on_and_ends_in_the_same_bytes(
    whole, tmp_path, equitable_command
):
    path = students(tmp_path / "data")
    slow = textwrap.dedent(
        """
        import sys, time
        import equitable as eq
        from equitable.privacy import unfinished
        protect, begun = unfinished.protect_block, []
        def waits(*arguments, **options):
            begun.append(1)
            if len(begun) == 3:
                print("the third year", flush=True)
                time.sleep(60)
            return protect(*arguments, **options)
        unfinished.protect_block = waits
        eq.release("s.csv", "out", outcomes=["passed", "score"], by=["race", "lunch"])
        """
    )
    child = subprocess.Popen(
        [sys.executable, "-c", slow], cwd=path.parent, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout.readline() == b"the third year\n"
        child.kill()
    names = sorted(one.name for one in path.parent.iterdir())
    assert names == ["s.csv", "s.register"]
    assert len(blocks_of(path)) == 2

    done = subprocess.run(
        [equitable_command, "release", "s.csv", "-o", "out", "--outcome",
         "passed,score", "--by", "race,lunch"],
        cwd=path.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Going on where the last attempt stopped: 2 of 3 years." in done.stderr
    assert everything(path.parent / "out") == everything(whole / "out")
    assert not (path.parent / "s.register" / "unfinished").exists()


def test_what_was_protected_is_not_protected_again(broken_off, whole, monkeypatch):
    said = []
    made = counted(monkeypatch)
    eq.release(broken_off, broken_off.parent / "out", say=said.append, **ASKED)
    assert len(made) == 1
    assert said == ["Going on where the last attempt stopped: 2 of 3 years."]
    assert everything(broken_off.parent / "out") == everything(whole / "out")


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_what_is_kept_is_for_its_owner_alone(broken_off):
    register = broken_off.parent / "s.register"
    places = [register, register / "unfinished", *blocks_of(broken_off)]
    assert [place.stat().st_mode & 0o777 for place in places] == [
        0o700, 0o700, 0o600, 0o600
    ]  # fmt: skip


def test_nothing_kept_is_taken_for_another_question(broken_off, monkeypatch):
    made = counted(monkeypatch)
    eq.release(broken_off, broken_off.parent / "out", seed=2, **ASKED)
    eq.release(
        broken_off, broken_off.parent / "two", register=broken_off.parent / "r",
        outcomes="passed", by=["race", "lunch"],
    )  # fmt: skip
    # Blocks of so few finest cells hold all of them: the seed changes nothing there.
    assert len(made) in (1 + 3, 3 + 3)


def _truncated(place):
    place.write_bytes(place.read_bytes()[:-200])


def _empty(place):
    place.write_bytes(b"")


def _pickled(place):
    np.savez(place, words=np.array([{"not": "numbers"}], dtype=object))


def _changed(name, change):
    def change_it(place):
        with np.load(place) as held:
            arrays = {one: held[one] for one in held.files}
        arrays[name] = change(arrays[name])
        np.savez(place, **arrays)

    return change_it


@pytest.mark.parametrize(
    "harm",
    [
        _truncated,
        _empty,
        _pickled,
        # Nothing withheld; another number of students; of another shape.
        _changed("0 students hidden", np.zeros_like),
        _changed("0 yes hidden", np.zeros_like),
        _changed("0 students values", lambda own: own + 1.0),
        _changed("0 chain", lambda own: own[:1]),
        _changed("0 witnesses", lambda own: own[:, :-1]),
        _changed("0 witnesses", lambda own: own + 0.5),
        _changed("1 deviations", np.zeros_like),
        _changed("0 coded", lambda own: np.where(own == 0, -1.0, own)),
    ],
)
def test_what_is_damaged_is_made_again(broken_off, whole, monkeypatch, harm):
    for place in blocks_of(broken_off):
        harm(place)
    made = counted(monkeypatch)
    eq.release(broken_off, broken_off.parent / "out", **ASKED)
    assert len(made) == 3
    assert everything(broken_off.parent / "out") == everything(whole / "out")


def test_without_a_place_for_it_a_release_is_made_all_the_same(
    tmp_path, whole, monkeypatch
):
    path = students(tmp_path / "data")
    write = kept_blocks.write_whole

    def full(place, *arguments, **options):
        if place.suffix == ".npz":
            raise OutputError("the disk is full", next_step="Make room.")
        write(place, *arguments, **options)

    monkeypatch.setattr(kept_blocks, "write_whole", full)
    eq.release(path, path.parent / "out", **ASKED)
    assert everything(path.parent / "out") == everything(whole / "out")


def test_a_release_that_is_refused_leaves_nothing(tmp_path):
    path = students(tmp_path / "data")
    with pytest.raises(QuestionError, match="under the threshold"):
        eq.release(
            path, path.parent / "out", keep=[{"race": "Asian", "lunch": "Free"}],
            policy=eq.Policy(threshold=40), **ASKED,
        )  # fmt: skip
    assert [one.name for one in path.parent.iterdir()] == ["s.csv"]


def test_a_lock_goes_with_its_process(tmp_path):
    path = students(tmp_path / "data")
    register = path.parent / "s.register"
    register.mkdir()
    # As a killed process leaves it.
    (register / ".lock").touch()
    eq.release(path, path.parent / "out", **ASKED)
    with (
        registers._alone(register),
        pytest.raises(OutputError, match="is being recorded"),
        registers._alone(register),
    ):
        pass


def test_a_register_whose_figures_alone_are_left_is_refused(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "data")
    (tmp_path / "data" / "s.register" / "register.json").unlink()
    with pytest.raises(eq.EquitableError, match="holds other things"):
        eq.release(tmp_path / "data" / "s.csv", tmp_path / "two", **ASKED)
