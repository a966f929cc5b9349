"""What names a person: recognised, dropped, or turned into a keyed hash.

A column is recognised by its name and by what stands in it.  The text of a recognised
column is never shown, written or grouped by; a student number that is needed to join
years or files leaves only as HMAC-SHA256 under a key that is the user's own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equitable.errors import InputError, OutputError
from equitable.intake.names import (
    about_family,
    identifier_names,
    meaning_of,
    things,
    words,
    yes_no,
)
from equitable.intake.profile import PATTERNS, ColumnProfile
from equitable.output import write_whole
from equitable.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a column was taken for an identifier.

    ``what`` completes 'recognised as …'; ``because`` says by which evidence, without
    any of its values.
    """

    what: str
    because: str
    role: Role = Role.IDENTIFIER
    confidence: float = 0.9


_MAY_BE_A_ROLE: Final = frozenset(
    {
        "student",
        "pupil",
        "first",
        "last",
        "parent",
        "advisor",
        "counselor",
        "recommender",
        "guardian",
        "mother",
        "father",
        "mom",
        "dad",
        "padre",
        "madre",
        "contact",
        "mentor",
        "responsable",
    }
)
"""Names of columns that hold people, or a few kinds of answer ('parent': yes)."""
PLACES: Final = re.compile(
    r"\b(school|elementary|elem|middle|high|academy|district|county|unified|isd|"
    r"charter|college|university|center|centre|campus|prep|institute|public|city|"
    r"jr|junior|senior|intermediate|primary|learning|department|valley)\b",
    re.IGNORECASE,
)
"""Words of schools and places, by which 'Oak Valley School' is told from a person."""


def recognise(profile: ColumnProfile) -> Reason | None:
    """Whether a column identifies people, and why; ``None`` where it does not.

    A student number has the role ``STUDENT``; everything else ``IDENTIFIER``.
    """
    parts = words(profile.name)
    return (
        _by_shape(profile)
        or _by_name(profile, parts)
        or _by_number(profile, parts)
        or _by_text(profile)
    )


def _by_shape(profile: ColumnProfile) -> Reason | None:
    """E-mails, phones and the like, which look like nothing else."""
    kinds = {
        "e-mail": "e-mail addresses",
        "ssn": "social security numbers",
        "phone": "telephone numbers",
        "url": "web addresses",
        "ip": "network addresses",
        "street": "street addresses",
    }
    for shape, what in kinds.items():
        if profile.shape(shape) >= 0.5:
            return Reason(what=what, because="its values look like it", confidence=0.97)
    return None


def _by_name(profile: ColumnProfile, parts: tuple[str, ...]) -> Reason | None:
    named, spoken = set(parts), " ".join(parts)
    few = profile.distinct <= 12 and profile.present > 3 * profile.distinct
    birth = named & identifier_names("birth")
    if birth and not named & identifier_names("not_birth"):
        dated = max(profile.shape("date"), profile.shape("quarter")) >= 0.5
        if dated or profile.type == "date" or not few or profile.is_integer:
            what = "a birth date"
            if profile.shape("quarter") >= 0.5:
                what = "a birth date (a quarter of a year)"
            return Reason(
                what=what,
                because="of its name" + (" and its dates" if dated else ""),
                confidence=0.97 if dated else 0.85,
            )
    by_word: tuple[tuple[frozenset[str], str], ...] = (
        (frozenset({"email", "mail"}), "e-mail addresses"),
        (
            frozenset({"phone", "telephone", "mobile", "cell", "sms"}),
            "telephone numbers",
        ),
        (frozenset({"ssn", "social"}), "social security numbers"),
        (frozenset({"username", "login", "password"}), "a user name or password"),
        (frozenset({"address", "street", "addr", "address1"}), "addresses"),
        (frozenset({"latitude", "longitude", "geocode"}), "a place on the map"),
        (frozenset({"photo", "picture"}), "pictures"),
    )
    for given, what in by_word:
        if named & given and not few and not _is_measure(profile):
            return Reason(what=what, because="of its name", confidence=0.9)
    if "address" in named or ("e" in named and "mail" in named):
        return None
    is_place = _share(profile, lambda text: bool(PLACES.search(text))) >= 0.3
    called = _share(profile, lambda t: t[:1].isupper() and not about_family(t))
    unclear = few and spoken in _MAY_BE_A_ROLE and called < 0.5
    if (
        _names_people(named, spoken)
        and not unclear
        and yes_no(profile.texts) is None
        and not profile.is_numeric
        and not is_place
    ):
        return Reason(what="names of people", because="of its name", confidence=0.95)
    if parts[-1:] == ("name",) and (not few or len(parts) == 1) and not is_place:
        place = meaning_of(profile.name)
        known_place = place is not None and not place.about_staff
        if (
            about_family(profile.name)
            or parts == ("name",)
            or (not known_place and profile.shape("person") >= 0.5)
        ):
            return Reason(
                what="names of people", because="of its name", confidence=0.85
            )
    told = named & identifier_names("told")
    if told and not profile.is_numeric and (not few or profile.length >= 20):
        return Reason(
            what="free text, which may name people",
            because="of its name",
            confidence=0.85,
        )
    return None


