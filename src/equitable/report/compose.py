"""What a report says, and in which order: from results to a document.

The first page is for someone with two minutes: the three largest gaps that the
evidence supports, what could not be told, what is missing from the data.  Then each
indicator by itself; then the data; then how it was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from equitable.measures.results import GapRow, Gaps
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
from equitable.report.sentences import (
    how_sure,
    least_effect,
    parity,
    whole_numbers,
    whole_people,
)
from equitable.report.tables import group_name
from equitable.vocabulary import (
    NOT_REPORTED,
    Verdict,
)

MARK: Final = "Not checked for publication"
INTERNAL_MARK: Final = "Internal: contains small groups"
_LISTED: Final = 8
_SAID: Final = 2


def compose(contents: Contents) -> Document:
    """Make the document of a report."""
    marks = [INTERNAL_MARK] if contents.internal else []
    marks += [] if contents.audited else [MARK]
    return Document(
        title=contents.title,
        subtitle=_subtitle(contents),
        mark=" · ".join(marks),
        internal=contents.internal,
        sections=(
            _summary(contents),
            *(
                indicator_chapter(study, number)
                for number, study in enumerate(contents.studies, start=1)
            ),
            quality_chapter(contents),
            about_chapter(contents),
        ),
    )


def _subtitle(contents: Contents) -> str:
    files = ", ".join(file.name for file in contents.provenance.files[:3])
    more = len(contents.provenance.files) - 3
    files += f" and {more} more files" if more > 0 else ""
    rows = f"{contents.provenance.rows_read:,} rows of {files}"
    return f"{rows} · {contents.date}" if contents.date else rows


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
    if not contents.audited:
        blocks.append(
            Callout(
                kind="mark",
                text=f"{MARK}. Small groups are withheld, but nobody has yet proved"
                " that none can be worked out. Share it within your team.",
            )
        )
    largest = largest_gaps(contents.studies)
    blocks.append(Heading(text=_gaps_title(len(largest))))
    for number, (gaps, row) in enumerate(largest, start=1):
        blocks.append(
            Answer(
                text=whole_people(row, gaps),
                strong=_strong(row, gaps),
                detail=" ".join(filter(None, [how_sure(row, gaps), parity(row, gaps)])),
                number=number,
            )
        )
    if not largest:
        blocks.append(
            Answer(
                text="The evidence shows none of the groups compared behind the others."
            )
        )
        blocks.append(
            Paragraph(
                text="That is not proof that there is no gap: the list below says what"
                " could not be told."
            )
        )
    blocks += [Heading(text="What could not be told"), _untold(contents.studies)]
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


def _worth_knowing(contents: Contents) -> list[str]:
    """Missing values first, then other cautions; the rest has a chapter of its own."""
    findings = contents.quality.findings
    kinds = ("missing", "missing by group")
    first = [f for kind in kinds for f in findings if f.kind == kind]
    others = [f for f in findings if f.severity == "caution" and f not in first]
    sentences = [finding.sentence for finding in (*first, *others)]
    if len(sentences) <= _SAID:
        return sentences
    more = len(sentences) - _SAID
    return [*sentences[:_SAID], f"{more} more under ‘How good the data is’."]


def _gaps_title(number: int) -> str:
    return {
        0: "The largest gaps",
        1: "The one gap that the evidence supports",
        2: "The two largest gaps that the evidence supports",
    }.get(number, "The three largest gaps that the evidence supports")


def largest_gaps(studies: Sequence[Study]) -> list[tuple[Gaps, GapRow]]:
    """The three largest supported gaps, no two of them about the same students.

    By the interval's limit nearer to 0, in standard deviations, so that shares and
    averages compare.
    """
    behind = [
        (study.gaps.gaps, row)
        for study in studies
        for row in study.gaps.gaps.rows
        if row.verdict is Verdict.WORSE
        and not row.withheld
        and NOT_REPORTED not in row.group.values()
    ]
    behind.sort(key=lambda pair: -least_effect(pair[1]))
    chosen: list[tuple[Gaps, GapRow]] = []
    for strict in (True, False):
        for gaps, row in behind:
            if len(chosen) == 3:
                return chosen
            if not any(_alike(gaps, row, *other, strict=strict) for other in chosen):
                chosen.append((gaps, row))
    return chosen


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
    decimals = gaps.indicator.decimals
    return f"{value:,.{decimals}f}", f"{reference:,.{decimals}f}"


def _untold(studies: Sequence[Study]) -> Bullets:
    """What cannot be told, said once where it is so of every measure."""
    said: dict[str, list[str]] = {}
    for study in studies:
        gaps = study.gaps.gaps
        for text in _untold_of(gaps):
            said.setdefault(text, []).append(gaps.indicator.label)
    items = []
    for text, labels in said.items():
        whose = "" if len(labels) == len(studies) else f" ({'; '.join(labels)})"
        items.append(f"{text}{whose}.")
    return Bullets(items=tuple(items) or ("Every group asked for could be told of.",))


def _untold_of(gaps: Gaps) -> list[str]:
    single = [row for row in gaps.rows if len(row.group) == 1]
    crossed = [row for row in gaps.rows if len(row.group) > 1]
    unsettled = [
        row
        for row in single
        if row.verdict is Verdict.NOT_ENOUGH_EVIDENCE and not row.withheld
    ]
    withheld = [row for row in single if row.withheld]
    texts = []
    if unsettled:
        texts.append(f"Not enough evidence to say: {_names(unsettled, gaps)}")
    if withheld:
        texts.append(
            f"Withheld, as fewer than {gaps.provenance.min_n} students or as giving"
            f" such a group away: {_names(withheld, gaps)}"
        )
    if any(
        row.withheld or row.verdict is Verdict.NOT_ENOUGH_EVIDENCE for row in crossed
    ):
        texts.append("Of many smaller groups, where traits cross, nothing can be told")
    return texts


def _names(rows: Sequence[GapRow], gaps: Gaps) -> str:
    names = [group_name(row.group, gaps.dimensions) for row in rows]
    if len(names) > _LISTED:
        return f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
