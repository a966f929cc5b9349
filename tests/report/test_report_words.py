"""The words hold for any labels and any pattern of missing and withheld figures."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from equitable.intake.quality.assessment import Quality
from equitable.measures.results import GapRow, Gaps, Reference
from equitable.privacy.gate import Gated
from equitable.report.compose import compose
from equitable.report.contents import Contents, Study
from equitable.report.sentences import headline, order_rows
from equitable.vocabulary import (
    WITHHELD,
    Dimension,
    Direction,
    Indicator,
    Kind,
    Provenance,
    Role,
    Verdict,
)

LABEL = st.text(min_size=0, max_size=12)
REAL = st.floats(-1.0, 1.0) | st.none() | st.just(WITHHELD)
SHARE = st.floats(0.0, 1.0) | st.none() | st.just(WITHHELD)
COUNT = st.integers(0, 10**7) | st.none() | st.just(WITHHELD)


@st.composite
def contents(draw):
    names = draw(st.lists(LABEL.filter(bool), min_size=1, max_size=3, unique=True))
    dims = tuple(
        Dimension(
            name=n,
            label=draw(LABEL),
            columns=(n,),
            classify=lambda v: (v or "",),
            role=draw(
                st.sampled_from([Role.DIMENSION, Role.GRADE, Role.SCHOOL, Role.YEAR])
            ),
            view=draw(st.none() | LABEL),
        )
        for n in names
    )
    kind = draw(st.sampled_from([Kind.RATE, Kind.MEAN, Kind.PER_100]))
    ind = Indicator(
        name="o",
        label=draw(LABEL),
        kind=kind,
        direction=draw(st.sampled_from(Direction)),
        unit=draw(LABEL),
        decimals=draw(st.integers(0, 3)),
    )
    year = Dimension(
        name="the year",
        label="Year",
        columns=("y",),
        classify=lambda v: (v or "",),
        role=Role.YEAR,
    )

    def row(within=False, single=False):
        group = {
            n: draw(LABEL)
            for n in (
                draw(st.permutations(names))[
                    : 1 if single else draw(st.integers(1, len(names)))
                ]
            )
        }
        kindr = draw(
            st.sampled_from(
                ["rest", "overall", "highest", "largest", "group", "number"]
            )
        )
        ref = Reference(
            kind=kindr,
            group=draw(st.none() | st.just(dict(group))),
            n=draw(COUNT),
            value=draw(SHARE),
            low=draw(SHARE),
            high=draw(SHARE),
        )
        r = GapRow(
            group=group,
            within={"the year": draw(st.sampled_from(["2001", "2002", ""]))}
            if within
            else {},
            reference=ref,
            n=draw(COUNT),
            missing=draw(COUNT),
            count=draw(COUNT),
            value=draw(SHARE),
            low=draw(SHARE),
            high=draw(SHARE),
            difference=draw(REAL),
            difference_low=draw(REAL),
            difference_high=draw(REAL),
            standardised=draw(REAL),
            parity_fixed=draw(COUNT),
            p=draw(SHARE),
            q=draw(SHARE),
            verdict=draw(st.none() | st.sampled_from(Verdict)),
            reason=draw(st.none() | LABEL),
        )
        return r.held_back() if draw(st.booleans()) and draw(st.booleans()) else r

    prov = Provenance(files=(), rows_read=0, min_n=10)

    def gaps(within=False, single=False, n=6):
        return Gaps(
            indicator=ind,
            dimensions=dims,
            within=(year,) if within else (),
            overall=Reference(
                kind="overall",
                n=draw(COUNT),
                value=draw(SHARE),
                low=draw(SHARE),
                high=draw(SHARE),
            ),
            rows=tuple(row(within, single) for _ in range(draw(st.integers(0, n)))),
            family_size=3,
            adjust="bh",
            confidence=0.95,
            margin=None,
            provenance=prov,
        )

    def gated(**k):
        return Gated(gaps=gaps(**k), internal=False)

    study = Study(
        indicator=ind,
        gaps=gated(),
        years=draw(st.none() | st.just(0))
        if False
        else (gated(within=True, single=True) if draw(st.booleans()) else None),
        places=(gated(single=True),) if draw(st.booleans()) else (),
    )
    return Contents(
        title=draw(LABEL), studies=(study,), quality=Quality(rows=0), provenance=prov
    )


@settings(max_examples=60, deadline=None)
@given(contents())
def test_any_rows_make_a_document(c):
    compose(c)
    g = c.studies[0].gaps.gaps
    assert headline(g)
    assert len(order_rows(g.rows, g.indicator.direction)) == len(g.rows)
