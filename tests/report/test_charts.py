"""Charts: every figure where it belongs, nothing withheld, words that fit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from star_document import ATTACK, group_chart, mean_chart, school_chart, year_chart

from equitable import opening
from equitable.report.chart_parts import PALETTES, em, scale, wrapped
from equitable.report.charts import NARROW, WIDE, chart, specification, svg
from equitable.report.document import Dot, DotChart, Line, LineChart, LinePoint
from equitable.report.html import fragment
from equitable.report.line_chart import _apart, _Label

SVG = "{http://www.w3.org/2000/svg}"
EVERY = [group_chart, mean_chart, school_chart, year_chart]
DISPLAYED = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def drawn(data, width=WIDE, theme="print", prefix="p"):
    return svg(data, width=width, title="A <title>", alt="In & words", theme=theme,
               prefix=prefix)  # fmt: skip


def parsed(picture):
    return ET.fromstring(picture)  # noqa: S314 - it is our own


def words(picture):
    return [text.text for text in parsed(picture).iter(f"{SVG}text")]


def spots(picture):
    """Where points stand: Vega draws each as a path moved to its place."""
    moved = re.findall(
        r'<path transform="translate\(([\d.]+),([\d.]+)\)" d="M[^"]*" fill="([^"]+)"',
        picture,
    )
    return [(float(x), float(y), fill) for x, y, fill in moved]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("theme", ["screen", "print"])
@pytest.mark.parametrize("make", EVERY)
def test_a_picture_is_well_formed_named_and_says_what_it_shows(make, theme, width):
    root = parsed(drawn(make(), width, theme, prefix="a b/c"))
    assert root.get("role") == "img"
    assert root.get("viewBox", "").startswith(f"0 0 {width} ")
    named = [root.find(f"{SVG}{part}") for part in ("title", "desc")]
    assert [part.text for part in named] == ["A <title>", "In & words"]
    assert root.get("aria-labelledby").split() == [part.get("id") for part in named]
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert len(ids) == len(set(ids))
    assert all(name.startswith("a-b-c") for name in ids)


@pytest.mark.parametrize("make", EVERY)
def test_colours_belong_to_the_page_on_a_screen_and_to_the_picture_on_paper(make):
    screen, paper = drawn(make(), theme="screen"), drawn(make(), theme="print")
    assert not re.findall(r'"#[0-9a-f]{3,8}"', screen)
    assert 'fill="var(--soft)"' in screen
    assert "var(" not in paper
    assert drawn(make()) == paper, "the same data give the same picture"


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_dots_stand_in_proportion_to_their_values(width):
    values = (0.2, 0.3, 0.45, 0.7)
    data = DotChart(
        dots=tuple(Dot(label=f"{v}", value=v, text=f"{v}") for v in values),
        share=True,
        axis="Share",
    )
    placed = spots(drawn(data, width))
    assert len(placed) == 4
    xs = [x for x, _, _ in placed]
    unit = (xs[-1] - xs[0]) / (0.7 - 0.2)
    for (x, _, _), value in zip(placed, values, strict=True):
        assert x == pytest.approx(xs[0] + unit * (value - 0.2), abs=0.6)
    assert [y for _, y, _ in placed] == sorted(y for _, y, _ in placed)
    # The axis says the same: its words stand where their numbers belong.
    root = parsed(drawn(data, width))
    ticks = [
        (float(text.get("x")), int(text.text[:-2]) / 100)
        for text in root.iter(f"{SVG}text")
        if re.fullmatch(r"\d+ %", text.text)
    ]
    inner = ticks[1:-1]
    assert inner
    for x, share in inner:
        assert x == pytest.approx(xs[0] + unit * (share - 0.2), abs=0.6)


def test_states_differ_in_shape_and_are_said_in_words():
    picture = drawn(group_chart())
    palette = PALETTES["print"]
    fills = [fill for _, _, fill in spots(picture)]
    assert fills.count(palette.dot) == 5
    assert fills.count(palette.ground) == 1, "hollow: not enough evidence"
    assert fills.count(palette.reference) == 1
    said = words(picture)
    assert {"not enough evidence", "the reference", "Withheld", "No students"} <= {
        *said
    }
    assert "stroke-dasharray" in picture
    assert "White, No free lunch: 66.1 %" in said


@pytest.mark.parametrize("state", ["withheld", "none"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_withheld_group_has_no_mark_even_if_a_figure_slipped_in(state, width):
    leak = Dot(label="Few", detail="7 students", value=0.987654, low=0.912345, high=0.998877,
               state=state, text="Withheld" if state == "withheld" else "")  # fmt: skip
    data = DotChart(
        dots=(leak, Dot(label="Many", value=0.5, text="50.0 %")), share=True, axis="S"
    )
    spec = json.dumps(specification(data, width, PALETTES["print"]))
    assert not [
        digits for digits in ("0.98765", "0.91234", "0.99887") if digits in spec
    ]
    assert len(spots(drawn(data, width))) == 1
    if state == "withheld":
        assert "7 students" not in spec


def test_a_line_has_a_gap_where_a_figure_is_withheld():
    spec = specification(year_chart(), WIDE, PALETTES["print"])
    runs = [
        [row["Time"] for row in part["data"]["values"]]
        for part in spec["layer"]
        if part["mark"]["type"] == "line"
        and part["data"]["values"][0]["Group"] == "Black, No free lunch"
    ]
    assert runs == [["1988", "1989"]], "1986 stands alone, 1987 is withheld"
    assert "Where a line is broken: withheld, or no students." in words(
        drawn(year_chart())
    )


def test_lines_differ_by_dash_and_shape_and_are_named_at_their_end():
    spec = specification(year_chart(), WIDE, PALETTES["print"])
    lines = [part["mark"] for part in spec["layer"] if part["mark"]["type"] == "line"]
    assert len({str(mark["strokeDash"]) for mark in lines}) == 5
    shapes = {p["mark"]["shape"] for p in spec["layer"] if p["mark"]["type"] == "point"}
    assert len(shapes) == 5
    assert {"White, No free lunch", "Black, Free lunch"} <= {
        *words(drawn(year_chart()))
    }
    assert "until 1987" in words(drawn(year_chart()))


@given(
    st.lists(st.floats(30, 300), min_size=1, max_size=6),
    st.lists(st.integers(1, 2), min_size=6, max_size=6),
)
def test_names_of_lines_never_touch_and_keep_their_order(ys, lines):
    labels = [
        _Label(["x"] * lines[n], n, y, y, "") for n, y in enumerate(ys)
    ]  # fmt: skip
    _apart(labels, 20, 320)
    for above, below in pairwise(labels):
        assert above.y <= below.y
        assert below.at - above.at >= (above.height + below.height) / 2 - 1e-6
    assert labels[-1].at + labels[-1].height / 2 <= 320 + 1e-6
    assert labels[0].at - labels[0].height / 2 >= 20 - 1e-6


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_scale_of_shares_holds_them_and_shows_twenty_points_or_more(values):
    made = scale(values, share=True)
    assert made.low <= min(values) + 1e-9
    assert made.high >= max(values) - 1e-9
    assert made.low >= 0
    assert made.high <= 1 + 1e-9
    assert made.high - made.low >= 0.2 - 1e-9
    assert 2 <= len(made.ticks) <= 9
    said = [made.words(tick) for tick in made.ticks]
    assert len(set(said)) == len(said)


@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=1))
def test_a_scale_of_averages_holds_them_with_round_numbers(values):
    made = scale(values, share=False)
    assert made.low <= min(values) + 1e-6
    assert made.high >= max(values) - 1e-6
    said = [made.words(tick) for tick in made.ticks]
    assert len(set(said)) == len(said)


def test_averages_far_from_zero_are_not_drawn_from_zero():
    assert scale([915, 936], share=False).low > 900
    assert scale([915, 936], share=False).words(915) == "915"
    assert scale([2.5, 9.0], share=False).low == 0
    assert [scale([0.1, 0.9], share=True).words(t) for t in (0.0, 0.2)] == [
        "0 %",
        "20 %",
    ]


@given(st.text(max_size=120), st.integers(60, 300), st.integers(1, 3))
def test_words_are_wrapped_into_their_room(text, width, lines):
    made = wrapped(text, width, 14, lines)
    assert 1 <= len(made) <= lines
    assert all(em(line) * 14 <= width + 1e-6 for line in made)


@given(st.text(max_size=60))
def test_any_label_gives_a_picture_that_can_be_read(label):
    data = DotChart(
        dots=(Dot(label=label, value=0.5, text=label),), share=True, axis=label
    )
    palette = PALETTES["print"]
    json.dumps(specification(data, NARROW, palette))
    line = Line(label=label, points=(LinePoint(time=label, value=0.4),))
    json.dumps(
        specification(
            LineChart(lines=(line,), times=(label,), share=True, axis=label),
            WIDE,
            palette,
        )
    )


@pytest.mark.parametrize(
    "label",
    ["a\x00b\x08c", "\u202eright to left", ATTACK, "&amp; ]]> <![CDATA[", "\ud83d"],
)
def test_labels_that_break_xml_do_not(label):
    data = group_chart()
    data = replace(data, dots=(replace(data.dots[0], label=label), *data.dots[1:]))
    picture = drawn(data)
    parsed(picture)
    assert "<script" not in picture
    assert "<img" not in picture
    picture.encode("utf-8")


def test_charts_of_nothing_are_pictures_too():
    parsed(drawn(DotChart(dots=(), share=True, axis="")))
    parsed(drawn(LineChart(lines=(), times=(), share=False, axis="")))


@pytest.mark.browser
@pytest.mark.parametrize("font", ["DejaVu Sans", "Noto Sans"])
def test_no_words_touch_or_leave_the_picture(chromium_path, font):
    from playwright.sync_api import sync_playwright

    pictures = [
        drawn(make(), width, prefix=f"p{n}{width}")
        for n, make in enumerate(EVERY)
        for width in (WIDE, NARROW)
    ]
    style = f"<style>text{{font-family:'{font}'}}</style>"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path, args=DISPLAYED)
        page = browser.new_page()
        page.set_content(style + "".join(pictures))
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('svg')].map(svg => ({
                 width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height,
                 texts: [...svg.querySelectorAll('text')].map(text => {
                   const box = text.getBBox();
                   return [text.textContent, box.x, box.y, box.width, box.height];
                 })}))"""
        )
        browser.close()
    for picture in boxes:
        for text, x, y, width, height in picture["texts"]:
            assert x >= -1, text
            assert y >= -1, text
            assert x + width <= picture["width"] + 1, text
            assert y + height <= picture["height"] + 1, text
        for number, one in enumerate(picture["texts"]):
            for other in picture["texts"][number + 1 :]:
                apart_across = (
                    one[1] + one[3] <= other[1] + 1 or other[1] + other[3] <= one[1] + 1
                )
                # Letters' boxes hold room above and below that neighbours may share.
                near = 0.3 * min(one[4], other[4])
                apart_down = (
                    one[2] + one[4] <= other[2] + near
                    or other[2] + other[4] <= one[2] + near
                )
                assert apart_across or apart_down, (one[0], other[0])


