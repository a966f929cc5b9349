"""One scan gives the cells; every margin is their sum; what cannot be right is refused."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import equitable as eq
from equitable.cube.outcomes import outcome_sql
from equitable.cube.scan import scan
from equitable.errors import InputError, QuestionError
from equitable.intake.source import open_source
from equitable.vocabulary import NOT_REPORTED, Dimension, Indicator, Kind


def plain(name, **more):
    return Dimension(
        name=name,
        label=name,
        columns=(name,),
        classify=lambda v: (v.strip() if v and v.strip() else NOT_REPORTED,),
        **more,
    )


def rate(column="y", **more):
    more = {"true_values": ("1",), "false_values": ("0",), **more}
    return Indicator(name=column, label=column, kind=Kind.RATE, column=column, **more)


def mean(column="y", **more):
    return Indicator(name=column, label=column, kind=Kind.MEAN, column=column, **more)


def cells(table, indicators, dimensions, **more):
    with open_source(pa.table(table)) as source:
        return scan(source, indicators=indicators, dimensions=dimensions, **more)


def by_name(table):
    return {
        tuple(table.names(i).values()): (
            int(table.moments.n[i]), int(table.moments.missing[i]), table.moments.total[i]
        )
        for i in range(len(table.places))
    }  # fmt: skip


def test_a_rate_by_one_trait():
    found = cells(
        {"g": ["a", "a", "b", None, "a"], "y": ["1", "0", "1", "1", None]},
        [rate()], [plain("g")],
    )  # fmt: skip
    assert by_name(found.table("y", ["g"])) == {
        ("a",): (2, 1, 1), ("b",): (1, 0, 1), (NOT_REPORTED,): (1, 0, 1),
    }  # fmt: skip
    assert found.axes[0].groups == ("a", "b", NOT_REPORTED)


@pytest.mark.parametrize("token", ["", "NA", "n/a", " . ", "NULL", "#N/A", "?"])
def test_ways_of_writing_no_value(token):
    found = cells({"g": ["a"] * 3, "y": ["1", "0", token]}, [rate()], [plain("g")])
    assert by_name(found.table("y", ["g"])) == {("a",): (2, 1, 1)}


def test_spellings_of_one_group_are_one_group_and_it_is_said():
    found = cells(
        {"g": ["Black", "black ", "Black", "White"], "y": ["1", "1", "0", "0"]},
        [rate()], [plain("g")],
    )  # fmt: skip
    assert by_name(found.table("y", ["g"]))[("Black",)] == (3, 0, 2)
    assert any("taken as one group" in note for note in found.provenance.notes)


def test_groups_read_in_natural_order():
    found = cells(
        {"g": ["School 10", "School 2", "School 1", None], "y": ["1"] * 4},
        [rate()], [plain("g")],
    )  # fmt: skip
    assert found.axes[0].groups == ("School 1", "School 2", "School 10", NOT_REPORTED)


def test_an_overlapping_view_counts_a_student_in_each_group_but_once_in_all():
    both = Dimension(
        name="g", label="g", columns=("g",), overlapping=True, view="in combination",
        classify=lambda v: tuple((v or "").split("+")),
    )  # fmt: skip
    found = cells(
        {"g": ["a", "a+b", "b", "a+b"], "y": ["1", "1", "0", "0"]}, [rate()], [both]
    )
    assert by_name(found.table("y", ["g"])) == {("a",): (3, 0, 2), ("b",): (3, 0, 1)}
    assert by_name(found.table("y", [])) == {(): (4, 0, 2)}


def test_rows_that_are_left_out_are_counted():
    from equitable.intake.where import parse

    found = cells(
        {"g": ["a", "b", "b"], "y": ["1", "0", "1"]}, [rate()], [plain("g")],
        where=parse("g = b", ["g", "y"]),
    )  # fmt: skip
    assert found.provenance.rows_read == 3
    assert [(item.reason, item.rows) for item in found.provenance.left_out] == [
        ("not: g = b", 1)
    ]
    assert by_name(found.table("y", ["g"])) == {("b",): (2, 0, 1)}


def test_a_third_value_is_refused_with_its_row():
    with pytest.raises(InputError, match=r"row 4.*column .y.") as refused:
        cells({"g": ["a"] * 3, "y": ["1", "0", "2"]}, [rate()], [plain("g")])
    assert "'2'" in str(refused.value)


def test_a_value_that_could_be_a_name_is_not_repeated():
    with pytest.raises(InputError) as refused:
        cells({"g": ["a"] * 2, "y": ["1", "Maria Lopez"]}, [mean()], [plain("g")])
    assert "Maria" not in str(refused.value)


@pytest.mark.parametrize("value", ["inf", "nan(2)", "1e300", "12,5", "abc"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(InputError, match="row 3"):
        cells({"g": ["a"] * 2, "y": ["1", value]}, [mean()], [plain("g")])


def test_share_of_days_counts_in_days_and_leaves_short_stays_out():
    chronic = Indicator(
        name="chronic", label="Chronically absent", kind=Kind.SHARE_OF_DAYS,
        column="absent", enrolled="days", threshold=0.1, minimum_days=10,
    )  # fmt: skip
    found = cells(
        # 18 of 180 is 10 %: at the threshold; 17 is under it; 5 days are too few to say.
        {"g": ["a"] * 4, "absent": [18, 17, 3, None], "days": [180, 180, 5, 180]},
        [chronic], [plain("g")],
    )  # fmt: skip
    assert by_name(found.table("chronic", ["g"])) == {("a",): (2, 1, 1)}
    assert [(item.reason, item.rows) for item in found.provenance.left_out] == [
        ("enrolled fewer than 10 days", 1)
    ]


def test_events_per_100_students():
    events = Indicator(name="y", label="y", kind=Kind.PER_100, column="y")
    found = cells({"g": ["a"] * 4, "y": [0, 2, 1, None]}, [events], [plain("g")])
    # three students with 3 events: 100 per 100
    assert by_name(found.table("y", ["g"])) == {("a",): (3, 1, 300)}


def test_rows_of_counts_add_up():
    counts = Indicator(name="y", label="y", kind=Kind.RATE, count="y", total="n")
    found = cells(
        {"g": ["a", "a", "b"], "s": ["1", "2", "1"], "y": [3, 4, 5], "n": [10, 20, 5]},
        [counts], [plain("g")],
    )  # fmt: skip
    assert by_name(found.table("y", ["g"])) == {("a",): (30, 0, 7), ("b",): (5, 0, 5)}


def test_rows_that_stand_for_several_students():
    stands = Indicator(
        name="y", label="y", kind=Kind.RATE, column="y", total="n",
        true_values=("in",), false_values=("out",),
    )  # fmt: skip
    found = cells(
        {"g": ["a", "a", "b"], "y": ["in", "out", "in"], "n": [3, 7, 2]},
        [stands], [plain("g")],
    )  # fmt: skip
    assert by_name(found.table("y", ["g"])) == {("a",): (10, 0, 3), ("b",): (2, 0, 2)}


def test_too_many_groups_are_refused_with_their_number():
    names = [f"c{i}" for i in range(10_001)]
    with pytest.raises(QuestionError, match="10,001"):
        cells({"g": names, "y": ["1"] * len(names)}, [rate()], [plain("g")])


def test_sums_are_the_same_to_the_last_bit_in_any_order():
    rng = np.random.default_rng(3)
    y = rng.normal(500, 50, 30_000).round(3)
    g = rng.choice(["a", "b", "c"], len(y))
    order = rng.permutation(len(y))
    one = cells({"g": g, "y": y}, [mean()], [plain("g")]).moments["y"]
    other = cells({"g": g[order], "y": y[order]}, [mean()], [plain("g")]).moments["y"]
    assert one.total.tolist() == other.total.tolist()
    assert one.squares.tolist() == other.squares.tolist()


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.sampled_from("xyz"),
            st.one_of(st.none(), st.integers(-50, 50)),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_margins_are_what_pandas_says(rows):
    frame = pd.DataFrame(rows, columns=["g", "h", "y"]).astype({"y": "Int64"})
    with open_source(frame) as source:
        found = scan(source, indicators=[mean()], dimensions=[plain("g"), plain("h")])
    for names in (["g"], ["h"], ["g", "h"]):
        table = by_name(found.table("y", names))
        grouped = frame.groupby(names)["y"]
        expected = {
            key if isinstance(key, tuple) else (key,): (
                int(own.notna().sum()), int(own.isna().sum()), float(own.fillna(0).sum()),
            )
            for key, own in grouped
        }  # fmt: skip
        assert table == expected


def test_names_in_a_file_cannot_speak_to_the_engine():
    name = 'y"); DROP TABLE records; --'
    found = cells(
        {'g\'"; --': ["a", "b"], name: ["1", "0"]},
        [rate(name)], [plain('g\'"; --')],
    )  # fmt: skip
    assert found.students.sum() == 2


def test_outcome_sql_never_holds_a_bare_value():
    hostile = rate("y", true_values=("1' OR 'x'='x",), false_values=("0",))
    with open_source(pa.table({"g": ["a", "b"], "y": ["0", "0"]})) as source:
        found = scan(source, indicators=[hostile], dimensions=[plain("g")])
    assert found.moments["y"].total.sum() == 0
    assert "''x''=''x" in outcome_sql(hostile).value


def test_a_source_without_rows_after_a_condition():
    with (
        eq.open(pa.table({"g": ["a", "b"] * 9, "y": ["1", "0"] * 9})) as data,
        pytest.raises(InputError, match="no row meets the condition"),
    ):
        data.gaps("y", by=["g"], where="g = c")


@pytest.mark.parametrize("code", ["9999", "9999.0"])
@pytest.mark.parametrize("kind", ["mean", "cut"])
def test_a_number_can_mean_no_value(code, kind):
    more = {"missing": ("9999",)}
    asked = mean("y", **more)
    if kind == "cut":
        asked = Indicator(
            name="y", label="y", kind=Kind.RATE, column="y", at_least=500, **more
        )
    found = cells({"g": ["a"] * 3, "y": ["600", "400", code]}, [asked], [plain("g")])
    total = 1000 if kind == "mean" else 1
    assert by_name(found.table("y", ["g"])) == {("a",): (2, 1, total)}
