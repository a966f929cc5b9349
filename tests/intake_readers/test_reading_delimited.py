"""Text tables: what separates values, where the header is, how lines end."""

import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitable.errors import EquitableError, InputError
from equitable.intake.readers.layout import find_layout
from equitable.intake.source import Column, open_source
from equitable.vocabulary import LeftOut


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, **options):
    with open_source(path, **options) as source:
        table = source.query("SELECT * FROM records")
        rows = sorted(
            (tuple(row.values()) for row in table.to_pylist()),
            key=lambda row: [str(v) for v in row],
        )
        return [c.name for c in source.columns], rows, source.notes, source.left_out


def refused(path, **options):
    """The error of opening a file or, failing that, of reading all of it."""
    with (
        pytest.raises(EquitableError) as caught,
        open_source(path, **options) as source,
    ):
        source.query("SELECT * FROM records")
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def test_every_column_of_a_text_table_is_text_and_not_trimmed(tmp_path):
    path = put(tmp_path, "a.csv", "race,score\n White ,012\nBlack,\n")
    with open_source(path) as source:
        assert source.columns == (Column("race", "text"), Column("score", "text"))
        assert source.name == "a.csv"
        assert source.paths == (path,)
    assert read(path)[1] == [(" White ", "012"), ("Black", None)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path, mark):
    text = f"race{mark}score\nWhite{mark}1\nBlack{mark}2\n"
    names, rows, notes, _ = read(put(tmp_path, "a.csv", text))
    assert names == ["race", "score"]
    assert rows == [("Black", "2"), ("White", "1")]
    assert bool(notes) == (mark != ",")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a,b\n1,2\n3\n4,5,6\n7,8\n", ","),  # ragged: still commas
        ('a,b\n"x|y|z",2\n"x|y",3\n', ","),
        ("a;b;c\n1,5;2,5;3\n4,5;6,5;7\n", ";"),  # decimal commas
        ("Report, all schools\na;b\n1;2\n3;4\n", ";"),
        ('a;b\n"x, y";2\n"x, y";3\n', ";"),
        ("name, first;b\nx;2\ny;3\n", ";"),
        ("a\tb\nx,y\t2\nx,y\t3\n", "\t"),
        ("a,b\n1\n2\n", ","),
        ('id,when\n1,"2020|21"\n', ","),
    ],
)
def test_the_delimiter_is_found_out_where_others_mislead(text, mark):
    assert find_layout(text, whole=True, name="x").delimiter == mark


def test_running_text_in_one_column_is_one_column(tmp_path):
    path = put(tmp_path, "a.csv", 'comment\n"good, nice"\n"a, b, c"\nwell\n')
    assert read(path)[:2] == (["comment"], [("a, b, c",), ("good, nice",), ("well",)])


