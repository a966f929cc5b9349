"""Withheld means and standard deviations that shown ones give away are leaks."""

import csv
import hashlib
import json
import random

import numpy as np
import pytest

import equitable as eq
from equitable.privacy.audit.averages import audit_averages, averages_of
from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import Counted, Protected
from equitable.privacy.protection.certificate import unproven
from equitable.privacy.protection.lattice import Stratum
from equitable.privacy.protection.parts import Parts
from equitable.privacy.protection.students import Layer
from equitable.privacy.protection.tables import all_codes, tables_of
from equitable.vocabulary import WITHHELD

LUNCH = {"lunch": ["Free", "Full"]}


def audited(rows, labels=LUNCH):
    groups = [group for group, *_ in rows]
    return audit_averages(
        averages_of(groups, [own for _, *own in rows], labels, "Score")
    )


def test_a_mean_is_the_total_less_the_other_group():
    # 30 x 500 - 20 x 510 = 15000 - 10200 = 4800; 4800 / 10 = 480.
    found = audited([
        ({}, 30, "500.0", WITHHELD),
        ({"lunch": "Free"}, 20, "510.0", WITHHELD),
        ({"lunch": "Full"}, 10, WITHHELD, WITHHELD),
    ])  # fmt: skip
    (leak,) = found.leaks
    assert leak.group == {"lunch": "Full"}
    assert leak.low == leak.high == pytest.approx(480)
    assert "mean of Score of Full is 480" in leak.sentence
    assert "add those of everyone; take away those of Free" in leak.steps[0]


def test_of_a_group_whose_size_is_withheld_the_sum_is_told():
    found = audited([
        ({}, 30, "500.0", WITHHELD),
        ({"lunch": "Free"}, 20, "510.0", WITHHELD),
        ({"lunch": "Full"}, WITHHELD, WITHHELD, WITHHELD),
    ])  # fmt: skip
    (leak,) = found.leaks
    assert leak.low == pytest.approx(4800)
    assert "sum" in leak.counted


def test_two_holes_in_a_line_hide_each_other():
    labels = {"race": ["A", "B", "C"]}
    rows = [({}, 90, "500", "80")]
    rows += [({"race": one}, 30, WITHHELD, WITHHELD) for one in "AB"]
    rows += [({"race": "C"}, 30, "490", "70")]
    assert audited(rows, labels).leaks == ()


def test_the_published_attack_of_two_holes_a_line_works_on_means_too():
    # Three columns, four rows; the holes of rows 0 and 1 are in columns 0 and 1, those
    # of rows 2 and 3 as well but for one figure that the tables' sums leave alone:
    # rows 0 and 1 together less the shown parts of columns 0 and 1 tell nothing, while
    # (0, 2) is what its column leaves.
    scores = np.arange(12.0).reshape(4, 3) * 10 + 400
    labels = {"row": list("abcd"), "column": list("xyz")}
    holes = {(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)}
    rows = [({}, 240, str(scores.mean()), WITHHELD)]
    rows += [({"row": r}, 60, str(scores[i].mean()), WITHHELD)
             for i, r in enumerate("abcd")]  # fmt: skip
    rows += [({"column": c}, 80, str(scores[:, j].mean()), WITHHELD)
             for j, c in enumerate("xyz")]  # fmt: skip
    rows += [
        ({"row": r, "column": c}, 20,
         WITHHELD if (i, j) in holes else str(scores[i, j]), WITHHELD)
        for i, r in enumerate("abcd") for j, c in enumerate("xyz")
    ]  # fmt: skip
    leaks = {tuple(leak.group.values()): leak for leak in audited(rows, labels).leaks}
    assert set(leaks) == {("a", "z")}
    assert leaks["a", "z"].low == pytest.approx(420)


def test_a_standard_deviation_is_made_of_sums_of_squares():
    chance = random.Random(2)  # noqa: S311 - no secret
    free = [chance.gauss(500, 60) for _ in range(40)]
    full = [chance.gauss(560, 40) for _ in range(35)]
    every = free + full

    def row(group, values, *, spread):
        own = str(np.std(values, ddof=1)) if spread else WITHHELD
        return (group, len(values), str(np.mean(values)), own)

    found = audited([
        row({}, every, spread=True),
        row({"lunch": "Free"}, free, spread=True),
        row({"lunch": "Full"}, full, spread=False),
    ])  # fmt: skip
    (leak,) = found.leaks
    assert "standard deviation" in leak.sentence
    assert leak.low == pytest.approx(np.std(full, ddof=1))


