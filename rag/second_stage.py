"""The first stage's best, read together with the question and put in a new order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

import numpy as np

from rag import figures
from rag.cross_encoder import CrossEncoder, Pair
from rag.encoder import LONGEST_QUESTION
from rag.errors import EncoderError
from rag.judged import Judged, softmax
from rag.question import Question
from rag.ranker import Ranked, repeats_last
from rag.records import Passage
from rag.rewording import reworded, written_out
from rag.text import fold_with_map

#: Passages that are read, where all are in the question's language and where some are not: of 1,190 questions of XQuAD none of
#: the former and one in a hundred of the latter has its passage beyond the first ten (`rag eval`).
DEPTH, CROSS_DEPTH = 10, 20
#: An answer's words are highlighted from this probability on, in the question's language alone: of those of
#: CMRC 2018 dev 97 in 100 have words in common with the right answer (`scripts/measure_spans.py`).
_CLEAR = 0.3
#: What does not belong to the words beside it.
_AROUND = " \t\r\n,.;:!?，。；：！？、"


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts beside the first stage's scores: a passage's relevance, and how likely the answer stands in a sentence."""

    relevance: float
    share: float


class Reranker(Protocol):
    """What reads a question and a passage together. ``same`` are the weights for passages in the question's language,
    ``cross`` for those in another."""

    same: Weights
    cross: Weights

    def judge(self, pairs: Sequence[Pair]) -> list[Judged]:
        """How each passage answers the question beside it."""


class TrainedReader(CrossEncoder):
    """The reader that ships. The weights lie where calls kept from training gain and articles kept from it lose no more than
    chance (`scripts/evaluate_reader.py`)."""

    same = Weights(relevance=0.06, share=1.2)
    cross = Weights(relevance=0.04, share=0.5)


class LibraryReranker:
    """Any sentence-transformers CrossEncoder. Its scores are probabilities, so that one is more than tells most passages
    apart in the first stage."""

    same = cross = Weights(relevance=1.0, share=0.0)

    def __init__(self, name: str):
        from sentence_transformers import CrossEncoder as LibraryCrossEncoder

        try:
            self._model: Any = LibraryCrossEncoder(name, num_labels=1)
        except Exception as error:  # the library raises a dozen unrelated types here
            reason = str(error).splitlines()[0] if str(error) else ""
            raise EncoderError(
                f"the reranker {name!r} cannot be loaded ({type(error).__name__}: {reason})",
                hint="give the folder of a sentence-transformers CrossEncoder, or leave --reranker out for the one that ships",
            ) from None

    def judge(self, pairs: Sequence[Pair]) -> list[Judged]:
        clean = [
            (question[:LONGEST_QUESTION].encode(errors="replace").decode(), passage.encode(errors="replace").decode())
            for question, passage, _ in pairs
        ]
        found = self._model.predict(clean, show_progress_bar=False)
        nothing, nowhere = np.empty(0, np.float32), np.empty((0, 2), np.int64)
        return [Judged(float(relevance), None, nothing, nothing, nowhere) for relevance in found]


@cache
def trained_reader() -> TrainedReader:
    """The reader that ships, opened once."""
    return TrainedReader()


def depth(question: Question) -> int:
    """How many passages are read."""
    return CROSS_DEPTH if question.crosses else DEPTH


def judge(
    question: Question, ranked: Sequence[Ranked], reranker: Reranker, before: Callable[[int], str]
) -> list[Judged]:
    """How each passage answers; one in the question's language is asked in its own words, others in whole ones.

    Args:
        before: what is asked where a row's passage answers (`rag.exchanges.words_before`).
    """
    return reranker.judge(
        [
            Pair(
                reworded(question, entry.folded) if entry.same_language else written_out(question),
                entry.hit.passage.text,
                before(entry.row),
            )
            for entry in ranked
        ]
    )


def rerank(
    question: Question, ranked: list[Ranked], reranker: Reranker, before: Callable[[int], str], depth: int
) -> list[Ranked]:
    """The first ``depth`` in a new order and with what the reranker sees in them, the rest behind them as they were.

    Args:
        before: as for `judge`.
    """
    head, rest = ranked[:depth], ranked[depth:]
    if not head:
        return ranked
    judged = judge(question, head, reranker, before)
    mean = sum(found.relevance for found in judged) / len(judged)
    read = [
        _read(entry, found, found.relevance - mean, chance, reranker)
        for entry, found, chance in zip(head, judged, chances(judged), strict=True)
    ]
    read.sort(key=lambda entry: (-entry.hit.score, entry.hit.passage.id))
    lowest = read[-1].hit.score
    behind = [replace(entry, hit=replace(entry.hit, score=min(entry.hit.score, lowest))) for entry in rest]
    return repeats_last(read) + behind


def _highlight(found: Judged, passage: Passage) -> tuple[int, int] | None:
    """Where the answer's words stand in the document, if that is clear."""
    answer = found.answer()
    if answer is None or answer[2] < _CLEAR:
        return None
    start, end, _ = answer
    words = passage.text[start:end]
    start, end = start + len(words) - len(words.lstrip(_AROUND)), start + len(words.rstrip(_AROUND))
    if start >= end:
        return None
    # The second stage's tokens may cut a figure.
    folded = fold_with_map(passage.text)
    start, end = folded.source(*figures.whole(folded.text, *folded.place(start, end)))
    begin = passage.span.char_start
    return begin + start, begin + end


def chances(judged: Sequence[Judged]) -> list[float]:
    """How likely each passage is to answer if just one does: the softmax of their log-odds."""
    found: list[float] = softmax(np.array([read.answers or 0.0 for read in judged])).tolist()
    return found


def _read(entry: Ranked, found: Judged, relevance: float, chance: float, reranker: Reranker) -> Ranked:
    """The entry with what the reranker sees in it.

    Args:
        relevance: beside the mean of all that were read, so that scores stay in the range that they had.
        chance: that this passage is the one that answers.
    """
    weights = reranker.same if entry.same_language else reranker.cross
    begin = entry.hit.passage.span.char_start
    answer = _highlight(found, entry.hit.passage) if entry.same_language else None
    sentences = tuple(
        replace(
            s,
            seen=weights.share * chance * found.share(s.start - begin, s.end - begin),
            # A figure of the kind that is asked for is told by its unit, which errs less.
            highlight=s.highlight or (answer if answer and s.start <= answer[0] and answer[1] <= s.end else None),
        )
        for s in entry.sentences
    )
    score = entry.hit.score + weights.relevance * relevance
    return replace(entry, hit=replace(entry.hit, score=score), sentences=sentences, answers=found.answers)
