"""A text → ``Transcript``: runs the steps of recognition one after the other, and makes the records."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from rag.lines import Line, LineIndex, split_lines, trim
from rag.records import Section, SectionKind, Transcript, Turn
from rag.transcripts.evidence import Placed, weigh
from rag.transcripts.exchanges import link
from rag.transcripts.headings import Heading, find_headings, is_plainly_markdown
from rag.transcripts.sections import Part, divide
from rag.transcripts.speakers import MAX_LABEL, recognise


def understand(text: str, *, encoding: str, markdown: bool) -> Transcript:
    """Recognises a text's sections, turns and exchanges, in time linear in its length; never raises.

    Where nothing is recognised, the text is one BODY section without turns.
    """
    lines = split_lines(text)
    headings = find_headings(text, lines, markdown=markdown or is_plainly_markdown(text, lines))
    labels = weigh(_find_labels(text, lines, headings), _below_qa(headings))
    division = divide(text, lines, headings, labels)
    index = LineIndex(lines)
    sections = _sections(text, lines, index, division.parts)
    turns = _turns(text, lines, index, division.parts, division.labels)
    front = division.front
    return Transcript(
        text=text,
        encoding=encoding,
        sections=tuple(sections),
        turns=tuple(link(text, sections, turns)),
        title=front.title,
        byline=front.byline_text,
        date=front.date,
    )


def _find_labels(text: str, lines: Sequence[Line], headings: Sequence[Heading]) -> list[Placed]:
    taken = {heading.line for heading in headings}
    found = []
    for number, line in enumerate(lines):
        if number in taken:
            continue
        label = recognise(text[line.start : min(line.end, line.start + MAX_LABEL + 1)])
        if label:
            found.append(Placed(number, label))
    return found


def _below_qa(headings: Sequence[Heading]) -> Callable[[int], bool]:
    kinds = [(heading.line, heading.kind) for heading in headings if heading.kind]
    starts = [line for line, _ in kinds]

    def is_below_qa(line: int) -> bool:
        position = bisect_right(starts, line)
        return position > 0 and kinds[position - 1][1] is SectionKind.QA

    return is_below_qa


def _sections(text: str, lines: Sequence[Line], index: LineIndex, parts: Sequence[Part]) -> list[Section]:
    starts = [0, *(lines[part.line].start for part in parts[1:]), len(text)]
    return [
        Section(part.kind, index.span(starts[number], starts[number + 1]), part.title)
        for number, part in enumerate(parts)
    ]


def _trim_rule(text: str, start: int, end: int) -> tuple[int, int]:
    """Leaves out a rule ("---") on the last line, which is set between sections and is not said."""
    last = max(text.rfind("\n", start, end), text.rfind("\r", start, end)) + 1
    if last > start and end - last >= 3 and not text[last:end].strip("-*_ "):
        return trim(text, start, last)
    return start, end


def _turns(
    text: str, lines: Sequence[Line], index: LineIndex, parts: Sequence[Part], labels: Sequence[Placed]
) -> list[Turn]:
    """A turn for each label with words after it, up to the next label or section."""
    part_lines = [part.line for part in parts]
    turns = []
    for number, (line, label) in enumerate(labels):
        section = bisect_right(part_lines, line) - 1
        stops = [len(text)]
        if section + 1 < len(parts):
            stops.append(lines[part_lines[section + 1]].start)
        if number + 1 < len(labels):
            stops.append(lines[labels[number + 1].line].start)
        start, end = lines[line].start + label.start, lines[line].start + label.end
        said_start, said_end = _trim_rule(text, *trim(text, end, min(stops)))
        if said_start == said_end:
            continue
        turns.append(Turn(label.speaker, index.span(start, end), index.span(said_start, said_end), max(section, 0)))
    return turns
