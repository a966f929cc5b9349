"""A district's worksheet on significant disproportionality, as a workbook to print.

Four sheets: how to read it; a table of seven groups by fourteen categories for each
year; every figure; the settings and the paragraphs of the rule.  It holds values only,
no formulas, and every text is written as a string, whatever it begins with.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.rows import (
    Disproportionality,
    Finding,
    RiskRow,
)
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
    ("District", 16), ("Year", 9), ("Category", 30), ("Group", 26),
    ("Number", 10), ("With the outcome", 10), ("Risk", 8), ("Risk of others", 8),
    ("Ratio", 7), ("From", 7), ("To", 7), ("Kind of ratio", 14), ("Threshold", 10),
    ("Over", 7), ("Students from threshold", 11), ("Years over", 7),
    ("Progress", 10), ("Finding", 24), ("Why, and notes", 60),
)  # fmt: skip
_LETTER_OR_A4: Final = 9


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
    sheets = [_Sheet(book, name, heading, mark) for name in SHEETS]
    _how_to_read(sheets[0], answer)
    _ratios(sheets[1], answer)
    _figures(sheets[2], answer)
    _settings(sheets[3], answer, also)
    book.close()
    return file.getvalue()


class _Sheet:
    """A sheet that is written from the top down."""

    def __init__(self, book: Any, name: str, title: str, mark: str) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.sheet = book.add_worksheet(name)
        self.row = 0
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(_LETTER_OR_A4)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
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

    def heads(self, names: Sequence[str]) -> None:
        self.line(
            names, bold=True, text_wrap=True, bg_color="#E6F1EE", bottom=1,
            valign="bottom",
        )  # fmt: skip


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
    for reason, short in _MARKS.items():
        page.line([short, _sentence(reason)], text_wrap=True)
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
    page.sheet.set_column(0, 0, 38)
    page.sheet.set_column(1, max(len(groups), 1), 15)
    tables: dict[tuple[str, str], dict[tuple[str, str], RiskRow]] = {}
    for row in answer.rows:
        table = tables.setdefault((row.district, row.year), {})
        table[(row.category, row.group)] = row
    # The latest year first: it is the one that is asked about.
    for district, year in sorted(sorted(tables), key=lambda k: k[1], reverse=True):
        table = tables[(district, year)]
        page.line([" · ".join(filter(None, [district, year]))], bold=True, font_size=13)
        page.heads(["Category", *groups])
        for key, category in categories.items():
            if not any(name == key for name, _ in table):
                continue
            page.cell(0, category.label, bottom=1, bottom_color="#D9D3C4")
            for column, group in enumerate(groups, start=1):
                _ratio_cell(page, column, table.get((key, group)))
            page.row += 1
        page.row += 1


def _ratio_cell(page: _Sheet, column: int, row: RiskRow | None) -> None:
    looks: dict[str, Any] = {
        "bottom": 1, "bottom_color": "#D9D3C4", "align": "right"
    }  # fmt: skip
    if row is None or not isinstance(row.ratio, float):
        page.cell(column, _no_ratio(row), **looks, **_LOOKS["none"])
        return
    over = row.over_threshold is True
    meets = row.finding is Finding.MEETS
    look = "meets" if meets else "over" if over else "plain"
    mark = "▲▲ " if meets else "▲ " if over else ""
    near = "~" if row.close is True else ""
    state = " (S)" if str(row.kind).startswith("alternate") else ""
    # A number that carries its marks in its format is still a number to sort by.
    form = f'"{mark}{near}"0.00"{state}"'
    page.cell(column, row.ratio, num_format=form, **looks, **_LOOKS[look])


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
    page.heads([name for name, _ in _COLUMNS])
    page.sheet.repeat_rows(top)
    page.sheet.freeze_panes(page.row, 4)
    for row in answer.rows:
        values = _values(row, answer.scheme.categories[row.category].label)
        for column, (value, form) in enumerate(values):
            page.cell(column, value, num_format=form, text_wrap=column == 18)
        page.row += 1
    page.sheet.autofilter(top, 0, max(page.row - 1, top), len(_COLUMNS) - 1)


def _values(row: RiskRow, label: str) -> list[tuple[object, str]]:
    """Each column's value and number format."""
    whole, share, two = "#,##0", "0.0 %", "0.00"
    said = " ".join(filter(None, [row.explanation, *row.notes]))
    if row.category == "removals" and isinstance(row.risk, float) and row.risk > 1:
        share = "0.00"  # removals per child, not a share of children
    return [
        (row.district, ""), (row.year, ""), (label, ""),
        (row.group, ""), (row.n, whole), (row.count, whole), (row.risk, share),
        (row.comparison_risk, share), (row.ratio, two), (row.low, two),
        (row.high, two), (row.kind, ""), (row.threshold, two),
        (_yes_no(row.over_threshold), ""),
        (row.students_from_threshold, "+#,##0;-#,##0"),
        (row.consecutive_years_over, whole), (_yes_no(row.reasonable_progress), ""),
        (_sentence(row.finding), ""), (said, ""),
    ]  # fmt: skip


def _yes_no(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _settings(
    page: _Sheet, answer: Disproportionality, also: Sequence[tuple[str, str]]
) -> None:
    page.sheet.set_column(0, 0, 44)
    page.sheet.set_column(1, 6, 20)
    settings = answer.settings
    progress = settings.progress
    drop = "" if progress is None or not progress.least_drop else (
        f", by {progress.least_drop:.0%} or more" if progress.as_share
        else f", by {progress.least_drop:g} or more"
    )  # fmt: skip
    regulated = answer.scheme.regulated
    page.heads(["Setting (the State's)" if regulated else "Setting", "Value"])
    page.line(["Consecutive years asked for", settings.years])
    page.line(
        [
            "Reasonable progress",
            "not used"
            if progress is None
            else f"the ratio fell in each of the two prior years{drop}",
        ]
    )
    page.line(["Confidence of the intervals (not in the rule)", settings.confidence])
    if regulated:
        page.line(["'Removals in total' counts", settings.total_removals])
    page.row += 1
    page.heads(
        ["Category", "Minimum cell size", "Minimum n-size", "Threshold", "Ages",
         "Denominator", "34 CFR 300.647" if regulated else ""]
    )  # fmt: skip
    for category in answer.scheme.categories.values():
        standard = settings.of(category)
        page.line(
            [category.label, standard.min_cell, standard.min_n, standard.threshold,
             category.ages, str(category.population), category.paragraph]
        )  # fmt: skip
    page.row += 1
    if also:
        page.heads(["Where the figures come from", ""])
        for what, value in also:
            page.line([what, value])
        page.row += 1
    if not regulated:
        return
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


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(value: object) -> str:
    return "" if value is None else workbook._fitting(str(value))  # noqa: SLF001 - one rule for the text of all workbooks


def _header(text: str) -> str:
    return workbook._header_text("&L", text, 200)  # noqa: SLF001 - the same
