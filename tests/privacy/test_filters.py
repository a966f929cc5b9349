"""Releases of other students of the same data: no filter is taken from another.

What is tried here is tried with ``independent_attacker``: from everything published in
all folders, between what the number of each withheld group lies, and the number of
each group that one release has and another has not.
"""

import csv
import itertools
import json
import random
import shutil

import pytest
from independent_attacker import intervals

import equitable as eq
from equitable.errors import InputError, QuestionError
from equitable.privacy.filters import MOST_SETS
from equitable.vocabulary import WITHHELD

SCHOOLS = ["Oak"] + ["Elm"] * 7 + ["Fir"] * 6
RACES = ["White"] * 6 + ["Black"] * 3 + ["Asian"]
LABELS = {
    "race": ["White", "Black", "Asian"],
    "lunch": ["Free", "Full price"],
    "school": ["Oak", "Elm", "Fir"],
    "grade": ["3", "4", "5"],
}
T = 5


def students(path, count=200, *, seed=5, without=()):
    chance = random.Random(seed)  # noqa: S311 - no secret
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["school", "grade", "race", "lunch", "suspended"])
        for _ in range(count):
            row = [
                chance.choice(SCHOOLS), chance.choice("345"), chance.choice(RACES),
                chance.choice(LABELS["lunch"]),
                "yes" if chance.random() < 0.3 else "no",
            ]  # fmt: skip
            if row[0] not in without:
                writer.writerow(row)
    return path


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def release(source, where=None, *, by=("race", "lunch"), **more):
    number = len(list(source.parent.glob("out-*")))
    folder = source.parent / f"out-{number}"
    eq.release(
        source, folder, outcomes=["suspended"], by=list(by), where=where,
        policy=eq.Policy(threshold=T), **more,
    )  # fmt: skip
    return folder


def met(where):
    """Who meets a condition of these tests, by its own reading: (school, grade)."""
    every = set(itertools.product(LABELS["school"], LABELS["grade"]))
    tests = {
        None: lambda s, g: True,
        "school != Oak": lambda s, g: s != "Oak",
        "school = Elm": lambda s, g: s == "Elm",
        "grade in (3, 4)": lambda s, g: g in "34",
        "grade >= 4": lambda s, g: g in "45",
        "grade = 3 or school = Oak": lambda s, g: g == "3" or s == "Oak",
    }  # fmt: skip
    return frozenset(one for one in every if tests[where](*one))


def attacked(source, folders, *, by=("race", "lunch"), counts=False):
    """What a reader of all folders works out: (group, whose) → (low, high), and truth.

    The reader's finest groups: by each dimension, the parts that the conditions cut the
    students into, and the outcome.
    """
    conditions = [
        json.loads((folder / "manifest.json").read_text())["where"]
        for folder in folders
    ]
    sets = [met(where) for where in conditions]
    parts = sorted(
        {tuple(one in own for own in sets) for one in met(None)} - {(False,) * len(sets)},
    )
    levels = (*(len(LABELS[name]) for name in by), len(parts), *([2] if counts else []))
    last = len(by) + 1
    published, asked = {}, {}

    def shown(key, text, places):
        value = None if text == "withheld" else int(text)
        if len(places) == len(parts):
            published[key] = value
            return
        # A set of several parts is a sum that no cell stands for: spread by a helper.
        sums.append((key, places, value))

    sums = []
    for number, folder in enumerate(folders):
        places = [i for i, part in enumerate(parts) if part[number]]
        for row in rows_of(folder / "groups.csv"):
            key = tuple(
                (d, LABELS[name].index(row[name]))
                for d, name in enumerate(by)
                if row[name] != "All"
            )
            shown(key, row["n"], places)
            if counts:
                shown((*key, (last, 1)), row["count"], places)
                shown((*key, (last, 0)), row["others"], places)
    return levels, parts, published, sums, asked
