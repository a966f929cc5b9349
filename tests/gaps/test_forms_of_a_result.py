"""A result as an Arrow table, as Polars, as a chart and as HTML."""

import json

import pandas as pd
import pytest

import equitable as eq


@pytest.fixture(scope="module")
def result():
    rows = pd.DataFrame(
        {
            "race": ["Black"] * 40 + ["White"] * 60 + ["Asian"] * 4,
            "passed": [1] * 18 + [0] * 22 + [1] * 45 + [0] * 15 + [1] * 4,
        }
    )
    with eq.open(rows) as data:
        yield data.gaps("passed", by=["race"], indices=True)


def test_arrow(result):
    table = result.to_arrow()
    assert table.num_rows == 3
    by_race = {row["race"]: row for row in table.to_pylist()}
    small = next(row for name, row in by_race.items() if "Asian" in name)
    assert small["withheld"] is True
    assert small["value"] is None
    assert small["effective_n"] is None
    black = next(row for name, row in by_race.items() if "Black" in name)
    shown = not black["withheld"]
    assert black["value"] == (18 / 40 if shown else None)
    assert "students_to_parity.moving" in (black["reasons"] or "") or not shown
    assert str(table.schema.field("reasons").type) == "string"
    assert str(table.schema.field("n").type) == "int64"


def test_polars_and_pandas_hold_the_same(result):
    polars = pytest.importorskip("polars")
    frame = result.to_polars()
    assert isinstance(frame, polars.DataFrame)
    assert frame.columns == result.to_arrow().column_names
    assert frame.to_dicts() == result.to_arrow().to_pylist()
    assert list(result.to_pandas().columns) == frame.columns


def test_a_chart_holds_no_withheld_figure(result):
    spec = json.dumps(result.chart().to_dict())
    assert "Black" in spec
    # The withheld group's rate, 4 of 4, is nowhere drawn as a figure of its own.
    assert '"n": 4' not in spec


def test_html_for_a_notebook(result):
    page = result._repr_html_()
    assert "<table" in page or "<svg" in page
    assert "Black" in page
    assert "Withheld" in page
    assert "<script" not in page
