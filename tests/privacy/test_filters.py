"""Releases of other students of the same data: no filter is taken from another.

What is tried here is tried with ``independent_attacker``: from everything published in
all folders, between what the number of each withheld group lies, and the number of
each group that one release has and another has not.
"""

import csv
import itertools
import json
import random

import pytest
from independent_attacker import Row, intervals_of_sums

import equitable as eq
from equitable.errors import InputError, QuestionError
from equitable.privacy.filters import MOST_SETS

SCHOOLS = ["Oak"] + ["Elm"] * 7 + ["Fir"] * 6
TEAMS = ["Reds"] * 6 + ["Blues"] * 3 + ["Greens"]
LABELS = {
    "team": ["Reds", "Blues", "Greens"],
    "bus": ["Early", "Late"],
    "school": ["Oak", "Elm", "Fir"],
    "grade": ["3", "4", "5"],
}
T = 5


def students(path, count=160, *, seed=5, without=()):
    chance = random.Random(seed)  # noqa: S311 - no secret
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["school", "grade", "team", "bus", "suspended"])
        for _ in range(count):
            row = [
                chance.choice(SCHOOLS), chance.choice("345"), chance.choice(TEAMS),
                chance.choice(LABELS["bus"]),
                "yes" if chance.random() < 0.3 else "no",
            ]  # fmt: skip
            if row[0] not in without:
                writer.writerow(row)
    return path


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def release(source, where=None, *, by=("team", "bus"), **more):
    number = len(list(source.parent.glob("out-*")))
    folder = source.parent / f"out-{number}"
    eq.release(
        source, folder, outcomes=["suspended"], by=list(by), where=where,
        policy=eq.Policy(threshold=T), **more,
    )  # fmt: skip
    return folder


CONDITIONS = {
    None: ("Oak Elm Fir", "345"),
    "school != Oak": ("Elm Fir", "345"),
    "school = Elm": ("Elm", "345"),
    "grade in (3, 4)": ("Oak Elm Fir", "34"),
    "grade >= 4": ("Oak Elm Fir", "45"),
    "school = Elm and grade >= 4": ("Elm", "45"),
    "grade = 3 or school = Oak": None,
}
"""What each means: of which schools, and of which grades."""


def meets(where, school, grade):
    if CONDITIONS[where] is None:
        return grade == "3" or school == "Oak"
    schools, grades = CONDITIONS[where]
    return school in schools.split() and grade in grades


def differences(before, after):
    """By how much numbers that are shown in both folders differ."""
    return [
        abs(int(old[name]) - int(new[name]))
        for old, new in zip(
            rows_of(before / "groups.csv"), rows_of(after / "groups.csv"), strict=True
        )
        for name in ("n", "count", "others")
        if "withheld" not in (old[name], new[name])
    ]


def where_of(folder):
    return json.loads((folder / "manifest.json").read_text())["where"]


class Reader:
    """Who has all folders, and knows what the conditions mean.

    The unknowns are the numbers of students by the dimensions, by which of the
    conditions they meet, and by the outcome.
    """

    def __init__(self, source, folders, by, wheres=None):
        self.by = by
        self.conditions = wheres or [where_of(one) for one in folders]
        self.truth = {}
        for labels in itertools.product(*LABELS.values()):
            for outcome in ("yes", "no"):
                self.truth.setdefault(self.finest(labels, outcome), 0)
        for row in rows_of(source):
            labels = tuple(row[name] for name in LABELS)
            self.truth[self.finest(labels, row["suspended"])] += 1
        self.place = {one: i for i, one in enumerate(self.truth)}
        self.rows, self.withheld = [], []
        for number, folder in enumerate(folders):
            for row in rows_of(folder / "groups.csv"):
                group = {name: row[name] for name in by if row[name] != "All"}
                for column, outcome in (
                    ("n", None),
                    ("count", "yes"),
                    ("others", "no"),
                ):
                    cells = self.cells(group, {number: True}, outcome)
                    assert cells
                    if row[column] == "withheld":
                        self.withheld.append(cells)
                    else:
                        value = int(row[column])
                        assert value == self.sum(cells)
                        self.rows.append(Row(cells, value, value))

    def finest(self, labels, outcome):
        own = dict(zip(LABELS, labels, strict=True))
        met = tuple(meets(one, own["school"], own["grade"]) for one in self.conditions)
        return tuple(own[name] for name in self.by), met, outcome

    def cells(self, group, met, outcome=None):
        """The unknowns of a group, of those who meet some conditions and others not."""
        return tuple(
            place
            for (labels, pattern, side), place in self.place.items()
            if all(labels[self.by.index(name)] == one for name, one in group.items())
            and all(pattern[number] == wanted for number, wanted in met.items())
            and outcome in (None, side)
        )

    def sum(self, cells):
        numbers = list(self.truth.values())
        return sum(numbers[cell] for cell in cells)

    def between(self, depth=2):
        """What one release has more than another: small numbers of it."""
        found = []
        for crossed in range(depth + 1):
            for names in itertools.combinations(self.by, crossed):
                for labels in itertools.product(*(LABELS[name] for name in names)):
                    group = dict(zip(names, labels, strict=True))
                    for a, b in itertools.permutations(range(len(self.conditions)), 2):
                        found += [
                            self.cells(group, {a: True, b: False}, side)
                            for side in (None, "yes", "no")
                        ]
        return [
            one
            for one in dict.fromkeys(found)
            if one and one not in self.withheld and self.sum(one) < T
        ]

    def narrow(self, asked):
        """Those of some sums that are known too well."""
        found = intervals_of_sums(len(self.place), self.rows, asked)
        return [
            (self.sum(cells), low, high)
            for cells, (low, high) in zip(asked, found, strict=True)
            if high is not None and high - low < T
        ]


