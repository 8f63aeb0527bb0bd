"""A long passage is read in parts, as the second stage knows short ones best, and judged as a whole by what it sees in each.

A passage of a transcript without speakers may have a dozen sentences, of which one answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag import sentences
from rag.judged import Judged, log_softmax
from rag.text import weight

#: A part is no longer, in units of `text.weight`, if it is more than a sentence: what most turns of a call have.
LONGEST = 110


def cut(passage: str) -> list[tuple[int, int]]:
    """The parts of a passage as offsets into it, in order: neighbouring sentences together; there is at least one."""
    parts: list[tuple[int, int]] = []
    for start, end in sentences.split(passage):
        if parts and weight(passage[parts[-1][0] : end]) <= LONGEST:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return parts or [(0, len(passage))]


def joined(parts: Sequence[tuple[int, int]], read: Sequence[Judged]) -> Judged:
    """How a passage answers whose parts were read: as its best part does. Where the answer stands is told by each part's own
    probabilities, these by how likely each part is to answer if just one does."""
    if len(read) == 1:
        return read[0]
    answers = [part.answers or 0.0 for part in read]
    likely = log_softmax(np.array(answers))
    starts, ends = (
        np.concatenate([log_softmax(each) + share for each, share in zip(logits, likely, strict=True)])
        for logits in ([part.starts for part in read], [part.ends for part in read])
    )
    places = np.concatenate([part.places + start for part, (start, _) in zip(read, parts, strict=True)])
    return Judged(max(part.relevance for part in read), max(answers), starts, ends, places)
