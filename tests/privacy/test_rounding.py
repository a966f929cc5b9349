"""Rounded releases: tables add up, each figure is near, and no small one is known."""

import csv
import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent_attacker import Row, intervals_of_sums
from test_release import students

import equitable as eq
from equitable.errors import InputError, QuestionError
from equitable.privacy.audit.leaks import audit_system
from equitable.privacy.audit.of_release import systems_of_release
from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import Counted
from equitable.privacy.protection.lattice import Stratum
from equitable.privacy.protection.rounded import (
    RoundedBlock,
    Told,
    round_block,
)
from equitable.privacy.protection.rounding_proof import unproven_rounding
from equitable.privacy.protection.tables import all_codes, tables_of
from equitable.privacy.release_folder import read_release
from equitable.privacy.rounding import release_rounded
from equitable.vocabulary import WITHHELD

TRAITS = ("race", "lunch", "gender")
ASKED = {"outcomes": ["suspended", "proficient"], "by": list(TRAITS)}
ROUND = Policy(method="round")


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rounded")
    source = students(folder / "s.csv")
    return folder, eq.release(source, folder / "out", policy=ROUND, **ASKED)


def test_every_table_adds_up_in_multiples_of_the_base(made):
    folder, _ = made
    found = {}
    for row in rows_of(folder / "out" / "groups.csv"):
        numbers = tuple(int(row[name]) for name in ("n", "count", "others"))
        assert all(one % 10 == 0 for one in numbers)
        assert numbers[1] + numbers[2] == numbers[0]
        key = tuple(row[name] for name in TRAITS)
        found[row["indicator"], row["year"], key] = np.array(numbers)
    sums = 0
    for (name, year, key), total in found.items():
        for place in range(3):
            if key[place] != "All":
                continue
            parts = [
                own for (other, when, group), own in found.items()
                if (other, when) == (name, year) and group[place] != "All"
                and group[:place] == key[:place]
                and group[place + 1 :] == key[place + 1 :]
            ]  # fmt: skip
            if parts:
                assert sum(parts).tolist() == total.tolist()
                sums += 1
    # Of each outcome and year: 3 ways to split everyone, 2 each of the 9 groups.
    assert sums == 2 * 2 * (3 + 9 * 2)


def test_every_figure_is_as_near_as_the_release_says(made):
    folder, released = made
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert manifest["rounding"] == {"base": 10, "distance": released.distance}
    assert "at most 10 from the true one" in manifest["audit"]["promise"]
    records = rows_of(folder / "s.csv")
    names = {"Black or African American": "Black", "Hispanic or Latino": "Hispanic",
             "American Indian or Alaska Native": "Native"}  # fmt: skip
    away = 0
    for row in rows_of(folder / "out" / "groups.csv"):
        wanted = {
            name: names.get(row[name], row[name])
            for name in ("year", *TRAITS)
            if row[name] != "All"
        }
        wanted = {
            k: {"Female": "Girl", "Male": "Boy"}.get(v, v) for k, v in wanted.items()
        }
        own = [
            one[row["indicator"]] for one in records
            if one[row["indicator"]] and all(one[k] == v for k, v in wanted.items())
        ]  # fmt: skip
        for name, true in (("n", len(own)), ("count", own.count("yes"))):
            assert abs(int(row[name]) - true) <= released.distance
            away += abs(int(row[name]) - true)
    assert away > 0


def test_the_audit_of_the_public_files_finds_no_leak(made):
    folder, _ = made
    found = eq.audit(folder / "out")
    assert found.passed
    assert found.withheld > 20
    assert "rounded" in found.notes[0]


def test_the_audit_finds_leaks_where_figures_are_nearer_than_the_threshold(made):
    """A release that says 'at most 2 from the true one': 0 is then 0 to 2."""
    folder, _ = made
    manifest, tables = read_release(folder / "out")
    manifest = {**manifest, "rounding": {"base": 10, "distance": 2}}
    groups = tables["groups"]
    (first, *_) = systems_of_release(manifest, groups.columns, groups.rows)
    leaks = audit_system(first, 10, closing=False).leaks
    assert leaks
    assert all(leak.high - leak.low < 10 for leak in leaks)


