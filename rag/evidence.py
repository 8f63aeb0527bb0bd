"""How well one sentence answers a question: which of its words the sentence has, and the figure or words that answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag import directions, figures, reasons, term_lookup
from rag.claims import is_asked_for
from rag.directions import Direction
from rag.figures import Figure
from rag.lexical_match import Query
from rag.question import Question
from rag.question_kinds import Kind
from rag.terms import stem

_WORD = re.compile(r"[0-9]*[a-z][a-z0-9]*(?:[&'’][a-z0-9]+)*|[0-9]+(?:[.,][0-9]+)*")
_CUES = {
    Kind.WHEN: re.compile(
        r"\d+\s?(?:年|月|日|世纪|号)|[一二三四五六七八九十]+月|季度|季末|年底|年初|\b(?:19|20)\d\d\b|january|february|march|april|june|july|august|september|october|november|december|quarter"
    ),
    Kind.LIST: re.compile(r"[、;；]|首先|其次|第一|第二|另外|包括|以及|\band\b"),
}
#: What a cause counts at least, whatever it is the cause of.
_ANY_CAUSE = 0.5
#: Single characters tie the pairs of a language together but carry little by themselves.
_SINGLE = 0.3
#: How far, in folded characters, a metric's name may stand from its figure and still count half.
_REACH = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a sentence offers: ``coverage`` is the share (0 to 1, by idf) of the question's content that it has,
    ``typed`` whether it has the kind of thing asked for (0 to 1), ``highlight`` its place in the folded sentence, if any,
    ``is_opposed`` whether it speaks of a rise alone where the question is about a fall, or the other way round."""

    coverage: float
    typed: float
    highlight: tuple[int, int] | None = None
    is_opposed: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """What every sentence is judged by, read from the question once.

    ``words`` are the content terms that are looked for among the sentence's words, with the other forms that may stand for
    them and what each counts; ``runs`` those looked for anywhere, with theirs, and across languages the translations. ``total`` is
    the weight of all that counts whether it is found or not: across languages a word counts where it stands only. ``ways`` are those that the question presupposes.
    """

    question: Question
    words: tuple[tuple[str, tuple[str, ...], float], ...]
    runs: tuple[tuple[tuple[str, ...], float], ...]
    total: float
    same_language: bool
    ways: frozenset[Direction]

    def within(self, folded: str) -> Sought:
        """The same without the runs that do not stand in a passage: most stand in no given one."""
        runs = []
        for run in self.runs:
            for form in run[0]:
                if form in folded:
                    runs.append(run)
                    break
        return Sought(self.question, self.words, tuple(runs), self.total, self.same_language, self.ways)


def sought(question: Question, query: Query, *, same_language: bool) -> Sought:
    """What a question's sentences are judged by.

    Args:
        query: what the question's terms and their translations count in the index.
        same_language: whether question and sentences share a language; else translations are looked for.
    """
    words: list[tuple[str, tuple[str, ...], float]] = []
    runs: list[tuple[tuple[str, ...], float]] = []
    for term, idf in query.idfs.items():
        if term.isascii():
            if not term.startswith("#"):
                words.append((term, question.stand_ins.get(term, ()) if same_language else (), idf))
        elif same_language:
            runs.append(((term, *question.stand_ins.get(term, ())), idf * (_SINGLE if len(term) == 1 else 1.0)))
    if not same_language:
        # Of a term's forms the first that stands counts.
        runs += [(tuple(sorted(each.written, key=len, reverse=True)), each.weight) for each in query.translations]
    total = sum(weight for _, weight in runs)
    if same_language:
        total += sum(weight for _, _, weight in words)
    ways = directions.of(question.folded) if question.kind is Kind.WHY or question.units else frozenset[Direction]()
    return Sought(question, tuple(words), tuple(runs), total, same_language, ways)


