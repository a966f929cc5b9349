"""`equitable release`: figures to publish, protected together and audited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitable.commands import terminal
from equitable.commands.options import (
    ByOption,
    ConfigOption,
    DepthOption,
    DirectionOption,
    OutcomesOption,
    SheetOption,
    SourceArgument,
    WhereOption,
)
from equitable.commands.reading import listed, opened, read_depth
from equitable.errors import QuestionError
from equitable.privacy.policy import Method
from equitable.releasing import policy_of, read_keep


def release(
    source: SourceArgument,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="A new folder: everything in it is public.",
            show_default=False,
        ),
    ],
    outcome: OutcomesOption = None,
    by: ByOption = None,
    depth: DepthOption = "2",
    direction: DirectionOption = None,
    where: WhereOption = None,
    threshold: Annotated[
        int | None,
        typer.Option(
            "--threshold",
            metavar="N",
            help="Smaller numbers are withheld, of students and of counts on both"
            " sides. [default: min_n of equity.toml, else 10]",
            show_default=False,
        ),
    ] = None,
    show_zeros: Annotated[
        bool | None,
        typer.Option(
            "--show-zeros/--withhold-zeros",
            help="Show groups that nobody is in as 0, or not. [default: zeros of"
            " equity.toml, else withheld]",
            show_default=False,
        ),
    ] = None,
    merge: Annotated[
        bool | None,
        typer.Option(
            "--merge/--no-merge",
            help="First merge each trait's small groups into 'Not published"
            " separately', or not. [default: method of equity.toml, else not]",
            show_default=False,
        ),
    ] = None,
    rounded: Annotated[
        bool,
        typer.Option(
            "--round",
            help="Withhold no group: round every number of students and count to a"
            " multiple of the base, so that all tables add up.",
        ),
    ] = False,
    base: Annotated[
        int | None,
        typer.Option(
            "--base",
            metavar="N",
            help="With --round: of what numbers are multiples; the threshold or more."
            " [default: the threshold]",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="TRAIT=LABEL,…",
            help="A group that must stay (a headline's); give it again for several."
            " [default: keep of equity.toml]",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            help="The same file, policy and seed: the same bytes. [default: seed of"
            " equity.toml, else 1]",
            show_default=False,
        ),
    ] = None,
    register: Annotated[
        Path | None,
        typer.Option(
            "--register",
            metavar="FOLDER",
            help="The data's register of releases. [default: beside SOURCE]",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    sheet: SheetOption = None,
) -> None:
    """Publish figures from which nobody can be worked out; refuse what cannot be safe.

    Example: `equitable release star.csv -o released --outcome reading --by race,lunch`
    """
    with opened(source, config, sheet) as students:
        if rounded and merge:
            raise QuestionError(
                "numbers are rounded, or small groups are merged",
                next_step="Leave out --round or --merge.",
            )
        method: Method | None = None
        if rounded or merge is not None:
            method = "round" if rounded else "merge" if merge else "withhold"
        released = students.release(
            output,
            outcomes=listed(outcome, "--outcome") if outcome is not None else None,
            by=listed(by, "--by") if by is not None else None,
            depth=read_depth(depth),
            direction=direction,
            where=where,
            policy=policy_of(
                students,
                threshold=threshold,
                zeros=None
                if show_zeros is None
                else "published"
                if show_zeros
                else "withheld",
                method=method,
                base=base,
            ),
            keep=None if keep is None else read_keep(keep),
            seed=seed,
            register=register,
            progress=terminal.working,
            say=terminal.say,
        )
        terminal.notes(students)
    if released.distance is not None:
        terminal.say(
            f"Written: {output}. Every number is a multiple of"
            f" {released.policy.rounds_to} and at most {released.distance} from the"
            f" true one; {released.audit.withheld:,} of {len(released.figures):,} rates"
            " would say too little of so few and are left out; the audit found no leak."
        )
        terminal.say(
            "What was published stands in the register beside the data: keep it, so"
            " that a later release tells the same."
        )
        return
    shown = len(released.figures) - released.audit.withheld
    terminal.say(
        f"Written: {output}. Of {len(released.figures):,} figures"
        f" {shown:,} are shown and {released.audit.withheld:,} withheld; the audit"
        " found no leak."
    )
    terminal.say(
        "What was withheld, and why, stands in the register beside the data: keep it,"
        " and never publish it."
    )
