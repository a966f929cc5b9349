"""What a report says, and in which order: from results to a document.

The first page is for someone with two minutes: the three largest gaps that the
evidence supports, what could not be told, what is missing from the data.  Then each
indicator by itself; then the data; then how it was done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from equitable.measures.results import GapRow, Gaps
from equitable.privacy.gate import Gated
from equitable.privacy.lines import counts_nobody
from equitable.report.across import compares_across
from equitable.report.chapters import indicator_chapter
from equitable.report.closing import about_chapter, quality_chapter
from equitable.report.contents import Contents, Study
from equitable.report.document import (
    Answer,
    Block,
    Bullets,
    Callout,
    Document,
    Heading,
    Paragraph,
    Section,
)
from equitable.report.inequality import unequal_section
from equitable.report.marks import CHECKED_MARK, MARK, marks
from equitable.report.people import school_year
from equitable.report.published_figures import (
    NO_CHANCE,
    largest_differences,
    students_words,
)
from equitable.report.sentences import (
    how_sure,
    least_effect,
    parity,
    whole_numbers,
    whole_people,
)
from equitable.report.tables import amount, in_column
from equitable.report.untold import untold, without_numbers
from equitable.vocabulary import (
    NOT_REPORTED,
    Indicator,
    Verdict,
)

_LARGEST: Final = 3
_CAUTIONS: Final = 4
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
_SAID: Final = 2


def compose(contents: Contents) -> Document:
    """Make the document of a report."""
    contents = replace(contents, studies=_told_apart(contents.studies))
    return Document(
        title=contents.title,
        subtitle=_subtitle(contents),
        mark=marks(internal=contents.internal, audited=contents.audited),
        internal=contents.internal,
        checked=contents.audited,
        sections=(
            _summary(contents),
            *(
                indicator_chapter(study, number)
                for number, study in enumerate(contents.studies, start=1)
            ),
            *filter(None, [unequal_section(contents.studies)]),
            quality_chapter(contents),
            about_chapter(contents),
        ),
    )


def _told_apart(studies: Sequence[Study]) -> tuple[Study, ...]:
    """Measures of one name get their column's beside it."""
    labels = [study.indicator.label for study in studies]

    def named(gated: Gated, indicator: Indicator) -> Gated:
        return replace(gated, gaps=replace(gated.gaps, indicator=indicator))

    found = []
    for study in studies:
        old = study.indicator
        if labels.count(old.label) > 1:
            new = replace(old, label=f"{old.label} ({old.column or old.name})")
            found.append(
                replace(
                    study,
                    indicator=new,
                    gaps=named(study.gaps, new),
                    years=named(study.years, new) if study.years else None,
                    places=tuple(named(place, new) for place in study.places),
                    unequal=tuple(replace(one, indicator=new) for one in study.unequal),
                )
            )
        else:
            found.append(study)
    return tuple(found)


def _subtitle(contents: Contents) -> str:
    files = ", ".join(file.name for file in contents.provenance.files[:3])
    more = len(contents.provenance.files) - 3
    files += f" and {more} more files" if more > 0 else ""
    rows = contents.provenance.rows_read
    counts = contents.provenance.counts_read
    parts = [
        f"Figures of {school_year(contents.year)}" if contents.year else "",
        f"{rows:,} {'row' if rows == 1 else 'rows'} of {files}"
        if isinstance(rows, int)
        else files,
        f"read as {counts:,} counts of groups" if counts is not None else "",
        _day(contents.date),
    ]
    return " · ".join(filter(None, parts))


def _day(date: str) -> str:
    """'22 November 2026', which no line divides."""
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        return date
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}".replace(" ", "\u00a0")


