"""What was asked where something is answered: told by the structure of the transcript, not by its words."""

from __future__ import annotations

from collections.abc import Sequence

from rag.passage_store import PassageStore
from rag.records import Passage, Transcript, Turn


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
