"""What was extracted from a file → ``Transcript``: runs the steps of recognition one after the other, and makes the records."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.lines import Line, split_lines, trim
from rag.places import Places, times
from rag.records import Section, SectionKind, Speaker, Transcript, Turn
from rag.transcripts.diarised import named
from rag.transcripts.evidence import Placed, weigh
from rag.transcripts.exchanges import link
from rag.transcripts.extracted import Extracted
from rag.transcripts.headings import Heading, find_headings, is_plainly_markdown
from rag.transcripts.introductions import introductions
from rag.transcripts.label_shapes import Strength, read_head
from rag.transcripts.sections import Part, divide
from rag.transcripts.speakers import MAX_LABEL, Label, Layout, recognise, with_title


def understand(source: Extracted) -> Transcript:
    """Recognises a text's sections, turns and exchanges, in time linear in its length; never raises.

    Where nothing is recognised, the text is one BODY section without turns.
    """
    text = source.text
    lines = split_lines(text)
    headings = find_headings(text, lines, markdown=source.markdown or is_plainly_markdown(text, lines))
    found = _known_labels(source, lines) if source.labels else _find_labels(source, lines, headings)
    found = named(text, lines, found)
    labels = weigh(found, _below_qa(headings), introductions(text, lines, found))
    # A heading that names a speaker is a label and parts nothing.
    naming = {placed.line for placed in labels}
    headings = [heading for heading in headings if heading.line not in naming]
    division = divide(text, lines, headings, labels)
    places = Places(text, source.marks, lines)
    sections = _sections(text, lines, places, division.parts)
    turns = _turns(source, lines, places, division.parts, division.labels)
    front = division.front
    return Transcript(
        text=text,
        encoding=source.encoding,
        sections=tuple(sections),
        turns=tuple(link(text, sections, turns)),
        title=source.title or front.title,
        byline=source.byline or front.byline_text,
        date=source.date or front.date,
        format=source.format,
        marks=source.marks,
    )


def _known_labels(source: Extracted, lines: Sequence[Line]) -> list[Placed]:
    """The labels that the file declares: they hold, and whatever their names tell of a role is used."""
    starts = [line.start for line in lines]
    found = []
    for char_start, char_end, name in source.labels:
        number = bisect_right(starts, char_start) - 1
        start, end = char_start - starts[number], char_end - starts[number]
        reading = read_head(name, True, False)
        # "Doe, Jane": one word before a comma is a family name, what follows no house.
        is_inverted = reading is not None and reading.words == 1 and reading.speaker.organisation is not None
        speaker, asks = (reading.speaker, reading.asks) if reading and not is_inverted else (Speaker(name), None)
        layout = Layout(colon=True, text_follows=False, bold=False)
        found.append(Placed(number, Label(speaker, start, end, layout, Strength.SURE, asks)))
    return found


def _find_labels(source: Extracted, lines: Sequence[Line], headings: Sequence[Heading]) -> list[Placed]:
    """Every line that has the shape of a label; of headings, those that name no part and are not the title."""
    taken = {heading.line: heading for heading in headings}
    bold = dict(source.bold)
    found = []
    for number, line in enumerate(lines):
        words = source.text[line.start : min(line.end, line.start + MAX_LABEL + 1)]
        heading = taken.get(number)
        if heading is None:
            # Bold runs begin where their line does, behind no more than blanks.
            first = line.start + len(words) - len(words.lstrip())
            label = recognise(words, bold.get(first, 0) - line.start)
        elif heading.level > 1 and heading.kind is None:
            label = _heading_label(words)
        else:
            continue
        if label:
            found.append(Placed(number, label))
    return _with_titles(source.text, lines, found)


def _with_titles(text: str, lines: Sequence[Line], found: list[Placed]) -> list[Placed]:
    """Joins each bare name to a title on the line below, where a document sets speakers so more than once, or names one
    of them again: a letter is signed so too."""
    joined: dict[int, Placed] = {}
    below: set[int] = set()
    for line, label in found:
        number = next((n for n in range(line + 1, min(line + 3, len(lines))) if _words(text, lines[n])), None)
        if number is None or number in below:
            continue
        titled = with_title(label, _words(text, lines[number]))
        if titled:
            joined[line] = Placed(line, replace(titled, end=lines[number].end - lines[line].start))
            below.add(number)
    names = Counter(label.speaker.name for _, label in found)
    # A side that is marked tells as much.
    if len(joined) < 2 and not any(
        names[each.speaker.name] > 1 or each.asks is not None for _, each in joined.values()
    ):
        return found
    return [joined.get(placed.line, placed) for placed in found if placed.line not in below]


def _words(text: str, line: Line) -> str:
    return text[line.start : min(line.end, line.start + MAX_LABEL + 1)].strip()


def _heading_label(words: str) -> Label | None:
    """The label that a heading is: "### Jane Doe -- CFO". A bare name counts as one word, so that it must recur."""
    marks = len(words) - len(words.lstrip(" ").lstrip("#").lstrip())
    label = recognise(words[marks:], len(words))
    if label is None or label.text_follows:
        return None
    return replace(label, start=0, end=marks + label.end, words=min(label.words, 1))


def _below_qa(headings: Sequence[Heading]) -> Callable[[int], bool]:
    kinds = [(heading.line, heading.kind) for heading in headings if heading.kind]
    starts = [line for line, _ in kinds]

    def is_below_qa(line: int) -> bool:
        position = bisect_right(starts, line)
        return position > 0 and kinds[position - 1][1] is SectionKind.QA

    return is_below_qa


def _sections(text: str, lines: Sequence[Line], places: Places, parts: Sequence[Part]) -> list[Section]:
    starts = [0, *(lines[part.line].start for part in parts[1:]), len(text)]
    return [
        Section(part.kind, places.span(starts[number], starts[number + 1]), part.title)
        for number, part in enumerate(parts)
    ]


def _trim_rule(text: str, start: int, end: int) -> tuple[int, int]:
    """Leaves out a rule ("---") on the last line, which is set between sections and is not said."""
    last = max(text.rfind("\n", start, end), text.rfind("\r", start, end)) + 1
    if last > start and end - last >= 3 and not text[last:end].strip("-*_. "):
        return trim(text, start, last)
    return start, end


def _turns(
    source: Extracted, lines: Sequence[Line], places: Places, parts: Sequence[Part], labels: Sequence[Placed]
) -> list[Turn]:
    """A turn for each label with words after it, up to the next label or section."""
    text = source.text
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
        spans = places.span(start, end), places.span(said_start, said_end)
        begins, ends = times(source.marks, said_start, said_end)
        turns.append(Turn(label.speaker, *spans, max(section, 0), time_start=begins, time_end=ends))
    return turns
