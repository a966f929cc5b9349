"""Bounds of hidden counts: the truth lies within them, and no total narrows them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import equitable as eq
from equitable.answers.cells import GapsResult
from equitable.errors import InputError
from equitable.measures.results import GapRow

GROUPS = ("Asian", "Black", "Hispanic", "White")


def asked(path: Path, **question: object) -> GapsResult:
    with eq.open(path, fresh=True) as table:
        return table.gaps(
            None, by=["Group"], count="Passed", total="Tested", min_n=1,
            internal=True, **question,
        )  # fmt: skip


def test_a_total_does_not_give_away_what_a_group_hides(tmp_path: Path) -> None:
    """100 of 200, and 70 of 120: the subtraction would give 30 of 80."""
    path = tmp_path / "card.csv"
    path.write_text(
        "School,Group,Tested,Passed\nOak,All Students,200,100\nOak,Black,80,*\n"
        "Oak,White,120,70\n"
    )
    result = asked(path)
    white = next(row for row in result.rows if row.group["Group"] == "White")
    assert white.reference.n == 80
    assert white.bounds is not None
    assert white.bounds.reference == (0.0, 1.0)
    assert "0.375" not in result.to_json()
    # Everyone's figure is the one that was published, whatever hides among its parts.
    assert (result.gaps.overall.value, result.gaps.overall.n) == (0.5, 200)


@pytest.mark.parametrize("totals", [True, False], ids=["totals", "groups alone"])
@pytest.mark.parametrize("seed", range(25))
def test_the_truth_is_within_the_bounds(
    tmp_path: Path, seed: int, *, totals: bool
) -> None:
    """Made-up schools; some counts hidden by '*', by '<10' or by a range."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    truth: dict[str, list[int]] = {group: [0, 0] for group in GROUPS}
    lines = ["School,Group,Tested,Passed"]
    for school in ("Oak", "Elm", "Ash"):
        counts = {}
        for group in GROUPS:
            n = chance.randint(5, 60)
            counts[group] = (n, chance.randint(0, n))
        whole = [sum(one[i] for one in counts.values()) for i in (0, 1)]
        if totals:
            lines.append(f"{school},All Students,{whole[0]},{whole[1]}")
        for group, (n, passed) in counts.items():
            truth[group][0] += n
            truth[group][1] += passed
            mark = str(passed)
            if chance.random() < 0.3:
                low = passed - chance.randint(0, passed)
                mark = chance.choice(["*", f"{low}-{passed + 3}"])
                mark = "<10" if passed < 10 and chance.random() < 0.5 else mark
            lines.append(f"{school},{group},{n},{mark}")
    path = tmp_path / "card.csv"
    path.write_text("\n".join(lines) + "\n")
    for reference in ("rest", "overall"):
        rows = asked(path, reference=reference).rows
        assert len(rows) == len(GROUPS)
        _holds(rows, truth, reference)


