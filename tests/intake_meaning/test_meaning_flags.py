"""Columns of which only yes is ever written: an empty cell that says no."""

from __future__ import annotations

import pyarrow as pa
import pytest

from equitable.cube.scan import scan
from equitable.errors import QuestionError
from equitable.intake.meaning.proposal import inspect
from equitable.intake.meaning.understanding import understand
from equitable.intake.names import no_words, yes_no, yes_words
from equitable.intake.settings import parse_settings
from equitable.intake.source import open_source
from equitable.vocabulary import NOT_REPORTED, Role

N = 120


def table_of(**columns):
    return pa.table(
        {
            name: pa.array([values[i % len(values)] for i in range(N)])
            for name, values in columns.items()
        }
    )


def looked_at(table, toml=None):
    settings = parse_settings(toml) if toml else None
    with open_source(table) as source:
        return inspect(source, settings)


def counts(table, by, outcome, toml=None):
    """Students of each group, with and without an outcome: (n, sum)."""
    settings = parse_settings(toml) if toml else None
    with open_source(table) as source:
        schema = understand(source, settings)
        indicator, dimension = schema.indicator(outcome), schema.dimension(by)
        cells = scan(source, indicators=[indicator], dimensions=[dimension])
        found = cells.table(indicator.name, (dimension.name,))
        groups = found.axes[0].groups
        return {
            groups[place]: (int(n), float(total))
            for place, n, total in zip(
                found.places[:, 0].tolist(), found.moments.n, found.moments.total,
                strict=True,
            )
        }  # fmt: skip


@pytest.mark.parametrize("yes", ["Y", "1", "X", "TRUE", "Yes", "Homeless"])
@pytest.mark.parametrize("empty", ["", None, "NA"])
def test_an_empty_cell_of_a_known_trait_is_a_no(yes, empty):
    table = table_of(Homeless=[yes, empty, empty], score=[str(i) for i in range(N)])
    found = counts(table, "Homeless", "score")
    assert {group: n for group, (n, _) in found.items()} == {
        "Without a stable home": 40,
        "With a stable home": 80,
    }
    said = looked_at(table)
    assert "an empty cell is taken as no" in next(
        column.reason for column in said.columns if column.name == "Homeless"
    )
    assert any("'Homeless'" in note and "taken as no" in note for note in said.notes)
    assert not any(
        "no value" in finding.sentence and finding.column == "Homeless"
        for finding in said.quality.findings
    )


def test_where_no_is_written_too_an_empty_cell_says_nothing():
    table = table_of(Homeless=["Y", "N", None], score=[str(i) for i in range(N)])
    found = counts(table, "Homeless", "score")
    assert {group: n for group, (n, _) in found.items()} == {
        "Without a stable home": 40,
        "With a stable home": 40,
        NOT_REPORTED: 40,
    }


@pytest.mark.parametrize("unknown", ["?", "missing"])
def test_what_a_person_wrote_for_unknown_is_no_empty_cell(unknown):
    table = table_of(Homeless=["Y", unknown], score=[str(i) for i in range(N)])
    assert NOT_REPORTED in counts(table, "Homeless", "score")


def test_what_inspect_writes_is_read_back_and_can_be_undone():
    table = table_of(IEP=["x", None], score=[str(i) for i in range(N)])
    toml = looked_at(table).to_toml()
    assert 'values = { "" = "Students without disabilities" }' in toml
    found = counts(table, "IEP", "score", toml)
    assert found.keys() == {
        "Students with disabilities",
        "Students without disabilities",
    }
    undone = toml.replace('"" = "Students without disabilities"', '"" = "Not reported"')
    found = counts(table, "IEP", "score", undone)
    assert found.keys() == {"Students with disabilities", NOT_REPORTED}


def test_an_unknown_flag_is_a_no_only_where_a_person_says_dimension():
    table = table_of(AVID=["Y", None], score=[str(i) for i in range(N)])
    said = looked_at(table)
    assert {c.name: c.role for c in said.columns}["AVID"] is Role.DIMENSION
    assert [one.name for one in said.dimensions] == []
    assert counts(table, "AVID", "score").keys() == {"Yes", NOT_REPORTED}
    yours = '[columns]\nAVID = "dimension"\nscore = "outcome"'
    assert counts(table, "AVID", "score", yours).keys() == {"Yes", "No"}


def test_a_side_that_is_never_written_is_no_group_of_nobody():
    """Declared though empty, it would have a real group withheld with it."""
    table = table_of(
        ELL=["Y"], AVID=["Y", None], score=[str(i) for i in range(N)]
    )  # fmt: skip
    with open_source(table) as source:
        schema = understand(source, None)
        assert schema.dimension("ELL").order == ("English learners",)
        assert schema.dimension("AVID").order == ("Yes",)


def test_an_event_of_which_only_yes_is_written():
    table = table_of(
        Suspended=["yes", None, None, None], sex=["F", "M", "M", "F", "F", "M"]
    )
    with open_source(table) as source, pytest.raises(QuestionError) as caught:
        understand(source, None).indicator("Suspended")
    assert 'true = ["yes"], false = [""]' in str(caught.value)
    toml = looked_at(table).to_toml()
    assert 'false = [""]' in toml
    # Of 120 rows every fourth says yes; nobody is missing.
    found = counts(table, "sex", "Suspended", toml)
    assert sum(n for n, _ in found.values()) == 120
    assert sum(total for _, total in found.values()) == 30


def test_a_score_of_which_only_yes_is_written_is_left_to_a_person():
    table = table_of(Proficient=["yes", None], sex=["F", "M", "M"])
    assert looked_at(table).indicators == ()


def test_yes_and_no_are_listed_once():
    assert not yes_words() & no_words()
    for word in ("oui", "ja", "sí", "sim", "true", "x", "1"):
        assert yes_no([word]) == ((word,), ())
    table = table_of(
        white=["Sí", "0"], black=["0", "Sí"], asian=["No", "No", "Sí"],
        score=[str(i) for i in range(N)],
    )  # fmt: skip
    found = counts(table, "race", "score")
    # Rows repeat every six: black, white, asian of two answers.
    assert {group: n for group, (n, _) in found.items()}["White"] == 40
