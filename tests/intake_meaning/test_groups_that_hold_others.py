"""'Asian or Pacific Islander' beside Asian: who is held twice, and who is not."""

from __future__ import annotations

from pathlib import Path

import equitable as eq

WASHINGTON = Path(__file__).parents[1] / "data" / "washington_discipline_2013_14.csv"
PACIFIC = "Native Hawaiian or Pacific Islander"


def races(path: Path, outcome: str) -> dict[str, int]:
    with eq.open(path) as data:
        result = data.gaps(outcome, by=["race"])
    return {row.group["race"]: int(row.n) for row in result.rows}  # type: ignore[arg-type]


def wide(folder: Path, names: tuple[str, ...], rows: list[dict[str, int]]) -> Path:
    head = ["School", "total_pop", "total_d"]
    head += [f"{name}_{of}" for name in names for of in ("pop", "d")]
    lines = [",".join(head)]
    for place, row in enumerate(rows):
        total = row["total"]
        cells = [f"S{place}", str(total), str(total // 9)]
        cells += [c for n in names for c in (str(row[n]), str(row[n] // 10))]
        lines.append(",".join(cells))
    path = folder / "wide.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def said(path: Path) -> str:
    with eq.open(path) as data:
        return " ".join(data.inspect().notes)


def test_washingtons_api_are_those_who_are_not_asian() -> None:
    # 857 of Tacoma's 35,332 are 'api', 3,383 'asian'; with both, its groups are all:
    # 494 + 3,383 + 7,085 + 6,406 + 857 + 1,825 + 15,282 = 35,332.
    found = races(WASHINGTON, "disciplined")
    assert found[PACIFIC] == 11_603
    assert found["Asian"] == 81_022
    assert "Asian or Pacific Islander" not in found
    assert "'api'" in said(WASHINGTON)


def test_an_aggregate_beside_its_parts_is_not_compared(tmp_path: Path) -> None:
    names = ("asian", "pi", "api", "white")
    rows = [
        {"asian": 40 + i, "pi": 20, "api": 60 + i, "white": 90, "total": 150 + i}
        for i in range(12)
    ]
    path = wide(tmp_path, names, rows)
    # Twelve schools: 40 to 51 Asian students, 20 Pacific Islanders, 90 White.
    assert races(path, "d") == {"Asian": 546, PACIFIC: 240, "White": 1080}
    assert "'api' holds 'asian' and 'pi' together" in said(path)


def test_an_aggregate_beside_one_part(tmp_path: Path) -> None:
    names = ("asian", "api", "white", "black")
    rows = [
        {"asian": 40 + i, "api": 55 + i, "white": 90, "black": 30, "total": 175 + i}
        for i in range(12)
    ]
    path = wide(tmp_path, names, rows)
    assert set(races(path, "d")) == {"Asian", "White", "Black or African American"}
    assert "'api' holds 'asian'" in said(path)


def test_alone_it_is_a_group(tmp_path: Path) -> None:
    names = ("api", "white", "black")
    rows = [{"api": 55, "white": 90, "black": 30, "total": 175}] * 3
    assert "Asian or Pacific Islander" in races(wide(tmp_path, names, rows), "d")


def long(folder: Path, years: tuple[tuple[int, tuple[str, ...]], ...]) -> Path:
    lines = ["School,Year,Group,Number Tested,Number Proficient"]
    for year, groups in years:
        for school in range(6):
            lines += [
                f"S{school},{year},{group},{40 + 3 * place},{20 + place}"
                for place, group in enumerate(("All Students", *groups))
            ]
    path = folder / "long.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


OTHERS = ("White", "Black", "Female", "Male")
ASIAN = ("Asian", "Native Hawaiian or Pacific Islander")


def test_in_rows_too(tmp_path: Path) -> None:
    path = long(tmp_path, ((2024, (*ASIAN, "Asian/Pacific Islander", *OTHERS)),))
    with eq.open(path) as data:
        result = data.gaps("Number Proficient", by=["race"])
    assert {row.group["race"] for row in result.rows} == {
        "Asian", PACIFIC, "White", "Black or African American",
    }  # fmt: skip
    assert "'Asian/Pacific Islander' holds 'Asian'" in said(path)


def test_a_category_that_was_split_stays(tmp_path: Path) -> None:
    # Until 2010 one group, later two: no row holds another's students.
    before = (2009, ("Asian/Pacific Islander", *OTHERS))
    path = long(tmp_path, (before, (2024, (*ASIAN, *OTHERS))))
    with eq.open(path) as data:
        result = data.gaps("Number Proficient", by=["race"], where="Year = 2009")
    assert "Asian or Pacific Islander" in {row.group["race"] for row in result.rows}