def _names_people(named: set[str], spoken: str) -> bool:
    if spoken in identifier_names("people"):
        return True
    person = named & identifier_names("people_words")
    return bool(person) and not named & identifier_names("not_people_words")


def _is_measure(profile: ColumnProfile) -> bool:
    """Numbers with decimals are measured, not a telephone."""
    return profile.is_numeric and not profile.is_integer


def _by_number(profile: ColumnProfile, parts: tuple[str, ...]) -> Reason | None:
    """Student numbers and row numbers."""
    spoken = " ".join(parts)
    if profile.present < 1:
        return None
    running = (
        profile.is_integer
        and profile.low is not None
        and profile.high is not None
        and profile.low in (0, 1)
        and profile.uniqueness >= 0.99
        and profile.whole
        and profile.high - profile.low + 1 == profile.rows
    )
    if spoken in identifier_names("rows") and profile.uniqueness >= 0.98:
        return Reason(
            what="row numbers",
            because="of its name, and because no value repeats",
            confidence=0.9,
        )
    if spoken in identifier_names("students") or (
        spoken == "id" and profile.uniqueness >= 0.2
    ):
        if profile.uniqueness < 0.02 and profile.distinct < 50:
            return None
        return Reason(
            what="a student number",
            because="of its name",
            role=Role.STUDENT,
            confidence=0.95 if spoken in identifier_names("students") else 0.85,
        )
    if (
        spoken in {"student", "pupil", "learner", "child"}
        and profile.distinct > 50
        and profile.uniqueness >= 0.1
    ):
        # 'student' beside several years: a number that comes back, not a new one a row.
        return Reason(
            what="a student number",
            because="of its name, and its many different values",
            role=Role.STUDENT,
            confidence=0.8,
        )
    if meaning_of(profile.name) is not None:
        return None
    if running and profile.rows >= 20:
        return Reason(
            what="row numbers", because="its values count the rows", confidence=0.8
        )
    if profile.uniqueness < 0.98 or profile.present < 50 or profile.type == "boolean":
        return None
    ends = {"id", "number", "no", "key", "code", "num"}
    coded = len(parts) > 1 and parts[-1] in ends and not _is_measure(profile)
    digits = (
        profile.is_integer
        and profile.widths <= 2
        and profile.length >= 5
        and (profile.low or 0) > 0
    )
    if coded or digits:
        return Reason(
            what="a student number",
            because="nearly every row has a value of its own",
            role=Role.STUDENT,
            confidence=0.75 if coded else 0.6,
        )
    codes = _share(
        profile,
        lambda t: (
            len(t) >= 6
            and bool(re.fullmatch(r"[\w-]*\d[\w-]*", t))
            and not re.fullmatch(r"\d{1,4}-\d{1,2}-\d{1,4}", t)
        ),
    )
    if codes >= 0.95 and not profile.is_numeric:
        return Reason(
            what="codes that are different in every row",
            because="which may stand for people",
            confidence=0.6,
        )
    return None


