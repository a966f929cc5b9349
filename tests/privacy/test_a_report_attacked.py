"""All that a report shows at once, against a reader who has the whole of it."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from independent_attacker import Row, intervals_of_sums

import equitable as eq
from equitable import reporting, study
from equitable.ours import ELSEWHERE
from equitable.vocabulary import WITHHELD

TRAITS = {
    "race": ("Asian", "Black or African American", "White"),
    "gender": ("Boy", "Girl"),
    "school": ("East", "North", "South"),
}
YEARS = ("2021-22", "2022-23")
FINEST = list(itertools.product(*TRAITS.values(), ("no", "yes")))


def students(place: Path, seed: int) -> Path:
    chance = random.Random(seed)  # noqa: S311 - invented students
    rows = ["year,race,gender,school,passed"]
    for year in YEARS:
        for _ in range(140):
            race = chance.choices(TRAITS["race"], [0.12, 0.33, 0.55])[0]
            school = chance.choices(TRAITS["school"], [0.15, 0.35, 0.5])[0]
            gender = chance.choice(TRAITS["gender"])
            passed = "yes" if chance.random() < 0.45 else "no"
            rows.append(f"{year},{race},{gender},{school},{passed}")
    place.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return place


def contents_of(source: Path, monkeypatch):
    held = []
    kept = reporting.carry_out

    def carry_out(*args, **named):
        held.append(kept(*args, **named))
        return held[-1]

    with monkeypatch.context() as patch, eq.open(source) as data:
        patch.setattr(reporting, "carry_out", carry_out)
        data.report(
            source.with_name("r.html"), outcomes="passed", by=["race", "gender"],
            over="school", our_school="school=North", our_group="race=White",
        )  # fmt: skip
    return held[0]


def every_row(contents):
    """(year, group with its school, n, value) of everything shown or withheld."""
    told = contents.studies[0]
    latest = contents.year
    results = [(told.gaps, latest), *((one, latest) for one in told.places)]
    results += [(told.years, "")] if told.years else []
    results += [(gated, year or latest) for year, gated in contents.board.years]
    results += [(gated, year or latest) for year, gated in contents.board.here]
    for gated, year in results:
        assert gated.audited == contents.audited
        if year:
            yield year, {}, gated.gaps.overall.n, gated.gaps.overall.value
        for row in gated.gaps.rows:
            own = {**row.within, **row.group}
            at = own.pop("year", year)
            yield at, own, row.n, row.value
            inner = {k: v for k, v in row.within.items() if k != "year"}
            rest = row.reference
            if inner and rest.kind == "rest" and isinstance(rest.n, int):
                # The others of the stratum, told as what a group is compared with.
                yield at, {**inner, "not": row.group}, rest.n, rest.value


def members(group) -> tuple[int, ...]:
    """The finest cells of a group, whatever their outcome."""

    def fits(cell) -> bool:
        at = dict(zip(TRAITS, cell, strict=False))
        for name, label in group.items():
            if name == "not":
                if all(at[k] == v for k, v in label.items()):
                    return False
            elif label == ELSEWHERE:
                if at[name] == "North":
                    return False
            elif at[name] != label:
                return False
        return True

    return tuple(i for i, cell in enumerate(FINEST) if fits(cell))


def with_yes(cells):
    return tuple(i for i in cells if FINEST[i][-1] == "yes")


def leaks(contents) -> list:
    found = []
    for year in YEARS:
        rows, ask, named = [], [], []
        for at, group, n, value in every_row(contents):
            if at != year:
                continue
            cells = members(group)
            if n is WITHHELD or value is WITHHELD:
                ask += [cells, with_yes(cells)]
                named += [(year, group, "students"), (year, group, "passed")]
            elif n is not None:
                count = 0 if not n else round(value * n)
                rows += [Row(cells, n, n), Row(with_yes(cells), count, count)]
        if not ask:
            continue
        for name, (low, high) in zip(
            named, intervals_of_sums(len(FINEST), rows, ask), strict=True
        ):
            if high is not None and high - low < 10:
                found.append((*name, low, high))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_withheld_can_be_worked_out_from_all_parts(seed, tmp_path, monkeypatch):
    source = students(tmp_path / "s.csv", seed)
    contents = contents_of(source, monkeypatch)
    assert contents.audited
    shown = [n for _, _, n, _ in every_row(contents) if isinstance(n, int)]
    assert len(shown) > 20
    assert leaks(contents) == []
    monkeypatch.setattr(study, "_clearance", lambda *_: (None, "not asked"))
    assert leaks(contents_of(source, monkeypatch))
