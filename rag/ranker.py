"""Second look at the first stage's best: what kind of passage it is, and how well its best sentence answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import numpy as np

from rag import claims, figures, repeats, sentences
from rag.claims import Claim, Metric
from rag.evidence import Evidence, Sought, sought, weigh
from rag.lexical_match import Query
from rag.passage_store import Document, PassageStore
from rag.passages import segments
from rag.question import Question
from rag.records import Hit, Passage, Role, SectionKind
from rag.retriever import Scored
from rag.text import fold, fold_with_map

#: Row of a passage → the cosines of the question and its segments, float32 (segments,).
SegmentCosines = Mapping[int, np.ndarray]
#: Candidates that get the second look. With 12 no figure of the README's whole sets differs by .01.
DEPTH = 8
_SECTION = {SectionKind.HEADLINE: -0.5, SectionKind.BYLINE: -1.0, SectionKind.DISCLAIMER: -1.0}
_ASKED_FOR_QUESTION = 0.3
_QUESTION_UNASKED = -0.08
#: What the best sentence's evidence counts. Across languages, where it rests on translations, it gains nothing.
EVIDENCE = 0.08
#: How a folded question ends.
_ASKS = re.compile(r"\?[\s\"'”’」』)]*$")
#: What a figure counts that is of the very metric asked for.
_METRIC = 0.2
#: How far behind the best a passage may be for its sentences to be judged: more than twice what they add at most; another
#: `_ASKED_FOR_QUESTION` where that may be added. What lies behind that cannot come first.
_REACH = 0.3
#: Passages whose sentences are kept as they were read, for the next question of the same process.
_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a ranked passage at ``[start, end)`` of the document, with what it offers the question.

    ``cosine`` is that of the question and the sentence's segment; ``claim`` its figure that fits the metric asked for best,
    where a figure is asked for; ``highlight`` the place in the document of the figure or words that answer; ``asks`` says
    that it is a question; ``seen`` is what it counts that the second stage sees the answer there.
    """

    start: int
    end: int
    evidence: Evidence
    cosine: float = 0.0
    claim: Claim | None = None
    highlight: tuple[int, int] | None = None
    asks: bool = False
    seen: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A hit with the row of its passage, whether that is in the question's language, and its sentences, ``folded`` their text;
    ``answers`` are the second stage's log-odds that the passage answers, where it has read it."""

    hit: Hit
    row: int
    same_language: bool
    sentences: tuple[Sentence, ...]
    folded: str = ""
    answers: float | None = None


def rank(
    question: Question,
    query: Query,
    scored: list[Scored],
    store: PassageStore,
    cosines: SegmentCosines,
    count: int = 0,
    depth: int = DEPTH,
    least: int = 0,
) -> list[Ranked]:
    """The best candidates re-scored, best first, repeats of a better one behind what differs.

    Args:
        query: the question's lexical parts.
        count: how many are wanted, ``depth`` at least; those that get no second look follow in the first stage's order.
        depth: how many get the second look at most.
        least: how many get it however far behind the best they are; where a figure is asked for all do, as one may state
            another.
        cosines: of those that may get it.
    """
    is_han = store.is_han
    by_language = {same: sought(question, query, same_language=same) for same in (True, False)}
    metric = cache(partial(claims.metric_of, question))
    reach = _REACH + (_ASKED_FOR_QUESTION if question.about_question else 0.0)
    least = depth if question.units else least
    highest = -np.inf
    ranked: list[Ranked] = []
    for number, candidate in enumerate(scored[:depth]):
        if number >= least and candidate.score < highest - reach:
            break
        passage = store.passage(candidate.row)
        same = bool(is_han[candidate.row]) == question.is_han
        whose = _reporting(question, store.document_of(candidate.row))
        judged, folded = _judge(passage, by_language[same], metric(whose, same_language=same), cosines[candidate.row])
        best = max((s.evidence.coverage * (0.5 + s.evidence.typed) for s in judged), default=0.0)
        score = candidate.score + (EVIDENCE * best if same else 0.0) + _SECTION.get(passage.section, 0.0)
        score += _METRIC * max((s.claim.fit for s in judged if s.claim), default=0.0)
        if question.about_question:
            score += _ASKED_FOR_QUESTION if passage.is_question else 0.0
        elif passage.is_question or _asks_back(judged):
            score += _QUESTION_UNASKED
        highest = max(highest, score)
        ranked.append(
            Ranked(Hit(passage, score, candidate.lexical, candidate.dense), candidate.row, same, judged, folded)
        )
    rest = scored[len(ranked) : max(count, depth)]
    ranked.sort(key=lambda r: (-r.hit.score, r.hit.passage.id))
    lowest = min((entry.hit.score for entry in ranked), default=0.0)
    behind = [
        # A passage that was not looked at again must not seem better than one that was.
        Ranked(
            Hit(store.passage(c.row), min(c.score, lowest), c.lexical, c.dense),
            c.row,
            bool(is_han[c.row]) == question.is_han,
            (),
        )
        for c in rest
    ]
    return repeats_last(ranked) + behind


