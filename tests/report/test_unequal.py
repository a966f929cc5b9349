"""How unequal all groups are together: the words, the charts, the report's section."""

import re
from html.parser import HTMLParser

import pytest

import equitable as eq
from equitable.errors import QuestionError
from equitable.report import charts
from equitable.report.document import DotChart, LineChart, Panels
from equitable.report.inequality import sentence, unequal_section
from equitable.report.line_chart import line_spec
from equitable.report.unequal_charts import inequality_figure
from equitable.report.unequal_words import other_groups, then_and_now

RATES = {
    2020: {"Asian": 70, "Black": 40, "White": 60},
    2021: {"Asian": 70, "Black": 41, "White": 60},
    2022: {"Asian": 60, "Black": 58, "White": 60},
}
SIZES = {"Asian": 200, "Black": 300, "White": 500}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    lines = ["year,race,passed,score"]
    for year, rates in RATES.items():
        for group, n in SIZES.items():
            passed = n * rates[group] // 100
            lines += [
                f"{year},{group},{int(i < passed)},{400 + rates[group] + i % 7}"
                for i in range(n)
            ]
    made = tmp_path_factory.mktemp("unequal") / "s.csv"
    made.write_text("\n".join(lines) + "\n")
    return made


def ask(path, outcome="passed", **more):
    with eq.open(path) as students:
        return students.inequality(outcome, by="race", **more)


def test_what_if_every_group_did_as_well(path):
    found = ask(path, where="year = 2020").gated
    # The mean is .2 * .7 + .3 * .4 + .5 * .6 = .56; the best is at .7.
    said = sentence(found)
    assert said.startswith("If every group did as well as Asian students")
    assert "would be 70.0 % rather than 56.0 %: 14.0 points higher (" in said


def test_lower_is_better_turns_the_words(path):
    said = sentence(ask(path, where="year = 2020", direction="lower").gated)
    assert "Black or African American students" in said
    assert "would be 40.0 % rather than 56.0 %: 16.0 points lower (" in said


def test_alike_is_said_as_not_enough_evidence(path):
    said = sentence(ask(path, where="year = 2022").gated)
    assert said == "There is not enough evidence that these groups differ."


def test_a_change_is_said_as_far_as_chance_allows(path):
    found = ask(path, within=["year"]).gated
    said = then_and_now(found, found.strata)
    assert "14.0 points in 2020" in said
    # 2022: the best is at .6, the mean at .2 * .6 + .3 * .58 + .5 * .6 = .594.
    assert "0.6 points in 2022" in said
    assert "nearer together, by 13.4 points" in said
    # The levels beside it: here the best group fell.
    assert "Asian students" in said
    assert "70.0 %" in said
    first_two = [one for one in found.strata if one.within["year"] != "2022"]
    assert "A change is not shown" in then_and_now(found, first_two)
    for word in ("better", "worse", "improved", "close the gap"):
        assert word not in said


def test_over_the_years_no_line_goes_into_a_break(path):
    with eq.open(path) as students:
        cells = students.cube(indicators=["passed"], by=["race"], within=["year"])
        asked = {"by": "race", "within": ["year"]}
        plain = cells.inequality("passed", **asked)
        broken = cells.inequality("passed", **asked, breaks=["2022"])

    def lines(result):
        chart = inequality_figure(result.gated, "x").chart
        assert isinstance(chart, Panels)
        return [
            [
                len(layer["data"]["values"])
                for layer in line_spec(part, 720, charts.PALETTES["print"])["layer"]
                if layer["mark"]["type"] == "line"
            ]
            for part in chart.charts
        ]

    assert lines(plain)[1] == [3, 3, 3]
    assert lines(broken)[1] == [2, 2, 2]
    last = [c for c in broken.gated.changes if c.until == "2022"]
    assert {c.reason for c in last} == {"what is counted changed in 2022"}
    said = then_and_now(broken.gated, broken.strata)
    assert "in 2021" in said
    assert "2022" not in said


def test_one_year_is_dots_and_years_are_lines(path):
    one = inequality_figure(ask(path, where="year = 2020").gated, "x")
    assert [type(part) for part in one.chart.charts] == [DotChart, DotChart]
    years = inequality_figure(ask(path, within=["year"]).gated, "x")
    above, beneath = years.chart.charts
    assert isinstance(above, LineChart)
    assert above.times == beneath.times == ("2020", "2021", "2022")
    # A distance is in points and begins at 0; levels are percentages.
    assert not above.share
    assert above.holds[0] == 0
    assert beneath.share
    assert above.lines[0].points[0].value == pytest.approx(14)
    assert "2020: 14.0 points (best Asian 70.0 %" in years.alt


class Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.places = []

    def handle_starttag(self, tag, attributes):
        if tag == "text":
            held = dict(attributes)
            self.places.append((float(held["x"]), float(held["y"])))


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW, 820])
@pytest.mark.parametrize("asked", [{"within": ["year"]}, {"where": "year = 2020"}])
def test_panels_stand_under_one_another_inside_the_picture(path, width, asked):
    figure = inequality_figure(ask(path, **asked).gated, "x")
    drawn = charts.svg(
        figure.chart, width=width, title="t", alt=figure.alt, theme="print", prefix="p"
    )
    root = re.search(r'width="(\d+)" height="(\d+)"', drawn)
    wide, tall = (float(x) for x in root.groups())
    found = Texts()
    found.feed(drawn)
    assert found.places
    assert all(-1 <= x <= wide + 1 and 0 <= y <= tall for x, y in found.places)
    # Two charts: the lower one's words begin below the middle of the upper.
    assert max(y for _, y in found.places) > tall * 0.8
    assert "NaN" not in drawn


def test_the_years_stand_in_one_column(path):
    figure = inequality_figure(ask(path, within=["year"]).gated, "x")
    spec = charts.specification(figure.chart, 720, charts.PALETTES["print"])
    columns = [
        [row["x"] for row in layer["data"]["values"]]
        for layer in spec["layer"]
        if layer["mark"]["type"] == "text"
        and [row.get("text") for row in layer["data"]["values"]]
        == ["2020", "2021", "2022"]
    ]
    assert len(columns) == 2
    assert columns[0] == columns[1]


def test_the_result_shows_itself_and_turns_into_frames(path):
    result = ask(path, within=["year"])
    assert len(result.to_dicts()) == 3 * 15
    frame = result.to_pandas()
    assert list(frame.columns[:4]) == ["year", "measure", "value", "low"]
    assert result.to_polars().shape == frame.shape
    shown = result._repr_html_()
    assert "<svg" in shown
    assert "Not checked for publication" in shown
    assert result.chart().to_dict()["layer"]
    page = result.page()
    assert "How unequal, all groups together" in page
    assert not re.search(r"(?:src|href)=.?https?:", page)
    assert result.svg().startswith("<svg")
    with pytest.raises(QuestionError, match="within strata"):
        _ = result.found
    single = ask(path, where="year = 2020")
    assert single.to_dicts()[0]["measure"] == "BGV"
    assert single.to_pandas().shape[0] == 15


def test_nothing_to_draw_is_a_sentence(tmp_path):
    few = tmp_path / "few.csv"
    rows = [f"A,{i % 2}" for i in range(40)] + ["B,1"] * 6 + ["C,0"] * 5
    few.write_text("\n".join(["race,passed", *rows]) + "\n")
    result = ask(few)
    with pytest.raises(QuestionError, match="no two groups to draw"):
        result.svg()
    assert "Nothing can be said" in result.page()


def test_groups_that_come_and_go_are_named(tmp_path):
    rows = ["year,race,passed"]
    for year, groups in (("1", "ABC"), ("2", "ABCD")):
        rows += [f"{year},{g},{i % 3 == 0:d}" for g in groups for i in range(60)]
    file = tmp_path / "come.csv"
    file.write_text("\n".join(rows) + "\n")
    found = ask(file, within=["year"]).gated
    assert "not shown in every year: D" in other_groups(found)
    assert "The years cannot be compared" in then_and_now(found, found.strata)


def test_the_report_has_its_section(path, tmp_path):
    target = tmp_path / "r.html"
    with eq.open(path) as students:
        students.report(target, outcomes=["passed", "score"], by=["race"])
    page = target.read_text()
    at = page.index("How unequal, all groups together</h2>")
    assert at < page.index("How good the data is</h2>")
    section = page[at:]
    assert "Passed, by Race" in section
    assert "If every group did as well as" in section or "not enough" in section


def test_two_groups_make_no_section(tmp_path):
    rows = ["race,passed"] + [f"{g},{i % 2}" for g in "AB" for i in range(60)]
    file = tmp_path / "two.csv"
    file.write_text("\n".join(rows) + "\n")
    target = tmp_path / "r.html"
    with eq.open(file) as students:
        students.report(target, outcomes=["passed"], by=["race"])
    assert "How unequal, all groups" not in target.read_text()
    assert unequal_section([]) is None


def test_schools_are_charted_with_the_surest_first(tmp_path):
    rows = ["school,race,passed"]
    for school, low in (("North", 20), ("South", 50), ("East", 45)):
        for race, passed in (("A", low), ("B", 60), ("C", 58)):
            rows += [f"{school},{race},{int(i < passed)}" for i in range(100)]
    file = tmp_path / "schools.csv"
    file.write_text("\n".join(rows) + "\n")
    figure = inequality_figure(ask(file, within=["school"]).gated, "x")
    assert isinstance(figure.chart, DotChart)
    assert figure.chart.dots[0].label == "North"
    assert figure.sentence.startswith("Farthest from the best group")
    assert ask(file, within=["school"]).gated.changes == ()
