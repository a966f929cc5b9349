"""`equitable risk-ratio`: every branch through the command, the arithmetic beside it."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import openpyxl
import pyarrow.parquet as pq
import pytest

import equitable as eq
from equitable.measures.disproportionality.categories import CATEGORIES, GROUPS
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.rows import Finding

HEAD = "district,year,category,race,count,total"
BLACK, WHITE, HISPANIC = "Black or African American", "White", "Hispanic or Latino"


def lines(*rows, head=HEAD):
    return "\n".join([head, *rows]) + "\n"


def line(year="2022", category="learning", district="Lake", **groups):
    """Rows of one line: ``black="40/200"``."""
    names = {"black": BLACK, "white": WHITE, "hispanic": HISPANIC, "asian": "Asian"}
    return [
        f"{district},{year},{category},{names[name]},{both.replace('/', ',')}"
        for name, both in groups.items()
    ]


@pytest.fixture
def ask(tmp_path, run_equitable):
    """Write a table, run the command on it, and give the rows back."""

    def run(rows, *options, state=None, internal=True, name="counts.csv"):
        text = rows if isinstance(rows, str) else lines(*rows)
        (tmp_path / name).write_text(text, encoding="utf-8")
        more = ["--internal"] if internal else []
        if state is not None:
            text = state if isinstance(state, str) else lines(*state)
            (tmp_path / "state.csv").write_text(text, encoding="utf-8")
            more += ["--state", "state.csv"]
        command = ["risk-ratio", name, *more, *options]
        done = run_equitable([*command, "--format", "json"], tmp_path)
        assert "Traceback" not in done.err
        if done.code:
            assert done.code == 2
            return done
        return json.loads(done.out)

    return run


def row_of(found, group=BLACK, **wanted):
    (row,) = [
        row
        for row in found["rows"]
        if row["group"] == group
        and all(row[key] == value for key, value in wanted.items())
    ]
    return row


# ------------------------------------------------------------------------ the ratio


def test_a_risk_ratio_by_hand(ask):
    # 40 of 200 is .20; others 30 of 600 and 20 of 400, together 50 of 1,000, are .05.
    # .20 / .05 = 4.0.  Over 3: at most 3 while x <= 3 * .05 * 200 = 30, so 10 fewer.
    # Katz: exp(1.959964 * sqrt(1/40 - 1/200 + 1/50 - 1/1000)) = exp(.387059) = 1.472643
    found = ask(line(black="40/200", white="30/600", hispanic="20/400"))
    row = row_of(found)
    assert (row["n"], row["count"], row["kind"]) == (200, 40, "risk ratio")
    assert row["risk"] == pytest.approx(0.20)
    assert row["comparison_risk"] == pytest.approx(0.05)
    assert row["ratio"] == 4.0
    assert row["over_threshold"] is True
    assert row["students_from_threshold"] == 10
    assert row["low"] == pytest.approx(4 / 1.472643, rel=1e-5)
    assert row["high"] == pytest.approx(4 * 1.472643, rel=1e-5)
    assert row["reason"] is None
    assert found["rule"] == "34 CFR 300.647"
    assert found["provenance"]["internal"] is True
    assert found["provenance"]["audited"] is False


def test_the_fixed_fields_are_there(ask):
    row = row_of(ask(line(black="40/200", white="50/1000")))
    assert set(row) >= {
        "group", "n", "count", "risk", "comparison_risk", "ratio", "low", "high",
        "kind", "reason", "over_threshold", "students_from_threshold", "withheld",
        "district", "year", "category", "finding",
    }  # fmt: skip


def test_at_the_threshold_is_not_over(ask):
    # 30/200 = .15; .15 / .05 = 3 exactly.  One more child, and it would be over.
    row = row_of(ask(line(black="30/200", white="50/1000")))
    assert (row["ratio"], row["over_threshold"]) == (3.0, False)
    assert row["students_from_threshold"] == -1
    # 22/100 over 100/1,000 is 2.2 exactly, which no binary number is.
    row = row_of(ask(line(black="22/100", white="100/1000"), "--threshold", "2.2"))
    assert (row["ratio"], row["over_threshold"]) == (2.2, False)


@pytest.mark.parametrize(
    ("black", "reason"),
    [
        ("9/200", "fewer in the group with the outcome than the minimum cell"),
        ("10/200", None),
        ("15/29", "fewer in the group than the minimum n-size"),
        ("15/30", None),
        ("0/0", "nobody is in this group"),
    ],
)
def test_the_groups_own_minima(ask, black, reason):
    row = row_of(ask(line(black=black, white="50/1000")))
    assert row["reason"] == reason
    assert (row["ratio"] is None) == (reason is not None)


def test_other_minima_and_no_row_for_a_group(ask):
    found = ask(line(black="5/20", white="50/1000"), "--min-cell", "5", "--min-n", "20")
    # (5/20) / (50/1,000) = 5.0
    assert row_of(found)["ratio"] == 5.0
    assert row_of(found, "Asian")["reason"] == "no counts were given for this group"
    assert any("Asian" in note for note in found["notes"])
    found = ask(line(black="50/200", white="50/1000"), "--min-cell", "11")
    assert any("(b)(1)(iv)" in note for note in found["notes"])


STATE = line(district="", black="100/1000", white="900/30000")
STATE_HEAD = HEAD.removeprefix("district,")


def of_state(*rows):
    return lines(*(row.removeprefix(",") for row in rows), head=STATE_HEAD)


@pytest.mark.parametrize("white", ["9/400", "15/29"], ids=["cell", "n"])
def test_too_few_others_and_the_alternate_ratio(ask, white):
    # The State's others: 900 of 30,000 = .03.  24 of 200 = .12; .12 / .03 = 4.
    # At most 3 while x <= 3 * .03 * 200 = 18: 6 fewer.
    given = line(black="24/200", white=white)
    row = row_of(ask(given, state=of_state(*STATE)))
    assert (row["kind"], row["ratio"]) == ("alternate risk ratio", 4.0)
    assert row["comparison_risk"] == pytest.approx(0.03)
    assert row["students_from_threshold"] == 6
    row = row_of(ask(given))
    assert row["reason"] == "too few others, and no counts for the State"
    assert (row["ratio"], row["kind"]) == (None, None)


@pytest.mark.parametrize("white", ["9/30000", "25/29"], ids=["cell", "n"])
def test_the_states_others_are_too_few_as_well(ask, white):
    state = of_state(*line(district="", black="100/1000", white=white))
    row = row_of(ask(line(black="24/200", white="5/8"), state=state))
    assert row["reason"] == "too few others, and too few in the State"
    assert row["ratio"] is None


def test_the_state_is_used_only_where_it_is_needed(ask):
    # .12 over 20/400 = .05 is 2.4.
    row = row_of(ask(line(black="24/200", white="20/400"), state=of_state(*STATE)))
    assert (row["kind"], row["ratio"]) == ("risk ratio", pytest.approx(2.4))


@pytest.mark.parametrize("state", [None, of_state(*STATE)], ids=["district", "State"])
def test_a_comparison_risk_of_0_is_undefined(ask, state):
    given = line(black="24/200", white="0/400")
    row = row_of(ask(given, "--min-cell", "0", state=state))
    assert row["reason"] == "none of the others has the outcome"
    assert (row["ratio"], row["comparison_risk"], row["low"]) == (None, 0.0, None)
    assert row["over_threshold"] is None


def test_the_state_as_all_of_its_districts(ask):
    # The State's file has every district.  Others: 9 + 400 of 400 + 9,600 = .0409;
    # 24 of 200 = .12; .12 / .0409 = 2.93399
    elm = line(district="Elm", black="30/300", white="400/9600")
    lake = line(black="24/200", white="9/400")
    row = row_of(ask(lake, state=[*lake, *elm]))
    assert row["kind"] == "alternate risk ratio"
    assert row["ratio"] == pytest.approx(0.12 / 0.0409)
    # Where it has the State's own rows beside them, these are taken.
    whole = line(district="State", black="54/500", white="500/10000")
    row = row_of(ask(lake, state=[*lake, *elm, *whole]))
    assert row["ratio"] == pytest.approx(0.12 / 0.05)
    # Rows of the State are no district.
    found = ask([*lake, *whole])
    assert {row["district"] for row in found["rows"]} == {"Lake"}
    assert any("whole State" in note for note in found["notes"])


def test_a_condition_on_the_district_is_not_put_to_the_state(ask):
    lake = line(black="24/200", white="9/400")
    elm = line(district="Elm", black="30/300", white="400/9600")
    both = [*lake, *elm]
    row = row_of(ask(both, "--where", "district = Lake", state=both))
    assert row["ratio"] == pytest.approx(0.12 / 0.0409)
    done = ask(both, "--where", "district = Lake and total > 5", state=both)
    assert "something else" in done.err


# ------------------------------------------------------------------------- the years


def years(*counts, start=2020):
    """Others are 1,000 of 10,000, and the group has 100: a count of 40 is 4.0."""
    return [
        row
        for place, count in enumerate(counts)
        for row in line(str(start + place), black=f"{count}/100", white="1000/10000")
    ]


MEETS, PROGRESS, NOT_YET, NOT_OVER = (
    "over in each year asked for",
    "over, with reasonable progress",
    "over, not in enough consecutive years",
    "not over the threshold",
)


@pytest.mark.parametrize(
    ("counts", "run", "progress", "finding"),
    [
        ((40, 40, 40), 3, False, MEETS),
        ((40, 42, 39), 3, False, MEETS),  # it rose once
        ((42, 40, 38), 3, True, PROGRESS),
        ((42, 40, 40), 3, False, MEETS),  # it did not fall the second time
        ((20, 40, 38), 2, False, NOT_YET),
        ((40, 30, 38), 1, False, NOT_YET),  # 3.0 is not over
        ((40, 35, 29), 0, True, NOT_OVER),
        ((40, 9, 40), 1, None, NOT_YET),  # 9 are under the minimum: no ratio
    ],
)
def test_three_years_and_progress_in_both_of_two(ask, counts, run, progress, finding):
    row = row_of(ask(years(*counts)), year="2022")
    assert row["consecutive_years_over"] == run
    assert row["reasonable_progress"] is progress
    assert row["finding"] == finding


@pytest.mark.parametrize(
    ("options", "finding"),
    [
        (["--progress", "none"], MEETS),
        (["--progress", "any"], PROGRESS),
        (["--progress", "0.2"], PROGRESS),  # .2 and .2, exactly
        (["--progress", "0.25"], MEETS),
        (["--progress", "4%"], PROGRESS),  # 4.76 % and 5 %
        (["--progress", "5%"], MEETS),
        (["--years", "2", "--progress", "none"], MEETS),
        (["--years", "3", "--threshold", "3.9"], NOT_OVER),
    ],
)
def test_what_the_state_sets_of_years_and_progress(ask, options, finding):
    row = row_of(ask(years(42, 40, 38), *options), year="2022")
    assert row["finding"] == finding


def test_a_missing_year_breaks_the_run(ask):
    given = [row for row in years(40, 40, 40, 40, start=2019) if ",2021," not in row]
    row = row_of(ask(given), year="2022")
    assert (row["consecutive_years_over"], row["finding"]) == (1, NOT_YET)
    assert any("broken" in note for note in row["notes"])


# -------------------------------------------------------------------------- students

STUDENTS = "race,age,grade,disability,setting,oss days,iss days,sid"


def students(*kinds):
    """Rows of students: 'White,10,4,SLD,RC80,0,0' so many times."""
    rows = [row for row, times in kinds for _ in range(times)]
    return lines(*(f"{row},{i}" for i, row in enumerate(rows)), head=STUDENTS)


EVERYONE = (
    ("Black,10,4,SLD,RC80,3,0", 10),
    ("Black,10,4,SLD,RC39,12,0", 20),
    ("Black,5,K,AUT,RC39,0,0", 5),
    ("Black,4,PK,DD,,0,0", 7),
    ("Black,22,12,SLD,RC39,0,0", 3),
    ("Black,9,3,,,20,0", 55),
    ("White,10,4,SLD,RC80,0,2", 30),
    ("White,10,4,OHI,SS,0,0", 10),
    ("White,12,6,,,0,0", 360),
)


def test_students_are_counted_by_age_disability_and_days(ask):
    found = ask(students(*EVERYONE))

    def pair(category, group=BLACK):
        row = row_of(found, group, category=category)
        return row["count"], row["n"]

    # Aged 3 to 21: 10 + 20 + 5 + 7 + 55 = 97; the three of 22 are in no count.
    assert pair("disability") == (42, 97)
    assert pair("learning") == (30, 97)
    assert pair("autism") == (5, 97)
    # 6 to 21, with a disability: 30 of 42; the five-year-olds are too young.
    assert pair("under-40") == (20, 30)
    assert pair("out-to-10") == (10, 42)
    assert pair("out-over-10") == (20, 42)
    assert pair("removals") == (30, 42)
    assert pair("in-to-10", WHITE) == (30, 40)
    assert pair("separate", WHITE) == (10, 40)
    # 42 of 97 over 40 of 400 is 4.3299.
    row = row_of(found, category="disability")
    assert row["ratio"] == pytest.approx((42 / 97) / 0.1)
    assert row_of(found, "Asian", category="disability")["n"] == 0
    assert len({row["category"] for row in found["rows"]}) == 14


def test_the_edges_of_ages_and_of_ten_days(ask):
    found = ask(
        students(
            *((f"Black,{age},4,SLD,RC39,{days},0", times)
              for age, days, times in (
                  (2, 0, 1), (3, 10, 2), (5, 10.5, 4), (6, 0.5, 8), (21, 11, 16),
                  (22, 0, 32))),
            *EVERYONE[-3:],
        )
    )  # fmt: skip

    def pair(category):
        row = row_of(found, category=category)
        return row["count"], row["n"]

    # 3 through 21: 2 + 4 + 8 + 16; 6 through 21: 8 + 16.
    assert pair("learning") == (30, 30)
    assert pair("under-40") == (24, 24)
    # Ten days or fewer: 10 and a half day; more: 10.5 and 11.
    assert pair("out-to-10") == (2 + 8, 30)
    assert pair("out-over-10") == (4 + 16, 30)
    left = {item["reason"]: item["rows"] for item in found["provenance"]["left_out"]}
    assert left == {"younger than 3 or older than 21": 33}


def test_five_in_kindergarten_where_the_state_says_so(ask, tmp_path):
    (tmp_path / "equity.toml").write_text("[idea]\nfive_in_kindergarten = true\n")
    row = row_of(ask(students(*EVERYONE)), category="under-40")
    assert (row["count"], row["n"]) == (25, 35)


def test_one_category_of_students(ask):
    found = ask(students(*EVERYONE), "--outcome", "learning")
    assert {row["category"] for row in found["rows"]} == {"learning"}


def test_a_student_in_two_rows_is_refused_without_the_number(ask):
    done = ask(students(*EVERYONE) + "Black,10,4,SLD,RC80,3,0,7\n")
    assert "counted twice" in done.err
    assert "'sid'" in done.err


@pytest.mark.parametrize(
    ("row", "said", "column"),
    [
        ("Black,10,4,Jane Doe,,0,0", "not understood", "disability"),
        ("Black,10,4,SLD,Jane Doe,0,0", "not understood", "setting"),
        ("Black,ten,4,SLD,RC80,0,0", "no age", "age"),
        ("Black,10,4,SLD,RC80,-1,0", "no number of days", "oss days"),
        ("Black,10,4,SLD,RC80,0,Jane Doe", "no number of days", "iss days"),
        ("Purple,10,4,SLD,RC80,0,0", "seven federal groups", "race"),
        ("Asian/Pacific Islander,10,4,SLD,RC80,0,0", "apart", "race"),
    ],
)
def test_what_a_student_file_cannot_say(ask, row, said, column):
    done = ask(students(*EVERYONE, (row, 1)))
    assert said in done.err
    assert f"'{column}'" in done.err
    # The header, 500 students, and then the row.
    assert "row 502" in done.err
    assert "Jane" not in done.err


def test_few_students_left_out_are_not_told(tmp_path):
    (tmp_path / "s.csv").write_text(students(*EVERYONE, (",9,3,SLD,RC80,0,0", 4)))
    with eq.open(tmp_path / "s.csv") as file:
        told = file.risk_ratios(internal=True).provenance.to_dict()
        kept = file.risk_ratios().provenance.to_dict()
    # Four of no race, and three aged 22.
    assert {item["rows"] for item in told["left_out"]} == {3, 4}
    assert {item["rows"] for item in kept["left_out"]} == {None}
    assert kept["rows_read"] is None


# ------------------------------------------------------------------- any outcome


def test_any_outcome_by_any_trait(ask):
    rows = [("Free", 1, 40), ("Free", 0, 160), ("Paid", 1, 50), ("Paid", 0, 950)]
    text = lines(
        *(f"{lunch},{late}" for lunch, late, times in rows for _ in range(times)),
        head="lunch,late",
    )
    found = ask(text, "--outcome", "late", "--by", "lunch")
    # (40/200) / (50/1,000) = 4.0 and .25
    free, paid = found["rows"]
    assert (free["group"], free["ratio"], free["kind"]) == ("Free", 4.0, "risk ratio")
    assert paid["ratio"] == 0.25
    assert found["rule"] is None
    assert any("of your own" in note for note in found["notes"])


def test_an_outcome_in_a_table_of_counts(ask):
    text = lines(
        "All Students,95,1250", "Black,40,200", "White,30,600", "Hispanic,20,400",
        "Asian,<10,50", "Multi,,0",
        head="race,suspended,enrolled",
    )  # fmt: skip
    asked = ["--by", "race", "--count", "suspended", "--total", "enrolled"]
    found = ask(text, *asked)
    assert {row["group"] for row in found["rows"]} <= set(GROUPS)
    assert row_of(found)["count"] == 40
    asian = row_of(found, "Asian")
    assert (asian["count"], asian["withheld"]) == (None, True)
    assert asian["reason"] == "withheld in the file"
    # Two groups of unknown count: the others are not all there.
    assert row_of(found)["ratio"] is None
    assert row_of(found, "Two or more races")["reason"] == "the file gives no number"
    whole = text.replace("Asian,<10,50\nMulti,,0\n", "")
    assert row_of(ask(whole, *asked))["ratio"] == 4.0


def test_an_outcome_by_district_and_year(ask):
    text = lines(
        "Lake,2021,Black,40,200", "Lake,2021,White,50,1000",
        "Lake,2022,Black,30,200", "Lake,2022,White,50,1000",
        "Elm,2022,Black,20,200", "Elm,2022,White,50,1000",
        head="district,year,race,late,enrolled",
    )  # fmt: skip
    asked = ["--by", "race", "--count", "late", "--total", "enrolled"]
    found = ask(text, *asked, "--district", "district")
    ratios = {(r["district"], r["year"], r["ratio"]) for r in found["rows"]}
    assert ratios >= {("Lake", "2021", 4.0), ("Lake", "2022", 3.0),
                      ("Elm", "2022", 2.0)}  # fmt: skip
    # All districts together: 50/400 over 100/2,000 is 2.5.
    found = ask(text, *asked)
    assert row_of(found, year="2022")["ratio"] == 2.5
    assert any("--district" in note for note in found["notes"])
    state = text.replace("Elm,2022,White,50,1000", "Elm,2022,White,950,9000")
    small = lines("Lake,2022,Black,30,200", "Lake,2022,White,5,40",
                  head="district,year,race,late,enrolled")  # fmt: skip
    row = row_of(ask(small, *asked, state=state))
    # .15 over (50 + 950)/(1,000 + 9,000) = .1
    assert (row["kind"], row["ratio"]) == ("alternate risk ratio", 1.5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--outcome", "score", "--by", "race"], "no share of students"),
        (["--outcome", "late"], "no trait"),
        (["--outcome", "late", "--by", "late"], "the outcome itself"),
        (["--outcome", "latte", "--by", "race"], "late"),
        ([], "nothing says what is counted"),
        (["--by", "race:alone or in combination", "--outcome", "late"], "overlap"),
    ],
)
def test_questions_that_cannot_be_put(ask, options, said):
    rows = [f"{race},{i % 2},{400 + i}.5" for i in range(40)
            for race in ("Black", "White")]  # fmt: skip
    done = ask(lines(*rows, head="race,late,score"), *options)
    assert said in done.err
    assert done.out == ""


# -------------------------------------------------------------------- what is refused


def test_a_count_given_twice_is_named_by_both_rows(ask):
    given = line(black="40/200", white="50/1000")
    done = ask([*given, given[0]])
    assert "counts.csv, row 4, column 'race'" in done.err
    assert "row 2 has it already" in done.err
    other = (
        given[0]
        .replace(BLACK, "African American")
        .replace("learning", "Specific learning disability")
    )
    done = ask([*given, other])
    assert "row 4" in done.err
    assert "row 2 has it already" in done.err


def test_the_same_district_in_two_files(tmp_path, run_equitable):
    (tmp_path / "all").mkdir()
    for name, white in (("a.csv", "50/1000"), ("b.csv", "60/1000")):
        given = line(black="40/200", white=white)
        (tmp_path / "all" / name).write_text(lines(*given))
    done = run_equitable(["risk-ratio", "all", "--internal"], tmp_path)
    assert done.code == 2
    assert "a.csv, row 2, and one in another file" in done.err


def test_rows_of_everybody_are_left_out_and_said(ask):
    given = line(black="40/200", white="50/1000")
    every = given[0].replace(BLACK, "All Students").replace("40,200", "90,1200")
    found = ask([*given, every])
    assert row_of(found)["ratio"] == 4.0
    assert any("all students together" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("row", "said", "column"),
    [
        ("Lake,2022,learning,Asian,41,40", "more children", "count"),
        ("Lake,2022,learning,Asian,many,40", "no count of children", "count"),
        ("Lake,2022,learning,Asian,4,some", "no number of children", "total"),
        ("Lake,2022,learning,Asian,4.5,40", "no count of children", "count"),
        ("Lake,2022,learning,Asian,10%,40", "no count of children", "count"),
        ("Lake,2022,learning,Asian,-1,40", "no count of children", "count"),
        ("Lake,2022,lerning,Asian,4,40", "Did you mean 'learning'", "category"),
        ("Lake,2022,learning,Purple,4,40", "seven federal groups", "race"),
        ("Lake,2022,learning,Asian or Pacific Islander,4,40", "apart", "race"),
        (",2022,learning,Asian,4,40", "no district", "district"),
        ("Lake,,learning,Asian,4,40", "no year", "year"),
        ("Lake,last,learning,Asian,4,40", "school year", "year"),
    ],
)
def test_what_a_table_cannot_say(ask, row, said, column):
    done = ask([*line(black="40/200", white="50/1000"), row])
    assert "counts.csv, row 4" in done.err
    assert f"'{column}'" in done.err
    assert said in done.err


@pytest.mark.parametrize(
    ("cell", "reason", "withheld"),
    [
        ("<10", "withheld in the file", True),
        ("*", "withheld in the file", True),
        ("s", "withheld in the file", True),
        ("5-9", "withheld in the file", True),
        ("", "the file gives no number", False),
        ("n/a", "the file gives no number", False),
        ("-9", "the file gives no number", False),
    ],
)
def test_a_mark_in_place_of_a_count_is_never_0(ask, cell, reason, withheld):
    given = [
        *line(black="40/200", white="50/1000"),
        f"Lake,2022,learning,Asian,{cell},90",
    ]
    found = ask(given)
    row = row_of(found, "Asian")
    assert (row["count"], row["n"], row["ratio"]) == (None, None, None)
    assert (row["reason"], row["withheld"]) == (reason, withheld)
    assert row_of(found)["reason"] == (
        "another group is withheld, and the comparison with it"
    )


def test_thousands_have_their_comma(ask):
    given = [*line(black="40/200"), 'Lake,2022,learning,White,50,"1,000"']
    assert row_of(ask(given))["ratio"] == 4.0


def test_more_with_one_impairment_than_with_any(ask):
    given = [*line(black="40/200", white="50/1000"),
             *line(category="disability", black="39/200", white="90/1000")]  # fmt: skip
    done = ask(given)
    assert "counts.csv" in done.err
    assert "any disability" in done.err


def test_missing_columns_are_asked_for(ask):
    given = lines("learning,Black,40", head="category,race,count")
    assert "--total" in ask(given).err
    given = lines("learning,40,200", head="category,count,total")
    assert "--by" in ask(given).err
    done = ask(line(black="40/200"), "--category", "kategory")
    assert "Did you mean 'category'" in done.err


def test_columns_of_other_names(ask):
    given = lines(
        "1,A,Black,40,200", "1,A,White,50,1000",
        "2,A,Black,30,200", "2,A,White,50,1000",
        head="lea code,what,who,had,of",
    )  # fmt: skip
    given = given.replace(",A,", ",autism,")
    found = ask(
        given, "--district", "lea code", "--category", "what", "--by", "who",
        "--count", "had", "--total", "of",
    )  # fmt: skip
    assert row_of(found, district="1")["ratio"] == 4.0
    assert row_of(found, district="2")["ratio"] == 3.0


def test_one_category_of_a_table(ask):
    given = [*line(black="40/200", white="50/1000"),
             *line(category="autism", black="40/200", white="50/1000")]  # fmt: skip
    found = ask(given, "--outcome", "autism")
    assert {row["category"] for row in found["rows"]} == {"autism"}
    done = ask(given, "--outcome", "count")
    assert "none of the 14 categories" in done.err


def test_a_table_with_a_column_for_each_group(ask):
    given = lines(
        "Lake,learning,1200,90,200,40,600,30,400,20",
        head="district,category,population,identified,black_pop,black_id,white_pop,"
        "white_id,hispanic_pop,hispanic_id",
    )  # fmt: skip
    found = ask(given, "--count", "identified", "--total", "population")
    # 40/200 = .2; (30 + 20)/(600 + 400) = .05
    assert row_of(found, category="learning")["ratio"] == 4.0


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (line("2021", district="", black="100/1000", white="900/30000"),
         "none of the year '2022'"),
        (line(category="autism", district="", black="100/1000", white="900/30000"),
         "none of 'Specific learning disability'"),
        (line(district="", black="23/1000", white="900/30000"), "fewer children than"),
        (line(district="", black="100/199", white="900/30000"), "fewer children than"),
    ],
    ids=["year", "category", "fewer with", "fewer in all"],
)  # fmt: skip
def test_a_state_that_cannot_be_the_state(ask, state, said):
    done = ask(line(black="24/200", white="5/10"), state=of_state(*state))
    assert "state.csv" in done.err
    assert said in done.err


def test_a_state_without_a_year_is_of_the_same_one(ask):
    head = "category,race,count,total"
    state = lines("learning,Black,100,1000", "learning,White,900,30000", head=head)
    found = ask(line(black="24/200", white="5/10"), state=state)
    assert row_of(found)["ratio"] == 4.0
    assert any("same year" in note for note in found["notes"])


def test_a_state_of_another_outcome(ask):
    state = lines("Black,40,200", "White,50,1000", head="race,count,total")
    done = ask(line(black="24/200", white="5/10"), state=state)
    assert done.code == 2
    assert "state.csv" in done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--progress", "some"], "reasonable progress"),
        (["--progress", "-1"], "reasonable progress"),
        (["--years", "4"], "1, 2 or 3"),
        (["--threshold", "0.5"], "from 1 up"),
        (["--min-cell", "-1"], "whole numbers"),
        (["--confidence", "1"], "between 0 and 1"),
        (["--show-min", "0"], "--show-min"),
        (["--state", "none.csv"], "none.csv"),
        (["--where", "district = Elm"], "no row meets"),
    ],
)
def test_options_that_cannot_be_followed(ask, options, said):
    done = ask(line(black="40/200", white="50/1000"), *options)
    assert done.code == 2
    assert said in done.err


# --------------------------------------------------------------------------- settings


def test_the_states_settings_stand_in_equity_toml(ask, tmp_path):
    (tmp_path / "equity.toml").write_text(
        '[idea]\nmin_cell = 50\nyears = 1\nprogress = "none"\n'
        "[idea.by_category.identification]\nmin_cell = 5\nthreshold = 2.0\n"
        "[idea.by_category.learning]\nthreshold = 4.5\n"
        '[idea.columns]\ndistrict = "LEA X"\n',
        encoding="utf-8",
    )
    given = lines(
        *line(black="40/200", white="50/1000"),
        *line(category="autism", black="40/200", white="50/1000"),
        *line(category="separate", black="40/200", white="50/1000"),
        head=HEAD.replace("district", "LEA X"),
    )
    found = ask(given)
    row = row_of(found, category="learning")
    assert (row["district"], row["threshold"], row["over_threshold"]) == (
        "Lake",
        4.5,
        False,
    )
    assert row_of(found, category="autism")["finding"] == MEETS
    assert row_of(found, category="separate")["reason"].endswith("minimum cell")
    # An option goes before the general setting.
    found = ask(given, "--min-cell", "10")
    assert row_of(found, category="separate")["ratio"] == 4.0


@pytest.mark.parametrize(
    ("options", "over", "finding", "named"),
    [
        ([], False, "not over the threshold", None),  # 4.2 is not over 4.5
        (["--threshold", "4"], True, MEETS, "the threshold"),
        (["--threshold", "4", "--progress", "0.2"], True, PROGRESS, "standard of"),
        (["--min-n", "201"], None, "no ratio", None),  # no category has its own
        (["--min-cell", "50"], None, "no ratio", "the minimum cell size"),
    ],
)
def test_options_go_before_the_settings_of_categories(
    ask, tmp_path, options, over, finding, named
):
    # .46 / .1, .44 / .1 and .42 / .1: the ratios are 4.6, 4.4 and 4.2.
    (tmp_path / "equity.toml").write_text(
        "[idea]\nyears = 1\n"
        "[idea.by_category.identification]\nmin_cell = 5\n"
        '[idea.by_category.learning]\nthreshold = 4.5\nprogress = "none"\n'
    )
    found = ask(lines(*years(46, 44, 42)), *options)
    row = row_of(found, year="2022")
    assert (row["over_threshold"], row["finding"]) == (over, finding)
    said = [note for note in found["notes"] if "by_category" in note]
    assert len(said) == (named is not None)
    if named:
        assert named in said[0]
    used = found["settings"]["by_category"]["learning"]
    assert used["threshold"] == (None if "--threshold" in options else 4.5)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[idea]\nyears = 4", "1, 2 or 3"),
        ('[idea.by_category.autism]\nprogress = "soon"', "reasonable progress"),
        ('[idea]\nprogress = "soon"', "reasonable progress"),
        ("[idea.by_category.autsm]\nmin_n = 3", "autism"),
        ("[idea]\nmincell = 3", "Did you mean 'min_cell'"),
        ('[idea.columns]\ndistrict = "nowhere"', "nowhere"),
    ],
)
def test_settings_that_cannot_be_followed(ask, tmp_path, toml, said):
    (tmp_path / "equity.toml").write_text(toml + "\n", encoding="utf-8")
    done = ask(line(black="40/200", white="50/1000"))
    assert done.code == 2
    assert said in done.err


def test_removals_as_events(ask, tmp_path):
    given = line(category="removals", black="300/200", white="250/1000")
    assert "total_removals" in ask(given).err
    (tmp_path / "equity.toml").write_text('[idea]\ntotal_removals = "removals"\n')
    row = row_of(ask(given))
    # 300/200 = 1.5 a child; 250/1,000 = .25
    assert (row["ratio"], row["low"]) == (6.0, None)


# ---------------------------------------------------------------------------- privacy


def test_small_counts_are_withheld_and_the_rest_is_compared_with_all_others(ask):
    given = line(black="40/200", white="30/600", hispanic="4/150", asian="16/160")
    found = ask(given, internal=False)
    for group in (HISPANIC, "Asian"):
        row = row_of(found, group)
        assert row["withheld"] is True
        figures = [row[key] for key in ("n", "count", "risk", "comparison_risk",
                                        "ratio", "low", "high", "kind",
                                        "students_from_threshold")]  # fmt: skip
        assert figures == [None] * 9
    # 30 + 4 + 16 of 600 + 150 + 160 = 50 of 910: the sum withheld is not small.
    assert row_of(found)["ratio"] == pytest.approx((40 / 200) / (50 / 910))
    assert found["provenance"]["internal"] is False
    assert found["provenance"]["min_n"] == 10
    text = json.dumps(found)
    for secret in ("150", "160"):
        assert f" {secret}" not in text


def test_small_groups_of_the_state_are_withheld_too(ask):
    # The State's 4 Asian children are few; Hispanic children, the smallest others, are
    # withheld with them.  Their alternate ratio would tell the State's count of them by
    # subtraction from its total, and so the 4.  That of Black children tells the sum.
    state = of_state(
        *line(
            black="100/1000",
            white="900/30000",
            hispanic="60/500",
            asian="4/100",
            district="",
        )
    )
    asked = ["--min-cell", "75"]
    given = line(black="80/200", white="20/400", hispanic="20/400")
    shown = row_of(ask(given, *asked, state=state, internal=False))
    # (900 + 60 + 4) of (30,000 + 500 + 100)
    assert (shown["comparison_count"], shown["comparison_n"]) == (964, 30600)
    given = line(white="20/400", hispanic="60/100")
    asked = ["--min-cell", "50"]
    kept = row_of(ask(given, *asked, state=state, internal=False), HISPANIC)
    assert kept["reason"] == "too few others, and the State's are withheld"
    assert kept["comparison_n"] is None
    inside = row_of(ask(given, *asked, state=state), HISPANIC)
    # 60 of 100, over (100 + 900 + 4) of (1,000 + 30,000 + 100)
    assert inside["ratio"] == pytest.approx(0.6 / (1004 / 31100))


def test_what_may_be_shown_has_its_own_minimum(ask):
    given = line(black="40/200", white="30/600", hispanic="12/150", asian="14/250")
    assert not row_of(ask(given, internal=False), HISPANIC)["withheld"]
    assert row_of(ask(given, "--show-min", "15", internal=False), HISPANIC)["withheld"]
    found = ask(given, "--show-min", "3", internal=False)
    assert found["provenance"]["internal"] is True


# -------------------------------------------------------------------------- its forms


def test_a_worksheet_of_the_district(tmp_path, run_equitable):
    given = [*years(42, 40, 41)]
    (tmp_path / "counts.csv").write_text(lines(*given))
    done = run_equitable(
        ["risk-ratio", "counts.csv", "--internal", "-o", "lake.xlsx"], tmp_path
    )
    assert done.code == 0, done.err
    book = openpyxl.load_workbook(tmp_path / "lake.xlsx")
    assert book["Ratios"]["A1"].value == "Lake"
    assert "INTERNAL" in book["Ratios"]["A2"].value
    cells = [c.value for row in book["Settings and sources"].iter_rows() for c in row]
    assert any("counts.csv (SHA-256 " in str(value) for value in cells)
    assert "300.647(d)" in cells
    done = run_equitable(
        ["risk-ratio", "counts.csv", "-o", "lake.xlsx", "--format", "csv"], tmp_path
    )
    assert done.code == 2


def test_the_states_file_is_named_with_its_fingerprint(tmp_path, run_equitable):
    (tmp_path / "counts.csv").write_text(lines(*line(black="24/200", white="9/400")))
    state = lines(*line(district="All", black="100/1000", white="900/30000"))
    (tmp_path / "state.csv").write_text(state)
    asked = ["risk-ratio", "counts.csv", "--state", "state.csv", "--internal"]
    asked += ["--where", "category = 'learning'"]
    done = run_equitable([*asked, "--format", "json"], tmp_path)
    assert done.code == 0, done.err
    digest = hashlib.sha256(state.encode()).hexdigest()
    (told,) = json.loads(done.out)["state"]
    assert told == {"name": "state.csv", "sha256": digest, "bytes": len(state)}
    assert run_equitable([*asked, "-o", "lake.xlsx"], tmp_path).code == 0
    sheet = openpyxl.load_workbook(tmp_path / "lake.xlsx")["Settings and sources"]
    said = {row[0]: row[1] for row in sheet.values}
    assert said["The State's counts"] == f"state.csv (SHA-256 {digest})"
    # A condition with its own quotes stays one that can be read, and run again.
    assert said["Command"].startswith(
        "equitable risk-ratio counts.csv --state state.csv"
    )
    assert "--where \"category = 'learning'\"" in said["Command"]


def test_a_worksheet_of_ones_own_outcome_claims_no_law(tmp_path, run_equitable):
    (tmp_path / "own.csv").write_text(
        lines("Free,40,200", "Paid,50,1000", head="lunch,late,enrolled")
    )
    done = run_equitable(
        ["risk-ratio", "own.csv", "--by", "lunch", "--count", "late", "--total",
         "enrolled", "-o", "own.xlsx"],
        tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.err
    book = openpyxl.load_workbook(tmp_path / "own.xlsx")
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
    assert not any(text.startswith("300.64") for text in cells)
    assert any("of your own" in text for text in cells)
    assert 4.0 in [c.value for row in book["Ratios"].iter_rows() for c in row]


def test_csv_parquet_and_frames(tmp_path, run_equitable):
    (tmp_path / "counts.csv").write_text(
        lines(*line(black="40/200", white="30/600", hispanic="4/150", asian="16/160"))
    )
    base = ["risk-ratio", "counts.csv"]
    done = run_equitable([*base, "--format", "csv"], tmp_path)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    black = next(row for row in rows if row["group"] == BLACK)
    assert float(black["ratio"]) == pytest.approx((40 / 200) / (50 / 910))
    assert black["withheld"] == "false"
    assert run_equitable([*base, "-o", "out.parquet"], tmp_path).code == 0
    made = pq.read_table(tmp_path / "out.parquet")
    assert made["ratio"].null_count == 5
    assert made.num_rows == 7
    with eq.open(tmp_path / "counts.csv") as file:
        result = file.risk_ratios()
    assert result.to_pandas()["withheld"].sum() == 2
    assert result.to_polars().height == 7
    assert result.to_arrow().to_pylist() == result.to_records()
    assert [row.group for row in result.over] == [BLACK]


def test_the_screen_is_80_wide_and_says_what_is_over_first(tmp_path, run_equitable):
    given = [*years(42, 40, 41)]
    given += [r.replace("learning", "autism") for r in years(9, 9, 9)]
    (tmp_path / "counts.csv").write_text(lines(*given))
    done = run_equitable(["risk-ratio", "counts.csv", "--internal"], tmp_path)
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 80
    first = done.out.splitlines()[0]
    assert first == "In 2022 1 of 2 risk ratios is over 3.0."
    assert "1 is over in each of 3 consecutive years" in done.out
    assert "▲▲" in done.out
    assert "minimum cell" in done.out
    assert "INTERNAL" in done.out


def test_of_many_rows_those_over_are_shown(tmp_path, run_equitable):
    given = [
        row
        for key in CATEGORIES
        for district in ("Lake", "Elm", "Oak")
        for row in line(category=key, district=district, black="40/200",
                        white="50/1000", asian="20/400")
    ]  # fmt: skip
    # In Ash nobody is over: .06 / .05; Fir is .15 / .05 = 3.0, so near as to be told.
    given += line(district="Ash", black="12/200", white="50/1000", asian="20/400")
    given += line(district="Fir", black="30/200", white="50/1000", asian="20/400")
    given += line(district="Gum", black="30/200", white="5/1000", asian="0/400")
    (tmp_path / "counts.csv").write_text(lines(*given))
    done = run_equitable(["risk-ratio", "counts.csv", "--internal"], tmp_path)
    assert done.code == 0, done.err
    # 3 groups in 3 districts x 14 categories are 126; 3 each in Ash and in Fir.
    first = "42 of 132 risk ratios are over 3.0, in 3 of 6 districts."
    assert done.out.splitlines()[0] == first
    assert "Over, by group: Black or African American 42." in done.out
    assert "Autism 3" in done.out
    beneath = " ".join(done.out.split())
    assert "40 of these 42 are shown; 1 more are near" in beneath
    assert "In all 315 rows" in beneath
    assert "Ash  " not in done.out
    # Gum: Black children's others are 5 of 1,400, and nobody says the State's.
    assert "1 row has too few others in the district: --state" in beneath
    assert "-o FILE.csv" in done.out


def test_withheld_groups_are_listed_with_like_categories_together(
    tmp_path, run_equitable
):
    # One of the two small groups takes the other with it: Asian and Hispanic are
    # withheld in both categories; in the third there are too few of any group.
    given = []
    for year in ("2021", "2022"):
        for key in ("learning", "health"):
            given += line(year, category=key, black="40/200", white="30/600",
                          hispanic="4/150", asian="16/160")  # fmt: skip
        given += line(year, category="autism", black="3/200", white="2/600",
                      hispanic="1/150", asian="1/160")  # fmt: skip
    (tmp_path / "counts.csv").write_text(lines(*given))
    done = run_equitable(["risk-ratio", "counts.csv"], tmp_path)
    assert done.code == 0, done.err
    said = " ".join(done.out.split())
    like = "Specific learning disability; Other health impairment"
    assert f"Withheld, Lake, 2022, {like}: Asian, Hispanic or Latino." in said
    assert "Withheld, Lake, 2022, Autism: all groups." in said
    assert said.index("Withheld, Lake, 2022") < said.index("Withheld, Lake, 2021")


def test_of_many_districts_where_none_is_over_those_near_are_shown(
    tmp_path, run_equitable
):
    given = [
        row
        for number in range(30)
        for year in ("2021", "2022")
        for row in line(year, district=f"D{number}", black="10/200", white="50/1000")
    ]
    given += line("2021", district="E", black="40/200", white="50/1000")
    given += line("2022", district="E", black="28/200", white="50/1000")
    (tmp_path / "counts.csv").write_text(lines(*given))
    done = run_equitable(["risk-ratio", "counts.csv"], tmp_path)
    assert done.code == 0, done.err
    # 28/200 over 50/1,000 is 2.8; what was over in 2021 is not this year's.
    assert "In 2022 none is over 3.0: 62 risk ratios." in done.out
    assert "Near enough for chance to decide" in done.out
    assert "~2.80" in done.out
    assert "4.00" not in done.out
    assert "D7" not in done.out


# ------------------------------------------------------------------ its documentation


def test_the_page_tells_what_its_example_gives(repository, tmp_path, run_equitable):
    for name in ("lake.csv", "state.csv"):
        file = repository / "docs" / "examples" / name
        (tmp_path / name).write_bytes(file.read_bytes())
    page = (repository / "docs" / "idea.md").read_text(encoding="utf-8")
    done = run_equitable(["risk-ratio", "lake.csv", "--format", "json"], tmp_path)
    found = json.loads(done.out)
    row = row_of(found, year="2022", category="learning")
    # 42/200 = .21 over 50/1,000 = .05; at most 3 * .05 * 200 = 30.
    assert (row["ratio"], row["students_from_threshold"]) == (pytest.approx(4.2), 12)
    assert row["finding"] == MEETS
    assert "**4.20**" in page
    assert row_of(found, year="2022", category="autism")["withheld"]
    asked = ["--state", "state.csv", "--internal", "--format", "json"]
    done = run_equitable(["risk-ratio", "lake.csv", *asked], tmp_path)
    row = row_of(json.loads(done.out), year="2022", category="autism")
    # 12/200 = .06 over (465 + 900)/(31,000 + 60,000) = .015
    assert (row["ratio"], row["kind"]) == (4.0, "alternate risk ratio")
    assert "**4.00**" in page


def test_every_field_and_reason_is_documented(repository, ask):
    docs = repository / "docs"
    fields = (docs / "reference" / "results.md").read_text(encoding="utf-8")
    found = ask(line(black="40/200", white="50/1000"))
    for name in (*found["rows"][0], *found["settings"], *found):
        assert f"`{name}`" in fields, name
    page = (docs / "idea.md").read_text(encoding="utf-8")
    for said in (*Reason, *Finding):
        assert f"| {said} |" in page, said


# ----------------------------------------------------------------------- a public file


def test_the_civil_rights_file_by_race(repository):
    file = repository.parent / "shared/data/crdc/crdc_2020_21_six_states.parquet"
    if not file.exists():
        pytest.skip("the civil rights file is not here")
    with eq.open(file) as table:
        result = table.risk_ratios("out_of_school_suspension", by="race", internal=True)
        gaps = table.gaps(
            "out_of_school_suspension", by=["race"], depth=1, internal=True
        )
    counted = {row.group["race"]: (row.count, row.n) for row in gaps.rows}
    assert {row.group for row in result.rows} == set(GROUPS)
    for row in result.rows:
        assert (row.count, row.n) == counted[row.group]
        some = sum(c for g, (c, _) in counted.items() if g != row.group)
        of = sum(n for g, (_, n) in counted.items() if g != row.group)
        if row.reason is None:
            assert row.ratio == pytest.approx((row.count / row.n) / (some / of))
    assert any("Section 504" in note for note in result.found.notes)


@pytest.mark.parametrize("few", [3, 12])
def test_students_without_a_group_are_not_told_by_the_rows_read(ask, few):
    """200 White, 100 Black and a few of no race: the rows less 300 are those few."""
    rows = ["race,suspended"]
    for race, n, out in (("White", 200, 40), ("Black", 100, 30), ("", few, 1)):
        rows += [f"{race},{'Y' if i < out else 'N'}" for i in range(n)]
    text = "\n".join(rows) + "\n"
    found = ask(text, "--outcome", "suspended", "--by", "race", internal=False)
    told = found["provenance"]
    (left,) = told["left_out"]
    assert left["reason"] == "Race and ethnicity not reported"
    if few < 10:
        assert (told["rows_read"], left["rows"]) == (None, None)
    else:
        assert (told["rows_read"], left["rows"]) == (300 + few, few)


def test_years_before_that_were_over_are_said_on_the_screen(run_equitable, tmp_path):
    """2021: 40/200 against 20/400 is 4.0; 2022: 20/200 against 40/400 is 1.0."""
    rows = [
        one
        for year, black, white in (("2021", 40, 20), ("2022", 20, 40))
        for district in ("Ash", "Elm", "Lake")
        for category in CATEGORIES
        for one in line(
            year, category, district, black=f"{black}/200", white=f"{white}/400"
        )
    ]
    (tmp_path / "c.csv").write_text(lines(*rows), encoding="utf-8")
    done = run_equitable(["risk-ratio", "c.csv", "--internal"], tmp_path)
    assert done.code == 0, done.err
    assert "In 2022 none is over 3.0" in done.out
    assert "Over in years before: 42 (2021)" in done.out