def _summary(contents: Contents) -> Section:
    blocks: list[Block] = []
    if contents.internal:
        blocks.append(
            Callout(
                kind="internal",
                text="Internal: contains small groups. It is not for others' eyes: a"
                " reader could tell who some of these students are.",
            )
        )
    if contents.audited:
        blocks.append(Callout(kind="checked", text=_about_check(contents)))
    else:
        blocks.append(Callout(kind="mark", text=_about_mark(contents)))
    blocks += _cautions(contents.provenance.cautions)
    largest = largest_gaps(contents.studies)
    plain = [] if largest else largest_differences(contents.studies)
    blocks += _plainly(plain)
    if not plain:
        blocks.append(Heading(text=_gaps_title(len(largest))))
    if len(largest) > 1:
        blocks.append(Paragraph(text=_how_chosen(contents.studies), soft=True))
    for number, (gaps, row) in enumerate(largest, start=1):
        blocks.append(
            Answer(
                text=whole_people(row, gaps),
                strong=_strong(row, gaps),
                detail=" ".join(filter(None, [how_sure(row, gaps), parity(row, gaps)])),
                number=number,
            )
        )
    if not largest and not plain:
        blocks += _nobody_behind(contents.studies)
    blocks.append(Heading(text="What could not be told"))
    blocks.append(untold(contents.studies, contents.not_told))
    missing = _worth_knowing(contents)
    blocks.append(Heading(text="What is missing from the data"))
    blocks.append(
        Bullets(items=tuple(missing))
        if missing
        else Paragraph(text="Nothing that would change these figures was found.")
    )
    return Section(
        name="summary",
        title="What stands out",
        sheet="Summary",
        blocks=tuple(blocks),
        new_page=False,
    )


def _about_check(contents: Contents) -> str:
    """What was proved, and what was not."""
    least = contents.provenance.min_n
    return (
        f"{CHECKED_MARK}. No group of fewer than {least} students can be worked out"
        " from this report. It was not held against other reports or releases of"
        " the same students: for those, make a release of everything together. For your"
        " own team's eyes, with small groups in it, make the report with --internal."
    )


def _about_mark(contents: Contents) -> str:
    """What has not been done before these pages may be handed out."""
    if all(counts_nobody(study.gaps.gaps) for study in contents.studies):
        return (
            f"{MARK}. These figures were published by others, and count no students:"
            " nothing more was withheld here. Compare them with their source first."
        )
    why = f": {contents.unchecked}" if contents.unchecked else ""
    return (
        f"{MARK}{why}. Small groups are withheld, but nobody has proved that none can"
        " be worked out. Share it within your team."
    )


def _plainly(largest: Sequence[tuple[Gaps, GapRow]]) -> list[Block]:
    """The largest differences of figures of which none has an interval."""
    if not largest:
        return []
    blocks: list[Block] = [
        Heading(text="The largest differences in the file"),
        Paragraph(text=NO_CHANCE, soft=True),
    ]
    for number, (gaps, row) in enumerate(largest, start=1):
        blocks.append(
            Answer(
                text=whole_people(row, gaps),
                strong=_strong(row, gaps),
                detail=f"{students_words(amount(row.n, None), row.n, gaps.indicator)}.",
                number=number if len(largest) > 1 else None,
            )
        )
    return blocks


def _cautions(cautions: Sequence[str]) -> list[Block]:
    """What to know before reading on: a few, and where the rest stand."""
    told = list(cautions)
    if len(told) > _CAUTIONS:
        more = len(told) - _CAUTIONS + 1
        rest = f"{more} more such notes stand under ‘How this was done’."
        told = [*told[: _CAUTIONS - 1], rest]
    return [Callout(kind="caution", text=text) for text in told]


def _worth_knowing(contents: Contents) -> list[str]:
    """What is held back, missing values, other cautions; the rest has a chapter."""
    findings = contents.quality.findings
    kinds = ("missing", "missing by group")
    first = [f for kind in kinds for f in findings if f.kind == kind]
    others = [f for f in findings if f.severity == "caution" and f not in first]
    sentences = [finding.sentence for finding in (*first, *others)]
    held = without_numbers(contents.no_numbers)
    if len(sentences) <= _SAID:
        return [*held, *sentences]
    more = len(sentences) - _SAID
    return [*held, *sentences[:_SAID], f"{more} more under ‘How good the data is’."]


