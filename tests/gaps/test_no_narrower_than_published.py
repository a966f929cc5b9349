"""Bounds of hidden counts: the truth lies within them, and no total narrows them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import equitable as eq
from equitable.answers.cells import GapsResult

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


@pytest.mark.parametrize("seed", range(25))
def test_the_truth_is_within_the_bounds(tmp_path: Path, seed: int) -> None:
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
    everyone = [sum(one[i] for one in truth.values()) for i in (0, 1)]
    for reference in ("rest", "overall"):
        for row in asked(path, reference=reference).rows:
            short = row.group["Group"].split(" ")[0]
            n, passed = truth[short]
            assert row.n == n
            other = [everyone[i] - (n, passed)[i] for i in (0, 1)]
            whole = other if reference == "rest" else everyone
            if row.bounds is None:
                assert row.count == passed
                continue
            for true, held in (
                (passed, row.bounds.count),
                (passed / n, row.bounds.value),
                (whole[1] / whole[0], row.bounds.reference),
                (passed / n - whole[1] / whole[0], row.bounds.difference),
            ):
                assert held[0] - 1e-9 <= true <= held[1] + 1e-9
