"""A release: what goes out is safe, the same every time, and vouched for."""

import csv
import dataclasses
import hashlib
import json
import random
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import sparse

import equitable as eq
from equitable.errors import InputError, OutputError, QuestionError
from equitable.measures.inequality.results import NAMES
from equitable.measures.results import GapRow, PooledRow
from equitable.privacy import derived
from equitable.privacy.audit.leaks import audit_system
from equitable.privacy.audit.of_release import systems_of_release
from equitable.privacy.policy import Policy
from equitable.privacy.protection.tables import all_codes, tables_of
from equitable.privacy.release import added_up
from equitable.privacy.release_folder import read_release
from equitable.privacy.released import ReleasedFigure
from equitable.vocabulary import WITHHELD

RACES = ["White"] * 12 + ["Black"] * 5 + ["Hispanic"] * 6 + ["Asian"] + ["Native"]


def students(path, count=240, *, seed=3, years=("2022", "2023"), drop=0):
    chance = random.Random(seed)  # noqa: S311 - no secret
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["year", "race", "lunch", "gender", "suspended", "proficient",
                         "score"])  # fmt: skip
        for year in years:
            for number in range(count):
                race = chance.choice(RACES)
                row = [
                    year, race, chance.choice(["Free", "Full price"]),
                    chance.choice(["Girl", "Boy"]),
                    "yes" if chance.random() < 0.15 else "no",
                    "" if chance.random() < 0.03 else chance.choice(["yes", "no"]),
                    chance.randint(400, 600),
                ]  # fmt: skip
                if number >= drop:
                    writer.writerow(row)
    return path