ORDERS = [
    (None, "school != Oak"),
    ("school != Oak", None),
    ("grade in (3, 4)", "grade >= 4"),
    (None, "grade in (3, 4)", "grade >= 4"),
    ("school != Oak", None, "grade = 3 or school = Oak"),
]


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("seed", [5, 6])
def test_a_reader_of_all_folders_finds_nothing(tmp_path, order, seed):
    source = students(tmp_path / "s.csv", seed=seed)
    by = ("team", "bus")
    folders = [release(source, where, by=by, depth=1) for where in order]
    reader = Reader(source, folders, by)
    assert reader.withheld
    assert reader.between(1)
    assert not reader.narrow(reader.withheld)
    assert not reader.narrow(reader.between(1))


def test_two_releases_that_do_not_know_of_one_another_leak(tmp_path):
    # The same two, each with a register of its own: whoever has both subtracts.
    source = students(tmp_path / "s.csv")
    by = ("team", "bus")
    folders = [
        release(source, where, by=by, depth=1, register=tmp_path / f"r{number}")
        for number, where in enumerate((None, "school != Oak"))
    ]
    reader = Reader(source, folders, by)
    exact = [one for one in reader.narrow(reader.between(1)) if one[1] == one[2]]
    assert exact


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_a_condition_on_a_trait_of_the_release_itself(tmp_path, order):
    # Who meets 'grade >= 4' is in no group of grade 3: the reader knows that too.
    source = students(tmp_path / "s.csv", 300)
    by = ("team", "grade")
    folders = [release(source, where, by=by) for where in order]
    reader = Reader(source, folders, by)
    assert not reader.narrow(reader.withheld)
    assert not reader.narrow(reader.between())


def test_all_but_a_few_are_not_shown_beside_all(tmp_path):
    source = students(tmp_path / "s.csv")
    with source.open("a") as file:
        file.write("Ash,3,Reds,Early,no\n" * (T - 1))
    every = rows_of(release(source) / "groups.csv")
    but = rows_of(release(source, "school != Ash") / "groups.csv")
    assert every[0]["n"] == "164"
    assert but[0]["n"] == "withheld"


def test_the_same_condition_in_other_words_is_the_same(tmp_path):
    source = students(tmp_path / "s.csv")
    first = release(source, "school = Elm and grade = 3", depth=1)
    second = release(source, "  SCHOOL ='elm'   AND grade= 3", depth=1)
    third = release(source, "not (school != Elm) and grade = 3", depth=1)
    before = (first / "groups.csv").read_bytes()
    assert before == (second / "groups.csv").read_bytes()
    assert before == (third / "groups.csv").read_bytes()


def test_one_condition_on_a_trait_of_the_release_has_its_groups_alone(tmp_path):
    rows = rows_of(
        release(students(tmp_path / "s.csv"), "grade >= 4", by=("team", "grade"))
        / "groups.csv"
    )
    assert {row["grade"] for row in rows} == {"All", "4", "5"}


def test_a_school_that_is_left_out_of_the_file_is_not_told_by_the_difference(tmp_path):
    by = ("team", "bus")
    source = students(tmp_path / "s.csv")
    before = release(source, by=by)
    students(source, without=("Oak",))
    after = release(source, by=by)
    changes = differences(before, after)
    assert any(changes)
    assert all(change == 0 or change >= T for change in changes)
    # And who subtracts in other ways finds no small number of Oak's exactly either.
    students(source)
    reader = Reader(source, [before, after], by, [None, "school != Oak"])
    known = reader.narrow(reader.between())
    assert not [one for one in known if one[0] and one[1] == one[2]]


def test_a_filter_on_data_that_changed_is_not_set_against_what_was(tmp_path):
    # One student came meanwhile, at another school; Oak's few are still not told.
    source = students(tmp_path / "s.csv")
    before = release(source, depth=1)
    with source.open("a") as file:
        file.write("Elm,5,Reds,Late,no\n")
    after = release(source, "school != Oak", depth=1)
    changes = differences(before, after)
    assert changes
    assert min(changes) >= T


