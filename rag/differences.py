"""What a quote says otherwise than its source: figures, units, direction, negation, wording.

Both are cut into tokens: a figure with its sign, unit and currency, a word of direction, a negation, another word, or a
single Han character. Equal figures written otherwise (11.1万 and 111,000) are one token, and reported as notation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from rag import figures
from rag.equivalence import Form


class Kind(StrEnum):
    """What differs. NOTATION is an equal figure written otherwise and changes nothing."""

    FIGURE = "figure"
    UNIT = "unit"
    DIRECTION = "direction"
    NEGATION = "negation"
    WORDING = "wording"
    NOTATION = "notation"


@dataclass(frozen=True, slots=True)
class Difference:
    """What the quote writes and what the source writes in its place; empty where one has nothing."""

    kind: Kind
    quoted: str
    source: str


@dataclass(frozen=True, slots=True)
class Token:
    """A run ``[start, end)`` of a form. Tokens with equal codes say the same; ``number`` is a figure without its unit."""

    code: str
    start: int
    end: int
    kind: Kind
    number: str = ""


#: In the forms that stand for their variants, as `equivalence.form` gives them.
_NEGATIONS = re.findall(
    r"\S+", "没有 并非 并未 并不 从未 从不 不再 不会 不能 不是 未能 未有 不 没 未 无 非 勿 莫 别 毫无 绝非"
)
#: Words in which these characters do not negate.
_PLAIN_WORDS = re.findall(
    r"\S+", "未来 非常 无论 不断 不少 不同 不仅 不过 不错 别的 特别 个别 类别 级别 识别 分别 区别 莫过"
)
_DIRECTIONS = re.findall(
    r"\S+",
    """
