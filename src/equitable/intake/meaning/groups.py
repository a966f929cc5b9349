"""From a column to a dimension: which groups its values name, and in what order.

Words stay as the file has them; codes of known columns become words ('Y' in a column
of English learners is 'English learners').  A group's own name is always read as that
group, so that a person may type either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.errors import QuestionError
from equitable.intake.meaning.columns import Reading, one_sided
from equitable.intake.names import (
    GRADE_ORDER,
    LUNCH_ORDER,
    gender_codes,
    is_suppressed,
    lunch_codes,
    meaning_of,
    no_words,
    read_grade,
    words,
    yes_no,
    yes_words,
)
from equitable.intake.profile import is_missing, plain_number
from equitable.intake.race import (
    AS_RECORDED,
    COMBINATION,
    FEDERAL,
    VIEW_NAMES,
    VIEWS,
    Race,
    RaceSet,
    classify_column,
    classify_flags,
    classify_pair,
    race_of_name,
    read_race,
    reader_for,
    view_named,
)
from equitable.vocabulary import NOT_REPORTED, Classify, Dimension, Role

if TYPE_CHECKING:
    from equitable.intake.settings import DimensionSettings, Settings

MOST_GROUPS: Final = 10_000
"""A column of more different values is refused as a dimension."""
_EMPTY: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "<na>"})
"""What programs write into an empty cell; '?' and 'missing' are said by a person."""
_KEPT_ROLES: Final = (Role.SCHOOL, Role.GRADE, Role.YEAR)
_PLACES: Final = frozenset(
    {"district", "class", "region", "state", "category", "program"}
)


def is_race(reading: Reading) -> bool:
    """Whether a column's values can be read as races and ethnicities."""
    return reading.key == "race" and reader_for(reading.codes) is not None


def is_called(reading: Reading, name: str) -> bool:
    """Whether a name is a column's label, or says what the column holds."""
    if column_dimension(reading).label.casefold() == name.casefold():
        return True
    named, own = meaning_of(name), meaning_of(reading.name)
    # A breakdown of a table with one group has lost its meaning, and kept its name.
    key = reading.key or (own.meaning.key if own is not None and own.whole else "")
    return named is not None and named.whole and key == named.meaning.key


def column_dimension(
    reading: Reading,
    *,
    name: str | None = None,
    settings: DimensionSettings | None = None,
    view: str | None = None,
    hispanic: Reading | None = None,
) -> Dimension:
    """The dimension that one column makes.

    Parameters
    ----------
    name
        Its name; the column's without one.
    settings
        What ``equity.toml`` says of it.
    view
        The view of race asked for; ``federal seven`` where race is recognised.
    hispanic
        A separate yes/no column about Hispanic ethnicity, read together with it.
    """
    name = name or reading.name
    values = _folded(settings.values if settings else reading.labels)
    asked = view or (settings.view if settings else None)
    label = _label(reading, settings)
    recoded = [values.get(_plain(code), code) for code in reading.codes]
    read = reader_for(recoded) if reading.key == "race" or asked in VIEWS else None
    columns: tuple[str, ...] = (reading.name,)
    if asked != AS_RECORDED and (read is not None or (asked in VIEWS and values)):
        chosen = VIEWS[asked or FEDERAL.name]
        inner = _with_values(read or read_race, values)
        if hispanic is not None:
            columns = (reading.name, hispanic.name)
            classify = classify_pair(chosen, inner, says_yes)
        else:
            classify = classify_column(chosen, inner, named=values)
        return Dimension(
            name=name,
            label=label,
            columns=columns,
            classify=classify,
            role=Role.DIMENSION,
            order=(settings.order if settings else ()) or chosen.order,
            view=chosen.name,
            overlapping=chosen.overlapping,
        )
    blank = values.pop("", None)
    if blank is None and reading.blank_is_no:
        blank = _yes_no_names(reading)[1]
    codes, order = _codes(reading, blank=blank)
    if settings is not None:
        said = dict.fromkeys(values.values())
        said.pop(NOT_REPORTED, None)
        order = settings.order or tuple(said) or order
    named = {**codes, **values}
    if reading.key == "grade" and reading.role is Role.GRADE and not values:
        classify = _classify_grade(named)
    else:
        classify = _classify_words(named, order, blank)
    return Dimension(
        name=name,
        label=label,
        columns=columns,
        classify=classify,
        role=reading.role if reading.role in _KEPT_ROLES else Role.DIMENSION,
        order=order,
        view=AS_RECORDED if reading.key == "race" else None,
    )


