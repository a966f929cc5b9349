"""One name for what several files, or years, call otherwise: columns, then values.

Done before anything else looks at the records, so that everything above knows the new
names alone.  What cannot be one thing is refused here: two columns of a crosswalk that
both have a value in one row.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from equitable.errors import InputError, SettingsError, did_you_mean
from equitable.intake.names import meaning_of
from equitable.intake.profile import cleaned_sql
from equitable.intake.readers.parts import Column, Part, reselected, sql_text, text_of
from equitable.intake.where import quote_name

FirstRow: TypeAlias = Callable[[Part, str], "int | None"]
"""From a part and a SQL condition to the spreadsheet row of its first such record."""

_ALIKE: Final = 0.6
_MOST_PAIRS: Final = 12
_ANOTHER_LAYOUT: Final = 40
"""Columns in one file only: more are no renaming but another layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """What a person says of names that changed; see ``[crosswalk]``.

    Attributes
    ----------
    columns
        From a column's name from now on to what other files call it; an empty list
        says that some files may be without it.
    values
        By column (its new name): from a value from now on to its other spellings.
    year_from_name
        Whether the year is taken from the files' names; ``None``: where no column
        tells it.
    file
        The settings' own file, for messages.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    year_from_name: bool | None = None
    file: str = "equity.toml"


def renamed(
    parts: Sequence[Part], crosswalk: Crosswalk, first_row: FirstRow
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Every part with the new names of its columns, and what is to be said of it.

    Raises
    ------
    SettingsError
        Where nothing of an entry is in any file.
    InputError
        Where a row has a value under two of an entry's names.
    """
    _refuse_unknown(parts, crosswalk)
    notes: dict[str, None] = {}
    done = []
    for part in parts:
        made = part
        for name, others in crosswalk.columns.items():
            made = _renamed(part, made, name, others, first_row, notes)
        done.append(made)
    there = {column.name.casefold() for part in parts for column in part.columns}
    for name, others in crosswalk.columns.items():
        for other in others:
            if other.casefold() not in there:
                notes[
                    f"[crosswalk.columns] {name}: no file has a column '{other}'."
                ] = None
    return tuple(done), tuple(notes)


def _renamed(
    raw: Part,
    part: Part,
    name: str,
    others: Sequence[str],
    first_row: FirstRow,
    notes: dict[str, None],
) -> Part:
    wanted = {one.casefold() for one in (name, *others)}
    found = [column for column in part.columns if column.name.casefold() in wanted]
    if not found:
        if others:
            return part
        # An empty list: this file may be without it.
        notes[f"{part.name} has no column '{name}'; it is empty there."] = None
        listed = ", ".join(quote_name(column.name) for column in part.columns)
        columns = (*part.columns, Column(name, "text"))
        return reselected(
            part,
            columns,
            f"SELECT {listed}, CAST(NULL AS VARCHAR) AS {quote_name(name)}",
        )
    if len(found) == 1 and found[0].name == name:
        return part
    if len(found) > 1:
        _refuse_both(raw, found, first_row)
    kinds = {column.type for column in found}
    kind = kinds.pop() if len(kinds) == 1 else "text"
    one = [text_of(c.name, c.type) if kind == "text" else quote_name(c.name)
           for c in found]  # fmt: skip
    cases = " ".join(
        f"WHEN {cleaned_sql(column.name)} IS NOT NULL THEN {sql}"
        for column, sql in zip(found, one, strict=True)
    )
    whole = one[0] if len(found) == 1 else f"CASE {cases} END"
    kept: list[Column] = []
    chosen = []
    for column in part.columns:
        if column is found[0]:
            kept.append(Column(name, kind))
            chosen.append(f"{whole} AS {quote_name(name)}")
        elif column not in found:
            kept.append(column)
            chosen.append(quote_name(column.name))
    return reselected(part, tuple(kept), f"SELECT {', '.join(chosen)}")


def _refuse_both(part: Part, found: Sequence[Column], first_row: FirstRow) -> None:
    """Two of the names may stand in one file, each for some of its years."""
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            row = first_row(
                part,
                f"{cleaned_sql(one.name)} IS NOT NULL"
                f" AND {cleaned_sql(other.name)} IS NOT NULL",
            )
            if row is not None:
                raise InputError(
                    f"'{one.name}' and '{other.name}' both have a value here, and"
                    " [crosswalk.columns] says that they are one column",
                    file=part.name,
                    row=row,
                    next_step="Keep in the crosswalk the one that is meant; the other"
                    " stays a column of its own.",
                )


def _refuse_unknown(parts: Sequence[Part], crosswalk: Crosswalk) -> None:
    columns = dict.fromkeys(column.name for part in parts for column in part.columns)
    there = {name.casefold() for name in columns}
    for name, others in crosswalk.columns.items():
        if not there & {one.casefold() for one in (name, *others)}:
            listed = " or ".join(f"'{one}'" for one in (name, *others))
            raise SettingsError(
                f"[crosswalk.columns]: no file that was opened has a column {listed}",
                file=crosswalk.file,
                next_step=did_you_mean((others or (name,))[0], columns),
            )
    new = {name.casefold() for name in crosswalk.columns}
    for column in crosswalk.values:
        if column.casefold() not in there | new:
            raise SettingsError(
                f"[crosswalk.values]: there is no column '{column}'",
                file=crosswalk.file,
                next_step=did_you_mean(column, columns),
            )


