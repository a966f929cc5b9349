"""What several groups share tells nothing of those withheld; who is nobody hides none."""

import itertools
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equitable as eq
from equitable.privacy.gate import gate
from equitable.vocabulary import WITHHELD


def counts(rows, names):
    """A table of counts: (*groups, passed, students)."""
    columns = list(zip(*rows, strict=True))
    parts = dict(zip((*names, "passed", "students"), map(list, columns), strict=True))
    return pa.table(parts)


def answer(rows, names, **asked):
    with eq.open(counts(rows, names)) as data:
        return data.gaps(None, by=names, count="passed", total="students", **asked)


def figures(result):
    """Everything that is told, but for which file it is from."""
    told = result.gaps.to_dict()
    told["provenance"].pop("files")
    return told


def n_of(result):
    return {tuple(row.group.values()): row.n for row in result.rows}


def students(groups, names):
    """A table of students: (*groups, passed, students, without an outcome)."""
    lines = [
        (*group, outcome)
        for *group, passed, known, unknown in groups
        for outcome in [1] * passed + [0] * (known - passed) + [None] * unknown
    ]
    columns = list(zip(*lines, strict=True))
    return pa.table(
        dict(zip((*names, "passed"), map(list, columns), strict=True)),
    )


def test_a_declared_group_without_students_hides_nobody():
    # Nobody is in C: there is nobody to protect, and B's 230 stay.
    shown = answer([("A", 50, 100), ("B", 60, 230), ("C", 0, 0)], ["school"])
    assert n_of(shown) == {("A",): 100, ("B",): 230, ("C",): 0}
    empty = next(row for row in shown.rows if row.group == {"school": "C"})
    assert (empty.value, empty.reason) == (None, "no students")


def test_a_grade_that_is_not_tested_hides_no_tested_one():
    rows = [("1", 0, 0, 80), ("3", 20, 60, 2), ("4", 30, 70, 0)]
    with eq.open(students(rows, ["grade"])) as data:
        shown = data.gaps("passed", by=["grade"])
    assert sorted(n_of(shown).values()) == [0, 60, 70]


def test_a_few_without_any_outcome_are_not_counted_out():
    # 4 students, nobody with an outcome: their number is not shown either.
    rows = [("A", 20, 60, 0), ("B", 30, 70, 0), ("C", 0, 0, 4)]
    with eq.open(students(rows, ["school"])) as data:
        shown = data.gaps("passed", by=["school"])
    few = next(row for row in shown.rows if row.group == {"school": "C"})
    assert few.withheld
    assert few.missing is WITHHELD


# A's and D's figures are shown; C is small, and B goes with it.
SHARED = [("A", 50, 100), ("D", 70, 110), ("E", 40, 90)]


def shared_figures(small, company, **asked):
    rows = [*SHARED, ("B", *company), ("C", *small)]
    result = answer(rows, ["school"], **asked)
    assert {g for (g,), n in n_of(result).items() if n is WITHHELD} == {"B", "C"}
    return result


@pytest.mark.parametrize("reference", ["0.5", "A", "highest", "overall", "rest"])
def test_what_groups_share_does_not_depend_on_how_the_hidden_divide(reference):
    # B and C are 56 students, of whom 28 passed, in each: who shares which figures is
    # all that differs, so nothing that is shown may.
    asked = {"reference": reference, "indices": True, "sensitivity": True}
    one = shared_figures((3, 6), (25, 50), **asked)
    other = shared_figures((5, 8), (23, 48), **asked)
    assert figures(one) == figures(other)


def test_shrunken_is_that_of_the_groups_shown():
    # By hand: the three shown alone, whatever B and C are.
    one = {
        row.group["school"]: row.shrunken
        for row in shared_figures((3, 6), (25, 50)).rows
    }
    alone = {
        row.group["school"]: row.shrunken for row in answer(SHARED, ["school"]).rows
    }
    for name, value in alone.items():
        assert one[name] == pytest.approx(value, abs=1e-12)


def divided(hidden):
    rows = [
        ("White", "North", 70, 120), ("Black", "North", 46, 100),
        ("White", "South", 62, 100), ("Black", "South", 30, 80),
    ]  # fmt: skip
    return [*rows, *hidden]


