"""What a file hides and why, as a few sentences: the most telling first."""

from __future__ import annotations

import re
from typing import Final

from equitable.intake.published.held_back import HeldBack
from equitable.report.board.facts import Facts
from equitable.report.board.figures import Written, clipped
from equitable.report.contents import Contents

_MOST: Final = 5
_MARKS: Final = 3
_GROUPS: Final = 3
_TESTED: Final = re.compile(r"(?i)test|exam|assess")


def what_is_hidden(
    facts: Facts, contents: Contents, written: Written
) -> tuple[str, ...]:
    """The sentences of one language, five at most."""
    words, board = written.words, facts.board
    said = []
    if facts.figures and facts.main.group.n is None:
        said.append(words.say("hides.no-number"))
    if board.held_back is not None:
        said.append(_of_table(board.held_back, facts, written))
    if facts.main.blurred or (facts.whole is not None and facts.whole.blurred):
        said.append(words.say("hides.bounds"))
    if facts.withheld and not contents.internal:
        names = [written.group(name) for name in facts.withheld]
        said.append(
            words.say(
                "hides.small",
                names=written.listed(names, _GROUPS),
                least=str(contents.provenance.min_n),
            )
        )
    if facts.main.missing and not board.public:
        said.append(
            words.say("hides.missing", missing=written.whole(facts.main.missing))
        )
    if not facts.crossed:
        name = "crossed-figures" if facts.figures else "crossed"
        said.append(words.say(f"hides.{name}"))
    causes = words.say("hides.causes-figures" if facts.figures else "hides.causes")
    total = facts.indicator.total
    if board.public and total:
        kind = "left-out-tested" if _TESTED.search(total) else "left-out"
        causes = f"{words.say(f'hides.{kind}', total=clipped(total, 48))} {causes}"
    return (*said[: _MOST - 1], causes)


def _of_table(held: HeldBack, facts: Facts, written: Written) -> str:
    """How many of the file's figures are no numbers; in our place, too."""
    words, why = written.words, held.why
    figures = written.whole(held.figures)
    if why is None and not held.empty:
        return words.say("hides.whole-here", figures=figures)
    if why is None:
        empty = written.whole(held.empty)
        said = words.say("hides.empty", empty=empty, figures=figures)
        return _with_place(said, facts, written)
    marks = [
        words.say("sources.name-of", name=clipped(text, 16))
        for text, one, _ in held.marks
        if one == why
    ]
    said = words.say(
        f"hides.{why}",
        marked=written.whole(held.marked),
        figures=figures,
        marks=", ".join(marks[:_MARKS]) + (" …" if len(marks) > _MARKS else ""),
    )
    return _with_place(said, facts, written)


def _with_place(said: str, facts: Facts, written: Written) -> str:
    """The sentence, and how many figures of our place are no numbers."""
    here, place = facts.board.held_back_here, facts.place
    if here is None or place is None:
        return said
    own = written.words.say(
        "hides.marks-here",
        place=written.place_name(place),
        marked=written.whole(here.marked or here.empty),
        figures=written.whole(here.figures),
    )
    return f"{said} {own}"
