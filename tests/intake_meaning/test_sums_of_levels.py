"""Of levels and their sum, a report shows the sum: the share who reached the standard."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq

NYC = Path(__file__).parents[1] / "data" / "new_york_ela_2019_2022.csv"


def outcomes(path: Path) -> list[str]:
    with eq.open(path) as data:
        return [one.name for one in data.schema.indicators]


GROUPS = ("All Students", "Asian", "Black", "Hispanic", "White", "Female", "Male")


def california(folder: Path, *, met_and_above: str, break_it: bool = False) -> Path:
    """As California's test results are laid out: percentages of five columns."""
    lines = [
        "School,Student Group,Students with Scores,"
        + ",".join(f"Percentage Standard {one}" for one in ("Exceeded", "Met"))
        + f",{met_and_above},Percentage Standard Nearly Met,Percentage Standard Not Met"
    ]
    for school in range(6):
        for place, group in enumerate(GROUPS):
            a, b, c = 11.13 + school + place, 20.29 + 2 * place, 30.41 - place
            both = a + b + (7.5 if break_it else 0)
            d = 100 - a - b - c
            lines.append(
                f"S{school},{group},{90 + 7 * place + school},{a:.2f},{b:.2f},"
                f"{both:.2f},{c:.2f},{d:.2f}"
            )
    path = folder / "california.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_new_york_has_its_benchmark_alone() -> None:
    # 'Level 3+4' is '# Level 3' and '# Level 4' in each row; 1 and 2 are the others.
    assert outcomes(NYC) == ["# Level 3+4"]


def test_the_levels_are_there_for_who_asks() -> None:
    with eq.open(NYC) as data:
        result = data.gaps("# Level 1", by=["Grade"])
        assert any("'# Level 3+4' is the sum of" in note for note in data.schema.notes)
    assert result.rows


def test_californias_percentages(tmp_path: Path) -> None:
    name = "Percentage Standard Met and Above"
    assert outcomes(california(tmp_path, met_and_above=name)) == [name]


@pytest.mark.parametrize(
    ("name", "break_it"),
    [
        # By its numbers it is no sum; by its name it is none of who reached it.
        ("Percentage Standard Met and Above", True),
        ("Percentage Standard Not Met At All", False),
    ],
)
def test_what_is_no_such_sum_stays(
    tmp_path: Path, name: str, *, break_it: bool
) -> None:
    path = california(tmp_path, met_and_above=name, break_it=break_it)
    assert len(outcomes(path)) == 5
