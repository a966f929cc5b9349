"""The formulas of the unordered summaries: how far groups are apart, in no order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from equitable.measures.rates import Array

SPREAD: Final = (
    "BGV", "BGSD", "COV", "MDMW", "MDMU", "MDBW", "MDBU", "MDRW", "MDRU",
    "IDISW", "IDISU", "Theil", "MLD", "PAR", "PAF",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stays the same in every draw: shares, direction, who may be best.

    ``reference`` is a place, or ``None`` where no group was named; PAR and PAF are then
    against the best of ``eligible``.  Where one was named that takes no part
    (``lacks_reference``) they are not given: another must not stand in for it.
    """

    share: Array
    eligible: NDArray[np.bool_]
    higher_is_better: bool
    reference: int | None = None
    lacks_reference: bool = False


def spread(y: Array, frame: Frame, names: Collection[str] = SPREAD) -> dict[str, Array]:
    """Unordered summaries of tables of values.

    Parameters
    ----------
    y
        Shape (..., groups): each group's rate (fraction of 1) or mean.
    frame
        Shares (groups,), adding up to 1, and the rest.
    names
        Those that are wanted, of ``SPREAD``.

    Returns
    -------
    dict
        From each name to an array of shape (...); NaN where a figure is not defined.
        BGV is in the values' unit squared; BGSD, the MD family and PAR in their unit;
        COV, IDIS and PAF in percent of the mean; Theil and MLD times 1,000.

    Notes
    -----
    WHO, Health Equity Assessment Toolkit, technical notes; Schlotheuber & Hosseinpoor
    2022, International Journal of Environmental Research and Public Health 19: 3697.
    The mean is the groups' own, weighted by their shares.  PAR and PAF are 0 where the
    reference is worse than the mean.
    """
    tables = _Tables(y, frame)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: _FIGURES[name](tables) for name in SPREAD if name in names}


class _Tables:
    """What the summaries of the same tables share, worked out when one needs it."""

    def __init__(self, y: Array, frame: Frame) -> None:
        self.y, self.frame, self.share = y, frame, frame.share
        self.mean: Array = y @ frame.share

    @cached_property
    def far(self) -> Array:
        """How far each value is from the mean."""
        return np.abs(self.y - self.mean[..., None])

    @cached_property
    def variance(self) -> Array:
        return self.far**2 @ self.share

    @cached_property
    def base(self) -> Array:
        """The mean, where it can be divided by."""
        return np.where(self.mean > 0, self.mean, np.nan)

    @cached_property
    def relative(self) -> Array:
        return self.y / self.base[..., None]

    @cached_property
    def log(self) -> Array:
        return np.log(np.where(self.relative > 0, self.relative, 1.0))

    @cached_property
    def best(self) -> Array:
        if not self.frame.eligible.any():
            return np.full(self.mean.shape, np.nan)
        among = self.y[..., self.frame.eligible]
        higher = self.frame.higher_is_better
        best: Array = among.max(axis=-1) if higher else among.min(axis=-1)
        return best

    @cached_property
    def named(self) -> Array:
        if self.frame.reference is None:
            return np.full(self.mean.shape, np.nan)
        return self.y[..., self.frame.reference]

    @cached_property
    def from_best(self) -> Array:
        return np.abs(self.y - self.best[..., None])

    @cached_property
    def from_named(self) -> Array:
        return np.abs(self.y - self.named[..., None])

    @cached_property
    def gain(self) -> Array:
        """What the mean would gain if all were at the reference."""
        frame = self.frame
        unnamed = frame.reference is None and not frame.lacks_reference
        gain = (self.best if unnamed else self.named) - self.mean
        return np.maximum(gain, 0) if frame.higher_is_better else np.minimum(gain, 0)

    def theil(self) -> Array:
        """Not defined where a value is under 0; 0 log 0 is 0."""
        found = (self.relative * self.log) @ self.share
        # Rounding leaves -0.0000000001 where all are alike.
        found = 1000 * np.maximum(found, 0.0)
        return np.where((self.relative < 0).any(axis=-1), np.nan, found)

    def mld(self) -> Array:
        """Not defined where a value is 0 or under."""
        found = 1000 * np.maximum(-(self.log @ self.share), 0.0)
        return np.where((self.relative > 0).all(axis=-1), found, np.nan)


_FIGURES: Final[Mapping[str, Callable[[_Tables], Array]]] = {
    "BGV": lambda t: t.variance,
    "BGSD": lambda t: np.sqrt(t.variance),
    "COV": lambda t: 100 * np.sqrt(t.variance) / t.base,
    "MDMW": lambda t: t.far @ t.share,
    "MDMU": lambda t: t.far.mean(axis=-1),
    "MDBW": lambda t: t.from_best @ t.share,
    "MDBU": lambda t: t.from_best.mean(axis=-1),
    "MDRW": lambda t: t.from_named @ t.share,
    "MDRU": lambda t: t.from_named.mean(axis=-1),
    "IDISW": lambda t: 100 * (t.far @ t.share) / t.base,
    "IDISU": lambda t: 100 * t.far.mean(axis=-1) / t.base,
    "Theil": _Tables.theil,
    "MLD": _Tables.mld,
    "PAR": lambda t: t.gain,
    "PAF": lambda t: 100 * t.gain / t.base,
}
