"""How well the index finds and answers the questions of a set: read them, ask them all, hand over what came back.

What is found is relevant when its lines overlap a gold line; in a set that brings its own paragraphs, when it is the
question's paragraph, passages of the same paragraph counting once. `rag.evaluation_report` sums up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rag import paragraph_index, pipeline, question_sets, sentences
from rag.bulk import Progress
from rag.cross_encoder import Pair
from rag.encoder import Encoder
from rag.errors import SourceError, UsageError
from rag.evaluation_report import Found, Outcome, Report
from rag.evaluation_runs import compare, save
from rag.evaluation_table import describe
from rag.judged import Judged
from rag.opened import OpenIndex
from rag.places import places
from rag.progress import Report as Progressing
from rag.progress import silent
from rag.question_sets import Asked, QuestionSet
from rag.records import Citation, Hit, Span
from rag.second_stage import Reranker
from rag.transcripts import read

__all__ = ["Report", "compare", "describe", "evaluate", "save"]

#: Passages asked for: so many that ten documents are among them where a document has several.
_PASSAGES = 50
_DEPTH = 10


def evaluate(
    questions: Path,
    open_default: Callable[[], OpenIndex],
    *,
    fold: str = "none",
    other: Path | None = None,
    report: Progressing = silent,
    reranker: Reranker | None = None,
) -> Report:
    """Ask a file's questions and measure what comes back.

    Args:
        open_default: opens the index to ask. A file that brings paragraphs of its own has them indexed instead, in the
            cache folder.
        fold, other: as for `question_sets.read`.
        reranker: as for `pipeline.search`.

    Raises:
        SourceError: a file is malformed, or does not fit the index.
        UsageError: there is no such fold.
        StoreError, EncoderError: the index cannot be opened, or the paragraphs' cannot be made.
    """
    found = question_sets.read(questions, fold=fold, other=other)
    index = (
        open_default()
        if found.paragraphs is None
        else paragraph_index.open_paragraphs(found.paragraphs, found.path, report)
    )
    # Checked before the first is asked: a misfit in the last line shows at once.
    asked = [question for question in found.questions if _is_indexed(question, found, index)]
    for question in asked:
        _check(question, found, index)
    examiner = _Examiner(
        replace(index, encoder=_LastRemembered(index.encoder)),
        found,
        _LastRead(reranker) if reranker else None,
        {},
        {},
    )
    outcomes = []
    for done, question in enumerate(asked):
        report("asking", done, len(asked))
        outcomes.append(examiner.ask(question))
    report("asking", len(asked), len(asked))
    return Report(
        questions=questions.name,
        fold=fold,
        replaced_by=other.name if other else None,
        model=index.manifest.model,
        documents=index.manifest.documents,
        passages=index.manifest.passages,
        left_out=len(found.questions) - len(asked),
        outcomes=tuple(outcomes),
    )


def _is_indexed(question: Asked, found: QuestionSet, index: OpenIndex) -> bool:
    """Whether the question's own paragraph could be indexed; other sets must fit, and `_check` tells where they do not."""
    return (
        found.paragraphs is None
        or not question.answerable
        or index.store.number_of(question.document or "") is not None
    )


def _check(question: Asked, found: QuestionSet, index: OpenIndex) -> None:
    """See that what is gold can be found.

    Raises:
        SourceError: its document or lines are not in the index.
    """
    if not question.answerable:
        return

    def misfit(message: str, hint: str) -> SourceError:
        return SourceError(f"question {question.id!r}: {message}", path=found.path, line=question.line, hint=hint)

    count = index.store.document_count
    if question.document is None and count != 1:
        raise misfit(
            f"it does not say which of the index's {count} documents its lines are of",
            'add "document": "NAME"; rag status lists the names',
        )
    name = question.document or index.store.names()[0]
    number = index.store.number_of(name)
    if number is None:
        raise misfit(
            f"there is no document {name!r} in the index",
            "rag status lists the documents; --index DIR asks another index",
        )
    if question.lines:
        transcript = index.store.document(number).transcript
        last = places(transcript.text, transcript.marks).rows()[-1].number
        if max(question.lines) > last:
            raise misfit(
                f"{name} has {last} lines, not {max(question.lines)}",
                "mend the line numbers, or ask the index that they are for",
            )


