"""Why there is no ratio, in the words that results have."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why there is no ratio."""

    NOT_GIVEN = "no counts were given for this group"
    NO_CHILDREN = "nobody is in this group"
    GROUP_N = "fewer in the group than the minimum n-size"
    GROUP_CELL = "fewer in the group with the outcome than the minimum cell"
    NO_STATE = "too few others, and no counts for the State"
    STATE = "too few others, and too few in the State"
    WITHHELD_STATE = "too few others, and the State's are withheld"
    ZERO = "none of the others has the outcome"
    WITHHELD_OTHERS = "another group is withheld, and the comparison with it"
    IN_FILE = "withheld in the file"
    NO_NUMBER = "the file gives no number"
    MORE_THAN_ENROLLED = "more were counted over the year than enrolled on one day"

    @property
    def of_the_file(self) -> bool:
        """Whether the file itself does not say the group's counts."""
        return self in {
            Reason.IN_FILE,
            Reason.NO_NUMBER,
            Reason.MORE_THAN_ENROLLED,
        }