def _judge(passage: Passage, sought: Sought, metric: Metric, cosines: np.ndarray) -> tuple[tuple[Sentence, ...], str]:
    """The passage's sentences judged, and their folded text."""
    parts = _parts(passage.text)
    places = [
        (start, end, cosine)
        for group, cosine in zip(parts.groups, cosines.tolist(), strict=True)
        for start, end in group
    ]
    within = sought.within(parts.folded)
    return tuple(
        _judge_sentence(passage, *place, text, within, metric) for place, text in zip(places, parts.texts, strict=True)
    ), parts.folded


@dataclass(frozen=True, slots=True)
class _Parts:
    """What every question reads in a passage: its segments' sentences' places, and the sentences' folded text."""

    groups: tuple[tuple[tuple[int, int], ...], ...]
    texts: tuple[str, ...]
    folded: str


@lru_cache(maxsize=_KEPT)
def _parts(text: str) -> _Parts:
    groups = segments(text) or [sentences.split(text)]
    # All at once is quicker. No sentence goes on behind the end of a line.
    folded = fold("\n".join([text[start:end] for group in groups for start, end in group]))
    return _Parts(tuple(map(tuple, groups)), tuple(folded.split("\n")), folded)


def _judge_sentence(
    passage: Passage, start: int, end: int, cosine: float, folded: str, sought: Sought, metric: Metric
) -> Sentence:
    question, first = sought.question, passage.span.char_start
    evidence = weigh(sought, folded)
    place, claim = evidence.highlight, None
    if question.units and place is not None and (found := claims.find(question, folded, metric)):
        # Where several figures are of the metric, the one that stands nearest to the question's words.
        most = max(c.fit for c in found)
        fitting = {(c.figure.start, c.figure.end): c for c in found if c.fit == most}
        place = place if place in fitting else next(iter(fitting))
        claim = fitting[place]
    highlight = None
    if place is not None:
        source = fold_with_map(passage.text[start:end]).source(*figures.whole(folded, *place))
        highlight = first + start + source[0], first + start + source[1]
    return Sentence(first + start, first + end, evidence, cosine, claim, highlight, bool(_ASKS.search(folded)))


def _asks_back(judged: tuple[Sentence, ...]) -> bool:
    """Whether a passage ends by asking and has the question's words only there: it states nothing, and answers later."""
    about = [sentence.asks for sentence in judged if sentence.evidence.coverage > 0]
    return bool(about) and all(about) and judged[-1].asks


def _reporting(question: Question, document: Document) -> frozenset[str]:
    """All forms of the names in the question that are of the company that reports: they stand in the document's name or
    title, or the management is theirs."""
    if not question.known_names:
        return frozenset()
    turns = document.transcript.turns
    management = {turn.speaker.organisation or "" for turn in turns if turn.speaker.role is Role.MANAGEMENT}
    titles = fold("\n".join([document.name, document.transcript.title or "", *sorted(management)]))
    return frozenset(
        form for forms in question.known_names for form in forms if any(_names(name, titles) for name in forms)
    )


def _names(name: str, titles: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name), titles) is not None


def repeats_last(ranked: list[Ranked]) -> list[Ranked]:
    """Stable: a passage that says what a better one says moves behind those that do not."""
    return [ranked[number] for number in repeats.last([entry.folded for entry in ranked])]