def test_rates_are_given_where_the_rounding_moves_them_by_a_tenth_at_most(made):
    _, released = made
    given = [one for one in released.figures if one.value is not WITHHELD]
    assert given
    for figure in released.figures:
        assert (figure.value is WITHHELD) == (figure.n < 100)
    for figure in given:
        assert figure.value == figure.count / figure.n
    for _, gated in released.gaps:
        for row in gated.gaps.rows:
            assert row.withheld or row.n >= 100


def test_a_verdict_is_none_of_the_roundings_making(tmp_path):
    source = tmp_path / "s.csv"
    chance = random.Random(2)  # noqa: S311 - no secret
    # Of 4,000 and 160 students each: 60 against 40 %, and 56 against 44 %.
    with source.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "size", "passed"])
        rows = [
            ("large", kind, "yes" if number < share * 2000 else "no")
            for kind, share in (("a", 0.6), ("b", 0.4)) for number in range(2000)
        ] + [
            ("few", kind, "yes" if number < share * 400 else "no")
            for kind, share in (("a", 0.56), ("b", 0.44)) for number in range(400)
        ]  # fmt: skip
        chance.shuffle(rows)
        writer.writerows((kind, size, passed) for size, kind, passed in rows)
    released = eq.release(
        source, tmp_path / "out", outcomes="passed", by=["kind", "size"],
        direction="higher", policy=Policy(method="round", base=40),
    )  # fmt: skip
    for _, gated in released.gaps:
        for row in gated.gaps.rows:
            if row.withheld or row.verdict not in ("worse", "better"):
                continue
            times = 2 if row.reference.kind == "rest" else 1
            off = 40 / row.n + times * 40 / row.reference.n
            assert min(abs(row.difference_low), abs(row.difference_high)) > off
    said = {
        str(row.verdict)
        for _, gated in released.gaps
        for row in gated.gaps.rows
        if not row.withheld
    }
    assert said & {"worse", "better"}
    assert "not enough evidence" in said


