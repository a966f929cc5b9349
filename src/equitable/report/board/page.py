"""The page before it is written in any form: every sentence, in one language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from equitable.report.across import first_after
from equitable.report.board.facts import Comparison, Facts, Level, facts_of
from equitable.report.board.figures import Written, clipped
from equitable.report.board.hidden import what_is_hidden
from equitable.report.board.questions import three_questions
from equitable.report.board.words import Words, words_of
from equitable.report.contents import Contents
from equitable.vocabulary import Provenance, Verdict

STRONG, WEAK = "\ue000", "\ue001"
_TOPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of the chart: whose, its figure in words, and its bar as fractions.

    ``known`` is how far the bar is solid and ``most`` how far it may reach; both
    ``None`` where there is no bar.
    """

    label: str
    value: str
    interval: str
    students: str
    kind: Literal["group", "others"]
    known: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BarGroup:
    """The lines of one place, under its name."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOnPage:
    """A year's two figures; ``broken`` where the years before do not compare."""

    year: str
    group: str
    others: str
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """All that stands on the sheet, from its head to its foot."""

    language: str
    direction: str
    title: str
    kind: str
    subtitle: str
    mark: str
    mark_more: str
    checked: bool
    """Whether the mark says that all was proved."""
    internal: str
    internal_more: str
    lead: str
    """The headline, its figures between ``STRONG`` and ``WEAK``."""
    verdict: str
    detail: str
    note: str
    caption: str
    heads: tuple[str, str, str, str]
    chart: tuple[BarGroup, ...]
    scale: str
    years_title: str
    years: tuple[YearOnPage, ...]
    years_note: str
    hides_title: str
    hides: tuple[str, ...]
    questions_title: str
    questions: tuple[str, ...]
    sources_title: str
    sources: tuple[tuple[str, str], ...]
    footer: str
    made: str


def board_page(contents: Contents, language: str) -> BoardPage:
    """The page of a report in one language."""
    facts, words = facts_of(contents), words_of(language)
    written = Written(words, facts)
    group = written.group()
    kind = "page.title-public" if facts.board.public else "page.title"
    top = _top(facts)
    return BoardPage(
        language=language,
        direction=words.direction,
        title=words.say(kind, group=group, where=written.where()),
        kind=words.say("page.kind"),
        subtitle=" · ".join(filter(None, [facts.year, written.day(contents.date)])),
        mark=words.say("page.checked" if contents.audited else "page.mark"),
        mark_more=words.say("page.checked-more", least=str(contents.provenance.min_n))
        if contents.audited
        else words.say("page.mark-more"),
        checked=contents.audited,
        internal=words.say("page.internal") if contents.internal else "",
        internal_more=words.say("page.internal-more"),
        lead=_lead(facts, words, written),
        verdict=_verdict(facts, words),
        detail=_detail(facts, words, written),
        note=_note(facts, words, written),
        caption=_caption(words, written),
        heads=(
            words.say("chart.who"),
            _value_head(words, written),
            words.say("chart.interval"),
            words.say("chart.students"),
        ),
        chart=_chart(facts, words, written, top),
        scale=_scale(facts, words, written, top),
        years_title=_years_title(words, written),
        years=_years(facts, words, written),
        years_note=_years_note(facts, words, written),
        hides_title=words.say("hides.title"),
        hides=what_is_hidden(facts, contents, written),
        questions_title=words.say("questions.title"),
        questions=three_questions(facts, written),
        sources_title=words.say("sources.title"),
        sources=_sources(facts, contents, words, written),
        footer=words.say("page.footer"),
        made=words.say("page.made", version=contents.provenance.version),
    )


# --------------------------------------------------------------- what the figures say


def _lead(facts: Facts, words: Words, written: Written) -> str:
    main = facts.main
    parts = {
        "group": written.group(),
        "where": written.where(),
        "others": written.others(),
        "per": written.per,
        "label": written.label(),
    }
    if not main.group.told:
        return words.say(f"headline.{main.lacking or 'none'}", **parts)
    kind = "rate" if written.is_rate else "mean"
    count = written.level(main.group)
    parts |= {"count": f"{STRONG}{count}{WEAK}", "did": written.outcome(count)}
    if not main.others.told:
        return words.say(f"headline.own-{kind}", **parts)
    base = f"{STRONG}{written.level(main.others)}{WEAK}"
    if facts.figures and written.is_rate:
        return words.say("headline.rate-all", **parts, base=base)
    return words.say(f"headline.{kind}", **parts, base=base)


def lead_runs(page: BoardPage) -> list[tuple[str, bool]]:
    """The headline in parts, and which of them are to be marked."""
    parts = re.split(f"{STRONG}([^{WEAK}]*){WEAK}", page.lead)
    return [(part, place % 2 == 1) for place, part in enumerate(parts) if part]