ASKED = {"outcomes": ["suspended", "proficient"], "by": ["race", "lunch", "gender"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    released = eq.release(students(folder / "s.csv"), folder / "out", **ASKED)
    return folder, released


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_no_small_number_is_in_the_release(made):
    folder, _ = made
    rows = rows_of(folder / "out" / "groups.csv")
    numbers = [
        int(row[name])
        for row in rows
        for name in ("n", "count", "others")
        if row[name] not in ("", "withheld")
    ]
    assert numbers
    assert min(numbers) >= 10
    assert any(row["n"] == "withheld" for row in rows)


def test_every_group_has_its_row_whether_or_not_anybody_is_in_it(made):
    folder, _ = made
    rows = rows_of(folder / "out" / "groups.csv")
    names = ("race", "lunch", "gender")
    groups = {tuple(row[name] for name in names) for row in rows}
    # 1 + (5 + 2 + 2) + (10 + 10 + 4), for each of 2 years and 2 outcomes.
    assert len(groups) == 34
    assert len(rows) == 34 * 2 * 2
    gaps = rows_of(folder / "out" / "gaps.csv")
    per_reference = {}
    for row in gaps:
        key = (row["indicator"], row["year"], row["reference"])
        per_reference[key] = per_reference.get(key, 0) + 1
    assert set(per_reference.values()) == {33}


def test_withheld_rows_all_look_the_same(made):
    folder, _ = made
    gaps = rows_of(folder / "out" / "gaps.csv")
    named = ("indicator", "year", "race", "lunch", "gender", "reference")
    away = [row for row in gaps if row["n"] == "withheld"]
    assert (
        len({tuple(v for k, v in row.items() if k not in named) for row in away}) == 1
    )


def test_a_reader_with_the_public_files_alone_finds_no_leak(made):
    folder, _ = made
    manifest, tables = read_release(folder / "out")
    groups = tables["groups"]
    for system in systems_of_release(manifest, groups.columns, groups.rows):
        assert not audit_system(system, 10, closing=False).leaks


def test_the_audit_finds_what_only_small_numbers_withheld_would_leave(made):
    """The same release with nothing but small numbers withheld leaks: the audit works."""
    folder, _ = made
    manifest, tables = read_release(folder / "out")
    with eq.open(folder / "s.csv") as data:
        cells = data.cube(
            indicators=["suspended"], by=["race", "lunch", "gender", "year"]
        )
    groups = tables["groups"]
    place = {name: i for i, name in enumerate(groups.columns)}
    rows = []
    for row in groups.rows:
        if row[place["indicator"]] != "suspended":
            continue
        held = list(row)
        n = sum(
            int(size)
            for size, code in zip(
                cells.arrays.students, cells.arrays.codes.tolist(), strict=True
            )
            if all(
                row[place[axis.dimension.name]]
                in ("All", axis.groups[axis.members[at][0]])
                for axis, at in zip(cells.arrays.axes, code, strict=True)
            )
        )
        held[place["n"]] = n if n >= 10 else WITHHELD
        rows.append(held)
    only = {**manifest, "indicators": [{**manifest["indicators"][0], "kind": "mean"}]}
    found = [
        leak
        for system in systems_of_release(only, groups.columns, rows)
        for leak in audit_system(system, 10, closing=False).leaks
    ]
    assert any(leak.exact for leak in found)


def test_the_same_input_policy_and_seed_give_the_same_bytes(made, tmp_path):
    folder, _ = made
    shutil.copy(folder / "s.csv", tmp_path / "s.csv")
    eq.release(tmp_path / "s.csv", tmp_path / "again", **ASKED)
    for path in (folder / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_the_manifest_vouches_and_tells_no_secret(made):
    folder, released = made
    text = (folder / "out" / "manifest.json").read_text()
    manifest = json.loads(text)
    assert "seed" not in text
    assert "threshold" in text
    assert "under the threshold" not in text
    for name, own in manifest["files"].items():
        content = (folder / "out" / name).read_bytes()
        assert own == {
            "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)
        }  # fmt: skip
    assert manifest["audit"]["passed"] is True
    assert released.provenance.audited is True


def test_the_ledger_lies_beside_the_data_and_not_in_the_release(made):
    folder, _ = made
    register = folder / "s.register"
    assert {p.name for p in register.iterdir()} == {
        "register.json", "0001-figures.json", "0001-ledger.json", ".lock"
    }  # fmt: skip
    ledger = json.loads((register / "0001-ledger.json").read_text())
    assert {own["reason"] for own in ledger["withheld"]} <= {
        "under the threshold", "to protect others"
    }  # fmt: skip
    assert ledger["seed"] == 1
    assert register.stat().st_mode & 0o077 == 0
    public = b"".join(p.read_bytes() for p in (folder / "out").iterdir())
    assert b"to protect others" not in public


def test_withheld_is_a_word_in_csv_and_null_beside_its_name_in_parquet(made):
    folder, _ = made
    table = pq.read_table(folder / "out" / "groups.parquet").to_pylist()
    rows = rows_of(folder / "out" / "groups.csv")
    for own, flat in zip(table, rows, strict=True):
        marked = own["withheld"].split()
        for name in ("n", "count", "others", "value", "low", "high"):
            assert (flat[name] == "withheld") == (name in marked)
            assert (own[name] is None) == (name in marked)


def test_codes_are_given_by_the_size_of_the_group_alone(made):
    folder, _ = made
    policy = Policy()
    for row in rows_of(folder / "out" / "groups.csv"):
        if row["code"]:
            n = int(row["n"])
            share = float(row["code"][1:].rstrip(" %")) / 100
            wanted = policy.code_words(n)
            assert share == pytest.approx(
                wanted if row["code"].startswith("<") else 1 - wanted
            )
            # A code leaves room for 0 to 10 at least.
            assert wanted * n > 10


def test_a_changed_missing_or_foreign_file_is_refused(made, tmp_path):
    folder, _ = made
    for change in ("change", "remove", "add"):
        copy = tmp_path / change
        shutil.copytree(folder / "out", copy)
        if change == "change":
            (copy / "gaps.csv").write_text((copy / "gaps.csv").read_text() + "\n")
        elif change == "remove":
            (copy / "gaps.csv").unlink()
        else:
            (copy / "notes.txt").write_text("3 of them")
        with pytest.raises(InputError, match=r"gaps\.csv|notes\.txt"):
            eq.audit(copy)


def test_nothing_is_published_where_the_work_is_interrupted(tmp_path, monkeypatch):
    source = students(tmp_path / "s.csv", 120)
    import equitable.privacy.release_folder as folder_module

    def stop(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder_module, "_as_parquet", stop)
    with pytest.raises(KeyboardInterrupt):
        eq.release(source, tmp_path / "out", **ASKED)
    assert not (tmp_path / "out").exists()
    # Nothing is recorded: what was protected waits for the next attempt.
    left = [path.name for path in (tmp_path / "s.register").iterdir()]
    assert left == ["unfinished"]
    assert {p.name for p in tmp_path.iterdir()} == {"s.csv", "s.register"}
    monkeypatch.undo()
    eq.release(source, tmp_path / "out", **ASKED)
    assert (tmp_path / "out" / "manifest.json").exists()


def test_a_folder_that_holds_something_is_left_as_it_is(made):
    folder, _ = made
    before = {p.name: p.read_bytes() for p in (folder / "out").iterdir()}
    with pytest.raises(OutputError, match="there already"):
        eq.release(folder / "s.csv", folder / "out", **ASKED)
    assert before == {p.name: p.read_bytes() for p in (folder / "out").iterdir()}


def test_what_is_out_stays_out_and_what_was_withheld_stays_withheld(tmp_path):
    source = students(tmp_path / "s.csv")
    first = eq.release(source, tmp_path / "one", **ASKED)
    other = {**ASKED, "by": ["race", "gender"]}
    second = eq.release(source, tmp_path / "two", **other)
    before = {
        (f.indicator, tuple(sorted(f.group.items())), f.within["year"]): f
        for f in first.figures
    }
    assert second.figures
    for figure in second.figures:
        key = (
            figure.indicator,
            tuple(sorted(figure.group.items())),
            figure.within["year"],
        )
        assert (figure.n is WITHHELD) == (before[key].n is WITHHELD)
        assert (figure.count is WITHHELD) == (before[key].count is WITHHELD)


def test_a_year_later_a_few_students_more_are_not_told_apart(tmp_path):
    source = students(tmp_path / "s.csv")
    first = eq.release(source, tmp_path / "one", **ASKED)
    # Put right meanwhile: three of each year's first students are gone.
    students(source, drop=3)
    second = eq.release(source, tmp_path / "two", **ASKED)

    def shown(released):
        return {
            (f.indicator, tuple(sorted(f.group.items())), f.within["year"]): f.n
            for f in released.figures
            if f.n is not WITHHELD
        }

    before, after = shown(first), shown(second)
    both = before.keys() & after.keys()
    assert both
    changes = {abs(before[key] - after[key]) for key in both}
    assert all(change == 0 or change >= 10 for change in changes)


def test_a_register_of_other_data_is_refused(made, tmp_path):
    folder, _ = made
    other = tmp_path / "other.csv"
    with other.open("w") as file:
        file.write("kind,passed\n" + "a,yes\nb,no\n" * 40)
    with pytest.raises(InputError, match="another data set"):
        eq.release(
            other, tmp_path / "out", outcomes=["passed"], by=["kind"],
            register=folder / "s.register",
        )  # fmt: skip


def test_a_damaged_register_is_refused(made, tmp_path):
    folder, _ = made
    shutil.copytree(folder / "s.register", tmp_path / "r")
    shutil.copy(folder / "s.csv", tmp_path / "s.csv")
    figures = tmp_path / "r" / "0001-figures.json"
    figures.write_text(figures.read_text().replace("240", "241"))
    with pytest.raises(InputError, match="changed in the register"):
        eq.release(tmp_path / "s.csv", tmp_path / "o", register=tmp_path / "r", **ASKED)
    (tmp_path / "r" / "register.json").write_text("{")
    with pytest.raises(InputError, match="backup"):
        eq.release(tmp_path / "s.csv", tmp_path / "o", register=tmp_path / "r", **ASKED)


def test_the_register_may_not_lie_in_the_release(tmp_path):
    source = students(tmp_path / "s.csv", 60)
    with pytest.raises(QuestionError, match="where everybody reads it"):
        eq.release(source, tmp_path / "o", register=tmp_path / "o" / "r", **ASKED)


def test_a_group_to_keep_stays_or_is_refused_with_the_reason(tmp_path):
    source = students(tmp_path / "s.csv")
    black = {"race": "Black or African American"}
    # As the file has it, or as the release does.
    released = eq.release(source, tmp_path / "out", keep=[{"race": "Black"}], **ASKED)
    assert released.figure("suspended", black, year="2023").n is not WITHHELD
    with pytest.raises(QuestionError, match=r"no group 'race=Blue'.*'White'"):
        eq.release(source, tmp_path / "two", keep=[{"race": "Blue"}], **ASKED)
    tiny = {"race": "Asian", "gender": "Girl", "lunch": "Free"}
    with pytest.raises(QuestionError, match="no group"):
        eq.release(source, tmp_path / "two", keep=[tiny], **ASKED)
    with pytest.raises(QuestionError, match="under the threshold"):
        eq.release(
            source, tmp_path / "two", keep=[{"race": "Asian", "gender": "Girl"}],
            register=tmp_path / "new.register", **ASKED,
        )  # fmt: skip


def test_a_threshold_of_one_is_no_protection():
    for threshold in (0, 1, 2, True, 2.5, 10**6):
        with pytest.raises(QuestionError, match="threshold"):
            Policy(threshold=threshold)
    with pytest.raises(QuestionError, match="zeros"):
        Policy(zeros="maybe")


def test_every_figure_of_the_measures_has_its_place_in_the_audit():
    assert set(derived.OF_A_ROW) == {f.name for f in dataclasses.fields(GapRow)}
    assert set(derived.OF_A_POOLED_ROW) == {
        f.name for f in dataclasses.fields(PooledRow)
    }
    assert set(derived.SUMMARIES) == set(NAMES)
    assert set(derived.OF_A_RELEASE) == {
        f.name for f in dataclasses.fields(ReleasedFigure)
    }


def test_counts_that_were_published_before_are_not_released_again(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("race,passed,students\nA,30,60\nB,20,50\n")
    with pytest.raises(QuestionError, match="equitable audit"):
        eq.release(path, tmp_path / "out", outcomes=["passed"], by=["race"])


def test_what_shown_figures_add_up_to_is_known():
    # Everyone, a, b: one hidden of three is the difference; two hidden are not.
    rows = sparse.csr_matrix([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    assert added_up(rows, np.array([False, False, True])).tolist() == [
        False, False, True
    ]  # fmt: skip
    assert not added_up(rows, np.array([False, True, True])).any()


def test_no_withheld_deviation_is_a_sum_of_shown_ones(tmp_path):
    source = students(tmp_path / "s.csv", 400, years=("2022",))
    released = eq.release(
        source, tmp_path / "out", outcomes=["score"], by=["race", "lunch", "gender"]
    )
    shown = [f for f in released.figures if isinstance(f.deviation, float)]
    assert shown
    assert all(f.n >= 30 for f in shown)
    made = tables_of(
        [np.eye(len(own), dtype=bool) for own in released.groups.values()],
        all_codes([len(own) for own in released.groups.values()]),
        2,
    )
    hidden = np.array([f.deviation is WITHHELD for f in released.figures])
    assert hidden.any()
    assert len(made.groups) == len(hidden)
    assert not added_up(made.rows, hidden).any()
