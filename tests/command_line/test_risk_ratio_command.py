"""`equitable risk-ratio`: from a file to IDEA's ratios; the arithmetic stands beside."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

import equitable as eq
from equitable.cli import main
from equitable.errors import EquitableError

HEAD = "district,year,category,race,with,children"


def table(tmp_path, *lines, head=HEAD, name="counts.csv"):
    path = tmp_path / name
    path.write_text("\n".join([head, *lines]) + "\n")
    return path


@dataclass(frozen=True)
class Ended:
    """How the command ended, in this process."""

    returncode: int
    stdout: str
    stderr: str


def run(path, *options):
    arguments = ["risk-ratio", str(path), *map(str, options)]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(arguments)
    return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def asked(path, *options, counts=True):
    given = ["--count", "with", "--total", "children"] if counts else []
    done = run(path, *given, "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def row(answer, group="Black or African American", **where):
    (found,) = [
        r
        for r in answer["rows"]
        if r["group"] == group and all(r[k] == v for k, v in where.items())
    ]
    return found


def refused(path, *options, counts=True):
    given = ["--count", "with", "--total", "children"] if counts else []
    done = run(path, *given, *options)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_a_table_of_counts_by_hand(tmp_path):
    # 40 of 200 against 50 of 1,000: .2 / .05 = 4; at 3 the count would be 30, so 10.
    path = table(
        tmp_path, "D,2022,learning,Black,40,200", "D,2022,learning,White,50,1000"
    )
    found = row(asked(path))
    assert (found["risk"], found["comparison_risk"], found["ratio"]) == (0.2, 0.05, 4.0)
    assert (found["kind"], found["reason"]) == ("risk ratio", None)
    assert (found["over_threshold"], found["students_from_threshold"]) == (True, 10)
    assert found["low"] < 4 < found["high"]
    fixed = {
        "group", "n", "count", "risk", "comparison_risk", "ratio", "low", "high",
        "kind", "reason", "over_threshold", "students_from_threshold",
    }  # fmt: skip
    assert fixed <= set(found)


@pytest.mark.parametrize(
    ("black", "white", "reason"),
    [
        # Minimum n-size 30: 29 children of the group.
        ("12,29", "50,1000", "fewer children in the group than the minimum n-size"),
        # Minimum cell 10: 9 with the outcome.
        (
            "9,200",
            "50,1000",
            "fewer children in the group with the outcome than the minimum cell",
        ),
        # The others: 9 with the outcome, then 29 children; no State.
        (
            "40,200",
            "9,1000",
            "too few other children in the district, and no counts for the State",
        ),
        (
            "40,200",
            "12,29",
            "too few other children in the district, and no counts for the State",
        ),
        ("0,0", "50,1000", "no children of this group"),
    ],
)
def test_each_minimum_that_fails(tmp_path, black, white, reason):
    path = table(
        tmp_path, f"D,2022,learning,Black,{black}", f"D,2022,learning,White,{white}"
    )
    found = row(asked(path, "--internal"))
    assert found["ratio"] is None
    assert found["reason"] == reason


def test_nobody_else_with_the_outcome_is_undefined(tmp_path):
    path = table(
        tmp_path, "D,2022,learning,Black,40,200", "D,2022,learning,White,0,1000"
    )
    found = row(asked(path, "--internal", "--min-cell", 0))
    assert found["reason"] == "none of the other children has the outcome"
    assert found["ratio"] is None


def test_a_ratio_at_the_threshold_is_not_over(tmp_path):
    # 30 of 200 against 50 of 1,000: exactly 3; one more child would be over.
    path = table(
        tmp_path, "D,2022,learning,Black,30,200", "D,2022,learning,White,50,1000"
    )
    found = row(asked(path))
    assert (found["ratio"], found["over_threshold"]) == (3.0, False)
    assert found["students_from_threshold"] == -1
    over = row(asked(path, "--threshold", 2.9))
    assert over["over_threshold"] is True


def test_the_alternate_ratio_against_the_state(tmp_path):
    # The district's others: 4 of 40.  The State's: 104 of 2,000 less none of the group.
    path = table(tmp_path, "D,2022,learning,Black,40,200", "D,2022,learning,White,4,40")
    state = table(
        tmp_path,
        "D,2022,learning,Black,40,200",
        "D,2022,learning,White,4,40",
        "E,2022,learning,White,100,1960",
        name="state.csv",
    )
    found = row(asked(path, "--internal", "--state", state))
    assert found["kind"] == "alternate risk ratio"
    assert found["ratio"] == pytest.approx((40 / 200) / (104 / 2000))
    few = table(
        tmp_path,
        "E,2022,learning,White,4,45",
        name="few.csv",
    )
    said = refused(path, "--state", few, "--internal")
    assert "the State has fewer children than its districts" in said
    own = row(asked(path, "--internal", "--state", path))
    assert own["reason"] == "too few other children in the district, and in the State"


def years(tmp_path, *with_outcome):
    lines = []
    for year, count in zip((2020, 2021, 2022), with_outcome, strict=True):
        lines += [f"D,{year},learning,Black,{count},200"]
        lines += [f"D,{year},learning,White,50,1000"]
    return table(tmp_path, *lines)


@pytest.mark.parametrize(
    ("counts", "finding", "progress"),
    [
        ((40, 40, 40), "over in each year asked for", False),
        # 5.0, then 4.5, then 4.0: lower in each of the two prior years.
        ((50, 45, 40), "over, with reasonable progress", True),
        # Lower once only.
        ((45, 50, 40), "over in each year asked for", False),
        # 2.0 in the first year.
        ((20, 40, 40), "over, not in enough consecutive years", False),
        ((40, 40, 30), "not over the threshold", False),
    ],
)
def test_three_years_and_progress(tmp_path, counts, finding, progress):
    found = row(asked(years(tmp_path, *counts)), year="2022")
    assert (found["finding"], found["reasonable_progress"]) == (finding, progress)


def test_small_numbers_are_withheld_and_the_others_compared_with_their_sum(tmp_path):
    # 4 of 40 and 6 of 60 together are 10 of 100; with White 50 of 1,000: 60 of 1,100.
    path = table(
        tmp_path,
        "D,2022,learning,Black,40,200",
        "D,2022,learning,White,50,1000",
        "D,2022,learning,Asian,4,40",
        "D,2022,learning,Hispanic,6,60",
    )
    answer = asked(path)
    found = row(answer)
    assert found["comparison_risk"] == pytest.approx(60 / 1100)
    assert found["ratio"] == pytest.approx((40 / 200) / (60 / 1100))
    small = row(answer, "Asian")
    assert small["withheld"] is True
    assert (small["n"], small["count"], small["risk"], small["reason"]) == (None,) * 4
    assert answer["provenance"]["internal"] is False
    shown = asked(path, "--internal")
    assert row(shown, "Asian")["count"] == 4
    assert shown["provenance"]["internal"] is True


def test_a_mark_in_a_count_is_withheld_and_never_nothing(tmp_path):
    path = table(
        tmp_path,
        "D,2022,learning,Black,40,200",
        "D,2022,learning,White,50,1000",
        "D,2022,learning,Asian,<10,40",
        "D,2022,learning,Hispanic,20,100",
    )
    answer = asked(path)
    assert row(answer, "Asian")["withheld"] is True
    # What the others have is not known, so nobody is compared with them.
    assert row(answer)["ratio"] is None
    assert row(answer)["reason"].startswith("another group is withheld")
    assert any("bounds only" in note for note in answer["provenance"]["notes"])


def students(tmp_path, *groups, head="race,age,primary disability,lre,oss days"):
    lines = []
    for times, line in groups:
        lines += [line] * times
    return table(tmp_path, *lines, head=head, name="students.csv")


def test_students_make_the_categories_that_their_file_can_say(tmp_path):
    # Black: 40 of 200 with a learning disability; White: 50 of 1,000.  Ages 3 to 21: the
    # one of 22 is in no count.
    path = students(
        tmp_path,
        (40, "Black,10,SLD,RC80,0"),
        (160, "Black,10,,,0"),
        (50, "White,10,SLD,RC39,12"),
        (950, "White,10,,,0"),
        (1, "White,22,SLD,RC80,0"),
    )
    answer = asked(path, "--internal", counts=False)
    assert row(answer, category="learning")["ratio"] == pytest.approx(4)
    assert row(answer, category="learning")["students_from_threshold"] == 10
    white = row(answer, "White", category="under-40")
    assert (white["count"], white["n"]) == (50, 50)
    away = row(answer, "White", category="out-over-10")
    assert (away["count"], away["n"]) == (50, 50)
    said = " ".join(answer["provenance"]["notes"])
    assert "Not in the file, and not counted" in said


def test_how_many_are_in_no_count_is_not_told_of_a_few(tmp_path):
    path = students(
        tmp_path,
        (40, "Black,10,SLD,RC80,0"),
        (160, "Black,10,,,0"),
        (50, "White,10,SLD,RC39,0"),
        (950, "White,10,,,0"),
        (3, ",10,SLD,RC80,0"),
    )
    notes = asked(path, counts=False)["provenance"]["notes"]
    assert "Some students are in no count: race or ethnicity not reported." in notes
    inside = asked(path, "--internal", counts=False)["provenance"]["notes"]
    assert any(note.startswith("3 students are in no count") for note in inside)


def test_any_outcome_by_any_trait(tmp_path):
    # 30 of 100 against 10 + 10 of 100 + 100: 3.
    path = table(
        tmp_path,
        *["North,1"] * 30, *["North,0"] * 70, *["East,1"] * 10, *["East,0"] * 90,
        *["West,1"] * 10, *["West,0"] * 90,
        head="area,suspended",
    )  # fmt: skip
    answer = asked(path, "--outcome", "suspended", "--by", "area", counts=False)
    found = row(answer, "North")
    assert found["ratio"] == pytest.approx(3)
    assert found["over_threshold"] is False
    said = " ".join(answer["provenance"]["notes"])
    assert "none of the categories of 34 CFR 300.647" in said


def test_settings_of_the_state_in_equity_toml(tmp_path):
    path = table(
        tmp_path, "D,2022,learning,Black,40,200", "D,2022,learning,White,50,1000"
    )
    (tmp_path / "equity.toml").write_text(
        "[idea]\nthreshold = 4.5\nyears = 1\n[idea.standards.discipline]\nmin_n = 20\n"
    )
    answer = asked(path)
    assert row(answer)["over_threshold"] is False
    assert answer["settings"]["years"] == 1
    assert (
        row(asked(path, "--threshold", 3))["finding"] == "over in each year asked for"
    )
    (tmp_path / "equity.toml").write_text("[idea]\ntreshold = 4.5\n")
    assert "treshold" in refused(path)


def test_every_form_and_the_worksheet(tmp_path):
    path = table(
        tmp_path, "D,2022,learning,Black,40,200", "D,2022,learning,White,50,1000"
    )
    with eq.open(path) as data:
        result = data.risk_ratios(None, count="with", total="children")
    assert result.to_polars().height == result.to_pandas().shape[0] == 7
    done = run(path, "--count", "with", "--total", "children", "--format", "csv")
    first = next(csv.DictReader(io.StringIO(done.stdout)))
    assert "students_from_threshold" in first
    sheet = tmp_path / "district.xlsx"
    done = run(path, "--count", "with", "--total", "children", "-o", sheet)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(sheet) as book:
        text = book.read("xl/sharedStrings.xml").decode()
    assert "Specific learning disability" in text
    screen = run(path, "--count", "with", "--total", "children").stdout
    assert "1 of 2 risk ratios are over the threshold" in screen
    assert max(map(len, screen.splitlines())) <= 80


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["D,2022,learning,Black,40,200"] * 2, "two rows"),
        (
            ["D,2022,learning,Black,40,200", "D,2022,learning,African American,4,20"],
            "is there twice",
        ),
        (["D,2022,learning,Black,240,200"], "cannot be right together"),
        (["D,2022,learning,Black,forty,200"], "row 3"),
        (
            ["D,2022,gifted,Black,40,200", "D,2022,learning,Black,40,200"],
            "14 categories",
        ),
        (["D,2022,learning,Purple,40,200"], "seven federal groups"),
        (["D,,learning,Black,40,200"], "no value here"),
    ],
)
def test_what_cannot_be_counted_is_refused(tmp_path, lines, said):
    path = table(tmp_path, "D,2022,learning,White,50,1000", *lines)
    assert said in refused(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--years", "4"], "1, 2 or 3"),
        (["--threshold", "0.5"], "from 1 up"),
        (["--district", "distrct"], "district"),
        (["--category", "kind"], "no column 'kind'"),
        (["--show-min", "0"], "--show-min"),
        (["--state", "nowhere.csv"], "nowhere.csv"),
        (["-o", "x.xlsx", "--format", "csv"], "workbook"),
    ],
)
def test_options_that_cannot_be_followed(tmp_path, options, said):
    path = table(
        tmp_path, "D,2022,learning,Black,40,200", "D,2022,learning,White,50,1000"
    )
    assert said in refused(path, *options)


def test_students_without_a_disability_column_name_the_next_step(tmp_path):
    path = students(tmp_path, (30, "Black,10"), head="race,age")
    assert "--outcome" in refused(path, counts=False)


def test_an_outcome_that_is_no_share_is_refused(tmp_path):
    path = table(tmp_path, "A,512.5", "B,498.25", "A,530", "B,475", head="race,score")
    with eq.open(path) as data, pytest.raises(EquitableError, match="no share"):
        data.risk_ratios("score", by="race")
