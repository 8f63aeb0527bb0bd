"""Ranked passages → an answer made of one to three of their sentences, or an abstention.

A sentence's score is its passage's, plus what it has of the question's words, of the kind of thing asked for, and of the
question's meaning (its segment's cosine); where a second stage has read the passage, plus what that sees of the answer
there.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag import calibration, claims, disagreement, enumerations, exchanges, periods
from rag.familiarity import Familiarity
from rag.passage_store import PassageStore
from rag.question import Question
from rag.question_kinds import Kind
from rag.ranker import Ranked, Sentence
from rag.records import Span
from rag.text import fold

_COVERAGE = 0.7
_TYPED = 0.3
#: Across languages, where it rests on translations; there no kind of thing asked for tells sentences apart but a reason.
_CROSS_COVERAGE = 0.2
_CROSS_REASON = 0.2
_COSINE = 2.0
#: What a figure counts that is of the very metric asked for.
_METRIC = 0.6
#: A figure that fits the metric so well answers by itself.
_FITS = 0.5
#: Where a reason or an amount is asked for of what rose, a sentence that only falls does not give it.
_OPPOSED = 0.5
#: A question that wants a figure is not answered by a sentence without one.
_NO_FIGURE = 0.5
#: The least probability where what somebody asked is wanted and a passage is a question of who is named, or where a figure
#: is of the very metric asked for: that is told by the structure. Set, not fitted: the questions that the confidence is
#: fitted on are asked of no call.
_BY_STRUCTURE = 0.5
#: Nobody asked about it if no sentence of a question or its answer has this share of the words for it, and the second stage
#: sees no answer either. Set, not fitted.
_ASKED_ABOUT = 0.2
#: Passages that may be quoted, and how much worse than the best sentence another may be.
_PASSAGES = 6
_MARGIN = 0.3
#: How much worse than a question the best of what is answered to it may be, and be quoted before it.
_ANSWER = 1.0
_MOST_SENTENCES = 3
#: Further sentences are added while the quotes together stay below this, in code points.
_LONGEST = 150


@dataclass(frozen=True, slots=True)
class Quote:
    """A run of a document that answers: offsets, and the row of the passage it stands in."""

    row: int
    start: int
    end: int
    highlight: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's choice: the quotes, best first, and the probability that they answer.

    ``disagree`` says that the first two give different figures for one thing.
    """

    quotes: tuple[Quote, ...]
    confidence: float
    disagree: bool = False


def read(question: Question, ranked: list[Ranked], store: PassageStore, familiarity: Familiarity) -> Reading:
    """Choose the sentences to quote and judge whether they answer.

    Args:
        familiarity: how far the index knows what the question speaks of.
    """
    # Marks alone ask nothing.
    if not ranked or not any(c.isalnum() for c in question.folded):
        return Reading((), 0.0)
    choices = _choices(question, ranked)
    best = choices[0]
    seen = best.entry.answers
    is_elsewhere = (
        familiarity.is_elsewhere
        or _is_of_another_period(question, best.entry)
        or question.kind is Kind.WHO_ASKED
        and best.sentence.evidence.coverage < _ASKED_ABOUT
        and (seen is None or seen < 0)
    )
    is_unlike = familiarity.absent_metric and _is_of_another_metric(question, best.sentence)
    numbers = calibration.features(question, ranked, best.entry, best.sentence, familiarity)
    probability = calibration.confidence(
        numbers,
        same_language=best.entry.same_language,
        is_elsewhere=is_elsewhere,
        is_unlike=is_unlike,
        # Who asked stands in the line of the speaker, which the second stage does not read.
        answers=None if question.kind is Kind.WHO_ASKED else seen,
    )
    if named := [choice for choice in choices if _names_asker(question, choice.entry)]:
        choices = [choice for choice in named if choice.sentence.asks] or named
        best = choices[0]
    is_structural = bool(named) or not familiarity.absent_term and _states_what_is_asked(question, best)
    if is_structural and not (is_elsewhere or is_unlike):
        probability = max(probability, _BY_STRUCTURE)
    if question.kind is Kind.WHO_ASKED and (label := _asker(best.entry, store)):
        # Where an answer is about the matter best, what was asked before it is shown if that is about it too.
        asked = next((c for c in choices if _is_asked(c, best) and c.score >= best.score - _MARGIN), best)
        return Reading((label, _quote(asked)), probability)
    if enumeration := _enumeration(question, best, store):
        return Reading((enumeration,), probability)
    other = next((choice for choice in choices[1:] if _differ(best, choice)), None)
    picked = [best] if other is None else [best, other]
    length = sum(_length(choice) for choice in picked)
    is_whole = question.parts == 1 and best.sentence.claim is not None and best.sentence.claim.fit >= _FITS
    for choice in () if is_whole else _further(question, choices):
        if len(picked) == _MOST_SENTENCES:
            break
        if choice not in picked and length + _length(choice) <= _LONGEST and not _rides_along(choice, picked):
            picked.append(choice)
            length += _length(choice)
    return Reading(tuple(map(_quote, picked)), probability, other is not None)


