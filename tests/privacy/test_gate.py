"""The first gate: nothing small is shown, and no single subtraction gives it away."""

import itertools
import json

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
    return pa.table(
        {
            **{name: list(columns[i]) for i, name in enumerate(names)},
            "passed": list(columns[-2]),
            "students": list(columns[-1]),
        }
    )


def answer(rows, names, **asked):
    with eq.open(counts(rows, names)) as data:
        return data.gaps(None, by=names, count="passed", total="students", **asked)


def n_of(result):
    return {tuple(row.group.values()): row.n for row in result.rows}


def test_a_small_group_is_withheld_with_every_figure():
    rows = [("A", 50, 100), ("B", 20, 40), ("C", 3, 9), ("D", 4, 7)]
    result = answer(rows, ["school"])
    small = next(row for row in result.to_dicts() if row["group"] == {"school": "C"})
    assert small["withheld"] is True
    kept = {"group", "within", "reference", "verdict", "withheld", "reason"}
    assert small["reasons"] == {}
    kept |= {"reasons"}
    figures = {k: v for k, v in small.items() if k not in kept}
    assert set(map(json.dumps, figures.values())) <= {
        "null",
        json.dumps({"fixed": None, "moving": None}),
    }
    assert small["reference"]["n"] is None
    assert small["verdict"] == "not enough evidence"


def test_one_small_group_takes_the_next_smallest_with_it():
    # 156 in all are shown: 156 - 100 - 50 would be the 6 of C.
    result = answer([("A", 50, 100), ("B", 20, 50), ("C", 3, 6)], ["school"])
    shown = n_of(result)
    assert shown[("C",)] is WITHHELD
    assert shown[("B",)] is WITHHELD
    assert shown[("A",)] == 100


def test_groups_that_are_together_under_the_minimum_get_company():
    # 3 + 4 = 7 could be told from the total; E's 12 joins them, at little cost.
    rows = [("A", 50, 100), ("B", 20, 50), ("C", 1, 3), ("D", 2, 4), ("E", 6, 12)]
    shown = n_of(answer(rows, ["school"]))
    assert [name for (name,), n in shown.items() if n is WITHHELD] == ["C", "D", "E"]


def test_a_margin_that_is_withheld_is_not_given_away_by_its_parts():
    rows = [
        ("A", "north", 40, 60), ("A", "south", 30, 50),
        ("B", "north", 20, 30), ("B", "south", 15, 25),
        ("C", "north", 3, 4), ("C", "south", 1, 3),
    ]  # fmt: skip
    shown = n_of(answer(rows, ["school", "area"]))
    assert shown[("C",)] is WITHHELD
    assert shown[("B",)] is WITHHELD
    assert WITHHELD in (shown[("B", "north")], shown[("B", "south")])


def test_a_rest_that_is_small_withholds_the_row():
    # Everyone but 4 students is in A: A's own figures would tell theirs.
    result = answer([("A", 50, 100), ("B", 1, 4)], ["school"])
    assert set(n_of(result).values()) == {WITHHELD}


def test_the_reference_is_not_shown_where_its_group_is_withheld():
    rows = [("A", 50, 100), ("B", 20, 50), ("C", 3, 6)]
    result = answer(rows, ["school"], reference="B")
    first = result.rows[0]
    assert first.n == 100
    assert first.reference.value is WITHHELD
    assert first.difference is WITHHELD
    assert "50" not in json.dumps(first.to_dict()["reference"])


def test_internal_shows_all_and_says_so():
    result = answer([("A", 50, 100), ("B", 1, 4)], ["school"], internal=True)
    assert n_of(result) == {("A",): 100, ("B",): 4}
    assert result.provenance.internal
    assert result.to_dict()["provenance"]["audited"] is False


def test_the_minimum_can_be_chosen():
    rows = [("A", 50, 100), ("B", 20, 50), ("C", 10, 20), ("D", 9, 18)]
    assert WITHHELD not in n_of(answer(rows, ["school"])).values()
    shown = n_of(answer(rows, ["school"], min_n=20))
    assert shown[("D",)] is WITHHELD
    assert shown[("C",)] is WITHHELD


@pytest.mark.parametrize("operation", [
    lambda: WITHHELD + 1,
    lambda: 1 - WITHHELD,
    lambda: WITHHELD < 10,
    lambda: float(WITHHELD),
    lambda: bool(WITHHELD),
    lambda: sum([WITHHELD]),
])  # fmt: skip
def test_withheld_is_no_number(operation):
    with pytest.raises(TypeError):
        operation()


def test_withheld_is_one_value_in_words():
    assert str(WITHHELD) == f"{WITHHELD}" == "Withheld"
    assert eq.Withheld() is WITHHELD