def _gaps_title(number: int) -> str:
    return {
        0: "The largest gaps",
        1: "The one gap that the evidence supports",
        2: "The two largest gaps that the evidence supports",
    }.get(number, "The three largest gaps that the evidence supports")


def _how_chosen(studies: Sequence[Study]) -> str:
    several = len({study.indicator.is_rate for study in studies}) > 1
    spread = ", set against how much students differ on that measure" if several else ""
    return (
        "Largest first: by how large each gap is at least, allowing for chance"
        f"{spread}. A measure comes twice only where no other has a gap to tell of."
    )


def _nobody_behind(studies: Sequence[Study]) -> list[Block]:
    """What can be said where no group is shown to be behind: perhaps one is ahead."""
    ahead = [
        (study.gaps.gaps, row)
        for study in studies
        for row in study.gaps.gaps.rows
        if row.verdict is Verdict.BETTER
        and not row.withheld
        and not compares_across(row, study.gaps.gaps)
    ]
    rows = [row for study in studies for row in study.gaps.gaps.rows]
    if rows and all(row.withheld for row in rows):
        text = "No gap can be told of: every group is withheld."
        return [Answer(text=text)]
    blocks: list[Block] = [
        Answer(text="The evidence shows no group behind those it is compared with.")
    ]
    if ahead:
        gaps, row = max(ahead, key=lambda pair: least_effect(pair[1]))
        blocks.append(
            Answer(
                text=f"One or more are ahead. {whole_people(row, gaps)}",
                strong=_strong(row, gaps),
                detail=how_sure(row, gaps),
            )
        )
    blocks.append(
        Paragraph(
            text="That is not proof that there is no gap: the list below says what"
            " could not be told."
        )
    )
    return blocks


def largest_gaps(studies: Sequence[Study]) -> list[tuple[Gaps, GapRow]]:
    """The three largest supported gaps, of different measures and students.

    Where too few measures have gaps, one comes twice.  The order is by the interval's
    limit nearer to 0, in standard deviations, so that shares and averages compare.
    """
    behind = [
        (study.gaps.gaps, row)
        for study in studies
        for row in study.gaps.gaps.rows
        if row.verdict is Verdict.WORSE
        and not row.withheld
        and NOT_REPORTED not in row.group.values()
        and not compares_across(row, study.gaps.gaps)
    ]
    behind.sort(key=lambda pair: -least_effect(pair[1]))
    chosen: list[tuple[Gaps, GapRow]] = []
    # First other students by another measure each time; where that is not enough,
    # another measure all the same; and only then a measure for the second time.
    for other_measure, other_students in (
        (True, True), (True, False), (False, True), (False, False),
    ):  # fmt: skip
        for gaps, row in behind:
            if len(chosen) < _LARGEST and not any(
                (other_measure and _measured(gaps) == _measured(other[0]))
                or _alike(gaps, row, *other, strict=other_students)
                for other in chosen
            ):
                chosen.append((gaps, row))
    # What a later round found may be larger than what the first one did.
    return sorted(chosen, key=lambda pair: -least_effect(pair[1]))


def _measured(gaps: Gaps) -> str:
    """What an indicator is made of: two of one column measure the same."""
    return gaps.indicator.column or gaps.indicator.name


def _alike(
    gaps: Gaps, row: GapRow, other: Gaps, chosen: GapRow, *, strict: bool
) -> bool:
    """Whether two gaps would tell a reader the same thing twice."""
    if strict:
        return bool(set(row.group.items()) & set(chosen.group.items()))
    return gaps.indicator.name == other.indicator.name and bool(
        set(row.group.items()) & set(chosen.group.items())
    )


def _strong(row: GapRow, gaps: Gaps) -> tuple[str, ...]:
    """The figures of the sentence, to be marked: the group's and its reference's."""
    value, reference = row.value, row.reference.value
    if not isinstance(value, float) or not isinstance(reference, float):
        return ()
    if gaps.indicator.is_rate:
        count, base, _ = whole_numbers(value, reference)
        return f"{count:,}", f"{base:,}"
    return in_column(value, gaps.indicator), in_column(reference, gaps.indicator)