def apart_from_view(name: str) -> tuple[str, str]:
    """``race:federal seven`` as the dimension and its view of race.

    Raises
    ------
    QuestionError
        Where there is no such view.
    """
    own, _, wanted = name.rpartition(":")
    view = view_named(wanted)
    if view is None:
        raise QuestionError(
            f"there is no view of race called '{wanted.strip()}'",
            next_step=f"The views are {', '.join(VIEW_NAMES)}.",
        )
    return own, view


def by_any_name(
    dimension: Dimension, columns: Iterable[str], settings: Settings
) -> Dimension:
    """The dimension, whose groups a person may also call by their names of old."""
    held: dict[str, str] = {}
    for column in columns:
        held |= settings.crosswalk_values(column)
    if not held or dimension.form != "column":
        return dimension
    classify = dimension.classify

    def by_now(text: str | None) -> tuple[str, ...]:
        return classify(text if text is None else held.get(_plain(text), text))

    return replace(dimension, classify=by_now)


def flags_dimension(
    name: str,
    readings: Sequence[Reading],
    *,
    settings: DimensionSettings | None = None,
    view: str | None = None,
) -> Dimension:
    """The dimension that several yes/no columns of races make."""
    asked = view or (settings.view if settings else None) or FEDERAL.name
    chosen = VIEWS.get(asked, COMBINATION)
    values = _folded(settings.values) if settings else {}
    races: list[Race | None] = []
    for reading in readings:
        said = values.get(_plain(reading.name))
        one = read_race(said) if said else None
        races.append(next(iter(one)) if one else race_of_name(reading.name))
    return Dimension(
        name=name,
        label=(settings.label if settings else None) or "Race and ethnicity",
        columns=tuple(reading.name for reading in readings),
        form="flags",
        classify=classify_flags(chosen, races),
        order=(settings.order if settings else ()) or chosen.order,
        view=chosen.name,
        overlapping=chosen.overlapping,
    )


