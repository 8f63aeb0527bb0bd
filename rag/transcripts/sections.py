"""Parts the document into sections, from its front matter, its headings and its speaker labels.

- The front matter ends at the first label, the first heading that names a kind, or the second Markdown heading. What is
  left of it after headline and byline is the summary if the document has speakers or such headings, the body if not.
- A Markdown heading starts a section, of its kind if it names one and of the kind before it if not. A heading in plain
  text starts one if that changes the kind; otherwise it gives its title to the section that it stands in.
- A label starts the remarks, or the questions and answers if an analyst speaks; once those have begun they go on.
- In a list of participants, names with a title or house, each given once, start nothing: nobody speaks there.
- In plain text a disclaimer starts after the last label; in a document without labels, in its second half.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.lines import Line
from rag.records import Role, SectionKind
from rag.transcripts.evidence import Placed
from rag.transcripts.front import Front, read_front
from rag.transcripts.headings import FRONT_ONLY, Heading

_SPOKEN = frozenset({SectionKind.REMARKS, SectionKind.QA})


class Part(NamedTuple):
    """A section by the line, from 0, on which it starts. ``is_list`` marks a list of participants."""

    line: int
    kind: SectionKind
    title: str | None = None
    is_list: bool = False


class Division(NamedTuple):
    """The parts in order, the labels that open a turn, and the front matter as read."""

    parts: list[Part]
    labels: list[Placed]
    front: Front


def divide(text: str, lines: list[Line], headings: Sequence[Heading], labels: Sequence[Placed]) -> Division:
    """Divides the document; its first part starts on line 0, whatever is there."""
    used = _believed(headings, labels, lines)
    title = _title_heading(text, lines, used, labels)
    breaks = used[1:] if title else used
    end = min(
        breaks[0].line if breaks else len(lines),
        labels[0].line if labels else len(lines),
    )
    has_parts = bool(labels) or any(heading.kind for heading in breaks)
    front = read_front(text, lines, end, title=title.title if title else None, has_speakers=bool(labels))
    parts = _front_parts(text, lines, front, end, SectionKind.SUMMARY if has_parts else SectionKind.BODY)
    walk = _Walk(parts)
    events = [(heading.line, heading) for heading in breaks] + [(placed.line, placed) for placed in labels]
    for _, event in sorted(events, key=lambda pair: pair[0]):
        if isinstance(event, Heading):
            walk.at_heading(event)
        else:
            walk.at_label(event)
    return Division(walk.parts or [Part(0, SectionKind.BODY)], walk.labels, front)


class _Walk:
    """Goes down the document from heading to label to heading, and adds the parts that they start."""

    def __init__(self, parts: list[Part]):
        self.parts = parts
        self.labels: list[Placed] = []
        self._spoken: SectionKind | None = None
        self._listed: set[str] = set()

    @property
    def _kind(self) -> SectionKind | None:
        return self.parts[-1].kind if self.parts else None

    def at_heading(self, heading: Heading) -> None:
        kind = heading.kind or self._inherited()
        if kind in _SPOKEN:
            self._spoken = kind
        if heading.level == 0 and kind is self._kind and not self.parts[-1].is_list:
            if self.parts[-1].title is None:
                self.parts[-1] = self.parts[-1]._replace(title=heading.title)
            return
        self._listed = set()
        is_list = heading.kind is SectionKind.BYLINE
        self.parts.append(Part(heading.line, kind, heading.title, is_list))

    def at_label(self, placed: Placed) -> None:
        speaker = placed.label.speaker
        if self.parts and self.parts[-1].is_list:
            affiliated = bool(speaker.title or speaker.organisation) and not placed.label.layout.colon
            if affiliated and speaker.name not in self._listed:
                self._listed.add(speaker.name)
                return
        asks = speaker.role is Role.ANALYST and placed.label.asks is not False
        if self._kind not in _SPOKEN or (asks and self._kind is SectionKind.REMARKS):
            self._spoken = SectionKind.QA if asks else self._spoken or SectionKind.REMARKS
            self.parts.append(Part(placed.line, self._spoken))
        self.labels.append(placed)

    def _inherited(self) -> SectionKind:
        """The kind below a heading that names none: that of the section before, unless that is the headline."""
        kind = self._kind
        if kind is None or kind in (SectionKind.HEADLINE, SectionKind.BYLINE):
            return self._spoken or SectionKind.BODY
        return kind


def _believed(headings: Sequence[Heading], labels: Sequence[Placed], lines: list[Line]) -> list[Heading]:
    """The headings without those in plain text that the text around them makes part of what is said."""
    first = labels[0].line if labels else len(lines)
    last = labels[-1].line if labels else len(lines) // 2
    half = lines[-1].end // 2

    def holds(heading: Heading) -> bool:
        if heading.level:
            return True
        if heading.kind is SectionKind.DISCLAIMER:
            return heading.line > last if labels else lines[heading.line].start > half
        return heading.kind not in FRONT_ONLY or heading.line < first

    return [heading for heading in headings if holds(heading)]


def _title_heading(
    text: str, lines: list[Line], headings: Sequence[Heading], labels: Sequence[Placed]
) -> Heading | None:
    """The Markdown heading that is the document's title: the first line that is not blank, and of no kind."""
    if not headings or not headings[0].level or headings[0].kind:
        return None
    heading = headings[0]
    if labels and labels[0].line < heading.line:
        return None
    return heading if not text[: lines[heading.line].start].strip() else None


def _front_parts(text: str, lines: list[Line], front: Front, end: int, rest: SectionKind) -> list[Part]:
    """Headline, byline and what is left, each only if there is something in it."""
    spans = (
        (0, front.byline, SectionKind.HEADLINE, front.title),
        (front.byline, front.rest, SectionKind.BYLINE, None),
        (front.rest, end, rest, None),
    )
    parts = []
    for first, stop, kind, title in spans:
        # Blank lines before a part belong to the one above it.
        filled = (number for number in range(first, stop) if text[lines[number].start : lines[number].end].strip())
        line = next(filled, None)
        if line is not None:
            parts.append(Part(line, kind, title))
    return parts
