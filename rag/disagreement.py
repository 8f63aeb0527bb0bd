"""Where passages give different figures for one metric and period.

Two figures are of one metric when the words that lead up to them share the same of the question's words and the same is
left of both: 增值服務收入 is not 收入. What something rose by is not how much there is of it, nor what it rose by in a year
what it did in a quarter. What differs by no more than rounding to the written place is one figure, and "high single digits"
contradicts none.
"""

from __future__ import annotations

from decimal import Decimal

from rag.changes import Against
from rag.claims import Claim
from rag.figures import Figure

#: How many times as large a figure may be and still be another one for the same thing.
_RATIO = 10


def differ(ours: Claim, theirs: Claim) -> bool:
    """Whether two claims give different figures for one metric, and for periods that do not exclude each other."""
    a, b = ours.figure, theirs.figure
    if a.is_rough or b.is_rough or a.unit is not b.unit or (a.currency and b.currency and a.currency != b.currency):
        return False
    if ours.is_change is not theirs.is_change or {ours.against, theirs.against} == {*Against}:
        return False
    if not ours.metric or (ours.metric, ours.rest) != (theirs.metric, theirs.rest):
        return False
    for x, y in ((ours.years, theirs.years), (ours.quarters, theirs.quarters)):
        if x and y and not x & y:
            return False
    low, high = sorted((abs(a.value), abs(b.value)))
    return high <= _RATIO * low and not is_rounding(a, b, about=ours.is_about or theirs.is_about)


def is_rounding(a: Figure, b: Figure, *, about: bool = False) -> bool:
    """Whether one figure is the other, rounded to its written place; "about 1,800" is written to the hundreds."""
    return abs(a.value - b.value) <= max(_place(a, about), _place(b, about)) / 2


def _place(figure: Figure, about: bool) -> Decimal:
    place = figure.scale / Decimal(10) ** figure.decimals
    while about and figure.value and figure.value % (place * 10) == 0:
        place *= 10
    return place