@pytest.mark.parametrize("seed", range(25))
def test_the_truth_is_within_the_bounds_of_percentages(
    tmp_path: Path, seed: int
) -> None:
    """No row is of all students; some shares are hidden, or cut at an end."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    truth: dict[str, list[int]] = {group: [0, 0] for group in GROUPS}
    lines = ["School,Group,Tested,Percent Passed"]
    for school in ("Oak", "Elm", "Ash"):
        for group in GROUPS:
            n = chance.randint(20, 200)
            passed = chance.choice([0, n, chance.randint(0, n)])
            truth[group][0] += n
            truth[group][1] += passed
            share = 100 * passed / n
            mark = f"{share:.1f}"
            if chance.random() < 0.4:
                mark = f"{int(share // 5) * 5}-{int(share // 5) * 5 + 5}"
                mark = "<5" if share < 5 else ">95%" if share > 95 else mark
                mark = "*" if chance.random() < 0.3 else mark
            lines.append(f"{school},{group},{n},{mark}")
    path = tmp_path / "card.csv"
    path.write_text("\n".join(lines) + "\n")
    with eq.open(path, fresh=True) as table:
        result = table.gaps(
            None, by=["Group"], percent="Percent Passed", total="Tested", min_n=1,
            internal=True,
        )  # fmt: skip
    assert len(result.rows) == len(GROUPS)
    _holds(result.rows, truth, "rest")


def _holds(
    rows: Sequence[GapRow], truth: Mapping[str, Sequence[int]], reference: str
) -> None:
    everyone = [sum(one[i] for one in truth.values()) for i in (0, 1)]
    for row in rows:
        short = row.group["Group"].split(" ")[0]
        n, passed = truth[short]
        assert row.n == n
        other = [everyone[i] - (n, passed)[i] for i in (0, 1)]
        whole = other if reference == "rest" else everyone
        if row.bounds is None:
            assert row.count == passed
            assert row.reference.value == pytest.approx(whole[1] / whole[0])
            continue
        for true, held in (
            (passed, row.bounds.count),
            (passed / n, row.bounds.value),
            (whole[1] / whole[0], row.bounds.reference),
            (passed / n - whole[1] / whole[0], row.bounds.difference),
        ):
            assert held[0] - 1e-9 <= true <= held[1] + 1e-9


def test_bounds_of_a_table_without_all_students(tmp_path: Path) -> None:
    """White: 50 and 0 to 100 of 200, so 25 to 75 %; Black 100 of 200, so 50 %."""
    path = tmp_path / "card.csv"
    path.write_text(
        "School,Group,Passed,Tested\nOak,White,*,100\nOak,Black,40,100\n"
        "Elm,White,50,100\nElm,Black,60,100\n"
    )
    white = next(r for r in asked(path).rows if r.group["Group"] == "White")
    assert white.bounds is not None
    assert white.bounds.value == (0.25, 0.75)
    assert white.bounds.difference == (-0.25, 0.25)
    assert white.verdict == "not enough evidence"
    # The gap may be none at all, so that no probability of it can be told.
    assert (white.p, white.q) == (None, None)


def test_the_white_students_of_two_sexes_without_totals(tmp_path: Path) -> None:
    """White girls: 0 to 9 of 50; all the others 40 of 150."""
    path = tmp_path / "card.csv"
    path.write_text(
        "Group,Sex,Passed,Tested\nWhite,F,<10,50\nWhite,M,20,50\nBlack,F,10,50\n"
        "Black,M,10,50\n"
    )
    with eq.open(path, fresh=True) as table:
        result = table.gaps(
            None, by=["Group", "Sex"], depth=2, count="Passed", total="Tested",
            min_n=1, internal=True,
        )  # fmt: skip
    girls = next(
        r for r in result.rows if r.group == {"Group": "White", "Sex": "Female"}
    )
    assert girls.bounds is not None
    assert girls.bounds.count == (0, 9)
    assert girls.reference.value == pytest.approx(40 / 150)


@pytest.mark.parametrize(
    ("named", "cell"),
    [("Passed", "101-200"), ("Passed", "150"), ("Percent Passed", "GE150%")],
)
def test_bounds_above_the_total_are_refused(
    tmp_path: Path, named: str, cell: str
) -> None:
    """A number above its total is refused, and so is a range of such numbers."""
    path = tmp_path / "card.csv"
    path.write_text(
        f"School,Group,{named},Tested\nOak,White,{cell},100\nOak,Black,40,100\n"
    )
    which = "percent" if named.startswith("Percent") else "count"
    with (
        eq.open(path, fresh=True) as table,
        pytest.raises(
            InputError, match=r"cannot be right together|is more than|percentage"
        ) as said,
    ):
        table.gaps(None, by=["Group"], total="Tested", **{which: named})
    assert said.value.row == 2


SCHOOLS = (
    "School,Group,Tested,Passed\nOak,All Students,200,40\nOak,White,100,10\n"
    "Oak,Black,100,30\nElm,All Students,200,40\nElm,White,{elm}\n"
    "Elm,Black,100,35\n"
)


@pytest.mark.parametrize("elm", ["*,5", "100,", ",5"])
def test_a_group_without_a_number_is_not_among_its_own_others(
    tmp_path: Path, elm: str
) -> None:
    """Elm's White students have no rate: the others are Black students, 65 of 200.

    All students less the 100 White ones of Oak would be 300, of whom 100 are White.
    """
    path = tmp_path / "card.csv"
    path.write_text(SCHOOLS.format(elm=elm))
    result = asked(path)
    white = next(row for row in result.rows if row.group["Group"] == "White")
    assert (white.n, white.value) == (100, 0.1)
    assert (white.reference.n, white.reference.value) == (200, 0.325)
    assert any(
        "'White' has no number" in one for one in result.gaps.provenance.cautions
    )


def test_the_total_that_a_mark_holds_back_is_not_worked_out(tmp_path: Path) -> None:
    """Elm alone: all 40 of 200 less Black 35 of 100 would give the hidden 5 of 100."""
    path = tmp_path / "card.csv"
    path.write_text(SCHOOLS.format(elm="*,*"))
    result = asked(path, where="School = Elm")
    black = next(row for row in result.rows if row.group["Group"] != "White")
    assert (black.n, black.value) == (100, 0.35)
    assert black.bounds is not None
    assert black.bounds.reference == (0.0, 1.0)
    assert black.verdict == "not enough evidence"


def test_groups_that_cannot_make_their_total_are_said(tmp_path: Path) -> None:
    """All: 20 % of 200 is 39 to 41; over 95 % of 100 and 12 % of 100 are 108 at least."""
    path = tmp_path / "card.csv"
    path.write_text(
        "School,Group,Pct,Tested\nOak,All Students,20,200\nOak,White,>95%,100\n"
        "Oak,Black,12,100\n"
    )
    with eq.open(path, fresh=True) as table:
        result = table.gaps(None, by=["Group"], percent="Pct", total="Tested")
    (said,) = [one for one in result.gaps.provenance.cautions if "cannot make" in one]
    assert "together they are 108 to 112" in said
    assert "published as 39 to 41" in said


def test_fractions_beside_percentages_are_found(tmp_path: Path) -> None:
    """Of 100 and 200 students 0.3, 0.15 and 0.2 % are none; 10, 20 and 25 % are some."""
    path = tmp_path / "card.csv"
    path.write_text(
        "School,Group,Pct,Enrolled\nOak,All Students,0.2,200\nOak,White,10,100\n"
        "Oak,Black,0.3,100\nElm,All Students,20,200\nElm,White,0.15,100\n"
        "Elm,Black,25,100\n"
    )
    with eq.open(path, fresh=True) as table:
        one = table.indicator(None, percent="Pct", total="Enrolled")
        found = [f.sentence for f in table.quality([one]).findings]
    (said,) = [one for one in found if "no whole number" in one]
    assert said.startswith("3 of 6 percentages in 'Pct'")
    assert "row 2" in said


def test_a_total_in_the_middle_is_nobodys_group(tmp_path: Path) -> None:
    """Black: 55 of 200; the others are White, 25 of 200, and not the 400 of 'Total'."""
    path = tmp_path / "card.csv"
    path.write_text(
        "School,Group,Suspended,Enrolled\nOak,All Students,40,200\nOak,White,10,100\n"
        "Oak,Black,30,100\nTotal,,80,400\nElm,All Students,40,200\nElm,White,15,100\n"
        "Elm,Black,25,100\n"
    )
    with eq.open(path, fresh=True) as table:
        result = table.gaps(None, by=["Group"], count="Suspended", total="Enrolled")
    assert [row.group["Group"].split()[0] for row in result.rows] == ["Black", "White"]
    black = result.rows[0]
    assert (black.n, black.reference.n) == (200, 200)
    assert black.reference.value == 0.125
    (left,) = result.gaps.provenance.left_out
    assert (left.rows, "row 5" in left.reason) == (1, True)