def test_the_same_file_and_question_give_the_same_bytes(made, tmp_path):
    folder, _ = made
    (tmp_path / "s.csv").write_bytes((folder / "s.csv").read_bytes())
    eq.release(tmp_path / "s.csv", tmp_path / "again", policy=ROUND, **ASKED)
    for path in (folder / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def told_by(released, year):
    return {
        (one.indicator, tuple(sorted(one.group.items()))): (one.n, one.count)
        for one in released.figures
        if one.within["year"] == year
    }


def test_what_is_out_is_told_again_as_it_was(tmp_path):
    source = students(tmp_path / "s.csv", years=("2022",))
    first = eq.release(source, tmp_path / "one", policy=ROUND, **ASKED)
    # Two of its students are gone, and a year has come.
    students(source, years=("2022",), drop=2)
    older = source.read_text()
    students(source, years=("2023",), seed=8)
    source.write_text(older + source.read_text().split("\n", 1)[1])
    second = eq.release(source, tmp_path / "two", policy=ROUND, seed=4, **ASKED)
    assert told_by(first, "2022") == told_by(second, "2022")
    assert told_by(second, "2023")
    fewer = {"outcomes": ["suspended"], "by": ["race", "gender"]}
    third = told_by(
        eq.release(source, tmp_path / "three", policy=ROUND, **fewer), "2022"
    )
    before = told_by(first, "2022")
    assert third
    assert all(before[key] == numbers for key, numbers in third.items())


def test_a_second_rounding_of_the_same_students_is_refused(tmp_path):
    source = students(tmp_path / "s.csv")
    other = {"outcomes": ["suspended"], "by": ["race", "gender"]}
    eq.release(source, tmp_path / "one", policy=ROUND, **other)
    with pytest.raises(InputError, match="two roundings"):
        eq.release(source, tmp_path / "two", policy=ROUND, **ASKED)
    with pytest.raises(InputError, match="exact ones"):
        eq.release(source, tmp_path / "two", **other)
    with pytest.raises(InputError, match="multiples of 10"):
        eq.release(
            source, tmp_path / "two", policy=Policy(method="round", base=20), **other
        )
    students(source, drop=90)
    with pytest.raises(InputError, match="hold no longer"):
        eq.release(source, tmp_path / "two", policy=ROUND, **other)
    assert not (tmp_path / "two").exists()


def test_what_is_too_large_to_be_rounded_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr("equitable.privacy.protection.rounded.MOST", 100)
    with pytest.raises(QuestionError, match="too many"):
        eq.release(
            students(tmp_path / "s.csv", 60), tmp_path / "out", policy=ROUND, **ASKED
        )
    assert not (tmp_path / "out").exists()


def test_years_told_together_are_not_told_apart_beside_it(made):
    folder, _ = made
    out = {("suspended", (), ()): (480, 70)}
    with eq.open(folder / "s.csv") as data:
        cells = data.cube(indicators=["suspended"], by=["gender", "year"]).arrays
    with pytest.raises(InputError, match="two roundings"):
        release_rounded(cells, ["gender"], year="year", policy=ROUND, earlier=[out])


def test_rounded_numbers_beside_exact_ones_are_refused(tmp_path):
    source = students(tmp_path / "s.csv", 60)
    asked = {"outcomes": ["suspended"], "by": ["gender"]}
    eq.release(source, tmp_path / "one", **asked)
    with pytest.raises(InputError, match="rounded ones"):
        eq.release(source, tmp_path / "two", policy=ROUND, **asked)


def test_what_cannot_be_rounded_is_refused_in_words(tmp_path):
    source = students(tmp_path / "s.csv", 60)
    with pytest.raises(QuestionError, match="'score' is a mean"):
        eq.release(source, tmp_path / "o", policy=ROUND, outcomes="score", by="gender")
    with pytest.raises(QuestionError, match="none is to keep"):
        eq.release(source, tmp_path / "o", policy=ROUND, outcomes="suspended",
                   by="gender", keep=[{"gender": "Female"}])  # fmt: skip
    for wrong in (9, 0, 101, 10.5, True):
        with pytest.raises(QuestionError, match="multiple"):
            Policy(method="round", base=wrong)
    with pytest.raises(QuestionError, match="does not round"):
        Policy(base=10)
    with pytest.raises(QuestionError, match="zeros"):
        Policy(method="round", zeros="published")


# One block by itself.


def block_of(levels, counts, yes, depth=2):
    tables = tables_of(
        [np.eye(many, dtype=bool) for many in levels], all_codes(levels), depth
    )
    keys = tuple(
        tuple((f"d{place}", str(label)) for place, label in group)
        for group in tables.groups
    )
    one = Counted(
        name="yes", students=np.array(counts, float), counts=np.array(yes, float)
    )
    return Stratum(
        within={}, tables=tables, keys=keys, counted=(one,), asked=len(keys)
    )  # fmt: skip


@st.composite
def blocks(draw):
    levels = draw(st.sampled_from([(2, 2), (3, 2), (2, 2, 2), (4, 3), (2, 3, 2)]))
    size = int(np.prod(levels))
    counts = draw(st.lists(st.integers(0, 25), min_size=size, max_size=size))
    yes = [draw(st.integers(0, most)) for most in counts]
    return levels, counts, yes, draw(st.integers(0, 99))


def rounded_of(stratum, seed, policy=ROUND, told=None):
    return round_block(
        stratum.tables.rows, stratum.counted, policy.rounds_to,
        np.random.default_rng(seed), told=told,
    )  # fmt: skip


@settings(max_examples=40)
@given(blocks())
def test_any_block_is_rounded_within_the_distance_and_proved(drawn):
    levels, counts, yes, seed = drawn
    stratum = block_of(levels, counts, yes)
    found = rounded_of(stratum, seed)
    assert found is not None
    rows = stratum.tables.rows
    for rounded, true in (
        (found.students["yes"], counts),
        (found.counts["yes"], yes),
        (found.students["yes"] - found.counts["yes"], np.subtract(counts, yes)),
    ):
        assert np.all(rounded >= 0)
        assert not np.any(rounded % 10)
        off = np.abs(rows @ rounded - rows @ np.array(true, float))
        assert off.max() <= found.distance
    assert unproven_rounding(stratum, found, ROUND)[0] == ()


@settings(max_examples=15)
@given(blocks(), st.randoms())
def test_other_names_and_another_order_change_no_verdict(drawn, order):
    levels, counts, yes, seed = drawn
    places = np.arange(len(counts)).reshape(levels)
    for axis, many in enumerate(levels):
        places = np.take(places, order.sample(range(many), many), axis=axis)
    turned = places.ravel()
    first = block_of(levels, counts, yes)
    second = block_of(levels, np.array(counts)[turned], np.array(yes)[turned])
    for stratum in (first, second):
        found = rounded_of(stratum, seed)
        assert unproven_rounding(stratum, found, ROUND)[0] == ()


@pytest.mark.parametrize("seed", range(6))
def test_an_attacker_who_shares_no_code_finds_no_small_number(seed):
    chance = np.random.default_rng(seed)
    levels = (3, 2, 2)
    counts = chance.integers(0, 14, 12)
    yes = chance.binomial(counts, 0.3)
    stratum = block_of(levels, counts, yes)
    found = rounded_of(stratum, seed)
    rows = [own.indices.tolist() for own in stratum.tables.rows]
    n = [int(v) for v in stratum.tables.rows @ found.students["yes"]]
    y = [int(v) for v in stratum.tables.rows @ found.counts["yes"]]
    # Unknowns: 12 cells with the outcome, then the same without it.
    known, ask, true = [], [], []
    for cells, size, with_it in zip(rows, n, y, strict=True):
        for own, value in (
            ((*cells, *(c + 12 for c in cells)), size),
            (tuple(cells), with_it),
            (tuple(c + 12 for c in cells), size - with_it),
        ):
            known.append(
                Row(own, max(value - found.distance, 0), value + found.distance)
            )
            every = [*yes, *(counts - yes)]
            ask.append(own)
            true.append(sum(int(every[c]) for c in own))
    small = [i for i, value in enumerate(true) if value < 10]
    assert small
    for i, (low, high) in zip(
        small, intervals_of_sums(24, known, [ask[i] for i in small]), strict=True
    ):
        assert low <= true[i] <= high
        assert low == 0
        assert high >= 10


def test_the_proof_finds_what_is_wrong():
    stratum = block_of((2, 2), [4, 20, 31, 7], [1, 9, 14, 3])
    right = rounded_of(stratum, 1)
    assert unproven_rounding(stratum, right, ROUND)[0] == ()

    def wrong(**changed):
        held = {
            "students": right.students, "counts": right.counts,
            "distance": right.distance,
        }  # fmt: skip
        return unproven_rounding(stratum, RoundedBlock(**{**held, **changed}), ROUND)[0]

    n = right.students["yes"]
    assert "no multiple" in wrong(students={"yes": n + 1})[0]
    assert any("further" in one for one in wrong(students={"yes": n + 50}))
    assert any("less than the threshold" in one for one in wrong(distance=9))
    assert any("cannot be 10" in one for one in wrong(distance=9))
    assert any("no block" in one for one in wrong(counts={"yes": n + 10}))


def test_nobody_may_be_drawn_to_ten_and_the_nearest_is_not_always_taken():
    """Whoever knows the rule must not learn from a 0 that it is under 5."""
    seen = {0: set(), 8: set(), 10: set()}
    for true, own in seen.items():
        stratum = block_of((2,), [true, 60], [0, 30], depth=1)
        for seed in range(120):
            n = rounded_of(stratum, seed).students["yes"]
            own.add(int(n[0]))
    assert seen[0] == {0, 10}
    assert seen[8] == {0, 10}
    assert seen[10] >= {10}


def test_a_rounding_that_is_out_stays_or_is_given_up():
    stratum = block_of((2, 2), [14, 20, 31, 17], [1, 9, 14, 3])
    first = rounded_of(stratum, 1)
    rows = stratum.tables.rows
    told = {
        "yes": Told(
            students=rows @ first.students["yes"], counts=rows @ first.counts["yes"]
        )
    }
    again = rounded_of(stratum, 2, told=told)
    assert np.array_equal(rows @ again.students["yes"], told["yes"].students)
    assert np.array_equal(rows @ again.counts["yes"], told["yes"].counts)
    far = {"yes": Told(students=told["yes"].students + 100, counts=told["yes"].counts)}
    assert rounded_of(stratum, 2, told=far) is None
