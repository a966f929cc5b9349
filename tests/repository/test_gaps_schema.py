"""Every answer of `equitable gaps` fits the JSON Schema in the documentation."""

from __future__ import annotations

import copy
import json
import math
import shutil
from pathlib import Path

import jsonschema
import pytest

from equitable.measures.results import (
    GapRow,
    Index,
    Indices,
    PooledRow,
    Reference,
    SensitivityRow,
)
from equitable.vocabulary import Verdict

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "gaps.schema.json"

QUESTIONS = {
    "a mean": ["--outcome", "total", "--by", "race,lunch", "--where", "grade = 3"],
    "a rate with indices": [
        *("--outcome", "reading >= 450", "--by", "race,lunch,gender", "--depth", "3"),
        *("--indices", "--sensitivity", "--where", "grade = K"),
    ],
    "within schools": ["--outcome", "total", "--by", "lunch", "--within", "school"],
    "a rate within": [
        *("--outcome", "math >= 500", "--by", "lunch", "--within", "grade"),
        *("--reference", "non-free", "--adjust", "by", "--interval", "exact"),
    ],
    "highest, lower is better": [
        *("--outcome", "math >= 500", "--by", "race", "--direction", "lower"),
        *("--reference", "highest", "--internal"),
    ],
    "clusters and a number": [
        *("--outcome", "math", "--by", "race", "--cluster", "school"),
        *("--reference", "500", "--confidence", "0.9", "--margin", "5"),
    ],
}


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    text = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


def finite(token: str) -> float:
    raise ValueError(f"{token} is not JSON")


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_an_answer_fits(schema, run_equitable, star_file, tmp_path, asked):
    shutil.copy(star_file, tmp_path)
    done = run_equitable(["gaps", "star.csv", *asked, "--format", "json"], tmp_path)
    assert done.code == 0, done.err
    answer = json.loads(done.out, parse_constant=finite)
    schema.validate(answer)
    assert answer["rows"]
    assert answer["provenance"]["internal"] is ("--internal" in asked)
    assert answer["provenance"]["audited"] is False
    if "--indices" in asked:
        assert any("indices" in row for row in answer["rows"])
    if "--within" in asked:
        assert answer["pooled"]
    if "--sensitivity" in asked:
        assert answer["sensitivity"]


def row(**changes) -> GapRow:
    index = Index(value=0.9, flagged=False, needed=0, parity=3)
    whole = {
        "group": {"lunch": "free"},
        "n": 40,
        "missing": 2,
        "count": 10,
        "value": 0.25,
        "low": 0.14,
        "high": 0.4,
        "reference": Reference(kind="rest", n=60, value=0.5, low=0.38, high=0.62),
        "difference": -0.25,
        "verdict": Verdict.WORSE,
        "indices": Indices(ppg=index, proportionality=index, eighty_percent=index),
    }
    return GapRow(**(whole | changes))


def part(schema, name: str) -> jsonschema.Draft202012Validator:
    return schema.evolve(
        schema={"$ref": f"#/$defs/{name}", "$defs": schema.schema["$defs"]}
    )


def test_rows_fit_shown_and_withheld(schema):
    part(schema, "row").validate(row().to_dict())
    part(schema, "row").validate(row().held_back().to_dict())
    pooled = PooledRow(
        group={"lunch": "free"}, within=("school",), reference=Reference(kind="rest")
    )
    part(schema, "pooled").validate(pooled.to_dict())
    part(schema, "pooled").validate(pooled.held_back().to_dict())
    sensitivity = SensitivityRow(
        group={"lunch": "free"},
        verdicts={"rest": Verdict.WORSE, "highest": None},
        differences={"rest": -0.25, "highest": None},
        agrees=None,
    )
    part(schema, "sensitivity").validate(sensitivity.to_dict())
    part(schema, "sensitivity").validate(sensitivity.held_back().to_dict())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.update(extra=1),
        lambda plain: plain.pop("detectable"),
        lambda plain: plain.update(verdict="bad"),
        lambda plain: plain.update(p=1.2),
        lambda plain: plain.update(n="40"),
        lambda plain: plain.update(withheld=True),
        lambda plain: plain["indices"]["proportionality"].update(moe=0.1),
    ],
)
def test_the_schema_is_strict(schema, spoil):
    plain = copy.deepcopy(row().to_dict())
    spoil(plain)
    with pytest.raises(jsonschema.ValidationError):
        part(schema, "row").validate(plain)


def test_every_field_stands_in_the_documentation():
    page = (SCHEMA.parent / "results.md").read_text(encoding="utf-8")
    definitions = json.loads(SCHEMA.read_text(encoding="utf-8"))
    named = set(definitions["properties"])
    for part_of in definitions["$defs"].values():
        named |= set(part_of.get("properties", {}))
    limits = {f"{name}{end}" for name in named for end in ("_low", "_high")}
    for name in named - limits:
        assert f"`{name}`" in page, name


def test_nan_is_refused_here():
    with pytest.raises(ValueError, match="NaN"):
        json.loads(json.dumps({"p": math.nan}), parse_constant=finite)
