"""Which form each value of ``equity.toml`` has, and what is said where it has another.

TOML tells ``true`` from ``1`` and ``"10"`` from ``10``, and so does what is read here:
a minimum of ``true`` would be a minimum of 1, which shows what should be withheld.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Strict
from pydantic_core import ErrorDetails, PydanticCustomError

from equitable.errors import SettingsError
from equitable.intake.settings_text import toml_key

_LONGEST: Final = 40
"""Characters of a value that are shown again."""


def _whole(given: Any) -> Any:
    if _is_no_number(given):
        raise PydanticCustomError("int_type", "")
    return given


def _number(given: Any) -> Any:
    if _is_no_number(given):
        raise PydanticCustomError("float_type", "")
    return given


def _hundred(given: Any) -> Any:
    if _is_no_number(given):
        raise PydanticCustomError("literal_error", "")
    return given


def _is_no_number(given: Any) -> bool:
    # TOML can say nan and inf, and no file has so many.
    no_end = isinstance(given, float) and not math.isfinite(given)
    return isinstance(given, bool | str) or no_end


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number: not ``true``, and no text."""
Number = Annotated[float, BeforeValidator(_number)]
"""A number: not ``true``, no text, and never infinite."""
YesNo = Annotated[bool, Strict()]
"""``true`` or ``false``, and nothing that may be read so."""
Hundred = Annotated[Literal[1, 100], BeforeValidator(_hundred)]
"""What the whole of a percentage is written as."""


_FORMS: Final[dict[str, tuple[str, str]]] = {
    "int": ("a whole number", "10"),
    "float": ("a number", "0.5"),
    "bool": ("true or false, without quotation marks", "true"),
    "string": ("text in quotation marks", '"…"'),
    "tuple": ("a list in square brackets", '["…", "…"]'),
    "dict": ("names and values in curly brackets", '{ "…" = "…" }'),
    "model": ("names and values in curly brackets", '{ "…" = "…" }'),
}
"""By how the error's type begins: the form in words, and what it looks like."""

_EXAMPLES: Final[dict[str, str]] = {
    "at": '"2020-21"',
    "breakdowns": '{ race = ["Black", "White"] }',
    "by_category": "{ discipline = { min_cell = 5 } }",
    "confidence": "0.95",
    "groups": '{ race = ["White"] }',
    "keep": '[{ race = "Black" }]',
    "marks": '{ "NC" = "missing" }',
    "on": '"Student ID"',
    "percents": '{ "Pct Proficient" = 100 }',
    "threshold": "2.5",
    "why": '"Tests are new from this year on."',
    "years": "3",
}
"""Of keys whose form alone says too little."""

_TABLES: Final[dict[str, str]] = {
    "source": '[source], and beneath it files = ["students-*.csv"]',
    "join": '[[join]], and beneath it file = "scores.csv" and on = "Student ID"',
    "columns": '[columns], and beneath it "Student ID" = "student"',
    "dimensions": '[dimensions.lunch], and beneath it columns = ["FRL"]',
    "indicators": '[indicators.reading], and beneath it column = "ELA Score"',
    "crosswalk.values": '[crosswalk.values.Group], and beneath it "White" = ["Wht"]',
    "crosswalk": '[crosswalk.columns], and beneath it absent = ["num_chronic"]',
    "break": '[[break]], and beneath it at = "2020-21" and why = "Tests are new."',
    "published": '[published], and beneath it group = "Student Group"',
    "privacy": "[privacy], and beneath it min_n = 10",
    "idea.columns": '[idea.columns], and beneath it group = "Ethnicity"',
    "idea.by_category": "[idea.by_category.discipline], and beneath it min_cell = 5",
    "idea": "[idea], and beneath it threshold = 2.5",
}
"""How each table is begun."""


def refuse_unseen(raw: dict[str, Any], file: str) -> None:
    """Refuse a character that nobody can see and no file has in a name: U+0000.

    Raises
    ------
    SettingsError
        Naming the key that it stands in, or beneath.
    """
    for path, text in _texts(raw, ()):
        if "\0" in text:
            place = ".".join(name.replace("\0", "␀") for name in path)
            raise SettingsError(
                f"'{place}' has a character in it that cannot be seen (U+0000)",
                file=file,
                next_step="Write the name or the words without \\u0000.",
            )


