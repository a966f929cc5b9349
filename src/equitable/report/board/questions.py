"""Three questions for a board, chosen by rule from what was found.

They ask what the system does and decides, never what is wrong with students, and they
claim no law: what was done about the difference, what is held back and how families
could see it in a protected form, and who answers for what follows.
"""

from __future__ import annotations

from typing import Final

from equitable.report.board.facts import Facts
from equitable.report.board.figures import Written
from equitable.vocabulary import Verdict

_MANY: Final = 0.02
"""A share of empty figures that is worth a question."""


def three_questions(facts: Facts, written: Written) -> tuple[str, ...]:
    """The questions in one language."""
    parts = {"group": written.group(), "where": written.where()}
    return tuple(
        written.words.say(f"questions.{name}", **parts) for name in chosen(facts)
    )


def chosen(facts: Facts) -> tuple[str, str, str]:
    """Which three questions are asked, by their names in the words of a language."""
    return _of_the_gap(facts), _of_what_is_hidden(facts), _of_what_follows(facts)


def _of_the_gap(facts: Facts) -> str:
    main = facts.main
    if not main.group.told:
        return "gap-none"
    if not main.others.told:
        return "gap-unsure"
    return {
        Verdict.WORSE: "gap-worse",
        Verdict.BETTER: "gap-better",
        Verdict.NO_DIFFERENCE_SHOWN: "gap-same",
    }.get(main.verdict or Verdict.NOT_ENOUGH_EVIDENCE, "gap-unsure")


def _of_what_is_hidden(facts: Facts) -> str:
    if facts.without_chance and facts.main.group.told:
        return "hidden-chance"
    held = facts.board.held_back_here or facts.board.held_back
    if facts.main.blurred or (held is not None and held.marked):
        return "hidden-marks"
    if facts.withheld:
        return "hidden-small"
    if held is not None and held.empty >= _MANY * held.figures > 0:
        return "hidden-empty"
    if facts.main.missing and not facts.board.public:
        return "hidden-missing"
    return "hidden-crossed"


def _of_what_follows(facts: Facts) -> str:
    worse = facts.main.verdict is Verdict.WORSE and facts.main.group.told
    return "next-worse" if worse else "next-other"