def test_the_delimiter_can_be_named(tmp_path):
    path = put(tmp_path, "a.csv", "a^b\n1^2\n")
    assert read(path, delimiter="^")[1] == [("1", "2")]
    path = put(tmp_path, "b.csv", "a\tb\n1\t2\n")
    assert read(path, delimiter="tab")[1] == [("1", "2")]
    assert "cannot separate" in str(refused(path, delimiter="::"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("title", ["", "Report", '"Report, in\ntwo lines"'])
def test_line_ends(tmp_path, end, last, title):
    lines = ["race,score", '"a, ""b""",1', "b,2"]
    if title:
        lines = [title, "", *lines]
    text = end.join(lines) + (end if last else "")
    names, rows, *_ = read(put(tmp_path, "a.csv", text))
    assert names == ["race", "score"]
    assert rows == [('a, "b"', "1"), ("b", "2")]


def test_mixed_line_ends_are_read_and_said(tmp_path):
    path = put(tmp_path, "a.csv", "a,b\r\n1,2\n3,4\r\n5,6\n")
    assert read(path)[1] == [("1", "2"), ("3", "4"), ("5", "6")]
    with open_source(path) as source:
        source.query("SELECT COUNT(*) FROM records")
        assert any("end in more than one way" in note for note in source.notes)
        assert source.first_row("a = '5'").row == 4


@pytest.mark.parametrize(
    "text",
    [
        '"name,\nin full",score\r\na,1\r\nb,2\r\n',
        'name,"score\r\nof 100"\na,1\nb,2\n',
        "Report\r\nname,score\na,1\nb,2\n",
        "name,score\r\r\na,1\r\r\nb,2\r\r\n",
        "name,score\na,1\r\nb,2\r\n",
        "name,score\r\na,1\nb,2\n",
        '"Report,\n2020"\r\n\r\nname,score\r\na,1\r\nb,2\r\n',
    ],
)
def test_line_ends_that_differ_above_or_within_the_header(tmp_path, text):
    """Each of these made the engine give no rows, or refuse, when left to itself."""
    assert read(put(tmp_path, "a.csv", text))[1] == [("a", "1"), ("b", "2")]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "",
                    "a",
                    "12",
                    "é",
                    " b",
                    '"',
                    'a"b',
                    "\n",
                    "a\nb",
                    "\r\n",
                    "\r",
                    "a,b",
                    ";",
                ]
            ),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.sampled_from(["\n", "\r\n"]), min_size=1, max_size=3),
    st.sampled_from(["", "Title", '"A\ntitle"', "\ufeff"]),
)
def test_whatever_the_line_ends_no_row_is_lost(tmp_path_factory, rows, ends, title):
    """Against the rows it was written from; line ends inside values may be tidied."""
    lines = [["mark", "one\ntwo" if len(rows) % 2 else "one", "two"]]
    lines += [[f"#{place}", *row] for place, row in enumerate(rows)]
    text = title + ("" if title in {"", "\ufeff"} else ends[0])
    for place, line in enumerate(lines):
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in line)
        text += ",".join(quoted) + ends[place % len(ends)]
    path = put(tmp_path_factory.mktemp("ends"), "a.csv", text)
    names, found, *_ = read(path)

    def tidied(value):
        return value and value.replace("\r\n", "\n").replace("\r", "\n")

    assert names == lines[0]
    assert [tuple(map(tidied, row)) for row in found] == [
        tuple(tidied(cell) or None for cell in line) for line in lines[1:]
    ]


def test_empty_lines_and_stray_blanks_are_no_records(tmp_path):
    path = put(tmp_path, "a.csv", "a,b\n1,2\n\n   \n3,4\n\x1a")
    with open_source(path) as source:
        assert source.query("SELECT COUNT(*) AS n FROM records")["n"].to_pylist() == [2]
        assert source.first_row("a = '3'").row == 5


def test_quoted_newlines(tmp_path):
    path = put(tmp_path, "a.csv", 'a,b\n"x\ny",1\n"x\r\ny",2\nz,3\n')
    assert read(path)[1] == [("x\ny", "1"), ("x\r\ny", "2"), ("z", "3")]
    with open_source(path) as source:
        assert source.first_row("b = '3'").row == 4


def test_quotation_marks_within_a_value(tmp_path):
    path = put(tmp_path, "a.csv", 'a,b\n5" pipe,1\nO\'Neil,2\n"say ""hi""",3\n')
    assert read(path)[1] == [('5" pipe', "1"), ("O'Neil", "2"), ('say "hi"', "3")]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    path = put(tmp_path, "a.csv", "\ufeff" + '"race",b\nx,1\n')
    names, rows, notes, _ = read(path)
    assert names == ["race", "b"]
    assert rows == [("x", "1")]
    assert notes == ()


def test_title_rows_above_the_header_are_said_and_counted(tmp_path):
    text = "Springfield schools,,\n\nAs of 2020,,\nrace,grade,passed\nWhite,3,1\n"
    path = put(tmp_path, "a.csv", text)
    names, rows, notes, left_out = read(path)
    assert names == ["race", "grade", "passed"]
    assert rows == [("White", "3", "1")]
    assert left_out == (LeftOut(reason="title rows above the header of a.csv", rows=2),)
    assert any("row 4" in note for note in notes)
    with open_source(path) as source:
        assert source.first_row("race = 'White'").row == 5


def test_excels_separator_line(tmp_path):
    path = put(tmp_path, "a.csv", "sep=;\r\na;b\r\n1;2\r\n")
    names, rows, notes, left_out = read(path)
    assert (names, rows, left_out) == (["a", "b"], [("1", "2")], ())
    assert any("first line says" in note for note in notes)
    with open_source(path) as source:
        assert source.first_row("a = '1'").row == 3


def test_empty_columns_without_a_name_are_dropped_and_said(tmp_path):
    path = put(tmp_path, "a.csv", "a,,b,,\n1,,2,,\n3,,4,,\n")
    names, rows, notes, _ = read(path)
    assert (names, rows) == (["a", "b"], [("1", "2"), ("3", "4")])
    assert "3 columns of a.csv have neither name nor values" in notes[0]