@pytest.mark.parametrize("reference", ["rest", "overall", "0.5", "White"])
def test_a_pooled_gap_does_not_tell_the_strata_withheld(reference):
    # Two small schools, 14 of each race in all: how they divide must not be told.
    first = [("White", "Hill", 3, 6), ("Black", "Hill", 2, 6),
             ("White", "Dale", 5, 8), ("Black", "Dale", 3, 8)]  # fmt: skip
    other = [("White", "Hill", 4, 7), ("Black", "Hill", 1, 5),
             ("White", "Dale", 4, 7), ("Black", "Dale", 4, 9)]  # fmt: skip
    found = [pooled(divided(hidden), reference) for hidden in (first, other)]
    assert found[0] == found[1]
    assert any(row["difference"] is not None for row in found[0]["pooled"])


def pooled(rows, reference):
    with eq.open(counts(rows, ["race", "school"])) as data:
        result = data.gaps(
            None, by=["race"], within=["school"], reference=reference,
            count="passed", total="students", indices=True, sensitivity=True,
        )  # fmt: skip
    return figures(result)


def test_the_gate_by_itself_holds_back_what_was_shared_with_the_hidden():
    rows = [*SHARED, ("B", 25, 50), ("C", 3, 6)]
    again = gate(answer(rows, ["school"], internal=True).gaps, min_n=10)
    shown = [row for row in again.gaps.rows if not row.withheld]
    assert {(row.q, row.shrunken) for row in shown} == {(WITHHELD, WITHHELD)}


def test_the_lines_grow_with_the_groups_and_not_with_their_square():
    # Counted, not timed: each row is looked at a few times, whatever the strata.
    looked = []

    class Counted(dict):
        def __eq__(self, other):
            looked.append(1)
            return dict.__eq__(self, other)

        __hash__ = None

    def seen(schools):
        rows = [
            (race, f"S{school:04}", 20 + school % 7, 40 + school % 9)
            for school in range(schools)
            for race in ("White", "Black", "Asian")
        ]
        with eq.open(counts(rows, ["race", "school"])) as data:
            gaps = data.gaps(
                None, by=["race"], within=["school"], reference="highest",
                count="passed", total="students", internal=True,
            ).gaps  # fmt: skip
        rows = tuple(replace(row, within=Counted(row.within)) for row in gaps.rows)
        looked.clear()
        gate(replace(gaps, rows=rows), min_n=10)
        return len(looked)

    assert seen(60) <= 3 * max(seen(30), 60)


def rounded(told):
    """To 12 digits: beyond them, vectors of another length are added up otherwise."""
    if isinstance(told, dict):
        return {name: rounded(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [rounded(value) for value in told]
    return float(f"{told:.12g}") if isinstance(told, float) else told


SMALL, LARGE = st.integers(2, 9), st.integers(20, 60)
SIZES = st.tuples(SMALL, SMALL, LARGE, SMALL, SMALL, LARGE, LARGE, LARGE, LARGE)


@settings(max_examples=25, deadline=None)
@given(
    SIZES,
    st.sampled_from(["rest", "overall", "highest", "largest", "0.5"]),
    st.booleans(),
    st.integers(0, 1000),
)
def test_students_changed_round_in_hidden_cells_change_nothing_told(
    sizes, reference, held, seed
):
    # One student more in (a, b) and (c, d) and one fewer in (a, d) and (c, b) leaves
    # every margin as it is.  Where all four are hidden, before and after, whatever
    # differs in what is told would tell something of them.
    places = list(itertools.product("ABC", "xyz"))
    n = dict(zip(places, sizes, strict=True))
    passed = {
        place: (seed * 7 + i * 13) % (n[place] + 1) for i, place in enumerate(places)
    }

    def told(n):
        rows = [(*place, passed[place], n[place]) for place in places]
        asked = {"reference": reference, "indices": True, "sensitivity": True}
        by = {"by": ["one"], "within": ["two"]} if held else {"by": ["one", "two"]}
        with eq.open(counts(rows, ["one", "two"])) as data:
            return data.gaps(None, count="passed", total="students", **by, **asked)

    def hidden(result):
        return {
            tuple(sorted({**row.group, **row.within}.items()))
            for row in result.rows
            if row.withheld
        }

    before = told(n)
    away = hidden(before)
    for a, c in itertools.combinations("ABC", 2):
        for b, d in itertools.permutations("xyz", 2):
            more, fewer = [(a, b), (c, d)], [(a, d), (c, b)]
            keys = {(("one", one), ("two", two)) for one, two in more + fewer}
            changed = {**n}
            for place in more:
                changed[place] += 1
            for place in fewer:
                changed[place] -= 1
            if keys <= away and all(changed[p] >= max(passed[p], 1) for p in places):
                after = told(changed)
                if hidden(after) == away:
                    assert rounded(figures(after)) == rounded(figures(before))
                    return
