"""Reads the Markdown tables of published figures that specification tests hold.

A specification test is a file of this folder that is also a page of the
documentation (docs/specification_pages.py says how it is written):

    TABLE = \"\"\"
    | grade | difference | students |
    |-------|-----------:|---------:|
    | K     | 13.90      | 5,786    |
    \"\"\"

    @pytest.mark.parametrize("row", read(TABLE), ids=str)
    def test_difference(row):
        \"\"\"Small minus regular class, in points, to two decimals.\"\"\"
        assert ... == pytest.approx(row["difference"], abs=0.005)
"""

from __future__ import annotations

import re


def read(table: str) -> list[dict[str, str | float]]:
    """The rows of a Markdown table, by column.

    A cell that is a number becomes one ('5,786', '-0.35', '44.5 %' as 44.5); an empty
    cell or one that says '-' stays text.
    """
    lines = [line.strip().strip("|") for line in table.strip().splitlines()]
    header, rule, *body = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines
    ]
    assert all(re.fullmatch(r":?-+:?", cell) for cell in rule), (
        "no rule under the header"
    )
    assert all(len(cells) == len(header) for cells in body), "a row has other columns"
    return [dict(zip(header, map(_value, cells), strict=True)) for cells in body]


def _value(cell: str) -> str | float:
    number = re.fullmatch(r"[-+−]?\d[\d,]*(\.\d+)?( ?%)?", cell)
    if not number:
        return cell
    return float(re.sub(r"[ ,%]", "", cell).replace("−", "-"))
