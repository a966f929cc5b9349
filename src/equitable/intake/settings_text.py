"""``equity.toml`` as text that a person can read and correct, and its writing."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import BaseModel

from equitable.errors import OutputError
from equitable.output import write_whole
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.settings import Settings

_HEADER: Final = """\
# What the columns of this file are, as 'equitable inspect' understood them.
# Correct whatever is wrong: what stands here wins over every guess.
# A role is one of: {roles}."""


def settings_text(
    settings: Settings,
    reasons: Mapping[str, str] | None = None,
    *,
    closing: Sequence[str] = (),
) -> str:
    """``equity.toml`` as text that a person can read and correct.

    Parameters
    ----------
    reasons
        Why each guess was made, written as comments: keys are a column's name,
        ``dimensions.NAME`` or ``indicators.NAME``.
    closing
        Comments at the end.
    """
    reasons = reasons or {}
    roles = ", ".join(str(role) for role in Role)
    lines = textwrap.dedent(_HEADER.format(roles=roles)).splitlines()
    lines[-1:] = textwrap.wrap(lines[-1], 86, subsequent_indent="# ")
    lines += _section("source", settings.source)
    for join in settings.join:
        lines += _section("[join]", join)
    if settings.columns:
        lines += ["", "[columns]"]
        keys = [f"{toml_text(name)} = {toml_text(str(role))}"
                for name, role in settings.columns.items()]  # fmt: skip
        width = min(44, max(map(len, keys)))
        for line, name in zip(keys, settings.columns, strict=True):
            reason = _comment(reasons.get(name, ""))
            lines.append(f"{line:<{width}}  # {reason}" if reason else line)
    for table, entries in (
        ("dimensions", settings.dimensions),
        ("indicators", settings.indicators),
    ):
        for name, entry in entries.items():
            section = _section(f"{table}.{toml_key(name)}", entry)
            reason = _comment(reasons.get(f"{table}.{name}", ""))
            if reason:
                section[1:1] = textwrap.wrap(
                    reason, 84, initial_indent="# ", subsequent_indent="# "
                )
            lines += section
    lines += _crosswalk(settings.crosswalk.columns, "crosswalk.columns")
    for column, values in settings.crosswalk.values.items():
        lines += _crosswalk(values, f"crosswalk.values.{toml_key(column)}")
    for one in settings.breaks:
        lines += _section("[break]", one)
    lines += _section("published", settings.published)
    lines += _section("privacy", settings.privacy)
    lines += _section("idea", settings.idea)
    if closing:
        lines += ["", *(f"# {_comment(line)}".rstrip() for line in closing)]
    return "\n".join(lines) + "\n"


def _crosswalk(names: Mapping[str, Sequence[str]], title: str) -> list[str]:
    if not names:
        return []
    return [
        "",
        f"[{title}]",
        *(f"{toml_key(k)} = {_toml(v)}" for k, v in names.items()),
    ]


def _section(title: str, table: BaseModel) -> list[str]:
    entries = {
        key: value
        for key, value in table.model_dump(exclude_defaults=True).items()
        if value not in (None, (), {})
    }
    if not entries:
        return []
    return ["", f"[{title}]", *(f"{k} = {_toml(v)}" for k, v in entries.items())]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inner = ", ".join(f"{toml_text(k)} = {_toml(v)}" for k, v in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, tuple | list):
        inner = ", ".join(_toml(item) for item in value)
        if len(inner) > 76:
            return "[\n" + "".join(f"  {_toml(item)},\n" for item in value) + "]"
        return f"[{inner}]"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return repr(value) if isinstance(value, int) else toml_text(str(value))


def toml_text(text: str) -> str:
    """A text as a TOML string, whatever it holds."""
    # JSON's escapes are TOML's; TOML also wants the DEL character escaped.
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(name: str) -> str:
    """A name as a key of TOML, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_text(name)


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", text).strip()


class Proposed(Protocol):
    """What can be written as ``equity.toml``: an ``Inspection``."""

    def to_toml(self) -> str: ...  # noqa: D102 - the text of the file


def write_settings(proposed: Proposed, path: Path, *, replace: bool = False) -> None:
    """Write a proposal as ``equity.toml``, whole or not at all.

    Raises
    ------
    OutputError
        Where the file is there already (unless ``replace``) or cannot be written.
    """
    if path.exists() and not replace:
        raise OutputError(
            "it is there already, and may hold your corrections",
            file=path.name,
            next_step="Give another name, or say that it may be replaced.",
        )
    write_whole(path, proposed.to_toml().encode(), replace=replace)