def _texts(given: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(given, str):
        yield path, given
    elif isinstance(given, list):
        for one in given:
            yield from _texts(one, path)
    elif isinstance(given, dict):
        for key, held in given.items():
            yield (*path, key), key
            yield from _texts(held, (*path, key))


def place_of(path: Sequence[int | str]) -> tuple[str, str]:
    """The table as it is written, and the key in it ('' for the table itself)."""
    names = [part for part in path if isinstance(part, str)]
    first = names[0]
    if first in ("join", "break"):
        return f"[[{first}]]", ".".join(names[1:2])
    if len(names) == 1:
        return f"[{first}]", ""
    of_their_own = first in ("dimensions", "indicators") or names[:2] in (
        ["crosswalk", "columns"],
        ["crosswalk", "values"],
        ["idea", "by_category"],
        ["idea", "columns"],
    )
    depth = 2 if of_their_own else 1
    if names[:2] == ["crosswalk", "values"] or names[:2] == ["idea", "by_category"]:
        depth = 3
    table = ".".join(toml_key(name) for name in names[:depth])
    return f"[{table}]", ".".join(toml_key(name) for name in names[depth : depth + 1])


def wrong_form(error: ErrorDetails, file: str) -> SettingsError:
    """What is said of a value of another form than its key wants."""
    path, given, kind = error["loc"], error.get("input"), error["type"]
    section, key = place_of(path)
    if not key:
        return _wrong_table(path, given, file)
    # 'percents."Pct Proficient"': which of a key's own names it is.
    within = [toml_key(part) for part in path[2:] if isinstance(part, str)]
    inner = within if path[:1] == ("published",) else []
    says = f"{section} {'.'.join([key, *inner])}{said(given)}"
    if kind == "missing":
        return SettingsError(
            f"{section} {key} is missing",
            file=file,
            next_step=f"Add a line such as {key} = {_example(key, kind)}.",
        )
    limit = _limit(kind, error.get("ctx", {}))
    if limit:
        return SettingsError(
            f"{says} cannot be right: it must be {limit}",
            file=file,
            next_step="Correct it, or remove the line to leave it at what is usual.",
        )
    if kind == "literal_error":  # of words, the choices are told elsewhere
        wanted = "100 or 1, without quotation marks"
    else:
        wanted = _FORMS.get(kind.partition("_")[0], _FORMS["string"])[0]
    if isinstance(path[-1], int):
        wanted += " within a list"
        example = '["…", "…"]'
    else:
        example = _example(key, kind)
    return SettingsError(
        f"{says} cannot be right: {wanted} is wanted",
        file=file,
        next_step=f"Write it like this: {key} = {example}.",
    )


def _wrong_table(path: Sequence[int | str], given: Any, file: str) -> SettingsError:
    names = [part for part in path if isinstance(part, str)]
    dotted = ".".join(toml_key(name) for name in names)
    begun = _TABLES.get(".".join(names[:2]), _TABLES.get(names[0], f"[{dotted}]"))
    if isinstance(given, dict):
        problem = f"[{dotted}] is one table where there may be several"
    elif isinstance(given, list):
        problem = (
            f"'{dotted}' is a list, or has two pairs of brackets, and is one table"
        )
    else:
        problem = f"'{dotted}'{said(given)} is a line where a table is wanted"
    step = f"A table begins like this: {begun}."
    return SettingsError(problem, file=file, next_step=step)


def _example(key: str, kind: str) -> str:
    form = _FORMS.get(kind.partition("_")[0], _FORMS["string"])[1]
    return _EXAMPLES.get(key, form)


def _limit(kind: str, limits: dict[str, Any]) -> str:
    match kind:
        case "greater_than_equal":
            return f"{limits['ge']:g} or more"
        case "greater_than":
            return f"more than {limits['gt']:g}"
        case "less_than_equal":
            return f"at most {limits['le']:.10g}"
        case "less_than":
            return f"less than {limits['lt']:g}"
        case "string_too_short":
            return "some text, and not empty"
        case "string_too_long":
            return f"{limits['max_length']} character, and no more"
        case _:
            return ""


def said(given: Any) -> str:
    """A value as ``equity.toml`` has it, after an equals sign; '' of tables and lists.

    Long text is cut, and what could steer a terminal is left out.
    """
    if isinstance(given, bool):
        return f" = {'true' if given else 'false'}"
    if isinstance(given, int | float):
        text = f"{given}"
        return f" = {text[:_LONGEST]}{'…' if len(text) > _LONGEST else ''}"
    if isinstance(given, date | datetime | time):
        return f" = {given.isoformat()}"
    if isinstance(given, str):
        plain = "".join(c for c in given if unicodedata.category(c)[0] != "C")
        cut = "…" if len(plain) > _LONGEST else ""
        return f" = '{plain[:_LONGEST]}{cut}'"
    return ""
