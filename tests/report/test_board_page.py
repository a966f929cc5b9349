"""The page for a board: what it says, of whom, and what it must not give away."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from public_tables import DISTRICTS, HEAD, rows, table

import equitable as eq
from equitable.errors import OutputError, QuestionError
from equitable.report.board import facts as facts_of_page
from equitable.report.board.facts import Comparison, Level
from equitable.report.board.names import known_group, known_outcome, levels_of
from equitable.report.board.questions import chosen
from equitable.report.board.words import languages, words_of
from equitable.vocabulary import Indicator, Kind, Role, Verdict

NYC = (
    Path(__file__).parents[2].parent
    / "shared" / "data" / "nyc" / "ela_district_2013_2022.csv"
)  # fmt: skip


def said(path: Path) -> str:
    """A page's words, without its style and tags."""
    text = re.sub(r"(?s)<style>.*?</style>", " ", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", text))).strip()


def page(source: Path, language: str = "en", **asked: object) -> str:
    """The words of the page that a report on a file makes."""
    output = source.with_name("out.html")
    with eq.open(source) as students:
        written = students.report(output, languages=[language], **asked)
    assert [path.name for path in written] == ["out.html", f"out-board-{language}.html"]
    return said(written[1])


# ------------------------------------------------------------------ what it says


def test_our_group_in_our_place_beside_the_whole_file(tmp_path):
    text = page(table(tmp_path), our_group="SWD", our_school="1")
    # 8 of 40 and 112 of 160 in district 1; 62 of 310 and 728 of 1,040 in all four.
    assert (
        "Of every 100 students with disabilities in district 1, 20 reached the expected"
        " level; of every 100 other students in the district, 70." in text
    )
    assert "40 students with disabilities and 160 other students" in text
    assert "The difference is larger than chance would explain." in text
    assert "The whole file (4 districts)" in text
    assert "310" in text
    assert "1,040" in text
    # Newcombe's interval of 70 - 20 points, from Wilson's intervals by hand:
    # 20 % of 40: .1050 to .3476; 70 % of 160: .6249 to .7656;
    # .5 - sqrt((.7 - .6249)**2 + (.3476 - .2)**2) = .3344
    # .5 + sqrt((.7656 - .7)**2 + (.2 - .1050)**2) = .6155
    assert "between 33 and 62 in every 100" in text


def test_the_spanish_page_is_spanish(tmp_path):
    source = table(tmp_path)
    text = page(source, "es", our_group="SWD", our_school="1")
    html = (tmp_path / "out-board-es.html").read_text(encoding="utf-8")
    assert '<html lang="es" dir="ltr">' in html
    assert (
        "De cada 100 estudiantes con discapacidades en el distrito 1, 20 alcanzaron el"
        " nivel esperado; de cada 100 de los demás estudiantes del distrito, 70."
        in text
    )
    assert "Estudiantes con discapacidades (SWD)" in text
    assert "1,040" in text
    own = text
    for name in ("Number Tested", "# Proficient", "districts.csv", "Equitable"):
        own = own.replace(name, "")
    english = {"the", "of", "and", "students", "every", "other", "with", "for", "file",
               "figures", "board", "what", "is", "are", "not", "to"}  # fmt: skip
    assert not english & {*re.findall(r"[^\W\d_]+", own.casefold())}


def test_every_language_says_the_same_things():
    english = words_of("en")
    assert set(languages()) >= {"en", "es"}
    for language in languages():
        words = words_of(language)
        assert words.names() == english.names()
        assert words.direction in {"ltr", "rtl"}
        for name, text in words.texts().items():
            wanted = {*re.findall(r"\{(\w+)\}", english.say_raw(name))}
            # A language may name a place's column where another has a word for it.
            assert {*re.findall(r"\{(\w+)\}", text)} == wanted, (language, name)
            assert text.strip(), (language, name)
    same = {
        name
        for name, text in words_of("es").texts().items()
        if text == english.say_raw(name)
        and re.search(r"[a-z]{4}", re.sub(r"\{\w+\}", "", text))
    }
    assert same <= {"language.direction"}


def test_words_blame_nobody_and_claim_no_law():
    for language in languages():
        for name, text in words_of(language).texts().items():
            assert not re.search(
                r"(?i)low[- ]perform|solve|close the gap|achievement gap|illegal|"
                r"violat|ilegal|viola |cerrar la brecha|bajo rendimiento",
                text,
            ), (language, name)


def test_nobody_named_takes_the_group_most_clearly_behind_and_says_so(tmp_path):
    text = page(table(tmp_path))
    assert "about students with disabilities" in text
    assert "takes the one most clearly behind" in text
    assert "district 1" not in text


def test_a_group_that_is_not_behind_is_asked_what_works(tmp_path):
    text = page(table(tmp_path), our_group="Not SWD")
    assert "students without disabilities" in text
    assert "ahead" in text
    assert "What is it that works here" in text
    even = page(table(tmp_path), our_group="Asian")
    assert "There is not enough evidence" in even or "too small to matter" in even


@pytest.mark.parametrize(
    "name",
    ["SWD", "swd", "Students with Disabilities", "disability=SWD",
     "estudiantes con discapacidades"],
)  # fmt: skip
def test_a_group_goes_by_any_of_its_names(tmp_path, name):
    text = page(table(tmp_path), our_group=name, our_school="district=1")
    assert "students with disabilities in district 1, 20 reached" in text


def test_years_stand_in_a_row(tmp_path):
    years = tuple(range(2008, 2023))
    text = page(table(tmp_path, years=years), our_group="SWD", our_school="2")
    assert "Year by year, of every 100" in text
    shown = [year for year in years if f"{year}2070" in text.replace(" ", "")]
    assert shown == list(range(2013, 2023))
    assert "Ask whether the test, the rule or the name changed" in text


def test_years_that_are_lacking_are_named(tmp_path):
    text = page(table(tmp_path, years=(2019, 2022)), our_group="SWD")
    assert "no figures for 2020 and 2021" in text


# ------------------------------------------------------------ what it cannot say


def test_a_small_group_is_withheld_and_the_page_still_stands(tmp_path):
    small = {**DISTRICTS, 3: {"SWD": (6, 1), "Not SWD": (380, 266)}}
    text = page(table(tmp_path, small), our_group="SWD", our_school="3")
    assert "students with disabilities in district 3 is held back" in text
    assert "How do our schools know whether these students are served well?" in text
    assert "16.7" not in text
    assert "The whole file (4 districts)" in text


def test_the_place_and_the_whole_file_give_no_other_place_away(tmp_path):
    # All 44 of the file less the 40 of district 1 are the 4 of district 2.
    two = {1: {"SWD": (40, 8), "Not SWD": (160, 112)},
           2: {"SWD": (4, 1), "Not SWD": (400, 280)}}  # fmt: skip
    text = page(table(tmp_path, two), our_group="SWD", our_school="1")
    shown = ["20 reached" in text, re.search(r"\b44\b", text) is not None]
    assert shown.count(True) < 2
    assert "held back" in text


def test_a_mark_of_the_publisher_becomes_bounds(tmp_path):
    marked = {**DISTRICTS, 1: {"SWD": (40, "<10"), "Not SWD": (160, 112)}}
    text = page(table(tmp_path, marked), our_group="SWD", our_school="1")
    # 0 to 9 of 40 are 0 to 22.5 of every 100.
    assert "between 0 and 23 reached the expected level" in text
    assert "1 of its 28 figures are a limit or a range (‘<10’)" in text
    assert "the least and the most that it can be" in text
    assert "Some figures are held back to protect students." in text


def test_a_group_that_the_place_does_not_have(tmp_path):
    without = {**DISTRICTS, 4: {"Not SWD": (150, 100)}}
    text = page(table(tmp_path, without), our_group="SWD", our_school="4")
    assert (
        "The file has no figure for students with disabilities in district 4." in text
    )


def test_a_file_that_splits_no_place_by_the_group(tmp_path):
    path = tmp_path / "districts.csv"
    lines = "".join(
        f"{district},{group},2022,{n},{count}\n"
        for district, groups in DISTRICTS.items()
        for group, n, count in [
            ("All Students", sum(n for n, _ in groups.values()), 90),
            *([] if district != 4 else [(g, n, c) for g, (n, c) in groups.items()]),
        ]
    )
    path.write_text(HEAD + lines, encoding="utf-8")
    text = page(path, our_group="SWD", our_school="2")
    assert "no figure" in text or "counts no" in text
    assert "Three questions for the board" in text


def test_a_place_or_group_that_is_not_there_is_refused_with_near_names(tmp_path):
    source = table(tmp_path)
    with pytest.raises(QuestionError, match="there is no place '9'"):
        page(source, our_school="9")
    with pytest.raises(QuestionError, match="Did you mean 'Asian'"):
        page(source, our_group="Asain")
    with pytest.raises(QuestionError, match="names nothing"):
        page(source, our_group="=")
    assert not (tmp_path / "out.html").exists()


def test_a_place_whose_name_starts_with_a_sign_is_found(tmp_path):
    source = table(tmp_path)
    text = source.read_text(encoding="utf-8")
    source.write_text(re.sub(r"(?m)^(\d+,)?1,", r"\g<1>=One,", text), encoding="utf-8")
    for asked in ("=One", "district==One"):
        assert "=One" in page(source, our_group="SWD", our_school=asked)
    with pytest.raises(QuestionError, match="there is no place '=Two'"):
        page(source, our_group="SWD", our_school="=Two")


@pytest.mark.parametrize("shared", ["Lincoln", "Großschule"])
def test_two_schools_of_one_name_are_not_one_school(tmp_path, shared):
    path = tmp_path / "schools.csv"
    lines = ["District,School Name,Category,Number Tested,# Proficient"]
    for district, school in (
        ("North", shared),
        ("South", shared),
        ("South", "Oak"),
    ):
        for group, n, count in (
            ("All Students", 200, 120), ("SWD", 40, 8), ("Not SWD", 160, 112),
            ("Female", 100, 60), ("Male", 100, 60),
        ):  # fmt: skip
            lines.append(f"{district},{school},{group},{n},{count}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(QuestionError, match=f"2 schools are called '{shared}'"):
        page(path, our_school=shared)
    text = page(path, our_school=shared, our_group="SWD", where="District = 'North'")
    assert f"students with disabilities at {shared}, 20 reached" in text
    assert "District = 'North'" in text


def test_marks_that_a_person_explained_are_counted_as_hidden(tmp_path):
    path = tmp_path / "card.csv"
    path.write_text(
        "Category,Number Tested,# Proficient\nAll Students,200,120\nSWD,40,8\n"
        "Not SWD,160,112\nFemale,100,qq\nMale,100,qq\n",
        encoding="utf-8",
    )
    settings = tmp_path / "equity.toml"
    settings.write_text('[published]\nmarks = { "qq" = "withheld" }\n')
    text = page(path, our_group="SWD")
    assert "2 of its 5 figures are a mark" in text


def test_levels_are_never_mixed_and_a_name_of_two_levels_is_refused(tmp_path):
    path = tmp_path / "levels.csv"
    lines = ["Level,County,Category,Number Tested,# Proficient"]
    for level, name, times in (("State", "State", 6), ("County", "Alba", 3),
                               ("County", "Bria", 3), ("District", "Cord", 2),
                               ("District", "Alba", 1), ("District", "Dorn", 3)):  # fmt: skip
        for group, n, count in (("All Students", 200, 120), ("SWD", 40, 8),
                                ("Not SWD", 160, 112), ("Female", 100, 60),
                                ("Male", 100, 60)):  # fmt: skip
            lines.append(f"{level},{name},{group},{n * times},{count * times}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = page(path, our_group="SWD", our_school="County=Cord")
    # 2 x 8 of 2 x 40 in Cord; the state's own row, not all levels' rows together.
    assert "20 reached" in text
    assert "80 students with disabilities and 320 other students" in text
    assert "240" in text
    assert "(3 counties)" in text
    with pytest.raises(QuestionError, match="rows of 2 levels are called 'Alba'"):
        page(path, our_group="SWD", our_school="County=Alba")


def test_a_district_is_its_own_row_though_its_schools_bear_its_name(tmp_path):
    path = tmp_path / "levels.csv"
    lines = ["Level,District,School,Category,Number Tested,# Proficient"]
    for level, district, school, times in (
        ("State", "", "", 6), ("District", "Alba", "", 4), ("District", "Bria", "", 2),
        ("School", "Alba", "Oak", 1), ("School", "Alba", "Elm", 3),
        ("School", "Bria", "Ash", 2),
    ):  # fmt: skip
        for group, n, count in (("All Students", 200, 120), ("SWD", 40, 8),
                                ("Not SWD", 160, 112), ("Female", 100, 60),
                                ("Male", 100, 60)):  # fmt: skip
            row = f"{level},{district},{school},{group},{n * times},{count * times}"
            lines.append(row)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = page(path, our_group="SWD", our_school="Alba")
    # 4 x 40 and 4 x 160 in Alba; 6 x 40 and 6 x 160 in the state's own row.
    assert "160 students with disabilities and 640 other students" in text
    assert "240" in text
    assert "(2 districts)" in text
    text = page(path, our_group="SWD", our_school="Elm")
    assert "120 students with disabilities and 480 other students" in text


# ------------------------------------------------------------------------ its files


def test_a_file_of_students_gets_a_page_only_where_it_is_asked_for(tmp_path, star_file):
    with eq.open(star_file) as students:
        asked = {"outcomes": ["math"], "by": ["lunch"], "depth": 1}
        assert len(students.report(tmp_path / "a.html", **asked)) == 1
        written = students.report(tmp_path / "b.xlsx", page=True, **asked)
        assert [path.name for path in written] == [
            "b.xlsx", "b-board-en.html", "b-board-es.html",
        ]  # fmt: skip
        text = said(written[1])
        assert "public figures" not in text
        assert "on average" in text
        with pytest.raises(QuestionError, match="no page is to be made"):
            students.report(tmp_path / "c.html", page=False, our_group="lunch=free")
        with pytest.raises(QuestionError, match="language 'xx'"):
            students.report(tmp_path / "c.html", languages=["en", "xx"])
    assert not (tmp_path / "c.html").exists()


def test_all_files_are_written_or_none(tmp_path):
    (tmp_path / "out-board-es.html").mkdir()
    with eq.open(table(tmp_path)) as students, pytest.raises(OutputError):
        students.report(tmp_path / "out.html")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "districts.csv", "out-board-es.html",
    ]  # fmt: skip


def test_a_page_never_replaces_the_file_that_is_read(tmp_path):
    source = table(tmp_path, name="out-board-en.html.csv")
    link = tmp_path / "out-board-en.html"
    link.hardlink_to(source)
    with eq.open(source) as students, pytest.raises(OutputError, match="being read"):
        students.report(tmp_path / "out.html")
    assert source.read_text(encoding="utf-8").startswith("District")


def test_the_publisher_is_named_where_the_settings_name_it(tmp_path):
    settings = '[source]\npublisher = "State Education Office"\nlicence = "Public"\n'
    (tmp_path / "equity.toml").write_text(settings, encoding="utf-8")
    source = table(tmp_path)
    output = tmp_path / "out.html"
    with eq.open(source, config=tmp_path / "equity.toml") as students:
        written = students.report(output)
    text = said(written[1])
    assert "State Education Office" in text
    assert "Terms of use" in text


# ------------------------------------------------------------------- rules by themselves


def made_up(**changes):
    """Facts as the questions see them."""
    value = Level(state="value", least=0.2, most=0.2, n=40)
    main = Comparison(group=value, others=value, verdict=Verdict.WORSE)
    held = SimpleNamespace(marked=0, empty=0, figures=100)
    found = SimpleNamespace(
        main=main,
        withheld=(),
        without_chance=False,
        board=SimpleNamespace(held_back_here=None, held_back=held, public=True),
    )
    for name, changed in changes.items():
        setattr(found, name, changed)
    return found


def test_questions_follow_from_what_was_found():
    gone = Level(state="withheld")
    main = made_up().main
    assert chosen(made_up()) == ("gap-worse", "hidden-crossed", "next-worse")
    for verdict, first in (
        (Verdict.BETTER, "gap-better"),
        (Verdict.NO_DIFFERENCE_SHOWN, "gap-same"),
        (Verdict.NOT_ENOUGH_EVIDENCE, "gap-unsure"),
        (None, "gap-unsure"),
    ):
        found = chosen(made_up(main=replace(main, verdict=verdict)))
        assert (found[0], found[2]) == (first, "next-other")
    hidden = made_up(main=replace(main, group=gone, verdict=None))
    assert chosen(hidden)[0] == "gap-none"
    alone = made_up(main=replace(main, others=gone, verdict=None))
    assert chosen(alone)[0] == "gap-unsure"
    assert chosen(made_up(withheld=("Asian",)))[1] == "hidden-small"
    for held, second in (
        (SimpleNamespace(marked=1, empty=0, figures=100), "hidden-marks"),
        (SimpleNamespace(marked=0, empty=40, figures=100), "hidden-empty"),
        (SimpleNamespace(marked=0, empty=1, figures=100), "hidden-crossed"),
    ):
        board = SimpleNamespace(held_back_here=held, held_back=None, public=True)
        assert chosen(made_up(board=board))[1] == second


@pytest.mark.parametrize(
    ("own", "others", "people"),
    [
        (0.18, 0.55, 100), (0.4, 0.2, 100),
        # 2 and 8 of 100 would be read as four times as many; 24 and 76 of 1,000 as 3.
        (0.024, 0.076, 1_000), (0.0012, 0.02, 10_000), (0.0, 0.5, 100),
    ],
)  # fmt: skip
def test_shares_are_told_of_enough_people(own, others, people):
    one = Comparison(
        group=Level(state="value", least=own, most=own),
        others=Level(state="value", least=others, most=others),
    )
    assert facts_of_page._people([one]) == people


@pytest.mark.parametrize(
    ("value", "label", "key"),
    [
        ("SWD", "", "disability"), ("Not SWD", "", "not-disability"),
        ("With a disability (IDEA)", "", "disability"), ("Yes", "IDEA", "disability"),
        ("No", "IDEA", "not-disability"), ("Current ELL", "", "english-learner"),
        ("Never ELL", "", "not-english-learner"), ("Hispanic/Latino", "", "hispanic"),
        ("Black or African American", "", "black"), ("Econ Disadv", "", "poor"),
        ("Not Econ Disadv", "", "not-poor"), ("Non-binary", "", "nonbinary"),
        ("Not White", "", ""), ("Blackfoot", "", ""), ("Other", "", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_groups_are_known_by_whole_names_only(value, label, key):
    assert known_group(value, label) == key


def test_outcomes_are_known_by_whole_names_only():
    def named(name, count=None):
        return Indicator(name=name, label=name, kind=Kind.RATE, count=count)

    assert known_outcome(named("out_of_school_suspension")) == "suspended-out"
    assert known_outcome(named("Chronically Absent rate")) == "chronically-absent"
    assert known_outcome(named("suspended without reason")) == ""
    assert levels_of(named("x", "# Level 3+4")) == ("3", "4")
    assert levels_of(named("x", "% Level 1")) == ("1", "")
    assert levels_of(named("x", "Level 3 math")) is None


def test_a_school_year_is_no_band_of_numbers():
    # A sample of one year gave that year a place of its own before all others, so that
    # an earlier year was taken for the latest.
    from equitable.intake.meaning.groups import _codes

    reading = SimpleNamespace(
        codes=("2014-15",), role=Role.YEAR, key="year",
        profile=SimpleNamespace(shape=lambda _: 1.0, complete=True, distinct=2),
    )  # fmt: skip
    assert _codes(reading, blank=None) == ({}, ())


# --------------------------------------------------------------------- a real file


@pytest.mark.skipif(not NYC.exists(), reason="the shared data are not here")
def test_new_york_2022_district_5(tmp_path):
    with NYC.open(encoding="utf-8") as file:
        own = {
            row["Category"]: (int(row["Number Tested"]), int(row["# Level 3+4"]))
            for row in csv.DictReader(file)
            if (row["District"], row["Grade"], row["Year"])
            == ("5", "All Grades", "2022")
            and row["Category"] in {"SWD", "Not SWD"}
        }
    with eq.open(NYC) as students:
        written = students.report(
            tmp_path / "n.html", outcomes=["# Level 3+4"], by=["SWD"],
            our_group="SWD", our_school="5",
        )  # fmt: skip
    text = said(written[1])
    share, others = (round(100 * c / n) for n, c in (own["SWD"], own["Not SWD"]))
    assert f"in district 5, {share} reached level 3 or 4;" in text
    assert f"other students in the district, {others}." in text
    # The city's published figures of 2022: 18.3 % of students with disabilities.
    assert "(32 districts)" in text
    assert re.search(r"Students with disabilities ?18", text)
    assert "no figures for 2020 and 2021" in text


def test_rows_are_made_as_said():
    # The fixture's own arithmetic: 62 of 310 and 728 of 1,040.
    assert sum(groups["SWD"][0] for groups in DISTRICTS.values()) == 310
    assert sum(int(str(groups["SWD"][1])) for groups in DISTRICTS.values()) == 62
    assert sum(int(str(groups["Not SWD"][1])) for groups in DISTRICTS.values()) == 728
    assert rows(2022, DISTRICTS).count("SWD") == 8
