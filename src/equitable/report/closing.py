"""The last chapters: how good the data is, how the figures were made, and from what."""

from __future__ import annotations

from collections.abc import Iterable

from equitable.intake.quality.assessment import Missing
from equitable.measures.results import Gaps
from equitable.report.contents import Contents
from equitable.report.document import (
    Block,
    Bullets,
    Callout,
    Cell,
    Facts,
    Heading,
    Paragraph,
    Section,
    Table,
)
from equitable.report.published_figures import methods, without_chance
from equitable.report.sentences import (
    verdict_sentence,
)
from equitable.report.tables import count_cell
from equitable.vocabulary import (
    WITHHELD,
    Provenance,
    Verdict,
)


def quality_chapter(contents: Contents) -> Section:
    """What to know of the data before trusting the figures."""
    quality, least = contents.quality, contents.provenance.min_n or 0
    # A row of counts is no student: how many there are gives nobody away.
    counts = quality.rows_are != "students"
    least = 0 if contents.internal or counts else least
    told = isinstance(contents.provenance.rows_read, int)
    blocks: list[Block] = []
    for finding in quality.findings:
        if finding.severity == "caution":
            text = " ".join(filter(None, [finding.sentence, finding.next_step]))
            blocks.append(Callout(kind="caution", text=text))
    notes = tuple(
        " ".join(filter(None, [finding.sentence, finding.next_step]))
        for finding in quality.findings
        if finding.severity != "caution"
    )
    if notes:
        blocks.append(Bullets(items=notes))
    if not quality.findings:
        blocks.append(Paragraph(text="Nothing was found that should worry you."))
    if quality.missing:
        blocks.append(
            Table(
                caption="Counts without a value" if counts else "Missing values",
                columns=(
                    "Column",
                    "Counts" if counts else "Rows",
                    "Without a value",
                    "Share",
                ),
                numeric=(False, True, True, True),
                rows=tuple(
                    (
                        Cell(text=item.column, kind="group"),
                        count_cell(item.rows if told else WITHHELD),
                        *_missing_cells(item, least, told=told),
                    )
                    for item in quality.missing
                ),
            )
        )
    return Section(
        name="quality",
        title="How good the data is",
        sheet="Data quality",
        blocks=tuple(blocks),
    )


def _missing_cells(item: Missing, least: int, *, told: bool) -> tuple[Cell, Cell]:
    """How many have no value; a number under the minimum is a small group's.

    Where the number of rows would give few students away (``told`` is false), the
    share stands alone.
    """
    if 0 < item.missing < least or not item.rows:
        few = f"fewer than {least}" if item.rows else "–"
        return Cell(text=few, kind="withheld"), Cell(text="–", kind="withheld")
    share = item.missing / item.rows
    return count_cell(item.missing if told else WITHHELD), Cell(
        text=f"{share:.1%}".replace("%", " %"),
        value=share,
        kind="number",
        share=True,
        decimals=1,
    )


def about_chapter(contents: Contents) -> Section:
    """Methods, definitions and provenance."""
    blocks: list[Block] = [
        Heading(text="How the figures were made"),
        Bullets(items=_methods(contents)),
        Heading(text="What the words mean"),
        Facts(items=_definitions(contents)),
        Heading(text="Where the figures come from"),
        provenance_facts(contents.provenance),
    ]
    return Section(
        name="about", title="How this was done", sheet="About", blocks=tuple(blocks)
    )


