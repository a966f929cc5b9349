"""A district's worksheet on significant disproportionality, as a workbook to print.

Four sheets: how to read it; a table of seven groups by fourteen categories for each
year; every figure; the settings and the paragraphs of the rule.  It holds values only,
no formulas, and every text is written as a string, whatever it begins with.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import Any, Final

from equitable.measures.disproportionality.categories import EDITION
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.rows import (
    Disproportionality,
    Finding,
    RiskRow,
)
from equitable.measures.disproportionality.settings import Progress, Standard
from equitable.report import workbook
from equitable.vocabulary import WITHHELD

SHEETS: Final = ("How to read", "Ratios", "Every figure", "Settings and sources")
_MARKS: Final = {
    Reason.NOT_GIVEN: "not given",
    Reason.NO_CHILDREN: "nobody",
    Reason.GROUP_N: "n too small",
    Reason.GROUP_CELL: "too few",
    Reason.NO_STATE: "State needed",
    Reason.STATE: "State too few",
    Reason.ZERO: "undefined",
    Reason.WITHHELD_OTHERS: "Withheld",
    Reason.WITHHELD_STATE: "Withheld",
    Reason.IN_FILE: "Withheld in file",
    Reason.NO_NUMBER: "no number",
    Reason.MORE_THAN_ENROLLED: "no number",
}
"""What stands in the table of ratios where there is none."""
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "meets": {"bg_color": "#F4D3C6", "bold": True},
    "over": {"bg_color": "#FDF1D8"},
    "plain": {},
    "none": {"font_color": "#5B6673", "italic": True},
}
_COLUMNS: Final = (
    ("District", 15), ("Year", 8), ("Category", 24), ("Group", 21),
    ("Number (n)", 9), ("With the outcome", 9), ("Risk", 8),
    ("Others (n)", 9), ("Others with the outcome", 10), ("Risk of others", 8),
    ("Ratio", 8), ("Interval from", 8), ("Interval to", 8), ("Kind of ratio", 12),
    ("Minimum cell", 9), ("Minimum n", 9), ("Threshold", 10), ("Over", 8),
    ("Students from threshold", 10), ("Years over", 8), ("Progress", 9),
    ("Finding", 18), ("Why, and notes", 46),
)  # fmt: skip
_WRAPPED: Final = frozenset(
    {"District", "Category", "Group", "Kind of ratio", "Finding", "Why, and notes"}
)
_WORDS: Final = _WRAPPED | {"Year", "Over", "Progress"}
"""Columns that hold text: their headings stand on the left, as it does."""
_COLOURED: Final = frozenset({"Ratio", "Over", "Finding"})
_NAMES: Final = 4
"""Columns that say which row it is: they stay in sight, and on every printed page."""
_LETTER, _A4 = 1, 9
_PAGE_WIDTH: Final = 130
"""Characters that a landscape page is wide, at full size."""
_TABLES_ON_A_PAGE: Final = 2
_SCALE: Final = 75
"""At so many hundredths of full size two tables of 14 categories fit on a page."""


def render(
    answer: Disproportionality,
    *,
    title: str = "",
    mark: str = "",
    also: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Write the worksheet.

    Parameters
    ----------
    answer
        From ``risk_ratios``.  What may leave the district must have been withheld in
        the counts that it was made from.
    title
        On top and in the workbook's properties: the district's name.
    mark
        A remark on every page: 'Internal', 'Not checked for publication'.
    also
        What else stands with the settings: files, command, version.

    Returns
    -------
    bytes
        An XLSX workbook; the same answer gives the same bytes.
    """
    import xlsxwriter  # noqa: PLC0415 - costly, and needed for workbooks only

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    heading = title or "Risk ratios"
    if answer.scheme.regulated and not title:
        heading = "Risk ratios under IDEA"
    book.set_properties(
        {"title": _text(heading)[:255], "created": workbook._CREATED}  # noqa: SLF001 - one date for all workbooks
    )
    # The rule is of a country that prints on Letter; elsewhere A4 is the usual.
    paper = _LETTER if answer.scheme.regulated else _A4
    sheets = [_Sheet(book, name, heading, mark, paper) for name in SHEETS]
    _how_to_read(sheets[0], answer)
    _ratios(sheets[1], answer)
    _figures(sheets[2], answer)
    _settings(sheets[3], answer, also)
    book.close()
    return file.getvalue()


