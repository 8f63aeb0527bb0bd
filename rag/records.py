"""The records that cross module borders. All are immutable; none knows how it was made.

Offsets are code points of a document's decoded text (a byte-order mark is not part of it, line ends are kept as
they are), half open: ``text[char_start:char_end]``. Lines count from 1 and end at ``\\n``, ``\\r\\n`` or ``\\r``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a speaker is on the call."""

    MANAGEMENT = "management"
    ANALYST = "analyst"
    OPERATOR = "operator"
    UNKNOWN = "unknown"


class SectionKind(StrEnum):
    """The parts of a published call."""

    HEADLINE = "headline"
    BYLINE = "byline"
    SUMMARY = "summary"
    REMARKS = "remarks"
    QA = "qa"
    DISCLAIMER = "disclaimer"
    BODY = "body"


#: Sections that are searchable but are not what was said: they never win over content by accident.
BOILERPLATE = frozenset({SectionKind.BYLINE, SectionKind.DISCLAIMER})


@dataclass(frozen=True, slots=True)
class Span:
    """A run of a document: code points ``[char_start, char_end)`` on lines ``line_start`` to ``line_end``, inclusive."""

    char_start: int
    char_end: int
    line_start: int
    line_end: int


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks. ``name`` is the source's own wording (「來自花旗的提問者」), ``organisation`` is set where the line names one."""

    name: str
    role: Role = Role.UNKNOWN
    organisation: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where in the source the text from ``char_start`` up to the next mark stands: its time in seconds, its page from 1,
    its line in the source file. None is what the source does not have."""

    char_start: int
    time_start: float | None = None
    time_end: float | None = None
    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document. Sections tile the text: the first starts at 0, each at the end of the one before."""

    kind: SectionKind
    span: Span
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says without a break.

    ``label`` is the span of the speaker line's naming part ("Name: " or the whole line), ``span`` the words said.
    ``exchange`` numbers, from 1, the question-and-answer exchange that the turn belongs to; ``is_question`` tells its
    questions from its answers. Times are seconds from the start of the recording, where the source has them.
    """

    speaker: Speaker
    label: Span
    span: Span
    section: int
    exchange: int | None = None
    is_question: bool = False
    time_start: float | None = None
    time_end: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A document as read: its decoded text, and what was understood of it.

    ``sections`` tile the text; ``turns`` are in order and do not overlap; text outside turns has no speaker.
    ``title``, ``byline`` and ``date`` (ISO ``YYYY-MM-DD``) are None where the text does not give them.
    ``format`` is "text" where the text is the file's own. Any other format's text was extracted from the file, its
    ``encoding`` is empty where the file is no text, and ``marks``, in order, say where the text stands in the file.
    """

    text: str
    encoding: str
    sections: tuple[Section, ...]
    turns: tuple[Turn, ...]
    title: str | None = None
    byline: str | None = None
    date: str | None = None
    format: str = "text"
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A searchable run of one document: paragraphs, or part of a long one. ``text`` is the document's text at ``span``.

    ``id`` hashes document, span and text. ``turn`` numbers the document's turns from 0. ``embedded`` is what the
    encoder sees. Indices are None where the document has no such thing.
    """

    id: str
    document: str
    text: str
    span: Span
    section: SectionKind
    turn: int | None = None
    speaker: Speaker | None = None
    exchange: int | None = None
    is_question: bool = False
    time_start: float | None = None
    time_end: float | None = None
    page: int | None = None

    @property
    def is_boilerplate(self) -> bool:
        return self.section in BOILERPLATE


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its scores for one query. ``score`` orders the hits; the others say where it came from."""

    passage: Passage
    score: float
    lexical: float = 0.0
    dense: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: ``text_of(document)[char_start:char_end] == quote``, always.

    The times (seconds), the page and the paragraph are the quote's own, where the source has them. ``highlight`` is the span, in the
    document's code points, of the figure or words that answer. ``stale`` says that the source has changed or vanished
    since the index was built. ``asked`` is what the quote's speaker was asked, and ``asked_by`` who asked it, where the quote is of
    an answer.
    """

    document: str
    path: str
    span: Span
    quote: str
    section: SectionKind
    speaker: Speaker | None = None
    exchange: int | None = None
    is_question: bool = False
    highlight: tuple[int, int] | None = None
    time_start: float | None = None
    time_end: float | None = None
    page: int | None = None
    paragraph: int | None = None
    stale: str | None = None
    number: int | None = None
    asked: str | None = None
    asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a document as it is shown, with its time in seconds and its page where the source has them."""

    number: int
    text: str
    is_cited: bool
    time_start: float | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: quotes with citations, or an abstention (``answered`` is False, ``nearest`` says what came closest).

    ``disagreement`` gives the two figures, as written, where the first two citations differ on one thing.
    """

    question: str
    answered: bool
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...] = ()
    disagreement: tuple[str, str] | None = None
