"""A few children of several small groups must not cost a large group its figures."""

from __future__ import annotations

import pytest

import equitable as eq
from equitable.vocabulary import WITHHELD


def school(place, groups):
    """Students by race: of each group how many, and how many of them passed."""
    rows = ["race,passed"]
    for race, (n, yes) in groups.items():
        rows += [f"{race},{'yes' if i < yes else 'no'}" for i in range(n)]
    place.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return place


def figures(released):
    return {next(iter(one.group.values()), ""): one for one in released.figures}


def release(tmp_path, groups):
    source = school(tmp_path / "s.csv", groups)
    return eq.release(source, tmp_path / "out", outcomes="passed", by="race")


# Everyone (510, of whom 237 passed) less White and Black are 10, of whom 3 did not: with
# all of it shown a reader would know of 3, and 3 < 10, so that one large group would
# have to go.  10 are 2 % of 510.
LARGE = {"White": (300, 150), "Black": (200, 80)}


def test_small_groups_in_the_way_are_in_no_figure(tmp_path):
    found = figures(release(tmp_path, {**LARGE, "Asian": (6, 4), "Samoan": (4, 3)}))
    assert found["White"].count == 150
    assert found["Black or African American"].count == 80
    assert found[""].n == 500  # 300 + 200
    assert "Asian" not in found
    manifest = (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")
    assert "in no figure" in manifest


def test_groups_that_cover_each_other_stay(tmp_path):
    # Two of 9 and one of 12: together 30, of whom 15 passed and 15 did not, so that
    # each of them could be anybody's.
    small = {"Asian": (9, 5), "Samoan": (9, 4), "Hispanic": (12, 6)}
    found = figures(release(tmp_path, {**LARGE, **small}))
    assert found[""].n == 530
    assert found["White"].count == 150
    assert found["Asian"].n is WITHHELD


def test_more_than_a_few_are_never_left_out(tmp_path):
    # 20 of 270 are 7 %: they stay in everyone, and a large group is withheld.
    groups = {"White": (150, 75), "Black": (100, 40), "Asian": (20, 18)}
    found = figures(release(tmp_path, groups))
    assert found[""].n == 270
    assert WITHHELD in (found["White"].count, found["Black or African American"].count)


@pytest.mark.parametrize("ending", [".html"])
def test_a_report_says_so(tmp_path, ending):
    groups = {**LARGE, "Asian": (6, 4), "Samoan": (4, 3)}
    with eq.open(school(tmp_path / "s.csv", groups)) as data:
        data.report(tmp_path / f"r{ending}", outcomes="passed", by="race")
    page = (tmp_path / f"r{ending}").read_text(encoding="utf-8")
    assert "in no figure (" in page
    assert "They are too few to be shown" in page
    assert "Checked for publication" in page


def test_nobody_is_left_out_where_one_group_alone_would_be_left(tmp_path):
    # Six of 306 are 2 %; without them there is nobody to compare the others with.
    found = figures(release(tmp_path, {"White": (300, 150), "Asian": (6, 4)}))
    assert found[""].n == 306
    assert found["White"].n is WITHHELD


def test_a_later_release_leaves_the_same_groups_out(tmp_path):
    groups = {**LARGE, "Asian": (5, 3), "Samoan": (4, 3)}
    first = figures(release(tmp_path, groups))
    again = eq.release(tmp_path / "s.csv", tmp_path / "b", outcomes="passed", by="race")
    assert figures(again) == first
    # Of everybody but the White students: 209, or 200 without those left out before.
    # What the two differ by is known to nobody: either the nine are out again, or the
    # number is withheld.
    other = eq.release(
        tmp_path / "s.csv", tmp_path / "c", outcomes="passed", by="race",
        where="race != 'White'",
    )  # fmt: skip
    assert figures(other)[""].n in (200, WITHHELD)