class _LastRemembered:
    """An encoder that keeps the last question's vector: each question is searched for and asked, and encoding is the slow part."""

    def __init__(self, encoder: Encoder):
        self._encoder = encoder
        self._last: tuple[str, np.ndarray] | None = None
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension

    def query(self, text: str) -> np.ndarray:
        if self._last is None or self._last[0] != text:
            self._last = text, self._encoder.query(text)
        return self._last[1]

    def passages(self, texts: Sequence[str], progress: Progress) -> np.ndarray:
        return self._encoder.passages(texts, progress)


class _LastRead:
    """A reranker that keeps what it last read, for the same reason."""

    def __init__(self, reranker: Reranker):
        self._reranker = reranker
        self._last: tuple[list[Pair], list[Judged]] | None = None
        self.same, self.cross = reranker.same, reranker.cross

    def judge(self, pairs: Sequence[Pair]) -> list[Judged]:
        if self._last is None or self._last[0] != pairs:
            self._last = [*pairs], self._reranker.judge(pairs)
        return self._last[1]


@dataclass(frozen=True, slots=True)
class _Examiner:
    """Asks one index the questions of one set, and remembers what it looked up by document."""

    index: OpenIndex
    set: QuestionSet
    reranker: Reranker | None
    _spans: dict[str, list[Span]]
    _sources: dict[str, str]

    def ask(self, question: Asked) -> Outcome:
        try:
            hits = pipeline.search(self.index, question.text, _PASSAGES, reranker=self.reranker)
            answer = pipeline.ask(self.index, question.text, reranker=self.reranker)
            # What an abstention would have quoted is measured too.
            forced = (
                answer
                if answer.answered
                else pipeline.ask(self.index, question.text, min_confidence=0.0, reranker=self.reranker)
            )
        except UsageError as error:
            raise SourceError(
                f"question {question.id!r}: {error.message}",
                path=self.set.path,
                line=question.line,
                hint="mend the question or take it out",
            ) from None
        cited = forced.citations
        return Outcome(
            question=question,
            found=self._found(hits, question),
            relevant=self._relevant(question),
            confidence=answer.confidence,
            answered=answer.answered,
            quotes=tuple(citation.quote for citation in cited),
            gold=tuple(question.answered_by(citation.document, citation.span) for citation in cited),
            exact=sum(
                citation.quote == self._source(citation)[citation.span.char_start : citation.span.char_end]
                for citation in cited
            ),
            sentences=sum(len(sentences.split(citation.quote)) for citation in cited),
        )

    def _found(self, hits: list[Hit], question: Asked) -> tuple[Found, ...]:
        found: dict[object, Found] = {}
        for hit in hits:
            passage = hit.passage
            key = passage.id if self.set.paragraphs is None else passage.document
            found.setdefault(
                key,
                Found(
                    passage.document,
                    passage.span,
                    round(hit.score, 6),
                    question.answered_by(passage.document, passage.span),
                ),
            )
        return tuple(found.values())[:_DEPTH]

    def _relevant(self, question: Asked) -> int:
        """How many passages of the index, or documents, are relevant."""
        if not question.lines:
            return int(question.answerable)
        name = question.document or self.index.store.names()[0]
        if name not in self._spans:
            number = self.index.store.number_of(name)
            assert number is not None, "the question is checked before it is asked"
            self._spans[name] = [
                self.index.store.passage(row).span for row in range(*self.index.store.document(number).passages)
            ]
        return sum(question.answered_by(name, span) for span in self._spans[name])

    def _source(self, citation: Citation) -> str:
        """The text that the quote is compared with: the source file's, or the indexed one where the file is no longer what was indexed."""
        if citation.document not in self._sources:
            number = self.index.store.number_of(citation.document)
            assert number is not None, "only documents of the index are cited"
            document = self.index.store.document(number)
            self._sources[citation.document] = (
                document.transcript.text if citation.stale else read(self.index.path_of(document)).text
            )
        return self._sources[citation.document]
