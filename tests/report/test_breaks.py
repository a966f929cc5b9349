"""A change of how something is counted: in results, charts, tables and sentences."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import equitable as eq
from equitable.errors import SettingsError
from equitable.intake.breaks import year_key
from equitable.report import charts, html, pdf, workbook
from equitable.report.chart_parts import PALETTES
from equitable.report.document import (
    ChartBreak,
    Document,
    Figure,
    Line,
    LineChart,
    LinePoint,
    Section,
    stretches,
)
from equitable.report.line_chart import line_spec
from equitable.report.over_years import over_years
from equitable.report.sentences import headline
from equitable.years import jump_in

DATA = Path(__file__).parents[2].parent / "shared" / "data"
YEARS = ("2018", "2019", "2020", "2021")
WHY = "Days of learning at home were counted as present."


def table_of_counts(tmp_path: Path, toml: str = "", years=YEARS) -> Path:
    """Two groups; 20 and 40 of 100 in 2018, two more each year, ten more from 2021."""
    lines = ["year,race,absent,enrolled"]
    for place, year in enumerate(years):
        more = 2 * place + (10 if place == len(years) - 1 else 0)
        lines += [f"{year},Asian,{200 + 10 * more},1000"]
        lines += [f"{year},White,{400 + 10 * more},1000"]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "equity.toml").write_text(toml, encoding="utf-8")
    return tmp_path / "a.csv"


def declared(at: str, **more: str) -> str:
    rest = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f'[[break]]\nat = "{at}"\nwhy = "{WHY}"\n{rest}'


def asked(path: Path, **question):
    with eq.open(path) as data:
        return data.gaps("", count="absent", total="enrolled", **question)


def figure(path: Path) -> Figure:
    found = asked(path, by=["race"], within=["year"], depth=1)
    figures = [b for b in over_years(found.gaps, "i1") if isinstance(b, Figure)]
    assert len(figures) == 1
    return figures[0]


# ------------------------------------------------------------------ years as written


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2021", (2021, False)),
        ("SY 2021", (2021, False)),
        ("2020-21", (2020, True)),
        ("2020-2021", (2020, True)),
        ("2020/21", (2020, True)),
        ("SY2020-21", (2020, True)),
        ("20-21", (2020, True)),
        ("1999-00", (1999, True)),
        ("2021.0", (2021, False)),
        ("2018-2022", None),
        ("before", None),
    ],
)
def test_years_in_their_ways_of_writing(text, key):
    assert year_key(text) == key


@pytest.mark.parametrize(
    ("years", "at", "is_at"),
    [
        (("2019-20", "2020-21", "2021-22"), "2020-2021", "2020-21"),
        (("2019-2020", "2020-2021"), "SY 2020-21", "2020-2021"),
        (("SY 2020", "SY 2021"), "2021", "SY 2021"),
    ],
)
def test_a_break_is_at_the_year_however_it_is_written(tmp_path, years, at, is_at):
    with eq.open(table_of_counts(tmp_path, declared(at), years)) as data:
        assert [one.at for one in data.schema.breaks] == [is_at]
        assert data.schema.breaks[0].earlier == years[: years.index(is_at)]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (declared("2030"), r"at = '2030' is no year of 'year'\. The years are 2018, "),
        (declared("2017-18"), "is no year"),
        (declared("2020", outcomes='["absnt"]'), r"Did you mean 'absent'\?"),
        (declared("2020", groups='{ race = ["Whyte"] }'), r"Did you mean 'White'\?"),
        (declared("2020", groups="{ rase = [] }"), "groups: there is no"),
    ],
)
def test_what_the_file_lacks_is_refused(tmp_path, toml, said):
    with pytest.raises(SettingsError, match=said):
        eq.open(table_of_counts(tmp_path, toml))


def test_a_break_without_a_year_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("race,passed\nA,1\nB,0\n")
    (tmp_path / "equity.toml").write_text(declared("2020"))
    with pytest.raises(SettingsError, match="no column was taken for the year"):
        eq.open(tmp_path / "a.csv")


def test_a_break_at_the_first_year_is_only_said(tmp_path):
    with eq.open(table_of_counts(tmp_path, declared("2018"))) as data:
        assert data.schema.breaks == ()
        assert any("'2018' is the first year" in note for note in data.schema.notes)


# -------------------------------------------------------------------------- results


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"by": ["race"]}, 'mix years of both ways. For the later one: --where "year'),
        ({"by": ["race"], "within": ["year"]}, "Each year's own figures stand"),
        ({"by": ["year"]}, "Years before 2020 and years from 2020 on cannot be compar"),
        (
            {"by": ["year"], "reference": "2018"},
            "2018, the reference, is of the years before it.",
        ),
    ],
)
def test_a_question_over_a_break_is_cautioned(tmp_path, question, said):
    found = asked(table_of_counts(tmp_path, declared("2020")), **question)
    (caution,) = (c for c in found.provenance.cautions if "another way" in c)
    assert caution.startswith(f"From 2020 on, 'Absent' is counted another way: {WHY}")
    assert said in caution
    assert found.to_dict()["provenance"]["breaks"] == [
        {"year": "year", "at": "2020", "before": "2019", "outcomes": [], "groups": {},
         "why": WHY}
    ]  # fmt: skip


@pytest.mark.parametrize("where", ["year >= 2020", "year in (2018, 2019)"])
def test_years_of_one_side_need_no_caution(tmp_path, where):
    path = table_of_counts(tmp_path, declared("2020"))
    found = asked(path, by=["race"], within=["year"], where=where)
    assert found.to_dict()["provenance"]["breaks"] == []
    assert "another way" not in found.to_json()


def test_a_break_of_another_outcome_is_not_said(tmp_path):
    path = table_of_counts(tmp_path, declared("2020", outcomes='["enrolled"]'))
    assert asked(path, by=["race"]).provenance.breaks == ()


def test_no_headline_tells_of_years_across_a_break(tmp_path):
    path = table_of_counts(tmp_path, declared("2021"))
    found = asked(path, by=["year"])
    assert found.rows[0].verdict is not None
    assert "no gap between them is told" in found._repr_html_()
    # 2020 has 34 of 100 and 2018 30: both counted alike, so that may be told of.
    said = headline(asked(path, by=["year"], reference="2018").gaps)
    assert "2020" in said
    assert "2021" not in said


# --------------------------------------------------------------------------- charts


def test_no_line_goes_across_and_the_words_say_so(tmp_path):
    found = figure(table_of_counts(tmp_path, declared("2020")))
    chart = found.chart
    assert isinstance(chart, LineChart)
    assert [one.at for one in chart.breaks] == ["2020"]
    assert set(chart.breaks[0].lines) == {"Asian", "White"}
    for width in (charts.WIDE, charts.NARROW):
        spec = line_spec(chart, width, PALETTES["print"])
        drawn = [part for part in spec["layer"] if part["mark"]["type"] == "line"]
        times = [[row["Time"] for row in part["data"]["values"]] for part in drawn]
        assert times == 2 * [["2018", "2019"], ["2020", "2021"]]
        rules = [
            part
            for part in spec["layer"]
            if part["mark"]["type"] == "rule" and "strokeDash" in part["mark"]
        ]
        points = [
            row["x"]
            for part in spec["layer"]
            if part["mark"]["type"] == "point"
            for row in part["data"]["values"]
            if row["Time"] in {"2019", "2020"}
        ]
        (rule,) = rules[0]["data"]["values"]
        assert rule["x"] == pytest.approx((min(points) + max(points)) / 2)
    assert found.beneath.startswith(f"Counting changed from 2020 on: {WHY}")
    assert "No line is drawn across it" in found.beneath
    assert WHY in found.alt
    assert "20.0 % in 2018, 22.0 % in 2019, 24.0 % in 2020, 36.0 % in 2021" in found.alt


def test_without_a_break_nothing_is_marked(tmp_path):
    found = figure(table_of_counts(tmp_path))
    assert found.beneath == ""
    assert found.table.row_breaks == ()
    assert found.brief is not None
    assert found.brief.column_breaks == ()
    assert "20.0 % in 2018, 36.0 % in 2021" in found.alt


def test_the_sentence_goes_no_further_back_than_the_last_break(tmp_path):
    # Asian students are ahead in every year, by 20 points.
    said = figure(table_of_counts(tmp_path, declared("2020"))).sentence
    assert "in 2020 (" in said
    assert "2018" not in said
    assert said.endswith("Years before 2020 were counted another way.")
    alone = figure(table_of_counts(tmp_path, declared("2021"))).sentence
    assert "years before 2021 were counted another way, and no change is told" in alone


def test_a_break_of_some_groups_leaves_the_others_lines(tmp_path):
    toml = declared("2020", groups='{ race = ["White"] }')
    chart = figure(table_of_counts(tmp_path, toml)).chart
    assert isinstance(chart, LineChart)
    lines = {line.label: len(stretches(line, chart)) for line in chart.lines}
    assert lines == {"Asian": 1, "White": 2}


def test_two_breaks_are_numbered_and_those_at_one_place_are_one(tmp_path):
    toml = declared("2019") + declared("2020")
    found = figure(table_of_counts(tmp_path, toml))
    assert isinstance(found.chart, LineChart)
    assert [one.label for one in found.chart.breaks] == ["change 1", "change 2"]
    assert "Change 1 from 2019 on" in found.beneath
    assert [place for place, _ in found.table.row_breaks] == [2, 4]
    same = declared("2020") + declared("2020", groups="{ race = [] }")
    both = figure(table_of_counts(tmp_path, same))
    assert isinstance(both.chart, LineChart)
    assert [one.label for one in both.chart.breaks] == ["change 1+2"]
    ((place, words),) = both.table.row_breaks
    assert place == 4
    assert "Change 1" in words
    assert "Change 2" in words


def test_labels_that_would_touch_are_numbers():
    times = tuple(str(year) for year in range(2010, 2023))
    chart = LineChart(
        lines=(
            Line(label="A", points=tuple(LinePoint(time=t, value=0.5) for t in times)),
        ),
        times=times,
        share=True,
        axis="x",
        breaks=tuple(
            ChartBreak(at=at, label=f"change {n}", lines=("A",))
            for n, at in enumerate(("2015", "2016"), start=1)
        ),
    )
    spec = line_spec(chart, charts.NARROW, PALETTES["print"])
    words = [row["text"] for part in spec["layer"] if part["mark"]["type"] == "text"
             for row in part["data"]["values"]]  # fmt: skip
    assert "1" in words
    assert "2" in words
    assert "change 1" not in words


# --------------------------------------------------------------------------- tables


def document(found: Figure) -> Document:
    section = Section(name="i1", title="Absent", sheet="Absent", blocks=(found,))
    return Document(title="T", subtitle="", mark="", sections=(section,))


def test_every_form_marks_the_boundary(tmp_path):
    found = figure(table_of_counts(tmp_path, declared("2020")))
    assert found.table.row_breaks[0][0] == 4  # two groups in 2018 and in 2019
    assert found.brief is not None
    assert found.brief.columns[3] == "2020"
    assert found.brief.column_breaks == (3,)
    page = html.render(document(found))
    row = re.search(r'<tr role="row" class="change">.*?</tr>', page)
    assert row
    assert WHY in row[0]
    assert page.index('class="change"') > page.index(">2019<")
    assert re.search(r'<th[^>]*class="n changed">2020<span class="unseen">', page)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.render(document(found)))).active
    assert sheet is not None
    first = [str(row[0].value or "") for row in sheet.iter_rows()]
    years = [str(row[1].value or "") for row in sheet.iter_rows()]
    marked = [n for n, text in enumerate(first) if text.startswith("Counting changed")]
    assert years[marked[-1] - 1] == "2019"
    assert years[marked[-1] + 1] == "2020"
    assert pdf.render(document(found)).startswith(b"%PDF")


def test_data_taken_along_say_which_way_they_were_counted(tmp_path):
    from equitable.report.tables import table_csv

    found = figure(table_of_counts(tmp_path, declared("2020")))
    lines = table_csv(found.table).splitlines()
    assert lines[0].endswith(",Counting")
    assert lines[4].endswith(",")  # the last row of 2019
    assert WHY in lines[5]


# ---------------------------------------------------------------------------- reports


def test_a_report_says_it_and_its_first_page_claims_no_change(tmp_path):
    path = table_of_counts(tmp_path, declared("2021"))
    with eq.open(path) as data:
        data.report(
            tmp_path / "r.html", outcomes=[""], count="absent", total="enrolled",
            by=["race", "year"], depth=1,
        )  # fmt: skip
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    first = page[page.index('id="summary"') : page.index('id="i1"')]
    assert "cannot be compared" in first
    said = re.findall(r'<p class="said">(.*?)</p>', first)
    assert said
    assert not [sentence for sentence in said if "2021" in sentence]
    assert "no gap between them is told" in page[page.index('id="i1"') :]


# ------------------------------------------------------------------------------ jumps


def levels(*changes: float, places: int = 10, spread: float = 0.004) -> np.ndarray:
    """Levels whose median change between years is as given, to within the spread."""
    own = np.linspace(-spread, spread, places)
    steps = [0.3 + np.zeros(places)]
    steps += [change + np.roll(own, n) for n, change in enumerate(changes)]
    return np.cumsum(np.stack(steps, axis=1), axis=1)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ((0.01, 0.10, 0.01), 2),
        ((0.10, 0.01), 1),
        ((-0.01, -0.12, 0.01, 0.02), 2),
        ((0.01, 0.04, 0.01), None),  # under five points
        ((0.05, 0.10, 0.05), None),  # under three times the usual
        ((0.10,), None),  # two years: nothing says what is usual
    ],
)
def test_which_jumps_are_asked_about(changes, at):
    assert jump_in(levels(*changes), least=0.05) == at


def test_a_jump_of_some_places_is_not_asked_about():
    found = levels(0.0, 0.10, 0.0)
    found[:3, 2:] -= 0.3  # three of ten go the other way
    assert jump_in(found, least=0.05) is None


def test_few_places_say_nothing():
    assert jump_in(levels(0.01, 0.10, 0.01, places=4), least=0.05) is None
    found = levels(0.01, 0.10, 0.01)
    found[:6, 1] = np.nan  # four have both years
    assert jump_in(found, least=0.05) is None


def school_file(tmp_path: Path, toml: str = "", years=YEARS) -> Path:
    """Six schools of 200: a quarter absent, and half of them in the last year."""
    lines = ["year,school,race,absent"]
    for year in years:
        every = 2 if year == years[-1] else 4
        lines += [
            f"{year},School {school},{'Asian' if n % 3 else 'White'},"
            f"{'yes' if n % every == 0 else 'no'}"
            for school in "ABCDEF"
            for n in range(200)
        ]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "equity.toml").write_text(
        '[indicators.absent]\ntrue = ["yes"]\n' + toml
    )
    return tmp_path / "a.csv"


def test_a_jump_that_nobody_declared_is_asked_about(tmp_path):
    with eq.open(school_file(tmp_path)) as data:
        found = data.inspect()
        asked_of = [
            f for f in found.quality.findings if "definition change" in f.sentence
        ]
    (one,) = asked_of
    assert one.sentence == (
        "'Absent' moves far more between 2020 and 2021 than between other years, and"
        " nearly everywhere at once (by School). Did the definition change?"
    )
    assert '# [[break]]\n# at = "2021"\n# outcomes = ["absent"]' in found.to_toml()


@pytest.mark.parametrize(
    ("toml", "years"),
    [(declared("2021"), YEARS), ("", YEARS[2:])],
)
def test_a_declared_jump_and_one_of_two_years_are_not(tmp_path, toml, years):
    with eq.open(school_file(tmp_path, toml, years)) as data:
        said = [f.sentence for f in data.quality().findings]
    assert not [sentence for sentence in said if "definition" in sentence]


# -------------------------------------------------------------------------- real files


@pytest.mark.skipif(not DATA.exists(), reason="the shared files are not here")
def test_new_york_s_attendance_with_its_break(tmp_path):
    toml = tmp_path / "c.toml"
    toml.write_text(declared("2020-2021", outcomes='"# Chronically Absent"'))
    path = DATA / "nyc" / "attendance_district_2018_2022.csv"
    with eq.open(path, config=toml) as data:
        found = data.gaps(
            "",
            count="# Chronically Absent",
            total="# Contributing 10+ Total Days and 1+ Pres Day",
            by=["Ethnicity"],
            within=["Year"],
        )
    (one,) = found.to_dict()["provenance"]["breaks"]
    assert (one["at"], one["before"]) == ("2020-21", "2019-20")
    assert any("pooled ones, mix the two ways" in c for c in found.provenance.cautions)
    figures = [b for b in over_years(found.gaps, "i1") if isinstance(b, Figure)]
    assert isinstance(figures[0].chart, LineChart)
    assert all(len(stretches(line, figures[0].chart)) == 2
               for line in figures[0].chart.lines)  # fmt: skip
