"""What was asked where something is answered: told by the structure of the transcript, not by its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.passage_store import PassageStore
from rag.records import Passage, Transcript, Turn
from rag.retriever import Scored

#: Candidates among which questions are looked for, and passages behind one that may answer it.
_QUESTIONS, _REPLIES = 20, 3


def question_turn(turns: Sequence[Turn], number: int | None) -> int | None:
    """The number of the turn that asks what a turn is part of or answers; None outside exchanges."""
    if number is None or turns[number].exchange is None:
        return None
    exchange = turns[number].exchange
    while not turns[number].is_question:
        number -= 1
        if number < 0 or turns[number].exchange != exchange:
            return None
    return number


def asked_before(transcript: Transcript, passage: Passage) -> Turn | None:
    """The question that a passage answers; None where it answers none."""
    number = question_turn(transcript.turns, passage.turn)
    return None if number is None or passage.is_question else transcript.turns[number]


def words_before(row: int, store: PassageStore) -> str:
    """The words of the question that a row's passage answers; "" where it answers none."""
    transcript = store.document_of(row).transcript
    turn = asked_before(transcript, store.passage(row))
    return transcript.text[turn.span.char_start : turn.span.char_end] if turn else ""


def with_answers(scored: list[Scored], store: PassageStore, allowed: np.ndarray | None) -> list[Scored]:
    """Candidates, best first, and with them the answers to the best questions among them, which count as much: an answer need
    not have a word of what it is about.

    Args:
        allowed: bool (passages,): the passages that filters let through, or None for all.
    """
    best = {candidate.row: candidate for candidate in scored}
    for asked in scored[:_QUESTIONS]:
        passage = store.passage(asked.row)
        if not passage.is_question:
            continue
        for row in range(asked.row + 1, min(asked.row + 1 + _REPLIES, len(store))):
            reply = store.passage(row)
            if (reply.document, reply.exchange) != (passage.document, passage.exchange) or reply.is_question:
                break
            if allowed is None or allowed[row]:
                found = replace(asked, row=row)
                best[row] = max(best.get(row, found), found, key=lambda each: each.score)
    return sorted(best.values(), key=lambda each: (-each.score, each.row))