SIZES = st.integers(min_value=0, max_value=60)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_hidden_group_is_one_subtraction_away(data):
    rows_n = data.draw(st.integers(2, 4), label="rows")
    columns_n = data.draw(st.integers(2, 4), label="columns")
    sizes = data.draw(
        st.lists(SIZES, min_size=rows_n * columns_n, max_size=rows_n * columns_n)
    )
    cells = list(itertools.product("ABCD"[:rows_n], "wxyz"[:columns_n]))
    rows = [(*cell, n // 2, n) for cell, n in zip(cells, sizes, strict=True)]
    try:
        result = answer(rows, ["one", "two"])
    except eq.EquitableError:
        return
    true = n_of(answer(rows, ["one", "two"], internal=True))
    shown = n_of(result)
    hidden = {group for group, n in shown.items() if n is WITHHELD}
    # A group that nobody at all is in is shown as empty, and so are its parts.
    nobody = {group[0] for group, n in true.items() if len(group) == 1 and not n}
    true = {group: n for group, n in true.items() if nobody.isdisjoint(group)}
    assert {group for group, n in true.items() if n < 10} <= hidden
    for axis in (0, 1):
        margins = {group for group in true if len(group) == 1 and group[0] in
                   {cell[axis] for cell in cells}}  # fmt: skip
        across = [group for group in margins if group in hidden]
        assert len(across) != 1 or len(margins) == 1
        for (margin,) in margins:
            parts = [g for g in true if len(g) == 2 and g[axis] == margin]
            away = [g for g in parts if g in hidden]
            if (margin,) not in hidden:
                assert len(away) != 1
            else:
                assert away


def test_only_what_was_gated_is_a_result():
    rows = [("A", 50, 100), ("B", 20, 50), ("C", 3, 6)]
    result = answer(rows, ["school"], internal=True)
    again = gate(result.gaps, min_n=10)
    assert {row.n for row in again.gaps.rows} == {100, WITHHELD}


def test_a_small_stratum_is_not_told_by_the_others():
    # Hill has 4 students, all of one group: 404 in all less North's and South's totals,
    # which their rows' references tell, would be theirs.
    rows = [
        ("White", "North", 10, 120), ("Black", "North", 16, 100),
        ("White", "South", 12, 100), ("Black", "South", 10, 80),
        ("White", "Hill", 4, 4),
    ]  # fmt: skip
    with eq.open(counts(rows, ["race", "school"])) as data:
        for reference in ("rest", "overall", "highest", "0.1"):
            result = data.gaps(
                None, by=["race"], within=["school"], reference=reference,
                count="passed", total="students",
            )  # fmt: skip
            shown = {row.within["school"] for row in result.rows
                     if row.within and row.n is not WITHHELD}  # fmt: skip
            assert len(shown) < 2, (reference, shown)


def test_why_a_figure_is_missing_is_not_told_of_a_withheld_row():
    rows = [("A", 0, 100), ("B", 0, 60), ("C", 3, 5), ("D", 0, 8)]
    for row in answer(rows, ["school"]).rows:
        if row.withheld:
            assert row.reason is None


def test_groups_that_their_sum_alone_would_tell_get_company():
    # 212 less 120 and 90 is 2: two groups, each with a student at least.
    rows = [("A", 60, 120), ("B", 40, 90), ("C", 1, 1), ("D", 0, 1)]
    shown = n_of(answer(rows, ["school"]))
    assert [name for (name,), n in shown.items() if n is not WITHHELD] == ["A"]


def test_what_one_outcome_withholds_another_does_not_tell(tmp_path):
    # Grade 5 has 6 students with a score; 45 and 60 students are in the other grades,
    # with and without one. All are 111: a report on both outcomes must not show both.
    lines = ["grade,lunch,passed,suspended"]
    for grade, students, scored in (("3", 60, 60), ("4", 45, 40), ("5", 6, 6)):
        for number in range(students):
            passed = str(number % 2) if number < scored else ""
            lines.append(f"{grade},{'YN'[number % 2]},{passed},{number % 3 == 0:d}")
    file = tmp_path / "students.csv"
    file.write_text("\n".join(lines) + "\n")
    from equitable.study import Plan, carry_out

    with eq.open(file) as data:
        plan = Plan(
            indicators=(data.indicator("passed"), data.indicator("suspended")),
            by=(data.schema.dimension("lunch"),),
            over=(data.schema.dimension("grade"),),
        )
        contents = carry_out(data.source, data.schema, plan)
    shown = [
        {row.group["grade"] for row in study.places[0].gaps.rows if not row.withheld}
        for study in contents.studies
    ]
    assert shown[0] == shown[1]
    assert len(shown[0]) <= 1


def test_a_minimum_that_no_state_uses_is_marked_internal():
    rows = [("A", 50, 100), ("B", 20, 50), ("C", 3, 4)]
    result = answer(rows, ["school"], min_n=1)
    assert n_of(result)[("C",)] == 4
    assert result.provenance.internal


def test_a_few_without_a_recorded_group_are_set_aside_and_it_is_said():
    table = pa.table(
        {
            "gender": ["F"] * 60 + ["M"] * 50 + [None] * 3,
            "passed": [1, 0] * 55 + [1, 1, 1],
        }
    )
    with eq.open(table) as data:
        result = data.gaps("passed", by=["gender"])
        internal = data.gaps("passed", by=["gender"], internal=True)
    assert result.gaps.overall.n == 110
    assert sum(not row.withheld for row in result.rows) == 2
    aside = [row for row in result.rows if row.group["gender"] == "Not reported"]
    assert [row.withheld for row in aside] == [True]
    assert any("set aside" in note for note in result.provenance.notes)
    assert internal.gaps.overall.n == 113