def _by_text(profile: ColumnProfile) -> Reason | None:
    """Names of people and free text, whatever the column is called."""
    if profile.type != "text" or profile.is_numeric or profile.present < 10:
        return None
    known = meaning_of(profile.name)
    if profile.length >= 40 and profile.uniqueness >= 0.3 and profile.distinct > 20:
        return Reason(
            what="free text, which may name people",
            because="its values are long and nearly all different",
            confidence=0.7,
        )
    people = profile.shape("person")
    is_place = _share(profile, lambda text: bool(PLACES.search(text))) >= 0.1
    if (
        people >= 0.8
        and profile.uniqueness >= 0.5
        and profile.distinct >= 15
        and not is_place
        and known is None
    ):
        return Reason(
            what="names of people",
            because="its values are mostly two words with capitals, and few repeat",
            confidence=0.7,
        )
    return None


SHARED_ROWS: Final = 10
"""A value that fewer rows hold is nobody's to quote: it may be a single student's."""
_TITLED: Final = re.compile(
    r"(mr|mrs|ms|miss|mx|dr|prof|sr|sra|srta|mme|mlle|herr|frau|dona?|coach)\b\.?"
    r" +\w.*",
    re.IGNORECASE,
)
_LISTED_NAME: Final = re.compile(r"[A-ZÀ-Þ][\w'’-]+,( ?[A-ZÀ-Þ][\w'’.-]*)+")
_INITIALLED: Final = re.compile(
    r"([A-ZÀ-Þ]\. ?)+[A-ZÀ-Þ][\w'’-]+|[A-ZÀ-Þ][\w'’-]+,? ([A-ZÀ-Þ]\. ?)*[A-ZÀ-Þ]\.?"
)
_FULL_NAME: Final = re.compile(
    r"[A-ZÀ-Þ][\w'’-]+( (de|del|la|van|von|da|dos|[A-ZÀ-Þ]\.?|[A-ZÀ-Þ][\w'’-]+)){0,3}"
    r" [A-ZÀ-Þ][\w'’-]+"
)
_CODE: Final = re.compile(r"[\W_]*\w{1,2}[\W_]*|[A-Za-z]{1,3}[ _-]?\d{1,3}")


def is_shared(profile: ColumnProfile) -> bool:
    """Whether four of five rows hold a value that at least ten rows hold."""
    shared = sum(rows for _, rows in profile.values if rows >= SHARED_ROWS)
    return profile.present > 0 and shared >= 0.8 * profile.present


def looks_like_people(profile: ColumnProfile) -> bool:
    """Whether text looks like names or telephones of people, however often it stands.

    'Ms. Okoye', 'Garcia, Jose', 'J. Garcia', 'Ana Ruiz'; 'mom 615 555 0123'.
    """
    if profile.is_numeric:
        return False
    return _share(profile, _may_be_a_person) >= 0.3


def are_codes(profile: ColumnProfile) -> bool:
    """Whether all values are one or two letters, or a few letters and a number."""
    return all(_CODE.fullmatch(text) is not None for text in profile.texts)


def _may_be_a_person(text: str) -> bool:
    if sum(c.isdigit() for c in text) >= 7 and not PATTERNS["date"].fullmatch(text):
        return True
    if _TITLED.fullmatch(text):
        return True
    named = _LISTED_NAME, _INITIALLED, _FULL_NAME
    if not any(shape.fullmatch(text) for shape in named):
        return False
    return not set(words(text)) & things() and not PLACES.search(text)


def _share(profile: ColumnProfile, holds: Callable[[str], bool]) -> float:
    texts = profile.texts[:200]
    return sum(holds(text) for text in texts) / len(texts) if texts else 0.0


# ------------------------------------------------------------------------- keyed hash

KEY_BYTES: Final = 32
_BLOCK: Final = 64


def keyed_hash_sql(
    column_sql: str,
    *,
    outer: str = "unhex(CAST(? AS VARCHAR))",
    inner: str = "unhex(CAST(? AS VARCHAR))",
) -> str:
    """SQL for HMAC-SHA256 of a student number, as 64 hexadecimal digits.

    Parameters
    ----------
    column_sql
        SQL for the number's text: a quoted column name, never text from outside.
    outer, inner
        SQL for the padded keys as bytes, where they are no parameters of the query.

    Notes
    -----
    The key is in no SQL text: the query takes two parameters, in this order, from
    ``hash_parameters``.  The number is trimmed first and loses the ``.0`` that a column
    of decimals gives it, so that the same student has the same hash in every file.
    HMAC is RFC 2104, with SHA-256 (FIPS 180-4).
    """
    text = f"trim(CAST({column_sql} AS VARCHAR))"
    plain = rf"regexp_replace({text}, '^([+-]?\d+)\.0+$', '\1')"
    within = f"sha256({inner} || encode({plain}))"
    return f"sha256({outer} || unhex({within}))"


