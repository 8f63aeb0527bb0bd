"""What a figure is said of: the words that lead up to it, compared with the metric that a question asks for.

"增值服務毛利潤 550 億" is a figure of 毛利潤 with something left over; "毛利潤 1050 億" is one with nothing left, and the
answer to "毛利潤是多少?".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag import changes, figures, periods
from rag.changes import Against
from rag.figures import Figure, Unit
from rag.question import Question, is_part
from rag.term_lookup import places, stands
from rag.terms import stem
from rag.text import has_han

#: A term of a question → the forms, itself among them, that say it in the passage's language; all folded.
Metric = dict[str, tuple[str, ...]]

# All of folded text. What says nothing of which metric is meant:
_GENERIC = re.compile(
    r"同比|环比|按年|按季|增长率?|增加|增幅|上升|下降|减少|下跌|下滑|提升|提高|达到|达|至|到|为|是|约|近|超过|逾|接近|录得|实现|"
    r"合计|共计|总计|总额|金额|总|整体|本?公司|本?集团|我们|我司|的|了|和|以及|其中|则|也|亦|在|于|从|按|来看|方面|[本这该]个?季度?|季度|该|期内|"
    r"人民币|多少|几|什么|请问|吗|呢|有|单季|达成|一共|板块|分部|"
    r"\b(?:the|a|an|was|were|is|are|be|been|of|to|by|at|in|on|for|from|with|our|we|us|its|it|this|that|they|their|you|total|"
    r"overall|and|reached|came|up|down|increased?|decreased?|grew|grow|rose|rise|fell|fall|growth|year|over|yoy|quarter|"
    r"quarterly|fiscal|period|last|prior|same|current|full|now|also|while|compared|versus|vs|do|does|did|have|has|had|will|would|"
    r"expect(?:s|ed)?|about|approximately|roughly|nearly|around|how|much|many|what|company|companies|group|s)\b"
)
_BARE_YEAR = re.compile(r"(?:19|20)\d\d$")
_DATE_AFTER = re.compile(r"\s?(?:月|日|号|世纪|季)")
_STOPS = re.compile(r"[。;；!?！？\n]")
_PARTS = re.compile(r"([,，、:：\0])")
_SPACES = re.compile(r" {2,}")
_WORD = re.compile(r"[a-z][a-z0-9&'-]*|[\u3400-\u9fff]+")
#: Ends what limits all that follows: "非國際準則下,", "雲服務板塊,", "on a non-IFRS basis,".
_SCOPE = re.compile(r"(?:下|口径|基础上|而言|(?:板块|分部|业务|服务)(?:方面)?|\b(?:basis|segment|business))\s*$")
#: What makes no other metric of one that is named by more than a word: 金融科技服務收入 is 金融科技收入.
_EMPTY = frozenset({"服务", "业务", "service", "services", "business"})
#: How much a figure of a narrower or another metric counts less.
_OTHER = 0.5
_ABOUT = re.compile(r"(?:约|近|逾|超过?|接近|左右|大概|about|around|nearly|approximately|over|roughly)[^0-9]{0,6}$")


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure of a folded text with what it is said of.

    ``metric`` are the question's terms that lead up to it, ``rest`` what else does, ``years`` and ``quarters`` the
    periods named before it; ``is_about`` says that it is given as a rough one, ``is_change`` that something rose or fell by
    it, ``against`` since when. ``fit`` (-0.5 to 1) is the share of the question's terms that it has, less when something
    else is left or the last term is missing, which in Chinese is the noun that the others narrow down.
    """

    figure: Figure
    metric: frozenset[str]
    rest: tuple[str, ...]
    years: frozenset[str]
    quarters: frozenset[str]
    is_about: bool
    is_change: bool
    against: Against | None
    fit: float


def find(question: Question, folded: str, metric: Metric) -> list[Claim]:
    """The claims of a folded sentence whose figures are of the kind that the question wants, in order."""
    found = [figure for figure in figures.find_all(folded) if not _is_date(figure, folded)]
    blank = folded
    for figure in found:
        blank = blank[: figure.start] + "\0" * (figure.end - figure.start) + blank[figure.end :]
    return [
        _claim(f, blank[: f.start], blank[f.end :], metric, is_change=changes.tells(folded, f.start, f.end))
        for f in found
        if is_asked_for(question, f, folded)
    ]


