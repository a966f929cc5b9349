"""No figure of a result is null without a word of why beside it."""

import itertools

import numpy as np
import pandas as pd
import pytest

import equitable as eq

QUESTIONS = [
    {"reference": ref, **more}
    for ref, more in itertools.product(
        ["rest", "overall", "highest", "largest", "group=b", "0", "0.4"],
        [{}, {"weight": "w"}, {"cluster": "school"}, {"within": ["kind"]},
         {"indices": True}, {"indices": True, "weight": "w"}],
    )
    if not (ref == "highest" and "cluster" in more)
]  # fmt: skip


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(2)
    n = 400
    rows = pd.DataFrame(
        {
            "group": rng.choice(["a", "b", "c"], n),
            "kind": rng.choice(["x", "y"], n),
            "school": rng.choice([f"s{i}" for i in range(12)], n),
            "passed": rng.integers(0, 2, n).astype(float),
            "score": rng.normal(0, 2, n).round(2),
            "w": rng.uniform(0.5, 2, n),
        }
    )
    rows.loc[0, ["group", "passed", "score"]] = ["alone", 1, 3.0]
    rows.loc[1, ["group", "passed", "score"]] = ["unknown", None, None]
    rows.loc[2:13, ["group", "passed", "score"]] = ["alike", 0, 2.5]
    rows.loc[14:25, ["group", "passed", "school"]] = ["one school", 1, "s1"]
    with eq.open(rows) as opened:
        yield opened


def nulls(plain, prefix=""):
    for name, value in plain.items():
        if isinstance(value, dict) and name in {"students_to_parity", "indices"}:
            yield from nulls(value, f"{name}.")
        elif isinstance(value, dict) and prefix == "indices.":
            if value["value"] is None:
                yield f"{prefix}{name}"
        elif value is None and name != "reason":
            yield f"{prefix}{name}"


@pytest.mark.parametrize("internal", [True, False])
@pytest.mark.parametrize("outcome", ["passed", "score"])
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_null_has_its_reason(data, outcome, question, internal):
    if outcome == "score" and question["reference"] == "0.4":
        question = {**question, "reference": "-1.5"}
    plain = data.gaps(outcome, by=["group"], internal=internal, **question).to_dict()
    for row in (*plain["rows"], *plain["pooled"]):
        if row["withheld"]:
            assert row["reasons"] == {}
            continue
        if row["reason"] == "the reference is withheld":
            continue
        assert set(nulls(row)) - set(row["reasons"]) == set()
        assert set(row["reasons"]) - set(nulls(row)) <= {"reference", "indices"}
        assert all(row["reasons"].values())
        reference = row["reference"]
        if reference["low"] is None:
            assert row["reasons"]["reference"]