def test_too_many_conditions_are_refused_with_what_to_do(tmp_path):
    source = students(tmp_path / "s.csv", 400)
    wheres = ["school = Elm", "school = Fir", "grade = 3", "grade = 4", "grade = 5",
              "bus = Early"]  # fmt: skip
    assert len(wheres) == MOST_SETS
    for where in wheres:
        release(source, where, by=("team",), depth=1)
    with pytest.raises(QuestionError, match=rf"at most {MOST_SETS} can.*--by"):
        release(source, "bus = Late", by=("team",), depth=1)
    assert len(list(tmp_path.glob("out-*"))) == MOST_SETS


def test_a_condition_that_the_data_do_not_answer_any_more(tmp_path):
    source = students(tmp_path / "s.csv")
    release(source, "school != Oak")
    text = source.read_text().replace("school,", "campus,", 1)
    source.write_text(text)
    with pytest.raises(InputError, match=r'release 1 .*"school != Oak".*crosswalk'):
        release(source)
    register = source.with_name("s.register") / "register.json"
    held = register.read_text()
    register.write_text(held.replace("school != Oak", "school !="))
    with pytest.raises(InputError, match="release 1 is of --where"):
        release(source)
    register.write_text(held.replace("school != Oak", "campus != Oak"))
    source.write_text(text.replace("team,", "side,", 1))
    with pytest.raises(InputError, match="release 1 tells of 'team'"):
        release(source, by=("bus",))
    assert len(list(tmp_path.glob("out-*"))) == 1


def test_a_record_that_was_interrupted_leaves_nothing_in_the_way(tmp_path, monkeypatch):
    source = students(tmp_path / "s.csv")
    import equitable.privacy.register as register_module

    def stop(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(register_module, "_ledger", stop)
    with pytest.raises(KeyboardInterrupt):
        release(source)
    monkeypatch.undo()
    assert {one.name for one in tmp_path.iterdir()} == {"s.csv", "s.register"}
    assert (release(source) / "manifest.json").exists()


def test_groups_that_are_out_one_by_one_are_not_merged_later(tmp_path):
    source = students(tmp_path / "s.csv", 60)
    release(source, depth=1)
    with pytest.raises(QuestionError, match="would be merged"):
        eq.release(
            source, tmp_path / "two", outcomes=["suspended"], by=["team", "school"],
            policy=eq.Policy(threshold=10, method="merge"), depth=1,
        )  # fmt: skip


def test_a_register_of_filters_keeps_a_withheld_figure_withheld(tmp_path):
    source = students(tmp_path / "s.csv")
    first = rows_of(release(source) / "groups.csv")
    release(source, "grade >= 4")
    third = rows_of(release(source) / "groups.csv")
    for old, new in zip(first, third, strict=True):
        assert old["n"] == new["n"]
        assert old["count"] == new["count"]


def test_those_set_aside_once_are_no_difference_later(tmp_path):
    # Three have no team: the first release leaves them out, so does the second.
    source = students(tmp_path / "s.csv")
    with source.open("a") as file:
        file.write("Elm,3,,Early,no\n" * 3)
    first = rows_of(release(source) / "groups.csv")
    second = rows_of(release(source, by=("bus",)) / "groups.csv")
    assert first[0]["n"] == second[0]["n"] == "160"


def test_an_audit_says_what_it_does_not_hold_together(tmp_path):
    source = students(tmp_path / "s.csv")
    folders = [release(source, where, depth=1) for where in (None, "school != Oak")]
    with pytest.raises(QuestionError, match=r"'out-0' is a release.*by itself"):
        eq.audit(folders)
    found = eq.audit(folders[1])
    assert found.passed
    assert "of --where school != Oak" in found.notes[0]
    assert "not set against it" in found.notes[0]


def test_means_and_years_under_filters(tmp_path):
    chance = random.Random(1)  # noqa: S311 - no secret
    with (tmp_path / "s.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["year", "school", "team", "suspended", "score"])
        for year in ("2022", "2023"):
            for _ in range(200):
                writer.writerow(
                    [year, chance.choice(SCHOOLS), chance.choice(TEAMS),
                     chance.choice(["yes", "no"]), chance.randint(400, 600)]
                )  # fmt: skip
    asked = {"outcomes": ["suspended", "score"], "by": ["team"]}
    every = eq.release(tmp_path / "s.csv", tmp_path / "one", **asked)
    some = eq.release(
        tmp_path / "s.csv", tmp_path / "two", where="school != Oak", **asked
    )
    late = eq.release(
        tmp_path / "s.csv", tmp_path / "three", where="year = 2023", **asked
    )
    assert {one.within["year"] for one in late.figures} == {"2023"}
    own = {one.indicator: one for one in late.figures if not one.group}
    before = every.figure("score", {}, year="2023")
    # 2023 among both years' releases is the same students: the same number is shown.
    assert own["score"].n == before.n == 200
    assert own["score"].value == before.value
    assert any(one.withheld for one in some.figures)
