"""What looks like nothing else in a text: e-mails, phones, dates, addresses, numbers.

Each pattern is bounded and starts at a mark of its own, so that the time to search
grows with the length of the text and no faster, whatever stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from equitable.intake.names import identifier_names
from equitable.intake.profile import PATTERNS, STREETS
from equitable.privacy.plain_text import Find

EMAIL, WEB, SSN, PHONE = (
    "e-mail",
    "web address or handle",
    "social security number",
    "phone",
)
ADDRESS, BIRTH, NUMBER = "address", "date of birth", "student number"

SUGGESTED: Final = {
    EMAIL: "[e-mail]",
    WEB: "[web address]",
    SSN: "[number]",
    PHONE: "[phone]",
    ADDRESS: "[address]",
    BIRTH: "[date]",
    NUMBER: "[number]",
}

_I: Final = re.IGNORECASE


def _find(start: int, end: int, kind: str, reason: str) -> Find:
    return Find(start, end, kind, reason, SUGGESTED[kind])


def shapes_in(text: str) -> list[Find]:
    """All that is recognised by its shape in a plain text."""
    kinds = _emails, _web, _ssn, _phones, _addresses, _dates, _numbers
    return [one for kind in kinds for one in kind(text)]


# ---------------------------------------------------------------------- e-mail and web

_LOCAL: Final = re.compile(r"[\w.+'-]")
_DOMAIN: Final = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}")
_SPELLED: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?: at | arroba | ?[(\[]at[)\]] ?)[\w-]{1,63}"
    r"(?:(?: dot | punto | ?[(\[]dot[)\]] ?|\.)[\w-]{1,63}){0,3}"
    r"(?: dot | punto | ?[(\[]dot[)\]] ?|\.)(?:com|org|net|edu|gov|us|mx|es)\b",
    _I,
)
_HANDLE: Final = re.compile(r"(?<![\w@])@(?=\w{0,30}[^\W\d])[\w.]{2,30}(?<!\.)")
_NAMED: Final = re.compile(
    r"\b(?:instagram|insta|ig|snapchat|snap|tiktok|discord|twitter|gamertag|username|"
    r"user name|usuario)\b(?: (?:is|name|handle|account|es))? ?[:=-]? ?"
    r"([\w.]{3,40})",
    _I,
)
_APP: Final = "it follows the name of an app"
_LINK: Final = re.compile(
    r"(?:" + PATTERNS["url"].pattern.removesuffix(r"\S+") + r")[^\s<>\"]{1,2000}", _I
)
_SITE: Final = re.compile(
    r"(?<![\w@.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:com|org|net|edu|gov|io)\b"
    r"(?:/[^\s<>\"]{0,500})?",
    _I,
)


def _emails(text: str) -> Iterator[Find]:
    at = text.find("@")
    before = 0
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        start = at
        while start > before and _LOCAL.match(text[start - 1]):
            start -= 1
        local, rest = text[start:at], domain[0] if domain else ""
        if domain and ("." in rest or (_letters(local) and _letters(rest))):
            yield _find(start, domain.end(), EMAIL, "it has the form of one")
        before = at + 1
        at = text.find("@", before)
    for match in _SPELLED.finditer(text):
        yield _find(*match.span(), EMAIL, "it is one spelled out")


def _letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _web(text: str) -> Iterator[Find]:
    for match in _HANDLE.finditer(text):
        yield Find(*match.span(), WEB, "it starts with @", "[user name]")
    for match in _NAMED.finditer(text):
        name = match[1].rstrip(".")
        if re.search(r"[\d_.]", name) and not name.isdigit():
            end = match.start(1) + len(name)
            yield Find(match.start(1), end, WEB, _APP, "[user name]")
    for shape in (_LINK, _SITE):
        for match in shape.finditer(text):
            whole = match[0].rstrip(".,;:!?)]'*")
            end = match.start() + len(whole)
            yield _find(match.start(), end, WEB, "it has the form of one")


# ------------------------------------------------------------------- phones and the SSN

_SSN: Final = re.compile(
    rf"(?<![\w-])(?:{PATTERNS['ssn'].pattern}|\d{{3}} \d{{2}} \d{{4}})(?![\w-])"
)
_SSN_CUE: Final = re.compile(
    r"\b(?P<cue>ssn|social security|seguro social)\b[^\d\n]{0,25}?"
    r"(?P<it>(?:[\dx*]{3}[ -]?[\dx*]{2}[ -]?)?\d{4})\b",
    _I,
)
_PHONE: Final = re.compile(
    rf"(?<![\w.$€£+-])(?:{PATTERNS['phone'].pattern}"
    r"|\(\d{2,3}\) ?\d{3,4}[ .-]\d{3,4}"
    r"|(?:\d{2}[ .-])?\d{2,3}[ .-]\d{3,4}[ .-]\d{4}"
    r"|\d{3}-\d{4})(?!\w|[.-]\d)"
)
_PHONE_CUE: Final = re.compile(
    r"\b(?P<cue>phone|cell|cel|celular|mobile|tel|telefono|call|text|whatsapp|fax|llam\w{1,7}|"
    r"marque|reach (?:me|us|her|him)|number is)\b[^\d\n+(]{0,25}"
    r"(?P<it>[+(]?\d(?:(?:\) ?|[ .-]\(?)?\d){6,14})(?!\d)",
    _I,
)
_COUNTED: Final = re.compile(
    r" ?(?:students?|people|kids|children|families|dollars|words|points|pages|steps|"
    r"minutes|hours|days|miles|residents|estudiantes|alumnos|personas|familias|dolares|"
    r"pesos|ninos|puntos|paginas|%)",
    _I,
)
_YEARS: Final = re.compile(r"(?:19|20)\d{2}")


def _ssn(text: str) -> Iterator[Find]:
    for match in _SSN.finditer(text):
        yield _find(*match.span(), SSN, "it has the form of one")
    for match in _SSN_CUE.finditer(text):
        yield _follows(match, SSN)


def _phones(text: str) -> Iterator[Find]:
    for match in _PHONE.finditer(text):
        groups = re.findall(r"\d+", match[0])
        if _COUNTED.match(text, match.end()):
            continue
        if all(_YEARS.fullmatch(group) for group in groups):
            continue
        whole = re.split(r"\. ", match[0])[0].rstrip(" .-")
        end = match.start() + len(whole)
        yield _find(match.start(), end, PHONE, "it has the form of one")
    for match in _PHONE_CUE.finditer(text):
        if not _COUNTED.match(text, match.end()):
            yield _follows(match, PHONE)


def _follows(match: re.Match[str], kind: str) -> Find:
    """What a pattern found after a cue."""
    cue = " ".join(match["cue"].split()).rstrip(" :#.,-")
    end = match.start("it") + len(match["it"].rstrip("."))
    return _find(match.start("it"), end, kind, f'it follows "{cue}"')


# --------------------------------------------------------------------------- addresses

_WORD: Final = r"[\w.'#-]{1,30}"
_UNIT: Final = (
    r"(?:,? {1,2}(?:apt|apartment|unit|suite|ste|lot|depto|departamento|#)\.?"
    r"(?: no\.?)? ?#?\w{1,6}\b)?"
)
_STATE_ZIP: Final = (
    r"(?:,? {1,2}[A-Z][\w.' -]{1,30},)?(?:,? {1,2}[A-Z]{2}\.? \d{5}(?:-\d{4})?\b)?"
)
_NAMED_STREET: Final = re.compile(
    rf"(?<![\w.,$-])\d{{1,6}}[A-Za-z]? {{1,2}}(?:(?:[A-Z]|\d{{1,3}}(?:st|nd|rd|th)\b)"
    rf"[\w.'-]{{0,30}} {{1,2}}){{1,4}}"
    rf"(?i:{STREETS}|highway|hwy|parkway|pkwy|loop|trail)"
    rf"\b\.?(?i:{_UNIT}){_STATE_ZIP}"
)
_SMALL_STREET: Final = re.compile(
    rf"(?<![\w.,$-])\d{{1,6}}[a-z]? {{1,2}}"
    rf"(?:(?!(?:the|this|that|a|an|my|our|his|her|their|your|"
    rf"in|on|of|at|to|by|down|up|across|per|each|every|and|or|from|blocks?|cars?|"
    rf"kids|students|times?|houses?|doors?|miles?|minutes?|hours?|points?|years?)\b)"
    rf"[\w.'-]{{1,30}} {{1,2}}){{1,2}}"
    rf"(?:street|st|avenue|ave|road|rd|lane|ln|drive|blvd|boulevard|court|terrace|circle)"
    rf"\b\.?{_UNIT}",
    _I,
)
_SPANISH: Final = re.compile(
    rf"(?<!\w)(?:calle|c/|av(?:enida|da|e)?\b\.?|carrera|cra\b\.?|calzada|andador|"
    rf"(?-i:Paseo|Plaza|Camino|Colonia|Privada|Circuito|Cerrada|Boulevard|Blvd\.?))"
    rf" {{0,2}}(?:(?!(?:y|a|con|que|por|porque|hay|tiene|son|fue|estan?|desde|hasta|"
    rf"los|durante)\b){_WORD},? {{1,2}}){{0,4}}?"
    rf"(?:no\.?|num\.?|numero|n°|#)? {{0,2}}\d{{1,6}}[A-Za-z]?(?:-\d{{1,4}})?\b"
    rf"(?: {{1,2}}(?:no\.?|num\.?|numero|#) {{0,2}}\d{{1,6}}(?:-\d{{1,4}})?\b)?{_UNIT}",
    _I,
)
_BOX: Final = re.compile(
    r"\b(?:p\.? ?o\.? ?box|post office box|apartado(?: postal| de correos)?)"
    r" ?(?:no\.?|#)? ?\d{1,8}\b",
    _I,
)
_FLAT: Final = re.compile(
    r"\b(?:apt|apartment|apartamento|departamento|depto)\.? ?(?:no\.?)? ?#?"
    r"\d{1,5}[a-z]?\b",
    _I,
)
_ZIP: Final = re.compile(
    r"\b(?:zip(?: ?code)?|postal code|codigo postal|c\.p\.)\W{0,3}(?:is|es)?\W{0,3}"
    r"(\d{5}(?:-\d{4})?)\b",
    _I,
)
_STATES: Final = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|"
    "NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_IN_STATE: Final = re.compile(
    rf"(?:\b(?:{_STATES})|(?<=, )ID)\.?,? (\d{{5}}(?:-\d{{4}})?)\b"
)


def _addresses(text: str) -> Iterator[Find]:
    for shape in (_NAMED_STREET, _SMALL_STREET, _SPANISH, _BOX, _FLAT):
        for match in shape.finditer(text):
            yield _find(*match.span(), ADDRESS, "it has the form of one")
    for shape in (_ZIP, _IN_STATE):
        for match in shape.finditer(text):
            yield _find(*match.span(1), ADDRESS, "it has the form of a ZIP code")


# ------------------------------------------------------------------------------- dates

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|"
    r"mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)\.?"
)
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:19|20)\d{2}"
_DATE: Final = re.compile(
    r"(?<![\w/.-])(?:"
    rf"{_YEAR}([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    rf"|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\2(?:{_YEAR}|\d{{2}})"
    r")(?![\w/]|[.-]\d)"
)
_WRITTEN: Final = re.compile(
    rf"(?<!\w)(?:{_MONTH} (?:the )?{_DAY}(?:,? (?:of |de |del )?{_YEAR})"
    rf"|{_DAY}(?: of| de)? {_MONTH},?(?: of| de| del)? {_YEAR})(?!\w)",
    _I,
)
_BORN: Final = re.compile(
    r"\b(?P<cue>born|birth ?day|birth ?date|date of birth|year of birth|dob|b-?day|"
    r"nacido|nacida|naci|nacio|nacimiento|cumpleanos|cumple)\b[^\d\n.!?]{0,30}?"
    rf"(?P<it>(?:{_MONTH} {_DAY}\b(?:,? {_YEAR})?|{_DAY}(?: of| de)? {_MONTH}"
    rf"(?:,?(?: of| de| del)? {_YEAR})?|{_MONTH},?(?: of| de)? {_YEAR}"
    rf"|\d{{1,2}}[-/.]\d{{1,2}}(?:[-/.]\d{{2,4}})?|{_YEAR}))(?!\w)",
    _I,
)
_GRADES: Final = re.compile(r" ?(?:th|st|nd|rd)?[ -]?(?:grade|grader|grado)", _I)


def _dates(text: str) -> Iterator[Find]:
    for shape in (_DATE, _WRITTEN):
        for match in shape.finditer(text):
            before = text[max(0, match.start() - 8) : match.start()].casefold()
            if _GRADES.match(text, match.end()) or "grade" in before:
                continue  # '9/10/11 graders'
            yield _find(*match.span(), BIRTH, "it is a full date")
    for match in _BORN.finditer(text):
        yield _follows(match, BIRTH)


# ------------------------------------------------------------------------------ numbers


def _by_name() -> str:
    """The usual names of a student number, as part of a pattern."""
    skipped = {
        "nino",
        "carne",
        "index",
        "badge",
        "folio",
        "pseudonym",
        "rut",
        "identifier",
    }
    names = sorted(identifier_names("students") - skipped, key=lambda n: (-len(n), n))
    return "|".join(name.replace(" ", r"[ _-]?") for name in names)


_CALLED: Final = re.compile(
    rf"(?<!\w)(?P<cue>{_by_name()}|(?:student|pupil|lunch|school|alumn[oa]|estudiante)"
    r"(?: (?:id|number|no\.?|num\.?|pin))?|numero de (?:alumn[oa]|estudiante)|id)"
    r"(?![a-z])(?: ?(?:number|no\.?|num\.?)(?![a-z]))? ?"
    r"(?:is|es|was|[:#=.-]){0,2} ?#? ?(?P<it>[a-z]{0,3}-?\d{4,20})\b",
    _I,
)
_RUN: Final = re.compile(r"(?<![\w$€£])(?<!\d[.,])\d{6,20}(?!\w|[.,]\d)")


def _numbers(text: str) -> Iterator[Find]:
    for match in _CALLED.finditer(text):
        if not _YEARS.fullmatch(match["it"]) and not _COUNTED.match(text, match.end()):
            yield _follows(match, NUMBER)
    for match in _RUN.finditer(text):
        if not _COUNTED.match(text, match.end()):
            yield _find(*match.span(), NUMBER, "it is six digits or more in a row")