def test_where_nobody_is_nothing_is_added():
    # Nobody of C is there, so everyone's mean less A's is B's: 40 x 6 - 20 x 5 = 140.
    labels = {"race": ["A", "B", "C"]}
    found = audited([
        ({}, 40, "6", WITHHELD), ({"race": "A"}, 20, "5", WITHHELD),
        ({"race": "B"}, 20, WITHHELD, WITHHELD), ({"race": "C"}, 0, "", ""),
    ], labels)  # fmt: skip
    (leak,) = found.leaks
    assert leak.low == pytest.approx(7)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("means")
    chance = random.Random(4)  # noqa: S311 - no secret
    rows = ["race,lunch,score"]
    rows += [
        f"{chance.choice(['White', 'White', 'White', 'Black', 'Asian'])},"
        f"{chance.choice(['Free', 'Full'])},{chance.randint(400, 600)}"
        for _ in range(400)
    ]
    rows += ["Native,Free,500"] * 4
    (folder / "s.csv").write_text("\n".join(rows) + "\n")
    eq.release(folder / "s.csv", folder / "out", outcomes="score", by=["race", "lunch"])
    return folder


def test_a_release_of_ours_gives_no_mean_away(made):
    found = eq.audit(made / "out")
    assert found.passed
    assert [one.only_exact for one in found.systems] == [False, True]
    assert found.systems[1].withheld > 0


def test_a_folder_in_which_one_mean_is_withheld_too_few(made, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for path in (made / "out").iterdir():
        (out / path.name).write_bytes(path.read_bytes())
    with (out / "groups.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if (row["race"], row["lunch"]) == ("All", "Free"):
            told = row["value"]
            for name in ("value", "low", "high", "deviation"):
                row[name] = "withheld"
    with (out / "groups.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    manifest = json.loads((out / "manifest.json").read_text())
    content = (out / "groups.csv").read_bytes()
    manifest["files"]["groups.csv"]["sha256"] = hashlib.sha256(content).hexdigest()
    (out / "manifest.json").write_text(json.dumps(manifest))
    found = eq.audit(out)
    assert not found.passed
    leaks = {leak.counted.split(" (")[0]: leak for leak in found.leaks}
    assert set(leaks) == {"mean", "standard deviation"}
    assert leaks["mean"].low == pytest.approx(float(told))
    assert "Free" in leaks["mean"].sentence
    assert found.to_arrow().num_rows == 2


def block(hidden):
    """Two groups of 40 and their total, nothing withheld but standard deviations."""
    tables = tables_of([np.eye(2, dtype=bool)], all_codes([2]), 1)
    students, counts = np.array([40.0, 40.0]), np.array([20.0, 22.0])
    one = Counted(name="score", students=students, counts=counts, amounts=True,
                  squared=np.array([12.0, 13.0]))  # fmt: skip
    none = np.zeros(len(tables.groups), bool)

    def layer(values):
        return Layer(values=values, hidden=none, primary=none, least=values,
                     most=values)  # fmt: skip

    n, sums = tables.rows @ students, tables.rows @ counts
    parts = Parts(yes=layer(sums), no=layer(n - sums), low=0 * n, high=n, coded=0 * n,
                  witnesses=[], joint=[])  # fmt: skip
    protected = Protected(
        students={"score": layer(n)}, counts={"score": parts},
        chains={"score": [students]},
    )  # fmt: skip
    keys = tuple(
        tuple(("lunch", "ab"[label]) for _, label in group) for group in tables.groups
    )
    stratum = Stratum(
        within={}, tables=tables, keys=keys, counted=(one,), asked=len(keys)
    )
    away = np.array([key in hidden for key in keys])
    return unproven(stratum, protected, Policy(), {"score": away})


def test_the_certificate_looks_at_standard_deviations():
    a, b = (("lunch", "a"),), (("lunch", "b"),)
    assert block({a, b}) == ()
    assert block({(), a, b}) == ()
    (said,) = block({a})
    assert "standard deviation of score of lunch=a is made of shown ones" in said
