"""A source of records: files, a folder, standard input or a data frame, opened once.

Contract (the body is written by the readers' work):

class Column:            name: str; type: Literal["text","number","boolean","date"]
class Source:
    name: str                     what the person typed, without its folder
    columns: tuple[Column, ...]   as in the file, in order
    notes: tuple[str, ...]        what was found out and is to be said
    left_out: tuple[LeftOut, ...]
    def query(self, sql: str, parameters: Sequence[str | float] = ()) -> pyarrow.Table
        the records are the relation ``records``; text columns are VARCHAR
    def files(self) -> tuple[FileRead, ...]   hashes (computed once, beside the first scan)
    def first_row(self, condition: str, parameters=()) -> RowAt | None
        file name and spreadsheet row of the first record that meets a SQL condition
    def close(self)
def open_source(source, *, sheet=None, delimiter=None, encoding=None) -> Source
"""
