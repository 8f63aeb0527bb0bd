"""Groups of the invented calls in `scripts/calls/`: questions as people ask them of calls, and the passages of the call.

A call is NAME.txt, its questions NAME.jsonl in the format of `rag eval`: of several answers the first is the exact one. The
wrong passages are those that our own first stage finds nearest and that hold none of the lines that answer, or, of as many,
those that a reader takes most for an answer; a question that the call does not answer has such passages alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from reader_groups import Group, Pair

from rag import builder, exchanges, pipeline, question_sets, second_stage
from rag.cross_encoder import tail
from rag.opened import OpenIndex
from rag.passage_store import PassageStore
from rag.question_sets import Asked
from rag.second_stage import TrainedReader
from rag.text import cased, fold, has_han

#: Wrong passages of a question that is answered and of one that is not: the nearest, and some of those behind them.
NEAREST, BEHIND = {True: 2, False: 2}, {True: 3, False: 2}
DEPTH = 16
#: Right passages of a question that each make a group.
RIGHT = 2
#: Share of the groups in which answers stand without what they answer, as where a transcript does not tell who asks.
BARE = 0.15


def calls(folder: Path) -> Iterator[tuple[OpenIndex, list[Asked]]]:
    """Each call of a folder, indexed, with its questions, in the order of their names."""
    for source in sorted(folder.glob("*.txt")):
        with TemporaryDirectory() as place:
            builder.build(Path(place), [source])
            yield pipeline.open_index(Path(place)), list(question_sets.read(source.with_suffix(".jsonl")).questions)


def groups(folder: Path, rng: random.Random, reader: TrainedReader | None = None) -> Iterator[Group]:
    """A group for each question and passage that answers it, and one for each that none answers.

    Args:
        reader: what judges which wrong passages are the nearest; the first stage without it.
    """
    for index, questions in calls(folder):
        for asked in questions:
            yield from _groups(index, asked, rng, reader)


def _groups(index: OpenIndex, asked: Asked, rng: random.Random, reader: TrainedReader | None) -> Iterator[Group]:
    store = index.store
    # All of the call, as the first stage may not have found the one that answers.
    right = [
        pair for row in range(len(store)) if _answers(store, row, asked) and (pair := _answering(store, row, asked))
    ]
    near = [row for row in _nearest(index, asked.text, reader) if not _answers(store, row, asked)]
    first, behind = NEAREST[asked.answerable], BEHIND[asked.answerable]
    kind = _kind(asked.text, store.passage(0).text)
    for pair in right[:RIGHT] if asked.answerable else [None]:
        wrong = near[:first] + rng.sample(near[first:], min(behind, len(near[first:])))
        pairs = [Pair(cased(store.passage(row).text), before=_before(store, row)) for row in wrong]
        if rng.random() < BARE:
            pair, pairs = pair and replace(pair, before=""), [replace(each, before="") for each in pairs]
        if pair and pairs:
            yield Group(cased(asked.text), [pair, *pairs], f"{kind} calls")
        elif pairs:
            yield Group(cased(asked.text), pairs, f"{kind} calls impossible")


def _nearest(index: OpenIndex, text: str, reader: TrainedReader | None) -> list[int]:
    """The rows of the first stage's best, in its order or, with a reader, in that of their answerability."""
    question, ranked = pipeline.ranked(index, text, count=DEPTH, depth=DEPTH)
    if reader is not None:
        judged = second_stage.judge(question, ranked, reader, partial(_before, index.store))
        answers = {entry.row: found.answers or 0.0 for entry, found in zip(ranked, judged, strict=True)}
        ranked.sort(key=lambda entry: (-answers[entry.row], entry.row))
    return [entry.row for entry in ranked]


def _answers(store: PassageStore, row: int, asked: Asked) -> bool:
    passage = store.passage(row)
    return asked.answered_by(passage.document, passage.span)


def _before(store: PassageStore, row: int) -> str:
    return cased(tail(exchanges.words_before(row, store)))


def _answering(store: PassageStore, row: int, asked: Asked) -> Pair | None:
    """The passage with the first of the answers that stands in it."""
    text = store.passage(row).text
    for answer in asked.answers:
        at = text.find(answer)
        if at >= 0:
            before = len(cased(text[:at]))
            return Pair(cased(text), True, (before, before + len(cased(answer))), _before(store, row))
    return None


def _kind(question: str, text: str) -> str:
    asked, told = (("zh" if has_han(fold(each)) else "en") for each in (question, text))
    return asked if asked == told else f"{asked}-{told}"
