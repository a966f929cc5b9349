"""Schools whose name changed between years while their code stayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from equitable.intake.meaning.columns import Reading
from equitable.intake.names import words
from equitable.intake.profile import cleaned_sql
from equitable.intake.quality.findings import MOST_SENTENCES, Finding
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.source import Source

_CODE_WORDS: Final = frozenset({"id", "code", "number", "num", "no", "nbr", "dbn"})
_MOST_SCHOOLS: Final = 20_000
_ENOUGH: Final = 10
"""Rows that must hold a name for it to be quoted."""


def renamed_schools(source: Source, schema: Schema) -> list[Finding]:
    """A finding for each school of one code and several names in different years.

    Two spellings in the same year are no renaming, and are left to the reader of the
    report; names that fewer than ten rows hold are not quoted.
    """
    year = schema.year
    schools = [
        r for r in schema.readings
        if r.role is Role.SCHOOL and r.family is None and not r.hidden
    ]  # fmt: skip
    code = next((r for r in schools if _is_code(r)), None)
    name = next((r for r in schools if not _is_code(r)), None)
    if year is None or code is None or name is None or schema.rows_are != "students":
        return []
    if code.profile.distinct > _MOST_SCHOOLS:
        return []
    by, called = cleaned_sql(code.name), cleaned_sql(name.name)
    when = cleaned_sql(year.columns[0])
    rows: list[dict[str, Any]] = source.query(
        f"SELECT {by} AS code, {called} AS name, min({when}) AS first,"
        f" max({when}) AS last, count(*) AS n FROM records WHERE {by} IS NOT NULL"
        f" AND {called} IS NOT NULL AND {when} IS NOT NULL GROUP BY 1, 2"
        " QUALIFY count(*) OVER (PARTITION BY code) > 1 ORDER BY code, first, name"
    ).to_pylist()
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append(row)
    said: list[Finding] = []
    for found in by_code.values():
        before, after = found[0], found[-1]
        if before["last"] >= after["first"] or min(r["n"] for r in found) < _ENOUGH:
            continue
        said.append(
            Finding(
                kind="categories by year",
                severity="caution",
                sentence=f"A school of one '{code.name}' is '{before['name']}' until "
                f"{before['last']} and '{after['name']}' from {after['first']}: by "
                f"'{name.name}' it is two schools.",
                next_step=f"Compare schools by '{code.name}', or give both years one "
                "name.",
                column=name.name,
            )
        )
    return said[:MOST_SENTENCES]


def _is_code(reading: Reading) -> bool:
    return reading.profile.is_numeric or bool(set(words(reading.name)) & _CODE_WORDS)