def best(question: Question, ranked: list[Ranked]) -> tuple[Ranked, Sentence]:
    """The passage and sentence that answer best; there must be one."""
    choice = _choices(question, ranked)[0]
    return choice.entry, choice.sentence


@dataclass(frozen=True, slots=True)
class _Choice:
    score: float
    entry: Ranked
    sentence: Sentence


def _choices(question: Question, ranked: list[Ranked]) -> list[_Choice]:
    """The sentences of the best passages with their scores, best first."""
    choices = [
        _Choice(_score(question, entry, sentence), entry, sentence)
        for entry in ranked[:_PASSAGES]
        for sentence in entry.sentences
    ]
    choices.sort(key=lambda c: (-c.score, c.entry.row, c.sentence.start))
    if question.kind is Kind.WHO_ASKED:
        # Nobody asked what is spoken of in the remarks alone.
        choices = [c for c in choices if c.entry.hit.passage.exchange is not None] or choices
    if not choices or question.about_question or not _supposes(choices[0]):
        return choices
    # What is supposed in asking is no statement: management's, in the same exchange or about as good, comes first.
    first = choices[0]
    return sorted(choices, key=lambda choice: not _states(choice, first))


def _supposes(choice: _Choice) -> bool:
    """Whether a sentence is part of a question or is one: management asks back too."""
    return choice.entry.hit.passage.is_question or choice.sentence.asks


def _states(choice: _Choice, asked: _Choice) -> bool:
    """Whether a sentence states what another supposes."""
    passage, question = choice.entry.hit.passage, asked.entry.hit.passage
    # Where nothing tells who speaks, what is answered stands behind the question.
    is_behind = passage is question and choice.sentence.start > asked.sentence.start
    is_answer = is_behind if passage.exchange is None else passage.exchange == question.exchange
    is_greeting = choice.entry.same_language and not choice.sentence.evidence.coverage
    least = asked.score - (_ANSWER if is_answer else _MARGIN)
    return not _supposes(choice) and not is_greeting and choice.score >= least


def _score(question: Question, entry: Ranked, sentence: Sentence) -> float:
    evidence = sentence.evidence
    score = entry.hit.score + _COSINE * sentence.cosine + _seen(question, sentence)
    if entry.same_language:
        score += _COVERAGE * evidence.coverage + _TYPED * evidence.typed
    else:
        reason = _CROSS_REASON * evidence.typed if question.kind is Kind.WHY else 0.0
        score += (_CROSS_COVERAGE + reason) * evidence.coverage
    if evidence.is_opposed:
        score -= _OPPOSED
    if question.units:
        score += _METRIC * sentence.claim.fit if sentence.claim else -_NO_FIGURE
    return score


def _further(question: Question, choices: list[_Choice]) -> list[_Choice]:
    """What may be quoted beside the best: what is nearly as good, and before it, in the question's language, where the second
    stage sees the answer most likely."""
    # Beside what is stated, what is supposed in asking says nothing more.
    may_suppose = question.about_question or _supposes(choices[0])
    near = [c for c in choices if c.score >= choices[0].score - _MARGIN and (may_suppose or not _supposes(c))]
    seen = max(choices, key=lambda choice: _seen(question, choice.sentence))
    is_seen = seen.entry.same_language and _seen(question, seen.sentence) and (may_suppose or not _supposes(seen))
    return [seen, *near] if is_seen else near


