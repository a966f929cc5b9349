"""`equitable release` and `equitable audit`, as a person types them."""

import json
import random
import subprocess

import pytest

BOARD = """Grade,English learners,Others,Total
4,*,40,46
5,23,50,73
Total,29,90,119
"""


@pytest.fixture
def run(equitable_command, tmp_path):
    def run_it(*arguments):
        return subprocess.run(
            [equitable_command, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_it


@pytest.fixture
def students(tmp_path):
    chance = random.Random(1)  # noqa: S311 - no secret
    rows = ["race,lunch,passed"]
    rows += [
        f"{chance.choice(['White', 'White', 'Black', 'Hispanic'])},"
        f"{chance.choice(['Free', 'Full price'])},{chance.choice(['yes', 'no'])}"
        for _ in range(300)
    ]
    rows += ["Asian,Free,yes"] * 3
    path = tmp_path / "students.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_leak_is_a_sentence_and_exit_code_1(run, tmp_path):
    (tmp_path / "board.csv").write_text(BOARD)
    done = run("audit", "board.csv")
    assert done.returncode == 1
    # 46 - 40 = 6.
    assert "exactly 6" in " ".join(done.stdout.split())
    assert "withhold also" in done.stdout


def test_the_same_as_json(run, tmp_path):
    (tmp_path / "board.csv").write_text(BOARD)
    done = run("audit", "board.csv", "--format", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["passed"] is False
    (leak,) = found["systems"][0]["leaks"]
    assert (leak["low"], leak["high"], leak["exact"]) == (6, 6, True)
    assert leak["place"] == "board.csv, row 2, column 'English learners'"


def test_totals_that_do_not_add_up_are_bad_input(run, tmp_path):
    (tmp_path / "board.csv").write_text(BOARD.replace(",73", ",74"))
    done = run("audit", "board.csv")
    assert done.returncode == 2
    assert "row 3" in done.stderr
    assert "74" in done.stderr


def test_a_release_is_made_audited_and_vouched_for(run, students, tmp_path):
    done = run("release", "students.csv", "-o", "out", "--outcome", "passed",
               "--by", "race,lunch")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no leak" in done.stderr
    assert run("audit", "out").returncode == 0
    with (tmp_path / "out" / "groups.csv").open("a") as file:
        file.write("\n")
    done = run("audit", "out")
    assert done.returncode == 2
    assert "changed" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--threshold", "1"], "no protection"),
        (["--keep", "race"], "TRAIT=LABEL"),
        (["--keep", "race=Nobody"], "no group"),
        (["--keep", "race=Asian"], "under the threshold"),
        (["--by", "nothing"], "nothing"),
        (["--depth", "0"], "depth"),
        (["--where", "race ="], "race"),
        (["--register", "out/r"], "everybody reads it"),
        (["--round", "--base", "9"], "multiple"),
        (["--base", "20"], "does not round"),
        (["--round", "--merge"], "--merge"),
        (["--round", "--show-zeros"], "zeros"),
        (["--round", "--keep", "race=Asian"], "none is to keep"),
    ],
)
def test_what_cannot_be_released_is_said_and_nothing_is_written(
    run, students, tmp_path, options, said
):
    asked = ["--by", "race,lunch", *options] if "--by" not in options else options
    done = run("release", "students.csv", "-o", "out", "--outcome", "passed", *asked)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["students.csv"]


def test_numbers_are_rounded_where_that_is_asked_for(run, students, tmp_path):
    done = run("release", "students.csv", "-o", "out", "--outcome", "passed",
               "--by", "race,lunch", "--round", "--base", "20")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "a multiple of 20" in done.stderr
    rows = (tmp_path / "out" / "groups.csv").read_text().splitlines()
    place = rows[0].split(",").index("n")
    numbers = [int(row.split(",")[place]) for row in rows[1:]]
    assert numbers
    assert all(number % 20 == 0 for number in numbers)
    assert run("audit", "out").returncode == 0


def test_small_groups_are_merged_where_that_is_asked_for(run, tmp_path):
    rows = ["race,passed"]
    for race, count in (("White", 60), ("Black", 40), ("Asian", 6), ("Native", 7)):
        rows += [f"{race},{'yes' if i % 2 else 'no'}" for i in range(count)]
    (tmp_path / "s.csv").write_text("\n".join(rows) + "\n")
    done = run("release", "s.csv", "-o", "out", "--by", "race", "--outcome", "passed",
               "--merge", "--threshold", "5")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Asian" in (tmp_path / "out" / "groups.csv").read_text()
    done = run("release", "s.csv", "-o", "two", "--by", "race", "--outcome", "passed",
               "--merge", "--register", "other")  # fmt: skip
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "two" / "groups.csv").read_text()
    # Asian (6) and Native (7) are 13 together.
    assert "Not published separately,13" in text
    assert "Asian" not in text
