"""What `[privacy]` says of releases, and what goes before it."""

import json

import pytest

import equitable as eq
from equitable.errors import SettingsError
from equitable.intake.settings import parse_settings
from equitable.intake.settings_text import settings_text
from equitable.releasing import policy_of

SAID = """[privacy]
min_n = 12
zeros = "published"
method = "merge"
keep = [{ race = "Black or African American" }]
seed = 7
"""


@pytest.fixture
def folder(tmp_path):
    rows = ["race,lunch,passed"]
    for race, count in (("White", 70), ("Black", 50), ("Asian", 6), ("Native", 9)):
        rows += [f"{race},{'Free' if i % 3 else 'Full'},{'yes' if i % 2 else 'no'}"
                 for i in range(count)]  # fmt: skip
    (tmp_path / "s.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def manifest_of(place):
    return json.loads((place / "manifest.json").read_text())


def test_a_release_keeps_to_the_settings(folder):
    (folder / "equity.toml").write_text(SAID)
    released = eq.release(folder / "s.csv", folder / "out", by="race")
    assert released.policy == eq.Policy(threshold=12, zeros="published", method="merge")
    assert released.seed == 7
    assert manifest_of(folder / "out")["policy"]["threshold"] == 12


def test_a_group_that_the_settings_keep_and_cannot_stay_is_refused(folder):
    (folder / "equity.toml").write_text('[privacy]\nkeep = [{ race = "Asian" }]\n')
    with pytest.raises(eq.EquitableError, match="'race=Asian' cannot stay"):
        eq.release(folder / "s.csv", folder / "out", by="race")
    assert not (folder / "out").exists()
    eq.release(folder / "s.csv", folder / "out", by="race", keep=[])


def test_a_group_of_a_trait_that_is_not_asked_for_is_not_kept(folder):
    (folder / "equity.toml").write_text('[privacy]\nkeep = [{ race = "Asian" }]\n')
    assert eq.release(folder / "s.csv", folder / "out", by="lunch").audit.passed


def test_what_is_asked_goes_before_the_settings(folder):
    (folder / "equity.toml").write_text(SAID)
    students = eq.open(folder / "s.csv")
    asked = policy_of(students, threshold=5, zeros="withheld", method="withhold")
    assert asked == eq.Policy(threshold=5)
    assert policy_of(students).zeros == "published"


def test_without_settings_a_policy_is_the_usual_one(folder):
    assert policy_of(eq.open(folder / "s.csv")) == eq.Policy()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('zeros = "shown"', "It may be 'withheld', 'published'"),
        ('method = "mrege"', "'merge'"),
        ("zeros = 0", "zeros"),
        ('keep = ["race=Black"]', "keep"),
        ("keep = [{ race = 1 }]", "keep"),
        ("seed = 1.5", "a whole number"),
        ("seed = -1", "0 or more"),
        ("treshold = 10", "unknown key 'treshold'"),
    ],
)
def test_a_wrong_value_is_refused_with_what_may_stand_there(line, said):
    with pytest.raises(SettingsError) as caught:
        parse_settings(f"[privacy]\n{line}\n")
    assert said in str(caught.value)
    assert "[privacy]" in str(caught.value)


def test_settings_are_written_as_they_are_read():
    settings = parse_settings(SAID)
    again = parse_settings(settings_text(settings))
    assert again.privacy == settings.privacy
