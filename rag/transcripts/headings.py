"""Lines that part a document: Markdown headings, the usual section headings in plain text, and closing lines."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.lines import Line
from rag.records import SectionKind

# Longer lines are prose.
_MAX_HEADING = 200
_MAX_PLAIN = 40

_NAMES: tuple[tuple[SectionKind, str], ...] = (
    (
        SectionKind.QA,
        (
            r"(?:分析師|分析师|投資者|投资者|提問|提问)?(?:問答|问答)(?:環節|环节|部分|實錄|实录|時間|时间|摘錄|"
            r"摘录)?|(?:提問|提问)(?:環節|环节|部分|與回答|与回答)"
            r"|(?:問與答|问与答)|(?:Live )?Q\s?(?:&|and)\s?A(?: Session| Section)?"
            r"|Questions?(?: (?:and|&) |-and-)Answers?(?:(?: |-)(?:Session|Section))?"
        ),
    ),
    (
        SectionKind.REMARKS,
        (
            r"(?:管理層|管理层|公司|開場|开场|高管)(?:發言|发言|陳述|陈述|致辭|致辞|講話|讲话|介紹|介绍|開場白|"
            r"开场白)(?:環節|环节|部分)?"
            r"|(?:Management(?:'s)? |Management’s |Company )?(?:Prepared |Opening |Introductory )?(?:Remarks|"
            r"Presentation|Statements?|Discussion)(?: Section)?"
        ),
    ),
    (
        SectionKind.SUMMARY,
        (
            r"(?:內容|内容|新聞|新闻|會議|会议|核心)?(?:摘要|要點|要点|概要)|(?:Executive |Call )?Summary|"
            r"(?:Key )?(?:Takeaways|Highlights)|Key Points|Overview"
        ),
    ),
    (
        SectionKind.DISCLAIMER,
        (
            r"(?:風險提示|风险提示)?[及與与和]?(?:免責|免责)(?:聲明|声明|條款|条款)|(?:風險提示|风险提示)|"
            r"(?:法律聲明|法律声明)"
            r"|(?:Legal )?Disclaimers?|Legal Notice"
        ),
    ),
    (
        SectionKind.BYLINE,
        (
            r"(?:與會|与会|參會|参会|出席)(?:者|人員|人员|嘉賓|嘉宾)(?:名單|名单)?"
            r"|(?:Conference Call |Call |Company |Corporate |Analyst )?Participants|Executives|Analysts"
        ),
    ),
)
_KINDS = tuple((kind, re.compile(names, re.IGNORECASE)) for kind, names in _NAMES)
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_NUMBERING = re.compile(
    r"(?:第[一二三四五六七八九十\d]{1,3}(?:部分|部|章|節|节)|"
    r"[一二三四五六七八九十\d]{1,3}(?=[、.\s\uff0e]))[、.:\s\uff0e\uff1a]*"
)
_SEPARATOR = re.compile(r"\s*[:/|·()\uff1a\uff08\uff09]\s*|\s+[-–—]+\s+")
_CLOSING = re.compile(
    r"[(\uff08\[【]?(?:持續更新中|持续更新中|未完待續|未完待续|全文完|End of (?:the )?(?:transcript|"
    r"call))[.…。\s]*[)\uff09\]】]?"
    r"|[(\uff08\[【](?:完|END)[)\uff09\]】]",
    re.IGNORECASE,
)
_CLOSING_START = re.compile(
    r"(?:\*\*)?(?:(?:風險提示|风险提示)?[及與与和]?(?:免責|免责)(?:聲明|声明|條款|条款)|風險提示|风险提示|"
    r"Disclaimer)(?:\*\*)?\s*[:\uff1a]",
    re.IGNORECASE,
)
# Headings that plain text has inside what is said ("Highlights:"); there they are believed in the front matter only.
FRONT_ONLY = frozenset({SectionKind.SUMMARY})


class Heading(NamedTuple):
    """A line that starts a section.

    ``line`` counts from 0. ``level`` is 1 to 6 for a Markdown heading and 0 for a line of plain text. ``kind`` is None
    for a heading that does not say; ``title`` is None for a closing line, which is text and no title.
    """

    line: int
    level: int
    kind: SectionKind | None
    title: str | None


def is_plainly_markdown(text: str, lines: list[Line]) -> bool:
    """Whether a text uses Markdown headings though nothing says that it is Markdown: at least two of them."""
    found = 0
    for line in lines:
        if text.startswith("#", line.start) and line.end - line.start <= _MAX_HEADING:
            match = _ATX.match(text[line.start : line.end])
            found += bool(match and match[2])
            if found == 2:
                return True
    return False


def find_headings(text: str, lines: list[Line], *, markdown: bool) -> list[Heading]:
    """All headings and closing lines, in order; ``#`` marks a heading only if ``markdown``."""
    headings = []
    for number, line in enumerate(lines):
        heading = _read_heading(text[line.start : min(line.end, line.start + _MAX_HEADING + 1)], number, markdown)
        if heading:
            headings.append(heading)
    return headings


def _read_heading(line: str, number: int, markdown: bool) -> Heading | None:
    if markdown and len(line) <= _MAX_HEADING and line.lstrip(" ")[:1] == "#":
        match = _ATX.match(line)
        title = _plain(match[2] or "") if match else ""
        if match and title:
            return Heading(number, len(match[1]), _kind(title, parts=True), title)
    # A prefix of the line is enough here, however long the line is.
    start = line.lstrip()[: _MAX_PLAIN + 1].rstrip()
    if not start:
        return None
    if _CLOSING_START.match(start):
        title = _plain(start)
        return Heading(number, 0, SectionKind.DISCLAIMER, title if _kind(title, parts=False) else None)
    if len(start) > _MAX_PLAIN:
        return None
    if _CLOSING.fullmatch(start):
        return Heading(number, 0, SectionKind.DISCLAIMER, None)
    title = _plain(start)
    kind = _kind(title, parts=False)
    return Heading(number, 0, kind, title) if kind else None


def _kind(title: str, *, parts: bool) -> SectionKind | None:
    """The kind that a title names as a whole or, if ``parts``, in one of its parts or at its end ("Q2 call: Q&A")."""
    bare = _NUMBERING.sub("", title, count=1) if _NUMBERING.match(title) else title
    for kind, names in _KINDS:
        if names.fullmatch(bare):
            return kind
        if parts and any(names.fullmatch(part) for part in _SEPARATOR.split(bare)):
            return kind
    return None


def _plain(title: str) -> str:
    """The words of a heading, without emphasis marks and a colon at its end."""
    return title.replace("**", "").replace("__", "").strip().strip("【】").rstrip(":\uff1a").rstrip()
