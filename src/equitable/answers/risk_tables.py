"""Counts of a table with a column of categories: what a State collects from districts.

Every row is looked at: a count given twice, one that is no number, and a category or
group that the rule does not know are refused by file, row and column.  A mark in place
of a count is withheld, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from equitable.answers.risk_question import (
    Readable,
    RiskCounts,
    RiskQuestion,
    column_of,
    is_of_everyone,
    provenance_of,
    refuse_at,
    trait_of,
)
from equitable.cube.scan import key_sql
from equitable.errors import EquitableError, InputError, QuestionError, did_you_mean
from equitable.intake.profile import is_missing
from equitable.intake.published.blurs import read_mark
from equitable.intake.published.groups_named import is_everyone
from equitable.intake.where import quote_name, quote_value
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    TOTAL_REMOVALS,
    category_named,
    federal_group,
    school_year,
)
from equitable.measures.disproportionality.columns import of_counts
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.reasons import Reason
from equitable.vocabulary import NOT_REPORTED, WITHHELD, Dimension

_MOST_CATEGORIES: Final = 200
_LARGEST: Final = 10**9
_LOWEST_CODE: Final = -8
"""From here down a negative number alone is a code for 'no value'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountColumns:
    """Which columns of a table of counts say what."""

    category: str
    count: str
    total: str
    by: str
    district: str | None
    year: str | None


def count_columns(students: Readable, question: RiskQuestion) -> CountColumns | None:
    """The columns of a table with categories; ``None`` where it is not one.

    Raises
    ------
    QuestionError
        Where a person named its column of categories, and another is not to be found.
    """
    settled = question.columns
    found = of_counts(students.schema.allowed_columns)
    asked = question.category or settled.category
    category = column_of(
        students, question.category, settled.category, found.get("category")
    )
    if category is None or (asked is None and not _are_categories(students, category)):
        return None
    count = column_of(students, question.count, settled.count, found.get("count"))
    total = column_of(students, question.total, settled.total, found.get("total"))
    by = question.by or settled.group or found.get("group")
    for option, column in (("--count", count), ("--total", total), ("--by", by)):
        if column is None:
            raise QuestionError(
                f"nothing says which column is {_WORDS[option]}",
                file=students.source.name,
                next_step=f"Name it with {option}.",
            )
    made = CountColumns(
        category=category,
        count=str(count),
        total=str(total),
        by=str(by),
        district=column_of(
            students, question.district, settled.district, found.get("district")
        ),
        year=column_of(students, question.year, settled.year, found.get("year")),
    )
    _refuse_one_for_two(students, made)
    return made


def _refuse_one_for_two(students: Readable, columns: CountColumns) -> None:
    """No column says two things: a count that is its own total gives no ratio."""
    owners: dict[str, str] = {}
    for option in ("category", "count", "total", "by", "district", "year"):
        column = getattr(columns, option)
        if column is not None and owners.setdefault(column, option) != option:
            one, other = f"--{owners[column]}", f"--{option}"
            raise QuestionError(
                f"it is taken for two things: {one} and {other}",
                file=students.source.name,
                column=column,
                next_step=f"Name another with {one} or {other}, or under [idea.columns]"
                " in equity.toml.",
            )


_WORDS: Final = {
    "--count": "the number of children with the outcome",
    "--total": "the number of children",
    "--by": "the group",
}


def _are_categories(students: Readable, column: str) -> bool:
    """Whether half of a column's values at least are categories of the rule."""
    name = quote_name(column)
    texts = students.source.query(
        f"SELECT DISTINCT TRIM(CAST({name} AS VARCHAR)) AS t FROM records WHERE {name}"
        f" IS NOT NULL LIMIT {_MOST_CATEGORIES}"
    )["t"].to_pylist()
    known = sum(_category(text) is not None for text in texts)
    return 0 < len(texts) <= 2 * known


def _category(text: str) -> str | None:
    try:
        return category_named(text).key
    except QuestionError:
        return None


def read_table(
    students: Readable, question: RiskQuestion, columns: CountColumns
) -> RiskCounts:
    """The counts of a table with categories.

    Raises
    ------
    InputError
        Naming file, row and column of the first count that cannot be right.
    """
    trait = trait_of(students, columns.by)
    only = None
    if question.outcome:
        only = _category(question.outcome)
        if only is None:
            raise QuestionError(
                f"'{question.outcome}' is none of the 14 categories, and the table has"
                f" a column of them ('{columns.category}')",
                file=students.source.name,
                next_step="Leave out --outcome for all of them. "
                + did_you_mean(question.outcome, CATEGORIES, what="categories"),
            )
    reader = _Reader(students, question, columns, trait)
    return reader.read(only)


