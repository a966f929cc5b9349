"""Outcomes that a person wrote in ``equity.toml``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from equitable.errors import QuestionError
from equitable.intake.meaning.declared import own_count
from equitable.intake.meaning.outcomes import (
    bare_indicator,
    column_indicator,
    counts_indicator,
    settled,
)

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.vocabulary import Indicator


def declared_indicator(schema: Schema, name: str) -> Indicator | None:
    """The outcome of that name or label in the settings; ``None`` where there is none.

    Raises
    ------
    QuestionError
        Where its column is not there, names people, or cannot be an outcome so.
    """
    declared = schema.settings.indicators if schema.settings else {}
    for given, entry in declared.items():
        if name.casefold() not in {given.casefold(), (entry.label or given).casefold()}:
            continue
        if entry.where is not None:
            found = schema.conditional(entry.where, given)
            return settled(found, entry, found.condition)
        count = entry.count or own_count(entry, schema.reading(given))
        if count is not None and entry.total is not None:
            found = counts_indicator(given, count, entry.total)
            marks = schema.no_value(count, entry.total)
            return settled(replace(found, missing=marks), entry, None)
        if entry.percent is not None:
            found = schema.percent(given, entry.percent, entry.total, entry.direction)
            return settled(found, entry, None)
        column = entry.column or given
        reading = schema.reading(column)
        if reading is None:
            schema.refuse_unknown(column, "column")
        schema.refuse_identifier(reading)
        explicit = (
            bool(entry.true) or entry.at_least is not None or entry.kind is not None
        )
        try:
            start = column_indicator(reading, file=schema.file, name=given)
        except QuestionError:
            if not explicit:
                raise
            start = bare_indicator(given, reading.name)
        return settled(start, entry, None)
    return None
