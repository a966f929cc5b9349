"""Small published tables, written by hand, for the page that goes before a board."""

from __future__ import annotations

from pathlib import Path

HEAD = "District,Category,Year,Number Tested,# Proficient\n"

# Of district 1 in 2022: 8 of 40 students with disabilities and 112 of 160 others, so
# 20 and 70 of every 100.  Of the whole file (all four districts): 62 of 310 = 20 of 100
# and 728 of 1,040 = 70 of 100.
DISTRICTS = {
    1: {"SWD": (40, 8), "Not SWD": (160, 112)},
    2: {"SWD": (120, 24), "Not SWD": (400, 280)},
    3: {"SWD": (100, 20), "Not SWD": (380, 266)},
    4: {"SWD": (50, 10), "Not SWD": (100, 70)},
}
RACES = {"Asian": 0.5, "Black": 0.5, "Hispanic": 0.5, "White": 0.5}


def rows(year: int, districts: dict[int, dict[str, tuple[int, object]]]) -> str:
    """Rows of one year: everybody, then each group, in each district."""
    lines = []
    for district, groups in districts.items():
        # Behind a mark stand 8 students.
        known = [count if isinstance(count, int) else 8 for _, count in groups.values()]
        tested = sum(n for n, _ in groups.values())
        lines.append(f"{district},All Students,{year},{tested},{sum(known)}")
        quarter = tested // 4
        for race, share in RACES.items():
            n = quarter if race != "White" else tested - 3 * quarter
            lines.append(f"{district},{race},{year},{n},{round(n * share)}")
        for group, (n, count) in groups.items():
            lines.append(f"{district},{group},{year},{n},{count}")
    return "\n".join(lines) + "\n"


def table(
    folder: Path,
    districts: dict[int, dict[str, tuple[int, object]]] | None = None,
    years: tuple[int, ...] = (2022,),
    name: str = "districts.csv",
) -> Path:
    """A table of districts by group and year."""
    path = folder / name
    whole = HEAD + "".join(rows(year, districts or DISTRICTS) for year in years)
    path.write_text(whole, encoding="utf-8")
    return path