class _Reader:
    """Texts of each column become values once; then rows are put together."""

    def __init__(
        self,
        students: Readable,
        question: RiskQuestion,
        columns: CountColumns,
        trait: Dimension,
    ) -> None:
        self.students = students
        self.question = question
        self.columns = columns
        self.trait = trait
        self.condition = students.condition(question.where)
        self.one_year = False
        self.sql = {
            "group": key_sql(trait),
            **{
                key: f"TRIM(CAST({quote_name(name)} AS VARCHAR))"
                for key, name in (
                    ("category", columns.category),
                    ("count", columns.count),
                    ("total", columns.total),
                    ("district", columns.district),
                    ("year", columns.year),
                )
                if name is not None
            },
        }

    def read(self, only: str | None) -> RiskCounts:
        source = self.students.source
        listed = ", ".join(f"{sql} AS {key}_" for key, sql in self.sql.items())
        kept = f" WHERE {self.condition.sql}" if self.condition else ""
        table = source.query(f"SELECT {listed} FROM records{kept}")
        rows = table.num_rows
        if self.condition:
            rows = source.query("SELECT COUNT(*) AS n FROM records")["n"][0].as_py()
        if not table.num_rows:
            raise InputError(
                "no row meets the condition" if self.condition else "there are no rows",
                file=source.name,
            )
        counts, states, everyone = self._counts(table, only)
        if not counts:  # A file of the whole State alone is asked about itself.
            counts, states = states, []
        notes = []
        if everyone:
            notes.append(
                f"Rows of all students together in '{self.columns.by}' are left out:"
                " they are the sum of the groups."
            )
        if states:
            notes.append(
                f"Rows of the whole State in '{self.columns.district}' are no district,"
                " and left out here."
            )
        return RiskCounts(
            counts=tuple(counts),
            states=tuple(states),
            notes=tuple(notes),
            provenance=provenance_of(
                self.students, self.question, rows, table.num_rows, self.trait
            ),
        )

    def _counts(
        self, table: pa.Table, only: str | None
    ) -> tuple[list[GroupCount], list[GroupCount], bool]:
        size = table.num_rows
        groups, group_at = self._column(table, "group", self._group)
        categories, category_at = self._column(table, "category", self._category)
        some, some_at = self._column(table, "count", self._number("count"))
        whole, whole_at = self._column(table, "total", self._number("total"))
        places, place_at = self._named(table, "district", size)
        years, year_at = self._named(table, "year", size)
        seen: dict[tuple[str, str, str, str], int] = {}
        counts: list[GroupCount] = []
        states: list[GroupCount] = []
        everyone = False
        events = self.question.settings.total_removals == "removals"
        for row in range(size):
            group, category = groups[group_at[row]], categories[category_at[row]]
            if only is not None and category != only:
                continue
            if group is None:
                everyone = True
                continue
            district, year = places[place_at[row]], years[year_at[row]]
            key = (district, year, category, group)
            if key in seen:
                if group == NOT_REPORTED:  # in no comparison, however many rows
                    continue
                self._refuse_twice(table, seen[key], row)
            seen[key] = row
            count, total = some[some_at[row]], whole[whole_at[row]]
            because = next(
                (one for one in (count, total) if isinstance(one, Reason)), None
            )
            may_exceed = events and category == TOTAL_REMOVALS
            if because is None and count > total and not may_exceed:
                self._refuse_more(table, row, category)
            one = GroupCount(
                district=district,
                year=year,
                category=category,
                group=group,
                count=WITHHELD if because else count,
                total=WITHHELD if because else total,
                because=because,
            )
            (states if is_everyone(district) else counts).append(one)
        return counts, states, everyone

    # ----------------------------------------------------------- columns' values

    def _column(
        self, table: pa.Table, key: str, read: Callable[[str | None], Any]
    ) -> tuple[list[Any], list[int]]:
        """The values of a column's different texts, and each row's place in them."""
        encoded = (
            table[f"{key}_"].combine_chunks().dictionary_encode(null_encoding="encode")
        )
        values = []
        for text in encoded.dictionary.to_pylist():
            try:
                values.append(read(text))
            except EquitableError as error:
                # Of a bad text the row is told, and not the text: it may be a name.
                refuse_at(
                    self.students,
                    self._same({key: text}),
                    error.problem,
                    column=self._name_of(key),
                    next_step=error.next_step,
                )
        return values, encoded.indices.to_pylist()

    def _named(
        self, table: pa.Table, key: str, size: int
    ) -> tuple[list[str], list[int]]:
        if key not in self.sql:
            return [""], [0] * size
        read = self._year if key == "year" else self._district
        self.one_year = key == "year" and len(table["year_"].unique()) == 1
        return self._column(table, key, read)

    def _group(self, text: str | None) -> str | None:
        """The federal group; ``None`` for a row of all of them together."""
        if is_of_everyone(self.trait, text):
            return None
        names = self.trait.classify(text)
        try:
            group = federal_group(names[0]) if len(names) == 1 else None
        except QuestionError as error:
            raise InputError(
                "this is not one of the seven federal groups",
                next_step=error.next_step,
            ) from None
        return names[0] if group is None else group

    def _category(self, text: str | None) -> str:
        key = _category(text) if text else None
        if key is None:
            raise InputError(
                "this is none of the 14 categories",
                next_step=did_you_mean(text or "", CATEGORIES, what="categories")
                if text and len(text) > 2
                else f"They are: {', '.join(CATEGORIES)}.",
            )
        return key

    def _district(self, text: str | None) -> str:
        if text is None or is_missing(text):
            raise InputError(
                "this row names no district",
                next_step="Each count is of one; write it in, or leave the row out with"
                " --where.",
            )
        return text

    def _year(self, text: str | None) -> str:
        if text is None or is_missing(text):
            raise InputError(
                "this row has no year",
                next_step="Write it in, or leave the row out with --where.",
            )
        if not self.one_year:
            school_year(text)
        return text

    def _number(self, key: str) -> Callable[[str | None], int | Reason]:
        def read(text: str | None) -> int | Reason:
            if text is None or is_missing(text):
                return Reason.NO_NUMBER
            mark = read_mark(text)
            exact = None if mark is None else mark.exact
            if exact is not None and "%" not in text:
                if exact.denominator == 1 and exact <= _LARGEST:
                    return int(exact)
            elif mark is not None and exact is None:
                if mark.withheld:
                    return Reason.IN_FILE
                if float(text) <= _LOWEST_CODE:
                    return Reason.NO_NUMBER
            raise InputError(
                f"this is no {'count' if key == 'count' else 'number'} of children (a"
                " whole number from 0, or a mark in its place)",
                next_step="Counts are wanted here, not percentages; see which columns"
                " --count and --total name.",
            )

        return read

    # ------------------------------------------------------------------- refusals

    def _name_of(self, key: str) -> str:
        if key == "group":
            return self.trait.columns[0]
        return str(getattr(self.columns, key))

    def _same(self, texts: dict[str, str | None]) -> str:
        tests = [f"({self.condition.sql})"] if self.condition else []
        for key, text in texts.items():
            sql = self.sql[key]
            tests.append(
                f"{sql} IS NULL" if text is None else f"{sql} = {quote_value(text)}"
            )
        return " AND ".join(tests)

    def _texts(self, table: pa.Table, row: int, keys: Sequence[str]) -> dict[str, Any]:
        return {key: table[f"{key}_"][row].as_py() for key in keys if key in self.sql}

    def _refuse_twice(self, table: pa.Table, first: int, second: int) -> None:
        keys = ("district", "year", "category", "group")
        texts = [self._texts(table, row, keys) for row in (first, second)]
        source = self.students.source
        before = source.first_row(self._same(texts[0]))
        again = "" if texts[0] != texts[1] else " QUALIFY ROW_NUMBER() OVER () = 2"
        after = source.first_row(self._same(texts[1]) + again)
        if before and after and before.file == after.file and before.row > after.row:
            before, after = after, before
        where = ""
        if before and after is None:
            where = f" ({before.file}, row {before.row:,}, and one in another file)"
        elif before and after and before.file == after.file:
            where = f" (row {before.row:,} has it already)"
        elif before:
            where = f" ({before.file}, row {before.row:,}, has it already)"
        raise InputError(
            "the same district, year, category and group stand in two rows" + where,
            file=after.file if after else source.name,
            row=after.row if after else None,
            column=self._name_of("group"),
            next_step="Each has one count. Remove the row that is there again, or the"
            " rows of totals; if rows are of schools, add them up first.",
        )

    def _refuse_more(self, table: pa.Table, row: int, category: str) -> None:
        texts = self._texts(table, row, tuple(self.sql))
        hint = (
            " If these are removals and not children, say total_removals = "
            '"removals" under [idea] in equity.toml.'
            if category == TOTAL_REMOVALS
            else ""
        )
        refuse_at(
            self.students,
            self._same(texts),
            f"more children are counted than '{self.columns.total}' says there are",
            column=self.columns.count,
            next_step="The first number is part of the second; see which columns hold"
            f" them.{hint}",
        )