def _verdict(facts: Facts, words: Words) -> str:
    main = facts.main
    if not (main.group.told and main.others.told):
        return ""
    if facts.without_chance:
        return words.say("verdict.no-error")
    name = {
        Verdict.WORSE: "worse",
        Verdict.BETTER: "better",
        Verdict.NO_DIFFERENCE_SHOWN: "same",
    }.get(main.verdict or Verdict.NOT_ENOUGH_EVIDENCE, "unsure")
    return words.say(f"verdict.{name}")


def _detail(facts: Facts, words: Words, written: Written) -> str:
    main = facts.main
    if facts.figures and main.group.told and main.group.n is None:
        said = [words.say("detail.no-number")]
        if main.low is not None and main.high is not None:
            said.append(_gap(main.low, main.high, facts, words, written))
        return " ".join(said)
    if not main.group.told or main.group.n is None:
        return ""
    parts = {"n": written.whole(main.group.n), "group": written.group()}
    if not main.others.told or main.others.n is None:
        return words.say("detail.behind-own", **parts)
    parts |= {"m": written.whole(main.others.n), "others": written.others()}
    kind = "behind-year" if facts.year else "behind"
    said = [words.say(f"detail.{kind}", **parts, year=facts.year)]
    if main.low is not None and main.high is not None:
        said.append(_gap(main.low, main.high, facts, words, written))
    return " ".join(said)


def _gap(low: float, high: float, facts: Facts, words: Words, written: Written) -> str:
    """The difference, allowing for chance: how large, or that it may be either way."""
    one_way = low * high > 0
    near, far = sorted((abs(low), abs(high))) if one_way else (abs(low), abs(high))
    first, last = written.apart(near, far)
    name = "gap" if one_way else "gap-either"
    name += "" if written.is_rate else "-mean"
    name += "-bounds" if written.is_rate and facts.main.blurred else ""
    return words.say(f"detail.{name}", low=first, high=last, per=written.per)


def _note(facts: Facts, words: Words, written: Written) -> str:
    """How the group and the outcome came to be on the page, where nobody named them."""
    said = []
    if facts.board.picked:
        name = "picked-none" if facts.none_behind else "picked"
        said.append(words.say(f"detail.{name}"))
    if facts.outcomes > 1:
        name = "outcome-behind" if facts.behind else "outcome-first"
        number = written.whole(facts.outcomes)
        said.append(words.say(f"detail.{name}", number=number))
    return " ".join(said)


# --------------------------------------------------------------------------- its chart


def _caption(words: Words, written: Written) -> str:
    if written.is_rate:
        return words.say("chart.caption", per=written.per, did=written.outcome())
    return words.say("chart.caption-mean", label=written.label())


def _value_head(words: Words, written: Written) -> str:
    if written.is_rate:
        return words.say("chart.value", per=written.per)
    unit = f" ({written.unit()})" if written.unit() else ""
    return f"{words.say('chart.value-mean')}{unit}"


def _top(facts: Facts) -> float:
    """Where the bars end: a round share above the largest figure."""
    levels = [
        level
        for one in (facts.main, facts.whole)
        if one is not None
        for level in (one.group, one.others)
        if level.told
    ]
    largest = max((level.most for level in levels), default=1.0)
    return next((top for top in _TOPS if largest <= top), 1.0)


def _chart(
    facts: Facts, words: Words, written: Written, top: float
) -> tuple[BarGroup, ...]:
    place, whole = facts.place, facts.whole
    if place is None:
        return (_bars("", facts.main, written, top),)
    here = written.place_name(place)
    groups = [_bars(here[:1].upper() + here[1:], facts.main, written, top)]
    if whole is not None:
        number = written.whole(place.among)
        name = words.say("chart.whole-alone")
        if facts.figures:
            name = words.say("chart.whole-row")
        elif place.among > 1:
            places = words.say(f"kinds.{place.kind}", number=number)
            name = words.say("chart.whole", places=places)
        groups.append(_bars(name, whole, written, top, first=False))
    return tuple(groups)


def _bars(
    name: str,
    one: Comparison,
    written: Written,
    top: float,
    *,
    first: bool = True,
) -> BarGroup:
    group = written.group()
    group = group[:1].upper() + group[1:]
    original = written.original()
    label = f"{group} ({original})" if original and first else group
    return BarGroup(
        name=name,
        bars=(
            _bar(label, one.group, "group", written, top),
            _bar(written.others_short(), one.others, "others", written, top),
        ),
    )


def _bar(
    label: str,
    level: Level,
    kind: Literal["group", "others"],
    written: Written,
    top: float,
) -> Bar:
    drawn = level.told and written.is_rate
    return Bar(
        label=label,
        value=written.short(level) if written.is_rate else written.bare(level),
        interval=written.interval(level),
        students=written.students(level),
        kind=kind,
        known=min(1.0, level.least / top) if drawn else None,
        most=min(1.0, level.most / top) if drawn else None,
    )