def race_flags(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The yes/no columns that together say a student's races, if there are such.

    At least three of them, of three different races: one column 'black' alone is a
    yes/no trait.
    """
    flags = [
        reading
        for reading in readings
        if reading.role is Role.DIMENSION
        and not reading.family
        and yes_no(reading.codes)
        and race_of_name(reading.name) is not None
    ]
    races = {race_of_name(reading.name) for reading in flags} - {Race.SEVERAL}
    return tuple(flags) if len(races) >= 3 else ()


def hispanic_beside(reading: Reading, readings: Sequence[Reading]) -> Reading | None:
    """A separate yes/no column about Hispanic ethnicity beside a column of race."""
    for other in readings:
        if (
            other is not reading
            and other.role is Role.DIMENSION
            and race_of_name(other.name) is Race.HISPANIC
            and (yes_no(other.codes) or _two_words(other.codes))
        ):
            return other
    return None


def says_yes(text: str) -> bool:
    """Whether an answer about Hispanic ethnicity is a yes."""
    both = yes_no([text.strip()])
    if both is not None:
        return bool(both[0])
    if re.match(r"(?i)\s*(not|non)\b", text):
        return False
    races = read_race(text)
    return races == frozenset({Race.HISPANIC})


def refuse_people(reading: Reading, file: str) -> None:
    """Refuse text that may name people, where nobody said that it does not.

    Raises
    ------
    QuestionError
        Saying how to use it all the same.
    """
    if reading.may_name:
        raise QuestionError(
            "it may name people: it is text that few rows share, or that looks like "
            "names",
            file=file,
            column=reading.name,
            next_step="Choose another column. If it names nobody, set its role in "
            f'equity.toml: [columns] "{reading.name}" = "dimension".',
        )


def refuse_as_groups(reading: Reading, file: str) -> None:
    """Refuse what cannot be groups of students: dates, numbers, a value for each row.

    Raises
    ------
    QuestionError
        Saying what would work.
    """
    found = reading.profile
    if reading.yours and reading.role is Role.DIMENSION:
        return
    dates = found.shape("date") >= 0.8 and found.shape("band") < 0.5
    if found.type == "date" or dates:
        raise QuestionError(
            "it holds dates, which are not groups of students",
            file=file,
            column=reading.name,
            next_step="Choose another column, or add one with the year.",
        )
    if found.distinct > MOST_GROUPS:
        raise QuestionError(
            f"it has more than {MOST_GROUPS:,} different values: too many to compare "
            "as groups",
            file=file,
            column=reading.name,
            next_step="Choose a column with fewer values, or make bands first.",
        )
    place = reading.role in _KEPT_ROLES or reading.key in _PLACES
    counted = {Role.OUTCOME, Role.COUNT, Role.TOTAL, Role.WEIGHT}
    continuous = not found.is_integer or reading.role in counted or not reading.meaning
    if not place and found.is_numeric and found.distinct > 50 and continuous:
        raise QuestionError(
            f"it holds numbers ({found.distinct:,} different ones), which are not "
            "groups of students",
            file=file,
            column=reading.name,
            next_step="Put them into bands first; or, if it is the outcome, ask for "
            f'--outcome "{reading.name} >= {_round_middle(found.low, found.high)}". If '
            "they are codes of groups, say so in equity.toml: "
            f'[columns] "{reading.name}" = "dimension".',
        )


def _round_middle(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "50"
    middle = (low + high) / 2
    size = 10 ** max(0, len(str(int(abs(middle)))) - 2)
    return f"{round(middle / size) * size:g}"


def _two_words(values: Sequence[str]) -> bool:
    return len(values) == 2 and sum(says_yes(value) for value in values) == 1


def _with_values(
    read: Callable[[str], RaceSet | None], values: Mapping[str, str]
) -> Callable[[str], RaceSet | None]:
    """Values that a person has named are read by their name."""
    if not values:
        return read

    def named(text: str) -> RaceSet | None:
        said = values.get(_plain(text))
        if said is None:
            return read(text)
        return read_race(said)

    return named


def _codes(
    reading: Reading, *, blank: str | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Words for the codes of a column, and the order of its groups.

    A side that the column never writes is no group: an empty one would have a real one
    withheld with it.
    """
    texts = reading.codes
    both = yes_no(texts)
    if both is None and one_sided(reading) == "known":
        both = texts, ()
    if both is not None:
        yes, no = _yes_no_names(reading)
        coded = {_plain(text): yes for text in (*both[0], *yes_words())}
        coded |= {_plain(text): no for text in (*both[1], *no_words())}
        sides = ((yes, both[0]), (no, both[1]), (blank or "", blank))
        return coded, tuple(dict.fromkeys(name for name, there in sides if there))
    if reading.role is Role.GRADE:
        known = {read_grade(text) for text in texts}
        return {}, tuple(grade for grade in GRADE_ORDER if grade in known)
    if reading.key == "lunch":
        coded = {_plain(k): v for k, v in lunch_codes(texts).items()}
        there = set(coded.values()) | set(texts)
        return coded, tuple(word for word in LUNCH_ORDER if word in there)
    if reading.key == "gender":
        return {_plain(k): v for k, v in gender_codes(texts).items()}, ()
    # A school year looks like a band, and a sample's years are not all of them.
    banded = reading.role is not Role.YEAR and reading.profile.shape("band") >= 0.6
    if banded and reading.profile.complete:
        return {}, tuple(sorted((plain_number(t) for t in texts), key=_band_start))
    return {}, ()


def _band_start(text: str) -> tuple[float, str]:
    number = re.search(r"\d+(\.\d+)?", text)
    start = float(number[0]) if number else float("inf")
    below = text.lstrip().startswith(("<", "≤"))
    return (start - 0.5 if below else start, text)


def _yes_no_names(reading: Reading) -> tuple[str, str]:
    meaning = reading.meaning
    if meaning is not None and meaning.yes:
        return meaning.yes, meaning.no
    race = race_of_name(reading.name)
    if race is not None:
        return race.value, f"Not {race.value}"
    return "Yes", "No"


def _label(reading: Reading, settings: DimensionSettings | None) -> str:
    if settings is not None and settings.label:
        return settings.label
    meaning = reading.meaning
    if meaning is None or meaning.role is Role.OUTCOME or reading.about_staff:
        return spoken(reading.name)
    if reading.family:
        return f"{meaning.label}, grade {reading.family[1]}"
    if (own := _of_its_country(reading)) is not None:
        return own
    broad = {"program", "category", "region", "place", "age", "income", "language"}
    return spoken(reading.name) if reading.key in broad else meaning.label


_OF_ENGLAND: Final[Mapping[str, str]] = {
    "fsm": "Free school meals",
    "sen": "Special educational needs",
    "send": "Special educational needs and disabilities",
}
"""Terms of England's school census, which are not those of the United States."""


def _of_its_country(reading: Reading) -> str | None:
    """The trait by the term of its own country, where a column's name has one."""
    if reading.key not in {"lunch", "disability"}:
        return None
    named = (_OF_ENGLAND[word] for word in words(reading.name) if word in _OF_ENGLAND)
    return next(named, None)


def spoken(name: str) -> str:
    """A column's name as words in a sentence: 'imd_band' is 'Imd band'."""
    text = re.sub(r"^[#%\s]+", "", name.strip()) or name.strip()
    if not re.search(r"\s", text):
        capitals = text.isupper()
        if text.islower() and text.isalpha():
            text = " ".join(words(text))
        text = re.sub(r"[_.]+", " ", text)
        text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
        if not capitals:
            text = " ".join(p if p.isupper() else p.lower() for p in text.split())
        text = re.sub(r"^sch\b", "school", text)
    return text[:1].upper() + text[1:]


def _plain(text: str) -> str:
    return plain_number(text.strip()).casefold()


def _folded(values: Mapping[str, str]) -> dict[str, str]:
    return {_plain(key): value for key, value in values.items()}


def _classify_words(
    codes: Mapping[str, str], order: Sequence[str], blank: str | None = None
) -> Classify:
    """Groups of a column's words; ``blank`` is what an empty cell says, if anything."""
    own = {_plain(name): name for name in (*order, *codes.values(), NOT_REPORTED)}
    known = {**own, **codes}

    def classify(text: str | None) -> tuple[str, ...]:
        if text is None or is_missing(text):
            empty = text is None or text.strip().casefold() in _EMPTY
            return (blank if blank and empty else NOT_REPORTED,)
        plain = plain_number(text)
        return (known.get(plain.casefold(), plain),)

    return classify


def _classify_grade(codes: Mapping[str, str]) -> Classify:
    def classify(text: str | None) -> tuple[str, ...]:
        if text is None or is_missing(text) or is_suppressed(text):
            return (NOT_REPORTED,)
        plain = plain_number(text)
        if plain.casefold() == NOT_REPORTED.casefold():
            return (NOT_REPORTED,)
        return (codes.get(plain.casefold()) or read_grade(plain) or plain,)

    return classify