def is_asked_for(question: Question, figure: Figure, folded: str) -> bool:
    """Whether a figure of a folded text is of the kind that the question wants: no date, of its unit, and where nothing but a
    change is asked for, one."""
    if figure.unit not in question.units or _is_date(figure, folded):
        return False
    return not question.wants_change or changes.tells(folded, figure.start, figure.end)


def _is_date(figure: Figure, folded: str) -> bool:
    if figure.unit is not Unit.NUMBER or figure.scaled:
        return False
    # A bare year, a day, or the digit of "q2" and "gpt4".
    before = folded[figure.start - 1 : figure.start]
    is_year = _BARE_YEAR.match(folded[figure.start : figure.end]) is not None
    return is_year or _DATE_AFTER.match(folded, figure.end) is not None or "a" <= before <= "z"


def _claim(figure: Figure, before: str, after: str, metric: Metric, *, is_change: bool) -> Claim:
    before = before[max((m.end() for m in _STOPS.finditer(before)), default=0) :]
    after = _STOPS.split(after, maxsplit=1)[0]
    named: frozenset[str] = frozenset()
    rest: list[str] = []
    own = False
    parts = _PARTS.split(before)
    scopes = [_SCOPE.search(part) is not None for part in parts]
    parts = [*map(_plain, parts)]
    # parts alternate with what parts them. A figure with no words of its own is said of what the one before is
    # ("收入 88 億,同比增長 15%"); with words of its own, a topic set before them adds to it ("在營銷服務方面,收入…"), but not
    # what another figure is said of.
    for at in range(len(parts) - 1, -1, -2):
        here = frozenset(term for term, forms in metric.items() if any(stands(form, parts[at]) for form in forms))
        if here or scopes[at]:
            left = _without(parts[at], metric)
            rest = [word for word in left if word and not (word in _EMPTY and len(here) > 1)] + rest
            named |= here
        own = own or bool(_WORD.search(parts[at]))
        if own and at and parts[at - 1] == "\0":
            break
    head = next(reversed(metric), "")
    lacks_head = has_han(head) and head not in named
    return Claim(
        figure,
        named,
        tuple(rest),
        *periods.named(before),
        bool(_ABOUT.search(before)),
        is_change,
        changes.against(before, after) if is_change else None,
        len(named) / max(1, len(metric)) - (_OTHER if rest or lacks_head else 0.0),
    )


def states_what_is_asked(question: Question, claim: Claim) -> bool:
    """Whether the figure is of the very metric asked for, nothing missing and nothing left over, and of no other period."""
    years, quarters = periods.named(question.folded)
    if periods.HALF.search(question.folded) or claim.fit < 1:
        return False
    return years <= claim.years and (not claim.quarters or quarters <= claim.quarters)


def metric_of(question: Question, whose: frozenset[str] = frozenset(), *, same_language: bool) -> Metric:
    """The question's terms that can name a metric: words and pairs of characters; across languages what the glossary knows.

    Args:
        whose: names in the question that are no part of it, folded: of the company that reports.
    """
    if not same_language:
        return {
            term: tuple(map(_form, forms))
            for term, forms in question.bridges
            if _plain(term).strip() and not whose & {*forms}
        }
    metric: Metric = {}
    asked = question.folded
    for form in sorted(whose, key=lambda name: (-len(name), name)):
        asked = asked.replace(form, " ") if has_han(form) else re.sub(rf"\b{re.escape(form)}\b", " ", asked)
    for word in _WORD.findall(_plain(asked)):
        for term in [word] if word.isascii() else [word[i : i + 2] for i in range(len(word) - 1)]:
            others = [forms for known, forms in question.synonyms if is_part(term, known)]
            own = (term, stem(term)) if term.isascii() else (term,)
            metric[term] = (*own, *(_form(form) for forms in others for form in forms))
    return metric


def _form(form: str) -> str:
    """A form as it stands in a part: without the words that say nothing of the metric."""
    return _plain(form).strip() or form


def _plain(folded: str) -> str:
    for pattern in (periods.YEAR, periods.QUARTER, periods.HALF, _GENERIC):
        folded = pattern.sub(" ", folded)
    return _SPACES.sub(" ", folded)


def _without(part: str, metric: Metric) -> list[str]:
    """What is left of the words of a part when all that the question has of them is taken away."""
    covered = [False] * len(part)
    for forms in metric.values():
        for form in forms:
            for start, end in places(form, part):
                covered[start:end] = [True] * (end - start)
    words = [range(*match.span()) for match in _WORD.finditer(part)]
    return ["".join(part[at] for at in word if not covered[at]) for word in words]
