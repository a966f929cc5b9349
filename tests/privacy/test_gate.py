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
