"""Data frames as a source: pandas, Polars and Arrow, told by their module's name.

Neither pandas nor Polars is imported unless such a frame is given.
"""

from __future__ import annotations

import hashlib
import io
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from equitable.errors import InputError
from equitable.intake.readers.headers import read_header
from equitable.intake.readers.parquet import nested_note
from equitable.intake.readers.parts import Column, ColumnType, Part, plain_text
from equitable.intake.where import quote_name
from equitable.vocabulary import FileRead

NAME: Final = "data frame"


def is_frame(source: object) -> bool:
    """Whether this is a data frame that can be a source."""
    module = type(source).__module__.partition(".")[0]
    kind = type(source).__name__
    return (module, kind) in {
        ("pandas", "DataFrame"),
        ("polars", "DataFrame"),
        ("polars", "LazyFrame"),
        ("pyarrow", "Table"),
        ("pyarrow", "RecordBatch"),
    }


def open_frame(frame: Any) -> tuple[Part, pa.Table]:
    """A data frame as a part, and the Arrow table that it became.

    The index of a pandas frame is no column and is not read.

    Raises
    ------
    InputError
        Where the frame has no rows or columns, or two columns of one name.
    """
    names, raw = _columns(frame)
    if not names or not len(raw[0]):
        raise InputError(
            "it has no columns" if not names else "it has no rows",
            next_step="Give a frame with records in it.",
            file=NAME,
        )
    read_header(names, [["?"] * len(names)], file=NAME)
    arrays, columns, nested = [], [], []
    for name, values in zip(names, raw, strict=True):
        made = _standard(values)
        if made is None:
            nested.append(name)
            continue
        arrays.append(made[0])
        columns.append(Column(name, made[1]))
    if not columns:
        raise InputError(
            "none of its columns holds plain values",
            next_step="Give a frame with one value in each cell.",
            file=NAME,
        )
    table = pa.table(arrays, names=[column.name for column in columns])
    chosen = ", ".join(quote_name(column.name) for column in columns)
    part = Part(
        name=NAME,
        columns=tuple(columns),
        sql=f"SELECT {chosen} FROM {quote_name(NAME)}",
        tables={NAME: table},
        notes=nested_note(nested, NAME),
    )
    return part, table


def fingerprint(table: pa.Table) -> FileRead:
    """The frame's hash: that of its bytes as an Arrow stream, which is not kept."""
    sink = _Digest()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), table.schema) as stream:
        stream.write_table(table)
    return FileRead(name=NAME, sha256=sink.digest.hexdigest(), bytes=sink.size)


class _Digest(io.RawIOBase):
    """A file that only remembers the hash and the number of its bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        block = memoryview(data)
        self.digest.update(block)
        self.size += block.nbytes
        return block.nbytes


def _columns(frame: Any) -> tuple[list[str], list[Any]]:
    """Names and Arrow arrays of any of the frames."""
    module = type(frame).__module__.partition(".")[0]
    if module == "polars":
        if type(frame).__name__ == "LazyFrame":
            frame = frame.collect()
        frame = frame.to_arrow()
    if module == "pandas":
        names = [
            " ".join(str(part) for part in name)
            if isinstance(name, tuple)
            else str(name)
            for name in frame.columns
        ]
        return names, [
            _from_pandas(frame.iloc[:, place]) for place in range(len(names))
        ]
    return list(frame.schema.names), [
        frame.column(place) for place in range(frame.num_columns)
    ]


def _from_pandas(series: Any) -> Any:
    """A pandas column as an Arrow array; mixed objects as text, booleans kept."""
    # Months and the like would come out as the numbers they are stored as.
    if str(series.dtype) != "object" and type(series.dtype).__name__ != "PeriodDtype":
        try:
            return pa.Array.from_pandas(series)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            pass
    missing = series.isna().tolist()
    values = [
        None if gone else value
        for value, gone in zip(series.tolist(), missing, strict=True)
    ]
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return pa.array(values, pa.bool_())
    if any(isinstance(value, list | dict | tuple | set | bytes) for value in present):
        return pa.array([None] * len(values), pa.list_(pa.null()))
    return pa.array(
        [None if value is None else plain_text(value) for value in values], pa.string()
    )


def _standard(values: Any) -> tuple[Any, ColumnType] | None:
    """An Arrow column as one of our types; ``None`` where it holds no plain values."""
    if isinstance(values.type, pa.BaseExtensionType):
        values = pa.chunked_array(values.cast(values.type.storage_type))
    kind = values.type
    if pa.types.is_dictionary(kind):
        inner = _standard(values.cast(kind.value_type))
        return None if inner is None else (_text(inner[0]), "text")
    if pa.types.is_boolean(kind):
        return values, "boolean"
    if pa.types.is_integer(kind):
        wide = pa.types.is_uint64(kind)
        return (values.cast(pa.float64(), safe=False) if wide else values), "number"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = values.cast(pa.float64())
        nothing = pa.scalar(None, pa.float64())
        return pc.if_else(pc.is_nan(numbers), nothing, numbers), "number"
    if pa.types.is_date(kind):
        return values.cast(pa.date32()), "date"
    if pa.types.is_timestamp(kind):
        # In UTC where a time zone is known: the same moments on every machine.
        moments = values.cast(pa.timestamp("us", tz=kind.tz), safe=False)
        return moments.cast(pa.timestamp("us")), "date"
    if (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
        or pa.types.is_time(kind)
    ):
        return _text(values), "text"
    if pa.types.is_duration(kind):
        return pa.array(
            [plain_text(v) if v is not None else None for v in values.to_pylist()]
        ), "text"
    return None


def _text(values: Any) -> Any:
    if pa.types.is_string_view(values.type):
        values = values.cast(pa.string())
    return values.cast(pa.large_string())
