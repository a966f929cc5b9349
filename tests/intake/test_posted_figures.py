"""Each way in which a cell of a posted table says a count, or that it is withheld."""

import pytest

from equitable.intake.posted.figures import read_figure


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("12", 12),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1\u202f234\u202f567", 1234567),
        ("12.0", 12),
        ("12*", 12),
        ("12 (34.5%)", 12),
    ],
)
def test_a_number_however_it_is_written(text: str, count: int) -> None:
    figure = read_figure(text)
    assert figure.kind == "number"
    assert figure.value == count


# The least and the most that each mark itself says; none says nothing of the most.
@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("*", 0, None),
        ("**", 0, None),
        ("s", 0, None),
        ("S", 0, None),
        ("†", 0, None),
        ("‡", 0, None),
        ("-", 0, None),
        ("--", 0, None),
        ("–", 0, None),
        ("n/a", 0, None),
        ("N/A", 0, None),
        ("DS", 0, None),
        ("suppressed", 0, None),
        ("Suppressed", 0, None),
        ("[c]", 0, None),
        ("n<10", 0, 9),
        ("N<10", 0, 9),
        ("N < 10", 0, 9),
        ("<10", 0, 9),
        ("< 10", 0, 9),
        ("fewer than 10", 0, 9),
        ("≤10", 0, 10),
        ("<=10", 0, 10),
        ("10 or fewer", 0, 10),
        ("1-9", 1, 9),
        ("1–9", 1, 9),
        ("1 to 9", 1, 9),
        (">5", 6, None),
        ("≥ 5", 5, None),
        ("<10*", 0, 9),
    ],
)
def test_a_mark_and_what_it_limits(text: str, low: int, high: int | None) -> None:
    figure = read_figure(text)
    assert figure.kind == "mark"
    assert figure.value is None
    assert (figure.low, figure.high) == (low, high)
    assert figure.mark == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "blank"),
        ("   ", "blank"),
        ("-3", "negative"),
        ("−3", "negative"),
        ("-9", "negative"),
        ("3.5", "fraction"),
        ("1.234", "fraction"),
        ("1,5", "fraction"),
        ("34%", "share"),
        ("34.5 %", "share"),
        ("<5%", "share"),
        ("2024-01-09", "date"),
        ("9-Jan", "date"),
        ("many", "word"),
        ("12 boys", "word"),
        ("1e3", "word"),
        ("12,34,5", "word"),
    ],
)
def test_what_is_no_count(text: str, kind: str) -> None:
    assert read_figure(text).kind == kind


def test_a_percentage_in_the_same_cell_is_said() -> None:
    assert read_figure("12 (34%)").shared
    assert not read_figure("12").shared
    assert read_figure("* (*)").kind == "mark"