增加 增长 增幅 增至 增速 上升 上涨 上调 上行 升至 提升 提高 改善 扩大 加快 加速 高于 超过 多于 优于 好于 领先 流入
盈利 扩张 强劲 回升 反弹 净增 转正 放大 推高 正面 减少 下降 下跌 下滑 下调 下行 降至 降低 降幅 跌幅 恶化 缩小 收窄
放缓 减速 减慢 低于 不足 少于 逊于 差于 落后 流出 亏损 收缩 疲软 衰退 回落 净减 转负 拉低 负面 涨 跌 升 降 增 减 高
低 多 少 快 慢 强 弱 上 下 正 负
""",
)
_ENGLISH_NEGATIONS = frozenset(
    re.findall(r"\S+", "not no never none neither nor cannot without hardly unable nothing nobody nowhere unlikely")
)
_ENGLISH_DIRECTIONS = re.compile(
    r"(?:up(?:ward|wards|side)?|down(?:ward|wards|side)?|increas\w*|decreas\w*|ris(?:e|es|en|ing)|rose|fall(?:s|en|ing)?|fell|grow(?:s|n|th|ing)?|grew|declin\w*|drop\w*|"
    r"gain\w*|los(?:e|es|s|ses|t|ing)|profits?|profitable|higher|lower\w*|above|below|more|less|fewer|over|under|exceed\w*|expan\w*|contract(?:s|ed|ing|ion)|accelerat\w*|"
    r"decelerat\w*|slow\w*|improv\w*|worsen\w*|deteriorat\w*|strength\w*|weak\w*|stronger|better|worse|raise\w*|cut|cuts|tailwinds?|headwinds?|positive|negative|inflows?|outflows?)"
)
_HAN_WORDS = "|".join(sorted({*_NEGATIONS, *_PLAIN_WORDS, *_DIRECTIONS}, key=len, reverse=True))
# 能不能, 有没有: a question, no negation.
_TOKEN = re.compile(rf"([\u4e00-\u9fff])[不没]\1|{_HAN_WORDS}|[a-z\u00df-\u024f]+(?:'[a-z]+)*|[^ ]")
_NEGATION_SET = frozenset(_NEGATIONS)
_DIRECTION_SET = frozenset(_DIRECTIONS)
#: A scale that is also something else (5 m of cable, 5 兆瓦): equal only to itself, not to the magnitude.
_DOUBTFUL = re.compile(r"[0-9] ?(?:k|m|b|mm)(?![a-z])|兆")
_NUMBER = re.compile(r"[0-9][0-9.]*")
_SIGNS = frozenset("+-~<>±≈")
_AFTER_UNIT = re.compile(r"倍|x(?![a-z])")


def tokens(form: Form) -> list[Token]:
    """The tokens of a form, in order; only gaps between words lie between them."""
    found: list[Token] = []
    for begin, stop in zip((0, *form.breaks), (*form.breaks, len(form.text)), strict=True):
        found += _run_tokens(form.text, begin, stop)
    return found


def _run_tokens(text: str, begin: int, stop: int) -> list[Token]:
    """The tokens of ``text[begin:stop]``, which no stop interrupts."""
    found: list[Token] = []
    at = begin
    for figure in figures.find(text[begin:stop]):
        start, end = figure.start + begin, figure.end + begin
        while text[start] == " ":
            start += 1
        if start > at and text[start - 1] in "+-±":
            start -= 1
        multiplied = _AFTER_UNIT.match(text, end, stop)
        found += _words(text, at, start)
        at = multiplied.end() if multiplied else end
        found.append(_figure(figure, text[start:at], start, at, plain=multiplied is None))
    return [*found, *_words(text, at, stop)]


def compare(quote: Form, quoted: Sequence[Token], source: Form, said: Sequence[Token]) -> list[Difference]:
    """The differences between the tokens of a quote and of what was said, in order; notation included."""
    differences: list[Difference] = []
    matcher = SequenceMatcher(None, [t.code for t in quoted], [t.code for t in said], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        ours, theirs = quoted[a:b], said[c:d]
        if tag == "equal":
            pairs = zip(ours, theirs, strict=True)
            differences += [
                Difference(Kind.NOTATION, quote.written(x.start, x.end), source.written(y.start, y.end))
                for x, y in pairs
                if quote.text[x.start : x.end] != source.text[y.start : y.end] and x.kind is Kind.FIGURE
            ]
        else:
            differences += _replaced(quote, ours, source, theirs)
    return differences


def _replaced(quote: Form, ours: Sequence[Token], source: Form, theirs: Sequence[Token]) -> list[Difference]:
    found: list[Difference] = []
    for kind in (Kind.FIGURE, Kind.DIRECTION, Kind.NEGATION):
        left, right = [t for t in ours if t.kind is kind], [t for t in theirs if t.kind is kind]
        for number in range(max(len(left), len(right))):
            x = left[number] if number < len(left) else None
            y = right[number] if number < len(right) else None
            if x and y and x.code == y.code:
                continue
            unit = kind is Kind.FIGURE and x is not None and y is not None and x.number == y.number
            found.append(
                Difference(
                    Kind.UNIT if unit else kind,
                    quote.written(x.start, x.end) if x else "",
                    source.written(y.start, y.end) if y else "",
                )
            )
    left, right = [t for t in ours if t.kind is Kind.WORDING], [t for t in theirs if t.kind is Kind.WORDING]
    if [t.code for t in left] != [t.code for t in right] or not found:
        found.append(
            Difference(
                Kind.WORDING,
                _run(quote, left or (ours if not found else [])),
                _run(source, right or (theirs if not found else [])),
            )
        )
    return found


def _run(form: Form, of: Sequence[Token]) -> str:
    return form.written(of[0].start, of[-1].end) if of else ""


def _words(text: str, start: int, end: int) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text, start, end):
        word = match[0]
        if word in _NEGATION_SET or word in _ENGLISH_NEGATIONS or word.endswith("n't"):
            kind = Kind.NEGATION
        elif word in _DIRECTION_SET or _ENGLISH_DIRECTIONS.fullmatch(word):
            kind = Kind.DIRECTION
        elif word in _SIGNS or word.isdigit():
            kind = Kind.FIGURE
        else:
            kind = Kind.WORDING
        found.append(Token(word, match.start(), match.end(), kind, word))
    return found


def _figure(figure: figures.Figure, written: str, start: int, end: int, *, plain: bool) -> Token:
    """A figure's token; equal to another written otherwise only if it is ``plain`` and its units leave no doubt."""
    sign = written[0] if written[0] in "+-±" else ""
    digits = _NUMBER.search(written)
    number = sign + (digits[0] if digits else written)
    currency = figure.currency or ""
    if currency == "usd" and "us" not in written and "美" not in written:
        currency = "dollar"
    elif currency == "cny" and "¥" in written:
        currency = "¥"
    both_sides = len(re.findall(r"[$¥€]|人民币|rmb|usd|hkd|cny|元|dollar|yuan|renminbi|美金|港币", written)) > 1
    if both_sides or not plain or _DOUBTFUL.search(written):
        return Token(written, start, end, Kind.FIGURE, number)
    return Token(f"{sign}{figure.key} {currency}", start, end, Kind.FIGURE, number)