class _Sheet:
    """A sheet that is written from the top down."""

    def __init__(self, book: Any, name: str, title: str, mark: str, paper: int) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.sheet = book.add_worksheet(name)
        self.row = 0
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(paper)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.65, bottom=0.65)
        self.sheet.set_header(_header(title))
        self.sheet.set_footer(_header(mark) + "&RPage &P of &N")
        self.line([title], bold=True, font_size=16)
        if mark:
            self.line([mark], font_color="#6B4600", bold=True)
        self.row += 1

    def look(self, **looks: Any) -> Any:
        whole = {"font_name": "Calibri", "font_size": 11, "valign": "top", **looks}
        key = tuple(sorted(whole.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(whole)
        return self._formats[key]

    def cell(self, column: int, value: object, **looks: Any) -> None:
        """A number as a number, anything else as a string; ``WITHHELD`` as its word."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.sheet.write_number(self.row, column, value, self.look(**looks))
            return
        if value is WITHHELD:
            looks |= {"italic": True, "font_color": "#5B6673"}
        looks.pop("num_format", None)
        self.sheet.write_string(self.row, column, _text(value), self.look(**looks))

    def line(self, values: Sequence[object], **looks: Any) -> None:
        for column, value in enumerate(values):
            self.cell(column, value, **looks)
        self.row += 1

    def heads(self, names: Sequence[str], *, words: Collection[str] = ()) -> None:
        """A line of headings; where ``words`` are named, the others stand right."""
        for column, name in enumerate(names):
            right = bool(words) and name not in words
            self.cell(
                column, name, bold=True, text_wrap=True, bg_color="#E6F1EE", bottom=1,
                valign="bottom", align="right" if right else "left",
            )  # fmt: skip
        self.row += 1


def _how_to_read(page: _Sheet, answer: Disproportionality) -> None:
    page.sheet.set_column(0, 0, 26)
    page.sheet.set_column(1, 1, 110)
    years, people = answer.settings.years, answer.scheme.people
    meets = (
        "it meets the rule's standard. The State decides."
        if answer.scheme.regulated
        else "a pattern, and not of one year."
    )
    page.heads(["Word", "What it means"])
    words = {
        "Risk": f"Of all {people} of the group, the share with the outcome.",
        "Risk ratio": f"The group's risk, divided by the risk of all other {people} in "
        "the district. 1.0: the same risk. 3.0: three times the risk.",
        "To check a ratio": "In 'Every figure': With the outcome / Number, divided by "
        "Others with the outcome / Others.",
        "Alternate risk ratio": f"Where there are too few other {people}: "
        f"divided by the risk of all other {people} in the State. Marked with (S).",
        "▲▲ and a darker field": f"Over the threshold in each of {years} consecutive "
        f"years, without reasonable progress: {meets}",
        "▲ and a lighter field": "Over the threshold this year; not in enough years, "
        "or with reasonable progress.",
        "~": f"The interval holds the threshold: a few {people} more or fewer could "
        "decide. It is an early warning and no part of the rule.",
        "Students from threshold": f"Above 0: so many fewer {people} with the outcome, "
        "and the group would not be over. Under 0: so many more, and it would be. All "
        "else as it is.",
        "No number": "A reason stands in its place. It does not mean 0, and not that "
        "all is well: too few to tell is no finding either way.",
    }
    for word, meaning in words.items():
        page.cell(0, word, bold=True, text_wrap=True)
        page.cell(1, meaning, text_wrap=True)
        page.row += 1
    page.row += 1
    page.heads(["Why there is no ratio", ""])
    for short in dict.fromkeys(_MARKS.values()):
        why = [str(reason) for reason, mark in _MARKS.items() if mark == short]
        if short == "Withheld":
            why.insert(0, "the group's own counts are withheld")
        page.line([short, _sentence("; or ".join(why))], text_wrap=True)
    for note in answer.notes:
        page.row += 1
        page.cell(0, "Please note", bold=True)
        page.cell(1, note, text_wrap=True)
    page.row += 2
    page.cell(0, "What this is not", bold=True)
    page.cell(
        1,
        "This is arithmetic on counts, not a finding of law. It says nothing about "
        "students themselves. It asks what the system does, and for whom.",
        text_wrap=True,
    )


def _ratios(page: _Sheet, answer: Disproportionality) -> None:
    categories, groups = answer.scheme.categories, answer.scheme.groups
    first, each = 38, 17.5
    page.sheet.set_column(0, 0, first)
    page.sheet.set_column(1, max(len(groups), 1), each)
    # Where a sheet is fitted to pages, breaks between tables are not kept.
    wide = first + each * max(len(groups), 1)
    page.sheet.set_print_scale(max(10, min(_SCALE, int(100 * _PAGE_WIDTH / wide))))
    breaks: list[int] = []
    for line in _legend(answer):
        page.line([line], font_color="#5B6673")
    page.row += 1
    tables: dict[tuple[str, str], dict[tuple[str, str], RiskRow]] = {}
    for row in answer.rows:
        table = tables.setdefault((row.district, row.year), {})
        table[(row.category, row.group)] = row
    # The latest year first: it is the one that is asked about.
    ordered = sorted(sorted(tables), key=lambda k: k[1], reverse=True)
    for place, (district, year) in enumerate(ordered):
        table = tables[(district, year)]
        if place and place % _TABLES_ON_A_PAGE == 0:
            breaks.append(page.row)
        page.line([" · ".join(filter(None, [district, year]))], bold=True, font_size=13)
        page.line([_summary(list(table.values()), answer.settings.years)])
        page.heads(["Category", *groups], words={"Category"})
        for key, category in categories.items():
            if not any(name == key for name, _ in table):
                continue
            page.cell(0, category.label, bottom=1, bottom_color="#D9D3C4")
            for column, group in enumerate(groups, start=1):
                _ratio_cell(page, column, table.get((key, group)))
            page.row += 1
        page.row += 1
    page.sheet.set_h_pagebreaks(breaks)


def _summary(rows: Sequence[RiskRow], years: int) -> str:
    """What a table says, in a sentence."""
    ratios = sum(isinstance(row.ratio, float) for row in rows)
    over = sum(row.over_threshold is True for row in rows)
    meets = sum(row.finding is Finding.MEETS for row in rows)
    said = f"{over:,} of {ratios:,} risk ratios {'is' if over == 1 else 'are'} over"
    if years > 1 and over:
        said += (
            f"; {meets:,} of them in each of {years} consecutive years, without"
            " reasonable progress"
        )
    held = sum(row.withheld or row.ratio is WITHHELD for row in rows)
    if held:
        said += f". Withheld: {held:,}"
    return f"{said}. No ratio: {len(rows) - ratios - held:,}."


def _legend(answer: Disproportionality) -> tuple[str, str]:
    years = answer.settings.years
    each = f"in each of {years} consecutive years" if years > 1 else "this year"
    marks = (
        f"▲▲ over {each}, without reasonable progress; ▲ over; ~ the interval holds the"
        " threshold; (S) against the State's others."
    )
    where = (
        "A word in place of a ratio: see 'How to read'. The numbers behind each ratio:"
        " 'Every figure'. Thresholds and minima: 'Settings and sources'."
    )
    return marks, where


def _ratio_cell(page: _Sheet, column: int, row: RiskRow | None) -> None:
    looks: dict[str, Any] = {
        "bottom": 1, "bottom_color": "#D9D3C4", "align": "right"
    }  # fmt: skip
    if row is None or not isinstance(row.ratio, float):
        page.cell(column, _no_ratio(row), **looks, **_LOOKS["none"])
        return
    mark = {"meets": "▲▲ ", "over": "▲ "}.get(_look(row), "")
    near = "~" if row.close is True else ""
    state = " (S)" if str(row.kind).startswith("alternate") else ""
    # A number that carries its marks in its format is still a number to sort by.
    form = f'"{mark}{near}"0.00"{state}"'
    page.cell(column, row.ratio, num_format=form, **looks, **_LOOKS[_look(row)])


def _look(row: RiskRow) -> str:
    if row.finding is Finding.MEETS:
        return "meets"
    return "over" if row.over_threshold is True else "plain"


def _no_ratio(row: RiskRow | None) -> str:
    if row is None:
        return "not given"
    if row.withheld or row.ratio is WITHHELD:
        return "Withheld"
    return _MARKS[row.reason] if row.reason else "none"


def _figures(page: _Sheet, answer: Disproportionality) -> None:
    for column, (_, width) in enumerate(_COLUMNS):
        page.sheet.set_column(column, column, width)
    top = page.row
    page.heads([name for name, _ in _COLUMNS], words=_WORDS)
    page.sheet.repeat_rows(top)
    page.sheet.repeat_columns(0, _NAMES - 1)
    page.sheet.fit_to_pages(2, 0)  # On one it is too small to be read.
    page.sheet.freeze_panes(page.row, _NAMES)
    latest_first = sorted(answer.rows, key=lambda row: row.year, reverse=True)
    for row in sorted(latest_first, key=lambda row: row.district):
        _figure_row(page, row, answer)
    last = max(page.row - 1, top)
    page.sheet.autofilter(top, 0, last, len(_COLUMNS) - 1)
    # A year is a name, whatever it looks like.
    page.sheet.ignore_errors({"number_stored_as_text": f"A{top + 1}:D{last + 1}"})


def _figure_row(page: _Sheet, row: RiskRow, answer: Disproportionality) -> None:
    category = answer.scheme.categories[row.category]
    values = _values(row, category.label, answer.settings.of(category))
    for column, (value, form) in enumerate(values):
        name = _COLUMNS[column][0]
        looks = dict(_LOOKS[_look(row)]) if name in _COLOURED else {}
        if name in _WORDS and column >= _NAMES:
            looks["indent"] = 1  # apart from the figure before it
        if name in _WRAPPED:
            looks["text_wrap"] = True
        page.cell(column, value, num_format=form, **looks)
    page.row += 1


def _values(row: RiskRow, label: str, standard: Standard) -> list[tuple[object, str]]:
    """Each column's value and number format."""
    whole, share, two = "#,##0", "0.0 %", "0.00"
    said = " ".join(filter(None, [row.explanation, *row.notes]))
    # Of a ratio that is not over, nobody asks whether it fell.
    progress = "" if row.over_threshold is False else _yes_no(row.reasonable_progress)
    if row.category == "removals" and isinstance(row.risk, float) and row.risk > 1:
        share = "0.00"  # removals per child, not a share of children
    return [
        (row.district, ""), (row.year, ""), (label, ""), (row.group, ""),
        (row.n, whole), (row.count, whole), (row.risk, share),
        (row.comparison_n, whole), (row.comparison_count, whole),
        (row.comparison_risk, share), (row.ratio, two), (row.low, two),
        (row.high, two), (row.kind, ""), (standard.min_cell, whole),
        (standard.min_n, whole), (row.threshold, two),
        (_yes_no(row.over_threshold), ""),
        (row.students_from_threshold, "+#,##0;-#,##0"),
        (row.consecutive_years_over, whole), (progress, ""),
        (_sentence(row.finding), ""), (said, ""),
    ]  # fmt: skip


def _yes_no(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _settings(
    page: _Sheet, answer: Disproportionality, also: Sequence[tuple[str, str]]
) -> None:
    page.sheet.set_column(0, 0, 48)
    page.sheet.set_column(1, 6, 18)
    page.sheet.set_column(5, 5, 23)
    page.sheet.set_column(7, 7, 44)
    settings = answer.settings
    regulated = answer.scheme.regulated
    page.heads(["Setting (the State's)" if regulated else "Setting", "Value"])
    page.line(["Consecutive years asked for", settings.years], align="left")
    page.line(
        ["Confidence of the intervals (not in the rule)", settings.confidence],
        align="left",
    )
    if regulated:
        page.line(["'Removals in total' counts", settings.total_removals])
    page.row += 1
    page.heads(
        ["Category", "Minimum cell size", "Minimum n-size", "Threshold", "Ages",
         "Denominator", "34 CFR 300.647" if regulated else "", "Reasonable progress"]
    )  # fmt: skip
    for category in answer.scheme.categories.values():
        standard = settings.of(category)
        page.line(
            [category.label, standard.min_cell, standard.min_n, standard.threshold,
             category.ages, str(category.population), category.paragraph,
             _progress(standard.progress)],
            align="left",
        )  # fmt: skip
    page.row += 1
    if also:
        page.heads(["Where the figures come from", ""])
        for what, value in also:
            page.line([what, value])
        page.row += 1
    if not regulated:
        return
    page.line([EDITION])
    page.row += 1
    page.heads(["Where it comes from", "34 CFR"])
    for what, where in (
        ("What a State must look at", "300.646(a)"),
        ("Risk, risk ratio, alternate risk ratio, cell size, n-size", "300.647(a)"),
        ("Minima presumed reasonable: cell 10, n 30", "300.647(b)(1)(iv)"),
        ("The seven groups", "300.647(b)(2)"),
        ("Alternate risk ratio", "300.647(b)(5)"),
        ("A ratio above the threshold", "300.647(b)(6)"),
        ("When no ratio need be computed", "300.647(c)"),
        ("Up to three consecutive years; reasonable progress", "300.647(d)"),
    ):
        page.line([what, where])


def _progress(progress: Progress | None) -> str:
    if progress is None:
        return "not used"
    least = progress.least_drop
    by = f", by {least:.4g} or more" if least else ""
    if least and progress.as_share:
        by = f", by {100 * least:.4g} % or more"
    return f"the ratio fell in each of two years{by}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(value: object) -> str:
    return "" if value is None else workbook._fitting(str(value))  # noqa: SLF001 - one rule for the text of all workbooks


def _header(text: str) -> str:
    return workbook._header_text("&L", text, 200)  # noqa: SLF001 - the same
