"""What the library's functions are given, held against what they take.

A person at a notebook types ``min_n="10"`` or ``by=3`` as easily as a person at the
command line mistypes an option.  Both are told in words, before anything is read.
"""

from __future__ import annotations

import functools
import inspect
import numbers
from collections.abc import Callable, Mapping
from typing import Any, Final, ParamSpec, TypeVar

from equitable.errors import QuestionError
from equitable.vocabulary import Dimension, Indicator, names_of

P = ParamSpec("P")
R = TypeVar("R")

_TEXTS: Final = frozenset(
    {
        "count", "total", "percent", "where", "weight", "cluster", "reference",
        "direction", "year", "district", "category", "title", "our_group",
        "our_school", "indicator",
    }
)  # fmt: skip
_SEVERAL: Final = frozenset(
    {"by", "within", "order", "over", "outcomes", "indicators", "languages"}
)
_WHOLE: Final = frozenset(
    {"depth", "min_n", "min_cell", "show_min", "years", "highest_min_n"}
)
_NUMBERS: Final = frozenset({"confidence", "margin", "threshold"})
_FLAGS: Final = frozenset({"internal", "indices", "sensitivity", "page", "fresh"})
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "adjust": ("bh", "by", "none"),
    "interval": ("wilson", "exact"),
    "ppg_margin": ("half", "rate"),
}
_KINDS: Final = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "yes or no",
    "list": "a list",
    "tuple": "a list",
    "NoneType": "nothing",
}
_MADE: Final = (Dimension, Indicator)


def checked(method: Callable[P, R]) -> Callable[P, R]:
    """A function that refuses what it cannot take by `QuestionError`, in words.

    Values that none of the names above is of are left to the function; so are
    keywords that it does not know, which are a `TypeError` as everywhere in Python.
    """
    signature = inspect.signature(method)
    none = {
        name
        for name, one in signature.parameters.items()
        if one.default is None or one.default is inspect.Parameter.empty
    }

    @functools.wraps(method)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return method(*args, **kwargs)  # which names itself as it refuses
        for name, value in bound.arguments.items():
            further = signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD
            for key, held in value.items() if further else ((name, value),):
                if held is not None or not (further or key in none):
                    _check(key, held, made="Dimension" in _takes(signature, key))
        return method(*args, **kwargs)

    return asked


def _takes(signature: inspect.Signature, name: str) -> str:
    """The annotation of a parameter as it is written."""
    one = signature.parameters.get(name)
    return str(one.annotation) if one else ""


def _check(name: str, value: Any, *, made: bool) -> None:
    """Refuse a value that is not what an argument of this name takes."""
    if name == "outcome" and not isinstance(value, str | Indicator):
        raise _refused(name, "one name, in quotes", value)
    if name in _TEXTS and not isinstance(value, str):
        raise _refused(name, "text, in quotes", value)
    if name in _SEVERAL:
        for one in names_of(value):
            known = isinstance(one, str) or (
                isinstance(one, _MADE) and (made or name == "indicators")
            )
            if not known:
                raise _refused(name, "a name or a list of names, in quotes", one)
    if name in _WHOLE and not _is(value, numbers.Integral):
        raise _refused(name, "a whole number, without quotes", value)
    if name in _NUMBERS and not _is(value, numbers.Real):
        raise _refused(name, "a number, without quotes", value)
    if name in _FLAGS and not _is_flag(value):
        raise _refused(name, "True or False, without quotes", value)
    if name in _CHOICES and value not in _CHOICES[name]:
        listed = " or ".join(f"'{one}'" for one in _CHOICES[name])
        raise QuestionError(f"{name} is {listed}, and not {value!r}")


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    """True or False, of Python or of numpy."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return isinstance(value, bool) or (kind == "b" and not getattr(value, "ndim", 1))


def _refused(name: str, takes: str, value: Any) -> QuestionError:
    kind = _KINDS.get(type(value).__name__, f"of the kind '{type(value).__name__}'")
    shown = repr(value) if isinstance(value, str | int | float | None) else ""
    what = f"{shown}, which is {kind}" if shown else f"what is {kind}"
    return QuestionError(
        f"{name} takes {takes}, and not {what}",
        next_step=f"What {name} is for stands in the function's help(…).",
    )