@pytest.fixture(scope="module")
def small_result(tmp_path_factory):
    """Two groups of 40, and one of 7 that is withheld with its complement."""
    file = tmp_path_factory.mktemp("small") / "students.csv"
    rows = ["race,passed"]
    for race, passed, failed in (
        ("A", 12, 28),
        ("B", 31, 12),
        ("C", 3, 4),
        ("D", 20, 17),
    ):
        rows += [f"{race},1"] * passed + [f"{race},0"] * failed
    file.write_text("\n".join(rows) + "\n")
    with opening.open(file) as students:
        return students.gaps("passed", by=["race"], direction="higher")


def test_a_notebook_chart_holds_what_is_shown_and_nothing_withheld(small_result):
    held = {row.group["race"] for row in small_result.gated.gaps.rows if row.withheld}
    assert held == {"C", "D"}, "7 students, and the smallest that would give them away"
    made = chart(small_result.gated)
    spec = json.dumps(made.to_dict())
    assert made.to_dict()["$schema"].endswith("v6.json")
    points = [
        row
        for part in made.to_dict()["layer"]
        if part["mark"]["type"] == "point"
        for row in part["data"]["values"]
    ]
    assert sorted(row["value"] for row in points) == pytest.approx([12 / 40, 31 / 43])
    assert '"tooltip"' in spec
    assert "7 students" not in spec
    assert "37 students" not in spec


def test_a_notebook_shows_the_sentence_the_chart_and_the_table(small_result):
    shown = fragment(small_result.gated)
    parsed(shown)
    assert "Not checked for publication" in shown
    assert shown.count("<svg") == 1
    assert "<table" in shown
    assert ">37<" not in shown
    assert "Withheld" in shown
    assert "<style" not in shown
    assert "var(" not in shown
