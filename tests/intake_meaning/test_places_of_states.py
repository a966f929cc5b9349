"""A column of states says where, and is no trait of students."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import equitable as eq
from equitable.vocabulary import Role

PACKAGED = Path(eq.__file__).parent / "data" / "civil_rights"


def roles_of(tmp_path: Path, column: str, values: Sequence[str]) -> tuple[str, str]:
    """What the column is taken for among students, and its meaning."""
    lines = ["sex,score," + column]
    lines += [
        f"{'FM'[i % 2]},{40 + i % 9},{values[i % len(values)]}" for i in range(240)
    ]
    path = tmp_path / "students.csv"
    path.write_text("\n".join(lines) + "\n")
    with eq.open(path) as data:
        reading = data.schema.reading(column)
        assert reading is not None
        return reading.role.value, reading.key


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("LEA_STATE", ["VT", "WY", "HI", "DC"]),
        ("LEA_STATE_NAME", ["Vermont", "District Of Columbia", "WYOMING"]),
        ("STATE", ["1", "6", "56"]),
        ("where from", ["New York", "Texas", "Puerto Rico", "Ohio"]),
        ("jurisdiction", ["Texas", "Ohio", "Maine", "Iowa", "Utah", "National public"]),
    ],
)
def test_states_are_places(tmp_path: Path, column: str, values: Sequence[str]) -> None:
    assert roles_of(tmp_path, column, values) == (Role.SCHOOL.value, "state")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("state", ["in state", "out of state"]),
        ("group", ["AS", "PI", "AL"]),
        ("region", ["North", "South"]),
        ("borough", ["Queens", "Bronx"]),
        ("status", ["IN", "OK", "OR"]),
    ],
)
def test_other_words_are_none(
    tmp_path: Path, column: str, values: Sequence[str]
) -> None:
    assert roles_of(tmp_path, column, values)[0] != Role.SCHOOL.value


def test_the_civil_rights_collection_has_states_as_places(tmp_path: Path) -> None:
    # Without the settings that lie beside it.
    path = tmp_path / "civil_rights_2020_21.parquet"
    path.write_bytes((PACKAGED / path.name).read_bytes())
    with eq.open(path) as data:
        named = [d.name for d in data.schema.dimensions]
        state = data.schema.dimension("LEA_STATE_NAME")
    assert "race" in named
    assert not {"LEA_STATE", "LEA_STATE_NAME"} & {*named}
    # It may still be asked for: by state, or over states.
    assert state.role is Role.SCHOOL
