"""Reports and pages of published averages and percentages that count no students.

NAEP grade 4 reading, 2019, as The Nation's Report Card has it: all 220, White 230,
Black 204, Hispanic 209, Asian/Pacific Islander 237 points.
"""

from __future__ import annotations

import json
import math
import re
from html import unescape
from pathlib import Path

import pytest

import equitable as eq
from equitable.errors import QuestionError
from equitable.intake.meaning.proposal import inspect
from equitable.intake.settings import write_settings
from equitable.intake.source import open_source
from equitable.report.board.words import words_of

NATION = Path(__file__).parents[1] / "data" / "naep_grade_4_reading_nation.csv"
STATES = (
    Path(__file__).parents[2].parent
    / "shared" / "data" / "naep" / "naep_g4_reading_by_race_1992_2019.csv"
)  # fmt: skip
NO_INTERVAL = (
    "No interval: the file gives no standard error, so it cannot be told whether a"
    " difference of this size is chance."
)
GROUPS = {"All Students": 220, "Black": 204, "White": 230, "Hispanic": 209}


def said(path: Path) -> str:
    """A page's words, without its style and tags."""
    text = re.sub(r"(?s)<style>.*?</style>", " ", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", text))).strip()


def written(source: Path, folder: Path, **asked: object) -> tuple[str, str, str]:
    """The words of a report, of its page, and of that in Spanish."""
    with eq.open(source) as table:
        paths = table.report(folder / "out.html", **asked)
    assert [path.name for path in paths] == [
        "out.html", "out-board-en.html", "out-board-es.html",
    ]  # fmt: skip
    report, english, spanish = map(said, paths)
    return report, english, spanish


def table(
    folder: Path, head: str, rows: dict[str, str], places: tuple[str, ...] = ("State",)
) -> Path:
    """A long table of one year, a row for each place and group."""
    path = folder / "figures.csv"
    lines = [f"Year,State,Student Group,{head}"]
    lines += [
        f"2019,{place},{group},{row}" for place in places for group, row in rows.items()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def with_errors(folder: Path) -> Path:
    """Averages with standard errors of 1.2 (All Students: 0.5) and deviations of 40."""
    rows = {
        group: f"{score},{0.5 if group == 'All Students' else 1.2},40"
        for group, score in GROUPS.items()
    }
    return table(folder, "Average scale score,Standard error,SD", rows)


# ----------------------------------------------------------------- without any error


def test_the_nation_in_2019(tmp_path):
    report, english, spanish = written(NATION, tmp_path, our_group="Hispanic")
    assert (
        "On average 203.5 points for Black or African American students, 220.5 for all"
        " students: a difference of 16.9." in report
    )
    assert NO_INTERVAL in report
    assert (
        "on average 208.8 points for Hispanic or Latino students; 220.5 points for all"
        " students." in english
    )
    assert NO_INTERVAL in english
    assert "How many students these are is not in the file." in english
    assert "What the public figures say about Hispanic or Latino students" in english
    assert "208.8 puntos para estudiantes hispanos o latinos" in spanish
    assert "Sin intervalo: el archivo no da el error estándar" in spanish
    assert "El archivo no dice cuántos estudiantes son." in spanish


def test_a_number_that_is_not_there_is_said_and_never_0_or_blank(tmp_path):
    report, english, _ = written(NATION, tmp_path)
    assert "n: not in the file" in report
    assert "Black or African American not in the file 203.5" in re.sub(
        r"(?<=[a-z])(?=not in)|(?<=file)(?=\d)", " ", report
    )
    for page in (report, english):
        assert "– students" not in page
        assert "0 students" not in page
    assert "would make it equal." in report
    assert "For parity" not in report
    assert english.count("not in the file") >= 2
    assert english.count("no standard error") >= 2


def test_years_with_two_averages_of_one_group_show_neither(tmp_path):
    """In 1998 and 2000 NAEP has two samples: with accommodations, and without."""
    report, _, _ = written(NATION, tmp_path)
    assert "Of 1998, 2000 the file gives several figures for one group" in report


def test_the_page_says_which_years_it_leaves_out(tmp_path):
    head, *lines = NATION.read_text(encoding="utf-8").splitlines()
    early = [line for line in lines if int(line[:4]) < 2005]
    path = tmp_path / "early.csv"
    path.write_text("\n".join([head, *early]) + "\n", encoding="utf-8")
    _, english, _ = written(path, tmp_path)
    assert "Not shown: 1998 and 2000. The file gives several figures" in english
    assert "The file has no figures for 1993, 1995, 1996, 1997 and 2 more." in english


def test_where_chooses_one_of_two_samples(tmp_path):
    """White students in 1998: 225 points, accommodations permitted (NAEP)."""
    with eq.open(NATION) as students:
        result = students.gaps(
            "avg.scale.score",
            by=["race.ethnicity"],
            where="year = 1998 and accommodations.permitted = 'yes'",
        )
    found = {row.group["race.ethnicity"]: row for row in result.rows}
    assert round(found["White"].value) == 225


def test_what_inspect_writes_is_read_back_the_same(tmp_path):
    settings = tmp_path / "equity.toml"
    source = tmp_path / "nation.csv"
    source.write_bytes(NATION.read_bytes())
    with eq.open(source) as students:
        before = students.gaps(
            "avg.scale.score", by=["race.ethnicity"], where="year = 2019"
        )
    with open_source(source) as opened:
        write_settings(inspect(opened), settings)
    assert 'averages = ["avg.scale.score"]' in settings.read_text(encoding="utf-8")
    with eq.open(source, config=settings) as students:
        after = students.gaps(
            "avg.scale.score", by=["race.ethnicity"], where="year = 2019"
        )
    assert [row.value for row in after.rows] == [row.value for row in before.rows]
    written(source, tmp_path)


@pytest.mark.skipif(not STATES.exists(), reason="no shared data")
def test_a_state_beside_the_nation(tmp_path):
    """Connecticut 2019: all 224, Hispanic 204; the nation: 220 and 209 (NAEP)."""
    _, english, _ = written(
        STATES, tmp_path, our_group="Hispanic", our_school="Connecticut"
    )
    assert (
        "on average 203.8 points for Hispanic or Latino students in Connecticut; 224.3"
        " points for all students there." in english
    )
    assert "All places together, as the file has it" in english
    for figure in ("208.8", "220.5"):
        assert figure in english


# ------------------------------------------------------------- with standard errors


def test_an_interval_from_the_publishers_standard_errors(tmp_path):
    """204 - 220 = -16; 1.959964 * sqrt(1.2**2 + 0.5**2) = 1.959964 * 1.3 = 2.547953."""
    with eq.open(with_errors(tmp_path)) as students:
        result = students.gaps("Average scale score", by=["Student Group"])
    row = next(
        row for row in result.rows if "Black or African American" in row.group.values()
    )
    assert row.difference == pytest.approx(-16)
    assert row.difference_low == pytest.approx(-18.547953, abs=1e-6)
    assert row.difference_high == pytest.approx(-13.452047, abs=1e-6)
    # 204 -+ 1.959964 * 1.2
    assert (row.low, row.high) == pytest.approx((201.648043, 206.351957), abs=1e-6)
    assert row.standardised == pytest.approx(-16 / 40)
    # Two-sided normal p of 16 / 1.3, from the complementary error function.
    assert row.p == pytest.approx(math.erfc(16 / 1.3 / math.sqrt(2)), rel=1e-9)
    assert row.verdict == "worse"
    assert row.n is None
    assert row.reasons["n"] == "n: not in the file"
    assert row.parity_fixed is None


def test_two_groups_that_do_not_share_students(tmp_path):
    """White less Black: 1.959964 * sqrt(1.2**2 + 1.2**2) = 3.326169."""
    with eq.open(with_errors(tmp_path)) as students:
        result = students.gaps(
            "Average scale score", by=["Student Group"], reference="Black"
        )
    row = next(row for row in result.rows if "White" in row.group.values())
    assert row.difference == pytest.approx(26)
    assert row.difference_high - row.difference == pytest.approx(3.326169, abs=1e-6)


def test_a_page_with_standard_errors_is_certain(tmp_path):
    _, english, _ = written(with_errors(tmp_path), tmp_path, our_group="Black")
    assert "The difference is larger than chance would explain." in english
    assert "not in the file" in english
    assert "No interval" not in english


def test_numbers_of_students_are_shown_where_the_file_has_them(tmp_path):
    rows = {group: f"{score},{500 + score}" for group, score in GROUPS.items()}
    rows |= {f"Grade {n}": f"{200 + n},{600 + n}" for n in range(3, 9)}
    rows |= {"SWD": "190,601", "English Learners": "191,602", "Homeless": "192,603"}
    source = table(tmp_path, "Average scale score,Number Tested", rows)
    with eq.open(source) as students:
        assert students.schema.rows_are == "figures"
        found = students.gaps("Average scale score", by=["race"])
    assert {row.n for row in found.rows} == {704, 730, 709}
    assert all(row.p is None for row in found.rows)


def test_special_education_is_no_standard_error(tmp_path):
    """A file of students with an average of marks and 'SE' for special education."""
    path = tmp_path / "students.csv"
    rows = [f"{60 + i % 37}.5,{i % 2},{'FM'[i % 2]}" for i in range(80)]
    lines = ["avg_grade,SE,sex,home language,grade level,room,bus"]
    lines += [f"{row},English,4,{i % 3},{i % 5}" for i, row in enumerate(rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with eq.open(path) as students:
        assert students.schema.rows_are == "students"


# --------------------------------------------------------------- published percentages


def test_published_percentages_without_counts(tmp_path):
    rows = {
        "All Students": "52.4", "English Learners": "21.0", "Not English Learners": "58.3",
        "SWD": "*", "Not SWD": "57.0",
    }  # fmt: skip
    source = table(
        tmp_path, "Percent Proficient", rows, ("State", "Adams", "Bell", "Clay")
    )
    report, english, spanish = written(source, tmp_path, our_group="English Learners")
    assert (
        "Of every 100 English learners, 21 reached the expected level; of every 100 of"
        " all students, 52." in english
    )
    assert "de cada 100 de todos los estudiantes, 52." in spanish
    assert "4 of its 20 figures are a mark (‘*’) and no number." in english
    assert "−31.4" in report
    assert "More or fewer for parity" not in report


def test_a_mark_is_no_figure(tmp_path):
    rows = {"All Students": "52", "SWD": "<5", "Not SWD": "57", "English Learners": "9"}
    source = table(tmp_path, "Percent Proficient", rows, ("State", "Adams", "Bell"))
    with eq.open(source) as students:
        found = students.gaps("Percent Proficient", by=["disability"])
    row = next(row for row in found.rows if row.group["disability"] == "SWD")
    assert row.value is None
    assert row.reason == "the file gives no figure"


# --------------------------------------------------------------------- what is refused


def test_a_rule_about_averages_is_refused(tmp_path):
    with (
        eq.open(NATION) as students,
        pytest.raises(QuestionError, match="is a rule, and rows are published figures"),
    ):
        students.report(tmp_path / "out.html", outcomes=["avg.scale.score >= 220"])


@pytest.mark.parametrize("asked", [{"indices": True}, {"sensitivity": True}])
def test_what_needs_students_is_refused(asked):
    with (
        eq.open(NATION) as students,
        pytest.raises(QuestionError, match="averages only"),
    ):
        students.gaps(
            "avg.scale.score", by=["race.ethnicity"], where="year = 2019", **asked
        )


def test_without_all_students_the_best_group_is_the_reference(tmp_path):
    rows = {
        group: str(score) for group, score in GROUPS.items() if group != "All Students"
    }
    rows |= {"Asian": "237", "Two or more races": "226"}
    source = table(tmp_path, "Average scale score", rows)
    settings = tmp_path / "equity.toml"
    settings.write_text('[published]\naverages = ["Average scale score"]\n')
    with eq.open(source, config=settings) as students:
        found = students.gaps("Average scale score", by=["Student Group"])
    row = next(
        row for row in found.rows if "Black or African American" in row.group.values()
    )
    assert row.reference.group == {"Student Group": "Asian"}
    assert row.difference == 204 - 237
    assert any("no figure of all students" in note for note in found.provenance.notes)


def test_a_trait_without_the_named_group_is_beside_all_students(tmp_path):
    rows = {"All Students": "52", "SWD": "18", "Not SWD": "57", "English Learners": "21",
            "Not English Learners": "58"}  # fmt: skip
    source = table(tmp_path, "Percent Proficient", rows, ("State", "Adams", "Bell"))
    report, _, _ = written(source, tmp_path, reference="Not SWD")
    assert (
        "of every 100 English learners, 21; of every 100 students overall, 52."
        in report
    )


# ------------------------------------------------------------------------- other forms


def test_every_null_of_the_json_has_its_reason():
    with eq.open(NATION) as students:
        result = students.gaps(
            "avg.scale.score", by=["race.ethnicity"], where="year = 2019"
        )
    for row in json.loads(result.to_json())["rows"]:
        nulls = {name for name, held in row.items() if held is None} - {
            "reason",
            "verdict",
        }
        assert nulls <= {*row["reasons"]}, nulls - {*row["reasons"]}
        assert row["reasons"]["n"] == "n: not in the file"
    flat = result.to_records()[0]
    assert flat["n"] is None
    assert "n: n: not in the file" in flat["reasons"]


def test_both_languages_say_the_same_things():
    assert words_of("en").names() == words_of("es").names()


# ------------------------------------------- a class list is no table of averages


CLASS_LIST = "Student Name,Race,Gender,Average score\n" + "".join(
    f"Kid {i},{race},{'MF'[i % 2]},{60 + i * 1.37:.1f}\n"
    for i, race in enumerate(["White"] * 12 + ["Black"] * 6 + ["Asian"])
)


@pytest.mark.parametrize("by", [["Race"], ["Race", "Gender"]])
@pytest.mark.parametrize("where", [None, "Gender = F"])
def test_one_students_average_is_never_a_groups(tmp_path, by, where):
    """Of 19 children one is Asian: 60 + 18 * 1.37 = 84.7 is hers alone."""
    path = tmp_path / "class.csv"
    path.write_text(CLASS_LIST)
    with eq.open(path, fresh=True) as students:
        assert not students.schema.indicators
        with pytest.raises(QuestionError, match="or one student's own") as refused:
            students.gaps("Average score", by=by, where=where)
        assert "averages = " in refused.value.next_step
        with pytest.raises(QuestionError):
            students.inequality("Average score", by="Race", where=where)
        with pytest.raises(QuestionError):
            students.report(tmp_path / "class.html", where=where)
    assert not (tmp_path / "class.html").exists()


def test_what_inspect_writes_of_a_class_list_shows_no_child(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text(CLASS_LIST)
    with open_source(path) as source:
        found = inspect(source)
        write_settings(found, tmp_path / "equity.toml")
    assert any("If a row is a student" in note for note in found.notes)
    assert "averages =" not in (tmp_path / "equity.toml").read_text()
    with eq.open(path) as students:
        result = students.gaps("Average score", by=["Race"])
    shown = {row.group["Race"] for row in result.rows if not row.withheld}
    assert "Asian" not in shown
    assert "84.7" not in result.to_json()
