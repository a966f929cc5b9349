"""Groups beside their references: difference, ratio, odds ratio, and how sure.

Vectorised: every function takes the levels of many groups and of as many references,
and gives arrays of the same length, with NaN where a figure cannot be given.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Numbers
from equitable.measures import differences, means
from equitable.measures.clusters import difference_limits
from equitable.measures.levels import Levels, RateInterval
from equitable.measures.power import (
    detectable_against_number,
    detectable_means,
    detectable_rates,
    found_four_times_in_five,
)
from equitable.measures.rates import two_sided
from equitable.measures.results import MEAN_MARGIN, RATE_MARGIN, RATE_MARGIN_SHARE
from equitable.vocabulary import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One entry a group; ``difference`` is value(group) - value(reference)."""

    difference: Numbers
    difference_low: Numbers
    difference_high: Numbers
    ratio: Numbers
    ratio_low: Numbers
    ratio_high: Numbers
    odds_ratio: Numbers
    odds_ratio_low: Numbers
    odds_ratio_high: Numbers
    standardised: Numbers
    hedges_g: Numbers
    detectable: Numbers
    spread: Numbers
    """Pooled standard deviation (against a number: the group's own), the unit of the
    standardised difference and of a mean's margin."""
    p: Numbers
    base: Numbers
    """The reference's own value, by which a rate's margin goes."""

    def blank(self, where: NDArray[np.bool_]) -> Comparison:
        """The same without figures where there is nothing to compare."""
        return Comparison(
            **{
                f.name: np.where(where, np.nan, getattr(self, f.name))
                for f in fields(self)
            }
        )


def compare(
    group: Levels, reference: Levels, *, is_rate: bool, confidence: float
) -> Comparison:
    """Groups against references that do not contain them.

    Rates: Newcombe's (1998) hybrid score interval with the score test (Fisher's where
    an expected count is under 5), Katz's or Koopman's interval of the ratio, Woolf's
    of the odds ratio.  Means: Welch.  With clusters, the difference and its p are
    cluster-robust and the ratios stand without limits.
    """
    a, b = group, reference
    compared = _rates(a, b, confidence) if is_rate else _means(a, b, confidence)
    if a.clusters is None or b.clusters is None:
        return compared
    robust = a.clusters.less(b.clusters)
    limits = difference_limits(robust, confidence)
    unknown = np.full_like(compared.ratio, np.nan)
    low, high = limits.low, limits.high
    if is_rate:
        low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
    return replace(
        compared,
        detectable=found_four_times_in_five(robust.error),
        difference_low=low,
        difference_high=high,
        p=limits.p,
        ratio_low=unknown,
        ratio_high=unknown,
        odds_ratio_low=unknown,
        odds_ratio_high=unknown,
    )