def _seen(question: Question, sentence: Sentence) -> float:
    """What counts that the second stage sees the answer in a sentence. Who asked stands in the line of the speaker, which it
    does not read."""
    return 0.0 if question.kind is Kind.WHO_ASKED else sentence.seen


def _rides_along(choice: _Choice, picked: list[_Choice]) -> bool:
    """Whether a sentence has nothing of what is asked for but the cosine of a segment that it shares with one that is quoted:
    a thank-you before a question."""
    evidence = choice.sentence.evidence
    if not choice.entry.same_language or evidence.coverage or evidence.typed:
        return False
    return any(p.entry is choice.entry and p.sentence.cosine == choice.sentence.cosine for p in picked)


def _differ(best: _Choice, other: _Choice) -> bool:
    """Whether both state figures that cannot both be right. What an analyst asks is no statement."""
    ours, theirs = best.sentence.claim, other.sentence.claim
    if ours is None or theirs is None or best.entry.same_language != other.entry.same_language:
        return False
    return not other.entry.hit.passage.is_question and disagreement.differ(ours, theirs)


def _length(choice: _Choice) -> int:
    return choice.sentence.end - choice.sentence.start


def _quote(choice: _Choice) -> Quote:
    return Quote(choice.entry.row, choice.sentence.start, choice.sentence.end, choice.sentence.highlight)


def _enumeration(question: Question, choice: _Choice, store: PassageStore) -> Quote | None:
    """The whole of what the sentence is a part of, where all that is counted off is asked for."""
    passage = choice.entry.hit.passage
    transcript = store.document_of(choice.entry.row).transcript
    # One speaker's words; without a speaker the passage's, as paragraphs need not belong together.
    within = passage.span if passage.turn is None else transcript.turns[passage.turn].span
    sentence = choice.sentence.start, choice.sentence.end
    found = enumerations.around(question, transcript.text, (within.char_start, within.char_end), sentence)
    return Quote(choice.entry.row, *found, choice.sentence.highlight) if found else None


def _asker(entry: Ranked, store: PassageStore) -> Quote | None:
    """The speaker line of the question that the passage is part of, or of the one that it answers: who asked is told by the
    structure, not by a sentence."""
    turns, row = store.document_of(entry.row).transcript.turns, entry.row
    asked = exchanges.question_turn(turns, entry.hit.passage.turn)
    if asked is None:
        return None
    while store.passage(row).turn != asked:
        row -= 1
    label: Span = turns[asked].label
    return Quote(row, label.char_start, label.char_end) if label.char_end > label.char_start else None


def _is_asked(choice: _Choice, best: _Choice) -> bool:
    """Whether a sentence is of the question that the best one is of or answers."""
    ours, theirs = choice.entry.hit.passage, best.entry.hit.passage
    return ours.is_question and (ours.document, ours.exchange) == (theirs.document, theirs.exchange)


def _states_what_is_asked(question: Question, choice: _Choice) -> bool:
    claim, entry = choice.sentence.claim, choice.entry
    return claim is not None and entry.same_language and claims.states_what_is_asked(question, claim)


def _is_of_another_period(question: Question, entry: Ranked) -> bool:
    """Whether a figure is asked for of next year, the second half…, which the passage does not speak of."""
    return bool(question.units) and periods.lacks(question.folded, fold(entry.hit.passage.text))


def _is_of_another_metric(question: Question, sentence: Sentence) -> bool:
    """Whether a figure is asked for, and none of the metric's words leads up to the sentence's."""
    return bool(question.units) and (sentence.claim is None or not sentence.claim.metric)


def _names_asker(question: Question, entry: Ranked) -> bool:
    """Whether the question wants what somebody asked, and names the one who asks in this passage."""
    passage = entry.hit.passage
    if not question.about_question or not passage.is_question or passage.speaker is None:
        return False
    asker = {fold(name) for name in (passage.speaker.organisation, passage.speaker.name) if name}
    named = {form for forms in question.known_names for form in forms}
    return bool(asker & named) or any(len(name) > 1 and name in question.folded for name in asker)