def _scale(facts: Facts, words: Words, written: Written, top: float) -> str:
    if not written.is_rate or not facts.main.group.told:
        return ""
    said = [words.say("chart.scale", top=written.whole(round(top * facts.per)))]
    if facts.main.blurred or (facts.whole is not None and facts.whole.blurred):
        said.append(words.say("chart.scale-bounds"))
    return " ".join(said)


# --------------------------------------------------------------------------- its years


def _years_title(words: Words, written: Written) -> str:
    if written.is_rate:
        return words.say("years.title", per=written.per)
    unit = f" ({written.unit()})" if written.unit() else ""
    return f"{words.say('years.title-mean')}{unit}"


def _years(facts: Facts, words: Words, written: Written) -> tuple[YearOnPage, ...]:
    years = [year for year, _ in facts.years]
    broken = {
        first_after(one, years) for one in facts.board.breaks if one.crosses(years)
    }

    def shown(level: Level) -> str:
        return written.bare(level) if level.told else words.say(f"years.{level.state}")

    return tuple(
        YearOnPage(
            year=year,
            group=shown(one.group),
            others=shown(one.others),
            broken=year in broken and place > 0,
        )
        for place, (year, one) in enumerate(facts.years)
    )


def _years_note(facts: Facts, words: Words, written: Written) -> str:
    if not facts.years:
        return _several(facts, words, written)
    years = [year for year, _ in facts.years]
    said = [words.say("years.legend", group=written.group(), others=written.others())]
    numbers = [int(year) for year in years if year.isdecimal() and len(year) == 4]
    if len(numbers) == len(years):
        several = {int(y) for y in facts.board.several if y.isdecimal()}
        lacking = sorted({*range(numbers[0], numbers[-1])} - {*numbers} - several)
        if lacking:
            named = written.listed([str(year) for year in lacking], 4)
            said.append(words.say("years.lacking", years=named))
    said.append(_several(facts, words, written))
    breaks = [
        words.say(
            "years.break-note", year=one.at, why=clipped(one.why, 120).rstrip(".")
        )
        for one in facts.board.breaks
        if one.crosses(years)
    ]
    if breaks:
        said.append(words.say("years.break", why="; ".join(breaks)))
    else:
        said.append(words.say("years.ask"))
    return " ".join(filter(None, said))


def _several(facts: Facts, words: Words, written: Written) -> str:
    """Years that are not shown, as the file gives several averages of one group."""
    years = list(facts.board.several)
    return words.say("years.several", years=written.listed(years, 4)) if years else ""


# ------------------------------------------------------------------------- its sources


def _sources(
    facts: Facts, contents: Contents, words: Words, written: Written
) -> tuple[tuple[str, str], ...]:
    provenance, indicator = contents.provenance, facts.indicator
    pairs = [(words.say("sources.file"), _files(provenance, words, written))]
    if facts.board.public:
        publisher = clipped(facts.board.publisher, 110)
        unknown = words.say("sources.publisher-unknown")
        pairs.append((words.say("sources.publisher"), publisher or unknown))
    if facts.board.licence:
        licence = clipped(facts.board.licence, 110)
        pairs.append((words.say("sources.licence"), licence))
    counted = indicator.count or indicator.percent
    if counted and indicator.total:
        said = words.say("sources.count-of", count=clipped(counted, 48),
                         total=clipped(indicator.total, 48))  # fmt: skip
    else:
        said = words.say("sources.name-of", name=written.label())
    year = facts.year or words.say("sources.year-unknown")
    said = words.say("sources.figures-of", outcome=said, year=year)
    if provenance.where:
        where = clipped(provenance.where, 90)
        said += f". {words.say('sources.rows-kept', where=where)}"
    pairs.append((words.say("sources.figures"), said))
    if provenance.files:
        start = provenance.files[0].sha256[:12]
        said = words.say("sources.fingerprint-of", start=start)
        pairs.append((words.say("sources.fingerprint"), said))
    if provenance.command:
        pairs.append((words.say("sources.again"), clipped(provenance.command, 190)))
    pairs.append(("", words.say("sources.names")))
    return tuple(pairs)


def _files(provenance: Provenance, words: Words, written: Written) -> str:
    first = clipped(provenance.files[0].name, 60) if provenance.files else "–"
    rows = provenance.rows_read
    if isinstance(rows, int):
        first = words.say("sources.file-of", name=first, rows=written.whole(rows))
    more = len(provenance.files) - 1
    if more > 0:
        first += f" {words.say('sources.more-files', number=written.whole(more))}"
    return first