def _rates(a: Levels, b: Levels, confidence: float) -> Comparison:
    x, n, y, m = a.successes, a.n, b.successes, b.n
    difference = differences.newcombe(x, n, y, m, confidence)
    ratio = differences.rate_ratio(x, n, y, m, confidence)
    odds = differences.odds_ratio(x, n, y, m, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (x + y) / (n + m)
    cohen, hedges, spread = _standardised(a, b)
    return Comparison(
        difference=difference.value,
        difference_low=difference.low,
        difference_high=difference.high,
        ratio=ratio.value,
        ratio_low=ratio.low,
        ratio_high=ratio.high,
        odds_ratio=odds.value,
        odds_ratio_low=odds.low,
        odds_ratio_high=odds.high,
        standardised=cohen,
        hedges_g=hedges,
        detectable=detectable_rates(n, m, pooled),
        spread=spread,
        p=differences.rates_p(x, n, y, m),
        base=b.value,
    )


def _means(a: Levels, b: Levels, confidence: float) -> Comparison:
    welch = means.mean_difference(
        a.n,
        a.value,
        a.squares,
        b.n,
        b.value,
        b.squares,
        confidence,
        events=a.events,
    )
    ratio = means.ratio_of_means(
        a.n, a.value, a.squares, b.n, b.value, b.squares, confidence
    )
    unknown = np.full_like(welch.value, np.nan)
    cohen, hedges, spread = _standardised(a, b)
    return Comparison(
        difference=welch.value,
        difference_low=welch.low,
        difference_high=welch.high,
        ratio=ratio.value,
        ratio_low=ratio.low,
        ratio_high=ratio.high,
        odds_ratio=unknown,
        odds_ratio_low=unknown,
        odds_ratio_high=unknown,
        standardised=cohen,
        hedges_g=hedges,
        detectable=detectable_means(a.n, b.n, spread),
        base=b.value,
        spread=spread,
        p=welch.p,
    )


def _standardised(a: Levels, b: Levels) -> tuple[Numbers, Numbers, Numbers]:
    """Cohen's d, Hedges' g, and the pooled standard deviation they are in."""
    both = means.standardised(a.n, a.value, a.squares, b.n, b.value, b.squares)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((a.squares + b.squares) / (a.n + b.n - 2))
    return both.cohen_d, both.hedges_g, np.where(a.n + b.n > 2, spread, np.nan)


def against_overall(
    rest: Comparison,
    group: Levels,
    others: Levels,
    *,
    is_rate: bool,
    confidence: float,
) -> Comparison:
    """From the comparison with the rest to the one with everyone, group included.

    With f the rest's share of all students, value(group) - value(all) is f times
    value(group) - value(rest), exactly; so are its limits, and p is the same.  The
    ratio g/a = 1/((1-f) + f/(g/r)) is as exact a function of the ratio with the rest.
    The odds ratio is not: its limits are by the delta method on the log scale.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        f = others.weight / (group.weight + others.weight)
        ratio = [
            1 / ((1 - f) + f / part)
            for part in (rest.ratio, rest.ratio_low, rest.ratio_high)
        ]
        # Where nobody of the rest is counted, everyone counted is in the group.
        alone = (others.value == 0) & (group.value > 0)
        ratio[0] = np.where(alone, 1 / (1 - f), ratio[0])
        ratio[2] = np.where(alone, 1 / (1 - f), ratio[2])
        ratio[1] = np.where(rest.ratio_low == 0, 0.0, ratio[1])
        ratio[0] = np.where(rest.ratio == 0, 0.0, ratio[0])
        odds = [np.full_like(f, np.nan)] * 3
        if is_rate:
            odds = _overall_odds(group, others, f, confidence)
        if group.clusters is not None:
            odds = [odds[0], np.full_like(f, np.nan), np.full_like(f, np.nan)]
    return replace(
        rest,
        base=group.value - rest.difference * f,
        difference=rest.difference * f,
        difference_low=rest.difference_low * f,
        difference_high=rest.difference_high * f,
        ratio=ratio[0],
        ratio_low=ratio[1],
        ratio_high=ratio[2],
        odds_ratio=odds[0],
        odds_ratio_low=odds[1],
        odds_ratio_high=odds[2],
        standardised=rest.standardised * f,
        hedges_g=rest.hedges_g * f,
        detectable=rest.detectable * f,
    )


def _overall_odds(
    group: Levels, others: Levels, f: Numbers, confidence: float
) -> list[Numbers]:
    p, r = group.value, others.value
    everyone = (1 - f) * p + f * r
    log_odds = np.log(p / (1 - p)) - np.log(everyone / (1 - everyone))
    slope = 1 / (everyone * (1 - everyone))
    by_group = 1 / (p * (1 - p)) - (1 - f) * slope
    by_rest = -f * slope
    variance = by_group**2 * p * (1 - p) / group.n + by_rest**2 * r * (1 - r) / others.n
    half = two_sided(confidence) * np.sqrt(variance)
    figures = [np.exp(log_odds), np.exp(log_odds - half), np.exp(log_odds + half)]
    return [np.where(np.isfinite(figure), figure, np.nan) for figure in figures]


def against_number(
    group: Levels,
    number: Fraction,
    *,
    is_rate: bool,
    confidence: float,
    how: RateInterval,
) -> Comparison:
    """Groups against a fixed number: their own interval, shifted.

    Rates: score test (exact binomial where under 5 are expected); means: t test.
    """
    fixed = float(number)
    low, high = group.interval(is_rate=is_rate, confidence=confidence, how=how)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(group.squares / (group.n - 1))
        spread = np.where(group.n > 1, spread, np.nan)
        # Of values that are not both above 0 there is none; a rate may be 0.
        sound = (fixed > 0) & ((group.value > 0) | is_rate)
        ratio = [
            np.where(sound, np.maximum(part, 0.0) / fixed if fixed else np.nan, np.nan)
            for part in (group.value, low, high)
        ]
        if is_rate:
            base = fixed / (1 - fixed) if fixed < 1 else np.nan
            odds = [
                np.asarray(part) / (1 - np.asarray(part)) / base
                for part in (group.value, low, high)
            ]
            p = differences.one_rate_p(group.successes, group.n, fixed)
            detectable = detectable_against_number(
                group.n, rate=np.full_like(group.n, fixed)
            )
        else:
            odds = [np.full_like(group.value, np.nan)] * 3
            p = means.one_mean_p(group.n, group.value, group.squares, fixed)
            detectable = detectable_against_number(group.n, spread)
        effect = (group.value - fixed) / spread
        if group.events:
            # Nobody of n: the exact probability, on both sides alike, as the limits.
            none = (group.value == 0) & (group.n > 0)
            expected = group.n * fixed / 100
            p = np.where(none, np.minimum(2 * np.exp(-expected), 1.0), p)
        if group.clusters is not None:
            robust = group.clusters.means()
            p = means.t_p((group.value - fixed) / robust.error, robust.freedom)
            detectable = found_four_times_in_five(robust.error)
    finite = [np.where(np.isfinite(part), part, np.nan) for part in (*ratio, *odds)]
    return Comparison(
        difference=group.value - fixed,
        difference_low=low - fixed,
        difference_high=high - fixed,
        ratio=finite[0],
        ratio_low=finite[1],
        ratio_high=finite[2],
        odds_ratio=finite[3],
        odds_ratio_low=finite[4],
        odds_ratio_high=finite[5],
        standardised=np.where(np.isfinite(effect), effect, np.nan),
        hedges_g=np.full_like(group.value, np.nan),
        detectable=detectable,
        base=np.full_like(group.value, fixed),
        spread=spread,
        p=p,
    )


def verdicts(
    compared: Comparison,
    q: Numbers,
    enough: NDArray[np.bool_],
    *,
    higher_is_better: bool,
    is_rate: bool,
    confidence: float,
    margin: float | None,
) -> list[Verdict]:
    """What the evidence says of each group.

    The interval of the difference excludes 0 and the adjusted p is under 1 -
    confidence: ``worse`` or ``better`` by the outcome's direction.  It contains 0 and
    lies wholly within the margin (``rate_margin`` of a rate, .2 standard deviations of
    a mean, or ``margin`` in the indicator's unit): ``no difference shown``.  Otherwise,
    or where ``enough`` is false: ``not enough evidence``.
    """
    low, high = compared.difference_low, compared.difference_high
    if margin is not None:
        within = np.full_like(low, margin)
    else:
        within = (
            rate_margin(compared.base) if is_rate else MEAN_MARGIN * compared.spread
        )
    with np.errstate(invalid="ignore"):
        shown = ((low > 0) | (high < 0)) & (q < 1 - confidence)
        none_shown = (low <= 0) & (high >= 0) & (-within <= low) & (high <= within)
        up = compared.difference > 0
    found = []
    for i in range(len(low)):
        if not enough[i]:
            found.append(Verdict.NOT_ENOUGH_EVIDENCE)
        elif shown[i]:
            better = bool(up[i]) == higher_is_better
            found.append(Verdict.BETTER if better else Verdict.WORSE)
        elif none_shown[i]:
            found.append(Verdict.NO_DIFFERENCE_SHOWN)
        else:
            found.append(Verdict.NOT_ENOUGH_EVIDENCE)
    return found


def rate_margin(reference: Numbers) -> Numbers:
    """What counts as no difference of rates: 5 points, and less where few are counted.

    At most a fifth of the reference's rate, or of those it leaves out where they are
    fewer, so that of a rate of 1 % neither 0.7 % nor 1.3 % counts as the same: the
    four-fifths of 29 CFR 1607.4 (D), applied to whichever of the two is rarer.  From
    25 % to 75 % it is 5 points.
    """
    rarer = np.minimum(reference, 1 - reference)
    return np.minimum(RATE_MARGIN, RATE_MARGIN_SHARE * rarer)


def joined(parts: list[Comparison]) -> Comparison:
    """Several comparisons one after another."""
    return Comparison(
        **{
            f.name: np.concatenate([getattr(part, f.name) for part in parts])
            for f in fields(Comparison)
        }
    )
