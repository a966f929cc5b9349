"""A condition names values by what they were called before, with every comparison."""

from __future__ import annotations

import pytest

from equitable.intake.where import parse


class Named:
    """'Spring 24' is called '2024' now."""

    def crosswalk_name(self, column: str) -> str:
        return {"term": "year"}.get(column, column)

    def crosswalk_values(self, column: str) -> dict[str, str]:
        return {"spring 24": "2024"} if column == "year" else {}


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=", "!="])
def test_every_comparison(sign: str) -> None:
    old = parse(f"term {sign} Spring 24", ["year"], Named())
    now = parse(f"year {sign} 2024", ["year"], Named())
    assert old.sql == now.sql
