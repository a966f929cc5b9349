"""The summaries themselves: formulas, what is not defined, who takes part."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitable.errors import InputError, QuestionError
from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import NAMES, InequalityQuestion
from equitable.measures.inequality.summaries import inequality

UNORDERED = NAMES[:15]
ZERO_AT_EQUALITY = set(UNORDERED)
DISTANCES = set(UNORDERED) - {"PAR", "PAF"}


def groups_of(rows):
    return [GroupLevel.of_count(name, n, count) for name, n, count in rows]


def ask(rows, *, is_rate=True, **question):
    question.setdefault("draws", 50)
    return inequality(groups_of(rows), InequalityQuestion(**question), is_rate=is_rate)


def values(result):
    return {
        name: measure.value
        for name, measure in result.measures.items()
        if measure.value is not None
    }


FOUR = [("a", 200, 100), ("b", 150, 60), ("c", 90, 60), ("d", 40, 30)]


def by_hand(rows, *, higher=True, reference=None, least=30):
    """Every unordered summary in exact fractions, by the formulas as METHODS has them."""
    total = sum(n for _, n, _ in rows)
    s = [Fraction(n, total) for _, n, _ in rows]
    y = [Fraction(count, n) for _, n, count in rows]
    mu = sum(si * yi for si, yi in zip(s, y, strict=True))
    k = len(rows)
    best_of = max if higher else min
    best = best_of(yi for (_, n, _), yi in zip(rows, y, strict=True) if n >= least)
    bgv = sum(si * (yi - mu) ** 2 for si, yi in zip(s, y, strict=True))
    expected = {
        "BGV": bgv,
        "BGSD": math.sqrt(bgv),
        "COV": 100 * math.sqrt(bgv) / float(mu),
        "MDMW": sum(si * abs(yi - mu) for si, yi in zip(s, y, strict=True)),
        "MDMU": sum(abs(yi - mu) for yi in y) / k,
        "MDBW": sum(si * abs(yi - best) for si, yi in zip(s, y, strict=True)),
        "MDBU": sum(abs(yi - best) for yi in y) / k,
        "IDISW": 100 * sum(si * abs(yi - mu) for si, yi in zip(s, y, strict=True)) / mu,
        "IDISU": 100 * sum(abs(yi - mu) for yi in y) / k / mu,
        "Theil": 1000
        * sum(
            float(si * yi / mu) * math.log(yi / mu) if yi else 0.0
            for si, yi in zip(s, y, strict=True)
        ),
        "MLD": 1000
        * sum(
            float(si) * -math.log(yi / mu) if yi else math.inf
            for si, yi in zip(s, y, strict=True)
        ),
    }
    ref = best
    if reference is not None:
        ref = y[[name for name, *_ in rows].index(reference)]
        expected["MDRW"] = sum(si * abs(yi - ref) for si, yi in zip(s, y, strict=True))
        expected["MDRU"] = sum(abs(yi - ref) for yi in y) / k
    gain = max(Fraction(0), ref - mu) if higher else min(Fraction(0), ref - mu)
    expected["PAR"], expected["PAF"] = gain, 100 * gain / mu
    return {name: float(value) for name, value in expected.items()}


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("reference", [None, "a", "c"])
def test_every_formula_by_exact_fractions(higher, reference):
    found = values(ask(FOUR, higher_is_better=higher, reference=reference))
    for name, expected in by_hand(FOUR, higher=higher, reference=reference).items():
        assert found[name] == pytest.approx(expected, rel=1e-12, abs=1e-15), name


cells = st.lists(
    st.tuples(st.integers(30, 400), st.floats(0.02, 0.98)), min_size=2, max_size=7
).map(
    lambda rows: [
        (f"g{i}", n, max(1, round(n * rate))) for i, (n, rate) in enumerate(rows)
    ]
)
few = settings(max_examples=20, deadline=None)


@few
@given(cells, st.booleans())
def test_any_groups_by_exact_fractions(rows, higher):
    found = values(ask(rows, higher_is_better=higher, draws=20))
    for name, expected in by_hand(rows, higher=higher).items():
        assert found[name] == pytest.approx(expected, rel=1e-9, abs=1e-9), name


@few
@given(cells, st.randoms())
def test_the_order_of_the_rows_moves_nothing(rows, random):
    shuffled = rows[:]
    random.shuffle(shuffled)
    one, other = ask(rows, draws=60), ask(shuffled, draws=60)
    for name in UNORDERED:
        first, second = (
            [
                getattr(it.measures[name], part)
                for part in ("value", "low", "high", "by_chance")
            ]
            for it in (one, other)
        )
        for a, b in zip(first, second, strict=True):
            assert a == b or a == pytest.approx(b, rel=1e-9, abs=1e-12), name


@few
@given(cells)
def test_a_value_lies_within_its_limits(rows):
    for name, it in ask(rows, order=[name for name, *_ in rows]).measures.items():
        if it.low is not None and it.high is not None:
            assert it.low <= it.value <= it.high, name


@few
@given(st.lists(st.integers(1, 50), min_size=2, max_size=6), st.integers(1, 9))
def test_groups_alike_give_nothing(sizes, tenths):
    rows = [(f"g{i}", 10 * n, n * tenths) for i, n in enumerate(sizes)]
    result = ask(rows, reference="g0", least=1)
    for name in ZERO_AT_EQUALITY:
        it = result.measures[name]
        assert it.value == pytest.approx(0, abs=1e-9), name
        assert it.low == pytest.approx(0, abs=1e-9) or name in {"PAR", "PAF"}
        # Nothing was seen, which does not say that nothing is there.
        assert it.high is None or it.high > 0, name


@few
@given(cells, st.integers(2, 9))
def test_the_same_groups_many_times_over(rows, times):
    more = [(name, times * n, times * count) for name, n, count in rows]
    assert values(ask(rows, draws=20)) == pytest.approx(
        values(ask(more, draws=20)), rel=1e-9, abs=1e-12
    )


means = st.lists(
    st.tuples(st.integers(30, 300), st.floats(5, 95)), min_size=2, max_size=6
)


def mean_groups(rows, times=1.0, plus=0.0):
    return [
        GroupLevel(
            name=f"g{i}", n=n, value=times * y + plus, squares=times**2 * 90.0 * (n - 1)
        )
        for i, (n, y) in enumerate(rows)
    ]


@few
@given(means, st.floats(0.01, 100))
def test_scale(rows, times):
    """BGV grows with the square of the unit, distances with it, ratios not at all."""
    powers = {"BGV": 2} | dict.fromkeys(
        ("BGSD", "MDMW", "MDMU", "MDBW", "MDBU", "PAR"), 1
    )
    one = inequality(mean_groups(rows), InequalityQuestion(draws=50), is_rate=False)
    other = inequality(
        mean_groups(rows, times), InequalityQuestion(draws=50), is_rate=False
    )
    for name in UNORDERED:
        a, b = one.measures[name], other.measures[name]
        factor = times ** powers.get(name, 0)
        if a.value is not None:
            assert b.value == pytest.approx(factor * a.value, rel=1e-6, abs=1e-9)


@few
@given(cells, st.booleans())
def test_turning_the_outcome_round(rows, higher):
    """Share who pass, higher better, or share who do not, lower better: one distance."""
    turned = [(name, n, n - count) for name, n, count in rows]
    one = values(ask(rows, higher_is_better=higher, reference="g0", draws=20))
    other = values(ask(turned, higher_is_better=not higher, reference="g0", draws=20))
    for name in ("BGV", "BGSD", "MDMW", "MDMU", "MDBW", "MDBU", "MDRW", "MDRU"):
        assert one[name] == pytest.approx(other[name], abs=1e-12), name
        assert one[name] >= 0
    assert one["PAR"] == pytest.approx(-other["PAR"], abs=1e-12)
    assert one["PAR"] >= 0 if higher else one["PAR"] <= 0


def test_the_best_group_has_thirty_students_and_ties_go_to_the_larger():
    # 'tiny' is at 1, but 29 students are too few to be what others are held against.
    rows = [("tiny", 29, 29), ("x", 50, 40), ("y", 100, 80), ("z", 100, 30)]
    result = ask(rows)
    assert result.best == "y"
    y = [1, 0.8, 0.8, 0.3]
    assert result.measures["MDBU"].value == pytest.approx(
        sum(abs(v - 0.8) for v in y) / 4
    )
    assert ask(rows, least=20).best == "tiny"
    assert ask(rows, higher_is_better=False).best == "z"
    small = ask(rows, least=500)
    assert small.best is None
    for name in ("MDBW", "MDBU", "PAR", "PAF"):
        assert "500 students" in small.measures[name].reason


def test_not_defined_and_why():
    zero = ask([("a", 100, 0), ("b", 100, 40)])
    assert zero.measures["MLD"].value is None
    assert "logarithm" in zero.measures["MLD"].reason
    # r ln r goes to 0 with r: Theil stays defined. r is 0 and 2: 1000 * .5 * 2 ln 2.
    assert zero.measures["Theil"].value == pytest.approx(1000 * math.log(2))
    nobody = ask([("a", 100, 0), ("b", 100, 0)], order=["a", "b"])
    for name in ("COV", "IDISW", "IDISU", "Theil", "MLD", "PAF", "RCI"):
        assert nobody.measures[name].value is None
        assert nobody.measures[name].reason == "the average is 0"
    assert nobody.measures["BGV"].value == 0
    alone = ask([("a", 100, 50)])
    assert {m.reason for m in alone.measures.values()} == {"there is only one group"}
    assert values(alone) == {}
    unnamed = ask(FOUR).measures["MDRW"]
    assert unnamed.value is None
    assert "none is named" in unnamed.reason
    # A mean may be under 0, and no share of it means anything.
    below = inequality(
        [
            GroupLevel.of_sums(str(i), 40, 40 * y, 40 * (y**2 + 9))
            for i, y in enumerate((-5, 1))
        ],
        InequalityQuestion(draws=50),
        is_rate=False,
    )
    assert below.measures["Theil"].reason == "the average is under 0"
    assert below.measures["BGV"].value == pytest.approx(9)


def test_a_reference_worse_than_the_average_gains_nothing():
    rows = [("a", 100, 20), ("b", 100, 60)]
    result = ask(rows, reference="a")
    assert result.measures["PAR"].value == result.measures["PAF"].value == 0
    assert result.measures["PAR"].low == 0
    # Lower is better: now it is b that is worse, and a that would gain.
    assert ask(rows, reference="b", higher_is_better=False).measures["PAR"].value == 0
    turned = ask(rows, reference="a", higher_is_better=False).measures
    assert turned["PAR"].value == pytest.approx(-0.2)
    assert turned["PAR"].low < -0.2 < turned["PAR"].high < 0
    assert turned["PAF"].value == pytest.approx(-50)


def test_a_percentage_is_never_guessed_to_be_one():
    with pytest.raises(InputError, match="fraction from 0 to 1"):
        inequality(
            [
                GroupLevel(name="a", n=100, value=49.0),
                GroupLevel(name="b", n=9, value=0.2),
            ],
            is_rate=True,
        )
    # All at or under 1: percentages too, to a tool that guesses (fractions of a
    # percent). Here a rate of .5 is a half, whatever the others are.
    result = ask([("a", 1000, 5), ("b", 1000, 8)])
    assert result.measures["MDMW"].value == pytest.approx(0.0015)
    assert "fractions of 1" in result.scale
    assert result.to_dict()["measures"]["BGV"]["unit"] == "value squared"


def test_withheld_groups_take_no_part():
    kept = [row for row in FOUR if row[0] not in {"b", "d"}]
    result = ask(FOUR, shown={"a", "c"}, draws=100)
    assert values(result) == values(ask(kept, draws=100))
    assert [level.group for level in result.groups] == ["a", "c"]
    assert sum(level.share for level in result.groups) == pytest.approx(1)
    assert result.left_out == 2
    assert any("2 groups are withheld" in note for note in result.notes)
    text = str(result.to_dict())
    assert "'b'" not in text
    assert "'d'" not in text
    assert "may enter" in ask(FOUR, shown={"a"}).measures["BGV"].reason
    with pytest.raises(InputError, match="no group"):
        ask(FOUR, shown=set())


def test_nobody_stands_in_for_a_withheld_reference():
    named = ask(FOUR, shown={"a", "b"}, reference="c").measures
    last = ask(FOUR, shown={"a", "b"}, order=["a", "b", "d", "c"]).measures
    for found in (named, last):
        for name in ("MDRW", "MDRU", "PAR", "PAF"):
            assert found[name].value is None
            assert "'c', is withheld" in found[name].reason
        assert found["MDBW"].value is not None


def test_groups_without_students_are_left_out_and_said():
    result = inequality(
        [*groups_of(FOUR), GroupLevel.of_count("e", 0, 0)],
        InequalityQuestion(draws=50),
        is_rate=True,
    )
    assert values(result) == values(ask(FOUR))
    assert any("Without students" in note and "e" in note for note in result.notes)


def test_not_reported_is_a_group_but_never_the_best():
    rows = [*FOUR, ("Not reported", 60, 60)]
    result = ask(rows)
    assert result.best == "d"
    assert len(result.groups) == 5
    assert any("Not reported" in note for note in result.notes)
    ordered = ask(rows, order=["b", "a", "c", "d"])
    assert len(ordered.groups) == 4
    assert any("no place in the order" in note for note in ordered.notes)
    with pytest.raises(QuestionError, match="nobody knows"):
        ask(rows, reference="Not reported")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"reference": "A"}, "no group 'A'"),
        ({"order": ["a", "b", "c"]}, "leaves out 'd'"),
        ({"order": ["a", "b", "c", "d", "e"]}, "names 'e'"),
        ({"order": ["a", "b", "c", "d", "a"]}, "twice"),
    ],
)
def test_a_question_that_cannot_be_put(question, said):
    with pytest.raises(QuestionError, match=said):
        ask(FOUR, **question)


def test_a_group_given_twice_is_refused():
    with pytest.raises(InputError, match="twice"):
        ask([*FOUR, ("a", 10, 5)])


def test_json():
    found = ask(FOUR, order=["b", "a", "c", "d"], reference="d").to_dict()
    assert tuple(found["measures"]) == NAMES
    assert set(found["measures"]["Theil"]) >= {
        "value",
        "low",
        "high",
        "reason",
        "method",
    }
    assert found["groups"][0]["group"] == "b"
    # Shares 150, 200, 90, 40 of 480, and the midpoints of their running sums.
    assert [g["rank"] for g in found["groups"]] == pytest.approx(
        [75 / 480, 250 / 480, 395 / 480, 460 / 480]
    )
    assert found["mean"]["value"] == pytest.approx(250 / 480)
    assert found["seed"] == 1955
    unordered = ask(FOUR).to_dict()
    assert tuple(unordered["measures"]) == UNORDERED
    assert unordered["groups"][0]["rank"] is None


def test_sums_and_published_figures_are_the_same_groups():
    rng = np.random.default_rng(3)
    scores = {
        name: rng.normal(m, 9, n) for name, m, n in (("a", 50, 80), ("b", 55, 45))
    }
    sums = [
        GroupLevel.of_sums(name, y.size, y.sum(), (y**2).sum())
        for name, y in scores.items()
    ]
    published = [
        GroupLevel(
            name=name, n=y.size, value=y.mean(), error=y.std(ddof=1) / math.sqrt(y.size)
        )
        for name, y in scores.items()
    ]
    question = InequalityQuestion(order=["a", "b"], draws=200)
    one = inequality(sums, question, is_rate=False).measures
    other = inequality(published, question, is_rate=False).measures
    for name in NAMES:
        assert one[name].value == pytest.approx(other[name].value, rel=1e-9)
    # The same errors go into the fit and into the draws.
    assert one["SII"].low == pytest.approx(other["SII"].low, rel=1e-9)
    assert one["Theil"].low == pytest.approx(other["Theil"].low, rel=1e-9)
    unknown = inequality(
        [GroupLevel(name=n, n=40, value=v) for n, v in (("a", 50), ("b", 55))],
        InequalityQuestion(order=["a", "b"], draws=50),
        is_rate=False,
    ).measures
    for name in ("BGV", "PAR", "ACI", "RCI", "SII", "RII"):
        assert unknown[name].value is not None
        assert unknown[name].low is None
        assert "not known" in unknown[name].reason