def hash_parameters(key: bytes) -> tuple[str, str]:
    """The two parameters of ``keyed_hash_sql``: the outer and the inner padded key."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(_BLOCK, b"\0")
    outer = bytes(byte ^ 0x5C for byte in padded)
    inner = bytes(byte ^ 0x36 for byte in padded)
    return outer.hex(), inner.hex()


def key_path(environment: Mapping[str, str] | None = None) -> Path:
    """Where the user's key is: ``EQUITABLE_KEY_FILE``, or their folder of settings."""
    found = os.environ if environment is None else environment
    if found.get("EQUITABLE_KEY_FILE"):
        return Path(found["EQUITABLE_KEY_FILE"])
    if found.get("XDG_CONFIG_HOME"):
        return Path(found["XDG_CONFIG_HOME"]) / "equitable" / "key"
    if os.name == "nt" and found.get("APPDATA"):
        return Path(found["APPDATA"]) / "equitable" / "key"
    return Path.home() / ".config" / "equitable" / "key"


def key_words() -> str:
    """Where the key is, as it may be said: without the folders of a computer."""
    if os.environ.get("EQUITABLE_KEY_FILE"):
        return "in the file that EQUITABLE_KEY_FILE names"
    place = key_path()
    try:
        return f"in ~/{place.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return f"in the file '{place.name}' of your settings"


def read_key(path: Path | None = None) -> bytes:
    """The user's key; made, readable by them alone, where there is none yet.

    Keep it apart from the data: with it, a student number can be matched to its hash;
    without it, hashes of other years can no longer be joined.

    Raises
    ------
    InputError
        Where the file cannot be read or made, is too short, or others may read it.
    """
    given = path is not None or bool(os.environ.get("EQUITABLE_KEY_FILE"))
    place = key_path() if path is None else path
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        if given:
            raise InputError(
                "the key file for student numbers is not there",
                file=place.name,
                next_step="Give the path of the key that earlier years were hashed "
                "with, or leave EQUITABLE_KEY_FILE unset to have one made.",
            ) from None
        return _make_key(place)
    except OSError as problem:
        raise _unreadable(place, problem) from None
    if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(
            "the key for student numbers can be read by other people on this computer",
            file=place.name,
            next_step="Allow only yourself to read it (chmod 600).",
        )
    try:
        key = place.read_bytes().strip()
    except OSError as problem:
        raise _unreadable(place, problem) from None
    # A key somebody brought from elsewhere need not be hexadecimal: its bytes are it.
    with contextlib.suppress(ValueError):
        key = bytes.fromhex(key.decode("ascii"))
    if len(key) < KEY_BYTES // 2:
        raise InputError(
            f"the key for student numbers has fewer than {KEY_BYTES // 2} bytes",
            file=place.name,
            next_step="Use the key that earlier years were hashed with, or remove the "
            "file to have a new one made.",
        )
    return key


def _make_key(place: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    reason = "not allowed"
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Of two runs at once one writes, and both end with its key.
        write_whole(place, f"{key.hex()}\n".encode(), replace=False, private=True)
    except OutputError:
        if place.is_file():
            return read_key(place)
        made = False
    except OSError as problem:
        made, reason = False, problem.strerror or reason
    else:
        made = True
    if made:
        return key
    raise InputError(
        f"a key for student numbers cannot be made ({reason})",
        file=place.name,
        next_step="Set EQUITABLE_KEY_FILE to a file of your own that can be read.",
    )


def _unreadable(place: Path, problem: OSError) -> InputError:
    return InputError(
        "the key for student numbers cannot be read "
        f"({problem.strerror or 'not allowed'})",
        file=place.name,
        next_step="Check who may read it, or set EQUITABLE_KEY_FILE to another.",
    )
