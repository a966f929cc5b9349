"""What marks mean where a publisher says it: England's symbols, a lone -1, declared."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

import equitable as eq
from equitable.errors import InputError
from equitable.intake.published.blurs import read_among, read_mark

# Symbols of the United Kingdom's statistical service, as StatsWales' page 'Shorthand'
# and England's Department for Education list them: c is held back (confidential), x not
# available, z not applicable, low rounds to 0 and is not 0, u of low reliability.


def test_x_is_not_available_beside_the_others() -> None:
    mark = read_among("x", {"c", "z", "12"})
    assert mark is not None
    assert not mark.withheld
    assert "not available" in mark.reason


def test_x_alone_stays_held_back() -> None:
    # Statistics Netherlands writes x for a confidential figure.
    mark = read_among("x", {"x", "12", "s"})
    assert mark is not None
    assert mark.withheld
    bracketed = read_mark("[x]")
    assert bracketed is not None
    assert not bracketed.withheld


@pytest.mark.parametrize(("text", "withheld"), [("c", True), ("u", True), ("z", False)])
def test_the_others(text: str, *, withheld: bool) -> None:
    mark = read_among(text, {"c", "x", "z", "low", "u"})
    assert mark is not None
    assert mark.withheld is withheld


def test_low_is_not_0() -> None:
    mark = read_among("low", {"c", "x"})
    assert mark is not None
    assert (mark.low, mark.low_open, mark.withheld) == (0, True, True)


def england(folder: Path, marks: str) -> Path:
    path = folder / "england.csv"
    rows = [
        f"L{i},{group},{n},{n // 4}"
        for i in range(8)
        for group, n in (("Total", 100), ("Asian", 30), ("White", 60), ("Black", 10))
    ]
    for place, mark in enumerate(marks.split()):
        rows[4 * place + 3] = f"L{place},Black,10,{mark}"
    path.write_text("la_name,ethnicity,headcount,suspended\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize(
    ("marks", "said"),
    [("x c z", "'x' is read as not available"), ("x", "'x' is read as held back")],
)
def test_it_is_said(tmp_path: Path, marks: str, said: str) -> None:
    with eq.open(england(tmp_path, marks)) as data:
        assert any(said in note for note in data.inspect().notes)


def lone(folder: Path, suffix: str) -> Path:
    rows = [
        f"S{i},{group},{n},{-1 if (group, i) == ('Asian', 2) else n // 2}"
        for i in range(6)
        for group, n in (("All Students", 100), ("White", 60), ("Asian", 10))
    ]
    path = folder / "lone.csv"
    path.write_text("School,Group,Tested,Proficient\n" + "\n".join(rows) + "\n")
    if suffix == "csv":
        return path
    table: pa.Table = pc.read_csv(path)
    if suffix == "float":
        table = table.set_column(3, "Proficient", table["Proficient"].cast("float64"))
    pq.write_table(table, folder / "lone.parquet")
    return folder / "lone.parquet"


@pytest.mark.parametrize("suffix", ["csv", "parquet", "float"])
def test_a_lone_minus_1_is_declared(tmp_path: Path, suffix: str) -> None:
    path, settings = lone(tmp_path, suffix), tmp_path / "own.toml"
    asked = {"count": "Proficient", "total": "Tested", "by": ["Group"]}
    with eq.open(path) as data, pytest.raises(InputError) as refused:
        data.gaps(None, **asked)
    assert 'marks = { "-1" = "withheld" }' in str(refused.value)
    settings.write_text('[published]\nmarks = { "-1" = "withheld" }\n')
    with eq.open(path, config=settings) as data:
        result = data.gaps(None, **asked)
        found = data.inspect()
    (asian,) = [row for row in result.rows if row.group["Group"] == "Asian"]
    # Five schools of 5 each, and one of 0 to 10.
    assert asian.bounds is not None
    assert asian.bounds.count == (25, 35)
    assert not any("under 0" in one.sentence for one in found.quality.findings)


def test_one_row_holds_it(tmp_path: Path) -> None:
    with eq.open(lone(tmp_path, "csv")) as data:
        said = [
            one for one in data.inspect().quality.findings if "under 0" in one.sentence
        ]
    assert [one.sentence for one in said] == [
        "In 'Proficient', 1 row holds counts under 0."
    ]
    assert "[published] marks" in said[0].next_step