def weigh(sought: Sought, folded: str) -> Evidence:
    """Judge one sentence, folded."""
    found, total = _matches(sought, folded)
    coverage = sum([weight for weight, _ in found]) / total if total else 0.0
    typed, highlight = _typed(sought, folded, found, total)
    ways = directions.of(folded) if len(sought.ways) == 1 else sought.ways
    return Evidence(coverage, typed, highlight, bool(ways) and not ways & sought.ways)


def _matches(sought: Sought, folded: str) -> tuple[list[tuple[float, list[int]]], float]:
    """The weight of each content term that stands in the folded sentence, with its places where a figure near them is
    wanted; and all terms' weight."""
    total, is_located = sought.total, bool(sought.question.units)
    found: list[tuple[float, list[int]]] = []
    if sought.same_language:
        for forms, weight in sought.runs:
            for form in forms:
                if form in folded:
                    found.append((weight, _places(form, folded) if is_located else []))
                    break
    else:
        found += _translated(sought, folded)
    if sought.words:
        standing: dict[str, list[int]] = {}
        for match in _WORD.finditer(folded):
            standing.setdefault(stem(match[0]).replace(",", ""), []).append(match.start())
        for word, others, weight in sought.words:
            at = standing.get(word) or next(filter(None, (_places(form, folded) for form in others)), None)
            if at:
                found.append((weight, at))
                total += 0.0 if sought.same_language else weight
    return found, total


def _translated(sought: Sought, folded: str) -> Iterator[tuple[float, list[int]]]:
    """The same for the translations."""
    for forms, weight in sought.runs:
        for form in forms:
            if form in folded and (found := _places(form, folded)):
                yield weight * (_SINGLE if len(form) == 1 else 1.0), found
                break


def _places(form: str, folded: str) -> list[int]:
    return [start for start, _ in term_lookup.places(form, folded)]


def _typed(
    sought: Sought, folded: str, found: list[tuple[float, list[int]]], total: float
) -> tuple[float, tuple[int, int] | None]:
    question = sought.question
    if question.units:
        return _figure(question, folded, found, total or 1.0)
    if question.kind is Kind.WHY:
        return _reason(sought, folded, found) if reasons.gives_one(folded) else 0.0, None
    cue = _CUES.get(question.kind)
    if cue is None:
        return 0.0, None
    match = cue.search(folded)
    return (1.0, match.span() if question.kind is Kind.WHEN else None) if match else (0.0, None)


def _reason(sought: Sought, folded: str, found: list[tuple[float, list[int]]]) -> float:
    """What the cause that a sentence gives counts: more where one clause that is not the cause says what is asked about."""
    most = max(sum(weight for weight, _ in _matches(sought, effect)[0]) for effect in reasons.effects(folded))
    whole = sum(weight for weight, _ in found)
    return _ANY_CAUSE + (1 - _ANY_CAUSE) * (most / whole if whole else 0.0)


def _figure(
    question: Question, folded: str, found: list[tuple[float, list[int]]], total: float
) -> tuple[float, tuple[int, int] | None]:
    """The figure of the wanted kind that stands nearest to the question's words, nearer after them than before."""
    best, best_score, best_near = None, -1.0, 0.0
    for figure in figures.find_all(folded):
        if not is_asked_for(question, figure, folded):
            continue
        near = 0.0
        for weight, places in found:
            near += weight * max((_closeness(place, figure, folded) for place in places), default=0.0)
        near /= total
        score = near + (0.2 if question.wants_magnitude and figure.scaled else 0.0)
        if score > best_score:
            best, best_score, best_near = figure, score, near
    if best is None:
        return 0.0, None
    return min(1.0, 0.4 + best_near), (best.start, best.end)


def _closeness(place: int, figure: Figure, folded: str) -> float:
    between = folded[place : figure.start] if place < figure.start else folded[figure.end : place]
    distance = len(between) * (1.0 if place < figure.start else 2.0) + 12 * sum(c in ",;，；。" for c in between)
    return _REACH / (_REACH + distance)
