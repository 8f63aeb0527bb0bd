"""Which labels of a document hold, and who their speakers are, judged from all of them together.

- SURE labels hold.
- Marks ("Q:", "答:") hold where the document has both a side that asks and one that answers. "Q1:" to "Q4:" may be
  quarters, so that they hold only where answers are marked too.
- A bare name, or a name with an unknown house, holds if the same name stands somewhere with a role ("Jane Doe -- CFO"
  in a list of participants); or if it is two words or more (a Chinese name counts as two) and labels that hold are set
  the same way (colon, bold, text on the same line); or if it recurs and other labels hold, or take turns with it; or,
  where no label is sure, if it is two words or more and stands below a heading that says questions and answers.
- A name alone on a line without a colon holds only if it stands elsewhere with a role, in a label or in what is said.

A role given once is filled in wherever the name stands without one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.records import Role, Speaker
from rag.transcripts.label_shapes import Strength
from rag.transcripts.names import alias, name_words, without_alias
from rag.transcripts.speakers import Label, Layout

_QUARTERS = frozenset({"Q1", "Q2", "Q3", "Q4"})


class Placed(NamedTuple):
    """A label and the line, from 0, on which it stands."""

    line: int
    label: Label


def weigh(found: Sequence[Placed], is_below_qa: Callable[[int], bool], said: Mapping[str, Speaker]) -> list[Placed]:
    """The labels that hold, in order, their speakers with the roles known from anywhere in the document.

    Args:
        found: every line that has the shape of a label, in order.
        is_below_qa: whether a line, from 0, stands below a heading that says questions and answers.
        said: by name, what the words that are said tell of speakers (`introductions`); a label that tells more counts first.
    """
    has_sure = any(placed.label.strength is Strength.SURE for placed in found)
    marks = _marks_that_hold(found, has_management=any(each.role is Role.MANAGEMENT for each in said.values()))
    layouts = {
        placed.label.layout for placed in found if placed.label.strength is Strength.SURE or placed.line in marks
    }
    counts: Counter[tuple[str, Layout]] = Counter(
        (key(placed.label.speaker), placed.label.layout) for placed in found if placed.label.strength is Strength.NAME
    )
    by_layout = Counter(layout for _, layout in counts)
    for (_, layout), count in counts.items():
        # Two names, one of them twice: these take turns.
        if count > 1 and by_layout[layout] > 1:
            layouts.add(layout)

    def holds_alone(placed: Placed) -> bool:
        label = placed.label
        if label.strength is Strength.SURE:
            return True
        if label.strength is Strength.MARK:
            return placed.line in marks
        if label.strength is Strength.INTRODUCED:
            return False
        if label.words > 1 and label.layout in layouts:
            return True
        if counts[key(label.speaker), label.layout] > 1 and layouts:
            return True
        return label.words > 1 and not has_sure and is_below_qa(placed.line)

    # Only a label that holds by itself introduces others: a doubtful one would be its own evidence.
    holding = {placed.line for placed in found if holds_alone(placed)}
    introduced = {**said, **_introductions(placed for placed in found if placed.line in holding)}
    introduced |= {name: each for name, each in said.items() if _asks_for_house(each, introduced[name])}

    def holds(placed: Placed) -> bool:
        by_role = placed.label.strength in (Strength.NAME, Strength.INTRODUCED)
        return placed.line in holding or (by_role and key(placed.label.speaker) in introduced)

    return [_filled(placed, introduced) for placed in found if holds(placed)]


def _introductions(found: Iterable[Placed]) -> dict[str, Speaker]:
    """Name → the speaker as first named with a role, if possible with a title or a house too."""
    introduced: dict[str, Speaker] = {}
    for _, label in found:
        speaker = label.speaker
        if speaker.role is Role.UNKNOWN or not name_words(speaker.name):
            continue
        before = introduced.get(key(speaker))
        if before is None or (speaker.title or speaker.organisation) and not (before.title or before.organisation):
            introduced[key(speaker)] = speaker
    return introduced


def _marks_that_hold(found: Sequence[Placed], *, has_management: bool) -> set[int]:
    """The line of each mark that holds.

    Args:
        has_management: whether somebody is introduced who may answer.
    """
    marks = [placed for placed in found if placed.label.strength is Strength.MARK]
    if not marks:
        return set()
    sides = [label for _, label in found if label.strength in (Strength.SURE, Strength.MARK)]
    has_question = any(label.asks is True or label.speaker.role is Role.ANALYST for label in sides)
    has_answer = has_management or any(label.asks is False or label.speaker.role is Role.MANAGEMENT for label in sides)
    has_answer_mark = any(placed.label.asks is False for placed in marks)
    if not (has_question and has_answer):
        return set()
    return {placed.line for placed in marks if has_answer_mark or placed.label.speaker.name.upper() not in _QUARTERS}


def _filled(placed: Placed, introduced: dict[str, Speaker]) -> Placed:
    """The label, its speaker with the role, title and house under which the name was introduced."""
    speaker = placed.label.speaker
    known = introduced.get(key(speaker))
    if known is None or known == speaker:
        return placed
    if speaker.role not in (Role.UNKNOWN, known.role) and not _asks_for_house(known, speaker):
        return placed
    beside = alias(speaker.name)
    is_told = beside is not None and beside in (known.title, known.organisation)
    filled = replace(
        speaker,
        name=known.name if is_told else speaker.name,
        role=known.role,
        organisation=speaker.organisation or known.organisation,
        title=speaker.title or known.title,
    )
    return Placed(placed.line, replace(placed.label, speaker=filled))


def _asks_for_house(called: Speaker, labelled: Speaker) -> bool:
    """Whether a label is of an analyst whose title is also a manager's, "Managing Director": the house that it names is the one
    for which the speaker is called to ask."""
    is_titled = called.role is Role.ANALYST and labelled.role is Role.MANAGEMENT
    return is_titled and called.organisation is not None and called.organisation == labelled.organisation


def key(speaker: Speaker) -> str:
    """What a speaker is known by throughout a document: the name without an alias, whatever its case."""
    return without_alias(speaker.name).casefold()
