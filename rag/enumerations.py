"""Enumerations: which sentences belong together because a speaker counts them off, or a document lists them.

One runs from the sentence that announces it (「原因有四個。」, "three risks:") over its items (第一, 其次, "Second,", (2), a
bullet) to the last. What answers a question about reasons, or about a list, is quoted whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import sentences
from rag.question import Question
from rag.question_kinds import Kind

#: How far around a sentence its enumeration is looked for, and how long it may be, in code points.
_AROUND = 1500
_LONGEST = 1200
#: Sentences in a row that may go on with an item before the next one is marked.
_GAP = 3

_HAN = "一二三四五六七八九十"
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
_BULLET = re.compile(r"[-–—•·●▪◦*]\s+(?=\S)")
# A quarter ("second quarter", 第二季) counts nothing off.
_MARK = re.compile(
    rf"""(?:^|[:：,，;；]\s*)(?:
        第(?P<nth>[{_HAN}])(?:[,，、:：\s]|是|[點点](?=[,，、是:：])|[個个項项](?!季|月|年|半))
        |(?P<han>[{_HAN}])是
        |其(?P<which>[{_HAN}])[,，、:：是]
        |[(（](?P<paren>\d{{1,2}}|[{_HAN}])[)）]
        |(?P<first>首先)
        |(?P<next>其次|再次|再者)
        |(?P<last>最[後后][,，是]|(?:finally|lastly),)
        |(?P<word>{"|".join(_ORDINALS)})(?:ly\b|\s*[,:]|\s+(?:is|and\s+foremost)\b)
    )|^(?P<number>\d{{1,2}}|[{_HAN}])[.、．)](?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)
#: A conclusion that speaks of what was counted off before it.
_BACK = re.compile(
    r"以上|上述|前述|(?:這|这)(?:些|[幾几兩两三四五六]個?个?)(?:原因|因素)|\b(?:these|those) (?:reasons|factors)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"(?:[{_HAN}兩两幾几]|\b\d{{1,2}}\s?)(?:個|个|項|项|點|点|種|种|大)?(?:主要)?"
    r"(?:原因|因素|方面|方向|重點|重点|風險|风险|理由|領域|领域|措施|步驟|步骤|部分|目標|目标|策略|優勢|优势|挑戰|挑战|任務|任务)"
    r"|[有為为是][兩两二三四五六七八九十][個个項项點点][。:：]"
    r"|\b(?:two|three|four|five|six|seven|eight|several|following)\b(?:\s\w+){0,3}\s"
    r"(?:reasons|factors|risks|things|areas|points|drivers|priorities|ways|parts|steps|goals|initiatives|pillars)\b",
    re.IGNORECASE,
)


def around(question: Question, text: str, region: tuple[int, int], sentence: tuple[int, int]) -> tuple[int, int] | None:
    """The enumeration that a sentence announces or is an item of, if the question wants it whole: its offsets into ``text``.

    Args:
        region: what it may not leave: one speaker's turn, say.
    """
    if question.units:
        return None
    wants_all = question.kind in (Kind.WHY, Kind.LIST) or bool(_COUNT.search(question.text))
    found = _sentences(text, region, sentence)
    place = next((at for at, each in enumerate(found) if each == sentence), None)
    if place is None:
        return None
    for first, last in _runs(text, found):
        announces = first > 0 and _announces(text[slice(*found[first - 1])])
        if announces or (place == first - 1 and wants_all):
            first -= 1
        if wants_all and last < place <= last + _GAP and _BACK.search(text[slice(*sentence)]):
            last = place
        if first <= place <= last and (wants_all or announces and place == first):
            start, end = found[first][0], found[last][1]
            return (start, end) if end - start <= _LONGEST else None
    return None


def _sentences(text: str, region: tuple[int, int], sentence: tuple[int, int]) -> list[tuple[int, int]]:
    """The sentences around one, which is among them."""
    begin, end = max(region[0], sentence[0] - _AROUND), min(region[1], sentence[1] + _AROUND)
    before = sentences.split(text, begin, sentence[0])
    after = sentences.split(text, sentence[1], end)
    # The window may begin or end within one.
    return before[begin > region[0] :] + [sentence] + (after[:-1] if end < region[1] else after)


def _runs(text: str, found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """First and last item of each run of at least two that are marked, by the sentences' places."""
    at = 0
    while at < len(found):
        end = _items(text, found, at)
        if end > at:
            yield at, end
        at = max(at, end) + 1


def _items(text: str, found: list[tuple[int, int]], first: int) -> int:
    """The last sentence of the run whose first item is at ``first``; ``first`` if none begins there."""
    opening = text[slice(*found[first])]
    bullet = _BULLET.match(opening)
    if not bullet and _ordinal(opening) != 1:
        return first
    last, reached = first, 1
    for at in range(first + 1, len(found)):
        if at - last > _GAP:
            break
        words = text[slice(*found[at])]
        if bullet:
            if _BULLET.match(words):
                last = at
            continue
        ordinal = _ordinal(words)
        if ordinal is None:
            continue
        if ordinal and ordinal <= reached:
            break
        last, reached = at, ordinal or reached + 1
    if last > first and text[: found[last][0]].rstrip(" \t").endswith("\n"):
        # What follows on the line of an item that has one to itself is its own.
        while last + 1 < len(found) and "\n" not in text[found[last][1] : found[last + 1][0]]:
            last += 1
    return last


def _ordinal(words: str) -> int | None:
    """Which item the sentence begins: from 1; 0 for another one, whichever; None for none."""
    match = _MARK.search(words)
    if match is None:
        return None
    if match["first"]:
        return 1
    if match["next"] or match["last"]:
        return 0
    if match["word"]:
        return _ORDINALS.index(match["word"].lower()) + 1
    number: str = match["nth"] or match["han"] or match["which"] or match["paren"] or match["number"]
    return int(number) if number.isdecimal() else _HAN.index(number) + 1


def _announces(words: str) -> bool:
    return words.rstrip().endswith((":", "：")) or bool(_COUNT.search(words))