def _methods(contents: Contents) -> tuple[str, ...]:
    gaps = contents.studies[0].gaps.gaps
    rates = any(study.indicator.is_rate for study in contents.studies)
    means = any(not study.indicator.is_rate for study in contents.studies)
    level = f"{gaps.confidence:.0%}".replace("%", " %")
    if gaps.indicator.figures is not None:
        sure = not all(without_chance(study.gaps.gaps) for study in contents.studies)
        return (*methods(contents.studies), *(_of_verdicts(gaps) if sure else ()))
    items = [
        (
            f"Every figure has a {level} interval. It says how far the figure could have"
            " moved by chance among students like these; everyone was counted, and it is"
            " needed all the same."
        ),
    ]
    if rates:
        items.append(
            "Shares: Wilson's score interval; differences of shares: Newcombe's hybrid"
            " score interval and the score test (Fisher's where a count is very small)."
        )
    if means:
        items.append(
            "Averages: Student's t; differences of averages: Welch's interval and test."
        )
    items += [
        *_of_verdicts(gaps),
        (
            "Students without a value of the outcome are left out of its figure"
            f"{'' if contents.audited else ' and counted beside it'}. Students whose group nobody wrote down are a group of their own,"
            " ‘Not reported’."
        ),
    ]
    if contents.audited:
        least = contents.provenance.min_n
        items.append(
            f"Groups of fewer than {least} students are withheld, and so are shares that"
            f" fewer than {least} students have, or lack, and further figures where a"
            " subtraction would give one of these away. For each it was proved that it"
            f" could be anything from 0 to {least}: there are other numbers that would"
            " make the same report."
        )
    elif not contents.internal:
        items.append(
            f"Groups of fewer than {contents.provenance.min_n} students are withheld, and"
            " further ones where a subtraction would give them away. This has not been"
            " audited: see ‘Not checked for publication’."
        )
    return tuple(items)


def _of_verdicts(gaps: Gaps) -> tuple[str, ...]:
    """When a group is said to be behind, ahead, or no different."""
    adjusted = {
        "bh": "by Benjamini and Hochberg's method, over all groups of an indicator",
        "by": "by Benjamini and Yekutieli's method, as the groups overlap",
        "none": "not at all, as was asked for",
    }[gaps.adjust]
    return (
        f"Because many groups are compared, the evidence is adjusted {adjusted}.",
        (
            "‘Behind’ and ‘ahead’ are said only where the interval of the gap excludes 0 and"
            " the adjusted evidence is strong enough; ‘no difference shown’ only where the"
            " whole interval is within 5 points, or within a fifth of the share compared"
            " with where that is less (of an average: within .2 standard deviations)."
        ),
    )


def _definitions(contents: Contents) -> tuple[tuple[str, str], ...]:
    items = [
        ("Gap", "A group's figure less that of those it is compared with."),
        ("Other students", "All students but the group itself."),
        (
            "For parity",
            (
                "How many students more (or fewer) would have to be counted for the group's"
                " figure to equal its reference, that held fixed."
            ),
        ),
    ]
    if contents.studies[0].indicator.figures is not None:
        whole = "The file's own figure of everybody, the group itself among them."
        items = [items[0], ("All students", whole)]
    items += [
        (str(verdict).capitalize(), verdict_sentence(verdict)) for verdict in Verdict
    ]
    views = {
        "federal seven": "Hispanic or Latino of any race; else the one race; else two or"
        " more races (U.S. Department of Education, 2007).",
        "spd 15": "Seven groups in one question, more than one of them being"
        " ‘Multiracial and/or Multiethnic’ (Statistical Policy Directive 15, 2024).",
        "alone or in combination": "A student stands in every group that was named, so"
        " that the groups overlap and do not add up.",
        "as recorded": "The groups as the file has them.",
    }
    items += [
        (f"View of {name}: {view}", views.get(view, "As named."))
        for name, view in contents.provenance.views.items()
    ]
    return tuple(items)


def provenance_facts(provenance: Provenance) -> Facts:
    """Files, rows, notes and the command."""
    return Facts(items=tuple(_provenance(provenance)))


def _provenance(provenance: Provenance) -> Iterable[tuple[str, str]]:
    for file in provenance.files:
        yield file.name, f"{file.bytes:,} bytes, SHA-256 {file.sha256}"
    counts = provenance.counts_read
    if counts is None:
        yield "Rows read", f"{provenance.rows_read:,}"
    else:
        yield (
            "Rows read",
            f"{provenance.rows_read:,}, read as {counts:,} counts of groups",
        )
    for item in provenance.left_out:
        rows = counts is None or item.of_file
        left = "Rows left out" if rows else "Counts left out"
        yield left, f"{item.rows:,}: {item.reason}"
    if provenance.where:
        yield "Condition", provenance.where
    for note in provenance.notes:
        yield "Note", note
    if provenance.command:
        yield "Command", provenance.command
    yield "Made with", f"Equitable {provenance.version}"