@pytest.mark.parametrize("text", ["a,b\n1,2,\n3,4,\n", "a,b,\n1,2\n3,4\n"])
def test_a_trailing_delimiter_in_header_or_rows_only(tmp_path, text):
    names, rows, *_ = read(put(tmp_path, "a.csv", text))
    assert (names, rows) == (["a", "b"], [("1", "2"), ("3", "4")])


def test_row_numbers_without_a_name_are_left_out(tmp_path):
    path = put(tmp_path, "a.csv", '"","race"\n"1","x"\n"2","y"\n')
    names, rows, notes, _ = read(path)
    assert (names, rows) == (["race"], [("x",), ("y",)])
    assert "numbers the rows" in notes[0]


def test_a_top_row_over_numbers_is_a_header_and_no_title(tmp_path):
    error = refused(put(tmp_path, "a.csv", "race,\nWhite,3\nBlack,4\n"))
    assert "a.csv, row 1: column 2 has values but no name" in str(error)


def test_a_column_with_values_needs_a_name(tmp_path):
    error = refused(put(tmp_path, "a.csv", "a,,b\n1,x,2\n"))
    assert "a.csv, row 1: column 2 has values but no name" in str(error)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("race,b,race", "columns 1 and 3 have the same name"),
        ("race,b,Race", "columns 1 and 3 have names that differ in capitals only"),
    ],
)
def test_two_columns_of_one_name(tmp_path, header, told):
    assert told in str(refused(put(tmp_path, "a.csv", f"{header}\n1,2,3\n")))


def test_names_of_any_characters(tmp_path):
    names = [
        "a 'b' \"c\"",
        "Größe 学校",
        "x;y--",
        "SELECT",
        "c1",
        "{}[]*",
        "été\nhiver",
    ]
    out = io.StringIO()
    csv.writer(out).writerows([names, list("1234567")])
    found, rows, *_ = read(put(tmp_path, "a.csv", out.getvalue()))
    assert found == names
    assert rows == [tuple("1234567")]


def test_blank_rows_at_the_end_are_left_out_and_counted(tmp_path):
    path = put(tmp_path, "a.csv", "a,b\n1,2\n,\n3,4\n,\n,\n")
    _, rows, _, left_out = read(path)
    assert rows == [("1", "2"), ("3", "4")]
    assert left_out == (LeftOut(reason="blank rows of a.csv", rows=3),)
    with open_source(path) as source:
        assert source.first_row("a = '3'").row == 4


@pytest.mark.parametrize("name", ["a.csv.gz", "a.tsv.gz", "a.csv.GZ"])
def test_compressed_with_gzip(tmp_path, name):
    text = "a;b\n1;2\n3;é\n"
    path = put(tmp_path, name, gzip.compress(text.encode()))
    assert read(path)[1] == [("1", "2"), ("3", "é")]


def test_cut_off_gzip(tmp_path):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,2\n" % i for i in range(200_000)))
    error = refused(put(tmp_path, "a.csv.gz", whole[: len(whole) // 2]))
    assert isinstance(error, InputError)
    assert "a.csv.gz" in str(error)
    assert "cut off" in str(error)


def test_a_wide_table(tmp_path):
    names = [f"column {i}" for i in range(3000)]
    text = ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n"
    found, rows, *_ = read(put(tmp_path, "a.csv", text))
    assert found == names
    assert rows == [("1",) * 3000]


def test_a_header_longer_than_the_head(tmp_path):
    names = [f"{i} {'x' * 400}" for i in range(1000)]
    text = ",".join(names) + "\n" + "1," * 999 + "1\n"
    assert read(put(tmp_path, "a.csv", text))[0] == names


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8
            ),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(",;\t|"),
)
def test_what_a_csv_writer_wrote_is_read_back(tmp_path_factory, rows, mark):
    """Python's own writer is the independent implementation."""
    out = io.StringIO()
    # A first value that is never empty: wholly blank rows are no records.
    rows = [["#", *row] for row in rows]
    header = ["mark", "one", "two", "three"]
    writer = csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([header, *rows])
    path = put(tmp_path_factory.mktemp("given"), "a.csv", out.getvalue())
    names, found, *_ = read(path)
    assert names == header
    expected = [tuple(v or None for v in row) for row in rows]
    assert found == sorted(expected, key=lambda row: [str(v) for v in row])
