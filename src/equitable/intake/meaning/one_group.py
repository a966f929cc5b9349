"""Labels of a table that would be read as one group: said, and never added in silence.

'Asian' and 'Filipino' are one category of the federal seven, 'Multiple races' and 'Two
or more races' the same words.  Where a table of counts has a row of each in the same
place and year, nobody said that they may be added: each stays a group of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from equitable.errors import EquitableError
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import NOT_REPORTED, Dimension, Role

if TYPE_CHECKING:
    from equitable.intake.meaning.columns import Reading
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.source import Source

_KEYS: Final = (Role.DIMENSION, Role.SCHOOL, Role.GRADE, Role.YEAR)
_PLACES: Final = frozenset({"district", "region", "state", "place", "class"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OneGroup:
    """Which labels are kept apart, by their column, and what is to be said."""

    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)
    said: tuple[str, ...] = ()


def find_one_group(source: Source, schema: Schema) -> OneGroup:
    """Labels of each trait of a table that are read as one group.

    Parameters
    ----------
    source
        The open table, as it was rewritten.
    schema
        What its columns are; rows of students are counted one by one, and their labels
        may be added up.
    """
    apart: dict[str, frozenset[str]] = {}
    said: list[str] = []
    for reading in schema.readings:
        if reading.role not in (Role.DIMENSION, Role.GRADE) or reading.hidden:
            continue
        try:
            dimension = schema.dimension(reading.name)
        except EquitableError:
            continue  # It is refused where it is asked for.
        if dimension.columns != (reading.name,) or dimension.form != "column":
            continue
        for group, labels in _together(reading, dimension, schema).items():
            listed = " and ".join(f"'{label}'" for label in labels)
            if _side_by_side(source, reading, labels, schema):
                kept = apart.get(reading.name, frozenset())
                apart[reading.name] = kept | {_folded(label) for label in labels}
                said.append(
                    f"{listed} stand side by side and would all be read as '{group}':"
                    " they are not added up, and each keeps its own name. If they are"
                    " one group, name it for each in equity.toml, under"
                    f" [dimensions.{_quoted(dimension.name)}] values."
                )
            else:
                said.append(f"{listed} are read as one group: '{group}'.")
    return OneGroup(apart=apart, said=tuple(said))


def kept_apart(dimension: Dimension, apart: Mapping[str, frozenset[str]]) -> Dimension:
    """The dimension, in which labels that must not be added keep their own names."""
    labels = apart.get(dimension.columns[0]) if len(dimension.columns) == 1 else None
    if not labels or dimension.form != "column":
        return dimension
    classify = dimension.classify

    def by_own_name(text: str | None) -> tuple[str, ...]:
        if text is not None and _folded(text) in labels:
            return (" ".join(text.split()),)
        return classify(text)

    return replace(dimension, classify=by_own_name)


def _together(
    reading: Reading, dimension: Dimension, schema: Schema
) -> dict[str, list[str]]:
    """From each group to its labels, where there are two or more.

    Those that a person named are theirs to add.
    """
    given = schema.settings.dimensions if schema.settings else {}
    entry = given.get(dimension.name) or given.get(reading.name)
    named = {_folded(text) for text in entry.values} if entry else set()
    everyone = set(dimension.totals)
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for text in reading.codes:
        key = _folded(text)
        if key not in named and key not in everyone:
            found.setdefault(dimension.classify(text), {}).setdefault(key, text)
    return {
        groups[0]: sorted(labels.values())
        for groups, labels in found.items()
        if len(labels) > 1 and groups != (NOT_REPORTED,)
    }


def _side_by_side(
    source: Source, reading: Reading, labels: Sequence[str], schema: Schema
) -> bool:
    """Whether two of the labels stand in rows that nothing else tells apart."""
    told = schema.published.named_by if schema.published is not None else ()
    keys = [
        one.name
        for one in schema.readings
        if one.name != reading.name
        and one.name not in told
        and not one.hidden
        and (one.role in _KEYS or one.key in _PLACES)
    ]
    text = f"LOWER(TRIM(CAST({quote_name(reading.name)} AS VARCHAR)))"
    listed = ", ".join(quote_value(label.strip().casefold()) for label in labels)
    by = f" GROUP BY {', '.join(map(quote_name, keys))}" if keys else ""
    return bool(
        source.query(
            f"SELECT 1 AS one FROM records WHERE {text} IN ({listed}){by}"
            f" HAVING COUNT(DISTINCT {text}) > 1 LIMIT 1"
        ).num_rows
    )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f'"{name}"'
