"""Students of a published total who are in no group of a with-and-without."""

from __future__ import annotations

import pytest

import equitable as eq

TABLE = """\
Student Group,Enrolled,Chronically Absent
All Students,1000,300
Black,400,150
White,600,150
SWD,200,100
Not SWD,{0},{1}
"""


@pytest.mark.parametrize(
    ("others", "absent", "told"),
    [
        # 1,000 - 200 - 750 = 50 are in neither group.
        (750, 190, "50 of 1,000 students are in none of the groups of 'disability'"),
        (800, 200, ""),
        (796, 199, ""),  # 4 of 1,000: a few are always missing.
    ],
)
def test_students_in_neither_group_are_said_with_the_result(
    tmp_path, others, absent, told
):
    path = tmp_path / "card.csv"
    path.write_text(TABLE.format(others, absent), encoding="utf-8")
    with eq.open(path) as data:
        found = data.gaps(
            "", count="Chronically Absent", total="Enrolled", by=["disability"]
        )
    said = [
        note
        for note in found.gaps.provenance.cautions
        if "in none of the groups" in note
    ]
    assert [told in note for note in said] == ([True] if told else [])
    # The rule itself stays: others are all students less the group (of whom a few
    # may lack: then the groups' sum stands for all).
    row = next(r for r in found.gaps.rows if r.group["disability"] == "SWD")
    assert row.reference.n == (1000 - 200 if others != 796 else 796)


def test_more_in_a_group_than_in_everyone_is_said(tmp_path):
    path = tmp_path / "card.csv"
    # 120 of the 300 who are absent in all can be; 320 cannot.
    rows = TABLE.format(800, 200).splitlines()[:4]
    for absent, told in ((120, False), (320, True)):
        text = "\n".join([*rows, f"SWD,500,{absent}", ""])
        path.write_text(text, encoding="utf-8")
        with eq.open(path) as data:
            found = data.gaps(
                "", count="Chronically Absent", total="Enrolled", by=["disability"]
            )
        said = [n for n in found.gaps.provenance.cautions if "in all students" in n]
        assert bool(said) == told
        # The group itself may be withheld.
        assert not any("320" in one for one in said)