def recoded(part: Part, crosswalk: Crosswalk) -> Part:
    """The part with the new spelling of every value that the crosswalk names."""
    columns = []
    chosen = []
    for column in part.columns:
        values = values_of(crosswalk, column.name)
        if not values:
            columns.append(column)
            chosen.append(quote_name(column.name))
            continue
        text = text_of(column.name, column.type)
        cases = " ".join(
            f"WHEN {folded_sql(column)} IN"
            f" ({', '.join(sql_text(_folded(other)) for other in others)})"
            f" THEN {sql_text(name)}"
            for name, others in values.items()
            if others
        )
        columns.append(Column(column.name, "text"))
        made = f"CASE {cases} ELSE {text} END" if cases else text
        chosen.append(f"{made} AS {quote_name(column.name)}")
    if not any(values_of(crosswalk, column.name) for column in part.columns):
        return part
    return reselected(part, tuple(columns), f"SELECT {', '.join(chosen)}")


def values_of(crosswalk: Crosswalk, column: str) -> Mapping[str, tuple[str, ...]]:
    """What the crosswalk says of the values of a column."""
    for name, values in crosswalk.values.items():
        if name.casefold() == column.casefold():
            return values
    return {}


def folded_sql(column: Column) -> str:
    """SQL for a column's text as spellings are compared."""
    return f"lower(trim({text_of(column.name, column.type)}))"


def _folded(text: str) -> str:
    return text.strip().lower()


def refuse_differences(parts: Sequence[Part]) -> None:
    """Refuse files that lack one another's columns, with the crosswalk to write.

    Raises
    ------
    InputError
        Naming a file and what it lacks.
    """
    first = parts[0]
    for part in parts[1:]:
        own = [column.name for column in part.columns]
        names = [column.name for column in first.columns]
        lacks = [name for name in names if name not in set(own)]
        more = [name for name in own if name not in set(names)]
        if not lacks and not more:
            continue
        lacking, other, missing = (part, first, lacks) if lacks else (first, part, more)
        if len(lacks) + len(more) > _ANOTHER_LAYOUT:
            raise InputError(
                f"it is laid out differently from {other.name}:"
                f" {len(lacks) + len(more):,} columns are in one of the two only",
                file=lacking.name,
                next_step="Such files cannot be put together by names alone. Open each"
                " by itself, and compare the years' results.",
            )
        others = len(missing) - 1
        said = f" (nor {others} more of its columns)" if others else ""
        raise InputError(
            f"it has no column '{missing[0]}'{said}, which {other.name} has",
            file=lacking.name,
            next_step=_to_write(first, part, lacks, more),
        )


def _to_write(
    first: Part, later: Part, lacks: Sequence[str], more: Sequence[str]
) -> str:
    """``[crosswalk.columns]`` for two files, ready to paste and to correct."""
    pairs = _alike_pairs(lacks, more)
    lines = [f"{_key(new)} = [{json.dumps(old, ensure_ascii=False)}]"
             for old, new in pairs[:_MOST_PAIRS]]  # fmt: skip
    paired = {name for pair in pairs for name in pair}
    alone = [(name, first) for name in lacks if name not in paired]
    alone += [(name, later) for name in more if name not in paired]
    lines += [f"{_key(name)} = []  # only {part.name} has it"
              for name, part in alone[:_MOST_PAIRS]]  # fmt: skip
    hidden = len(pairs) + len(alone) - len(lines)
    if hidden:
        lines.append(f"# and {hidden} more")
    return (
        "Files that are read together need the same columns. Where a column only has"
        " another name, say so in equity.toml; [] leaves it empty in files that are"
        " without it. Check each line, then write:\n\n"
        "[crosswalk.columns]\n" + "\n".join(lines) + "\n"
    )


def _alike_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Columns of two files that may be one, the likest first; none is used twice."""
    likeness = sorted(
        ((_likeness(one, other), one, other) for one in old for other in new),
        key=lambda found: -found[0],
    )
    pairs: dict[str, str] = {}
    for how, one, other in likeness:
        if how >= _ALIKE and one not in pairs and other not in pairs.values():
            pairs[one] = other
    rest_old = [name for name in old if name not in pairs]
    rest_new = [name for name in new if name not in pairs.values()]
    if len(rest_old) == len(rest_new) == 1:
        pairs[rest_old[0]] = rest_new[0]
    return [(one, pairs[one]) for one in old if one in pairs]


def _likeness(one: str, other: str) -> float:
    """How like two columns' names are: 1 for the same words, or the same meaning."""
    plain = [re.sub(r"[\W_]+", "", name.casefold()) for name in (one, other)]
    # '# Absent' is a count and '% Absent' is not.
    if ("%" in one) != ("%" in other):
        return 0.0
    if plain[0] == plain[1]:
        return 1.0
    known = [meaning_of(name) for name in (one, other)]
    if known[0] and known[1] and known[0].meaning.key == known[1].meaning.key:
        return 0.9
    words = [set(re.findall(r"[^\W_]+", name.casefold())) for name in (one, other)]
    begun = any(
        len(a) > 3 and len(b) > 3 and (a.startswith(b[:5]) or b.startswith(a[:5]))
        for a in words[0]
        for b in words[1]
    )
    ratio = difflib.SequenceMatcher(None, plain[0], plain[1]).ratio()
    return max(ratio, 0.65 if begun else 0.0)


def _key(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", name)
    return name if plain else json.dumps(name, ensure_ascii=False)
