"""What a question asks for, read from its words: its terms, its language, the kind of answer, what it says of speakers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from enum import StrEnum

from rag.colloquial import written
from rag.dictionary import Dictionary
from rag.errors import UsageError
from rag.figures import Unit
from rag.glossary import Glossary
from rag.terms import stem, terms
from rag.text import cased, fold, has_han

_LONGEST = 4000


class Kind(StrEnum):
    """The kind of answer that a question wants."""

    FIGURE = "figure"
    PERCENT = "percent"
    POINTS = "points"
    WHO = "who"
    WHO_ASKED = "who asked"
    WHY = "why"
    WHEN = "when"
    LIST = "list"
    OTHER = "other"


# What is asked for by its name alone: "What's the capex?", "Net debt at year-end?", "總收入?". All of folded text.
_METRIC = (
    r"(?:(?:revenues?|sales|income|profits?|losses|loss|expenses?|opex|costs?|cash flow|fcf|capex|capital expenditures?|eps|earnings|"
    r"headcount|ebitda|ebit|ebita|debt|liquidity|backlog|bookings?|orders|dividends?|dau|mau|arpu|arr|cash|inventory|inventories|"
    r"provisions?|deposits|loans|assets|aum)(?: (?:guidance|guide|outlook|forecast|target|range))?|guidance|guide)"
)
_WORDS = r"(?:[\w&.'’/-]+ ){0,6}"
_WHEN = r"(?= (?:in|for|at|of|during|this|last|next|per|now|so far|overall)\b|\s*\??$)"
_NAMED = (
    rf"\bwhat(?:[’']s| is| was| were| are) {_WORDS}{_METRIC}{_WHEN}|"
    rf"^(?!what|why|how|do|is|are|was|were|who|when|where|which|will|would|can|could|has|have|had|any\b){_WORDS}{_METRIC}{_WHEN}|"
    r"(?:收入|营收|营业额|利润|净利|纯利|溢利|盈利|亏损|开支|支出|费用|成本|现金流|派息|股息|存货|订单|销量|出货量|指引|市值)呢?\s?\??$"
)
#: A plan that is told in figures of any kind.
_GUIDANCE = re.compile(r"\b(?:guidance|guide|outlook|forecast)\b|指引|财测")

# Asked of folded text, first match wins.
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            Kind.WHO_ASKED,
            r"(?:谁|哪位|哪个分析[师员]|哪家).{0,16}(?:问|提出|追问|关心|质疑|打听|想知道)|提问的?(?:人|者|分析[师员])是谁|\b(?:who|which (?:analyst|firm|bank|broker))\b.{0,30}\b(?:ask|asked|asks|question|questioned|raise|raised|brought up|bring up|brings up|wanted to know)\b",
        ),
        (
            Kind.WHY,
            r"为什么|为何|为甚|何以|原因|怎么会|因为什么|缘故|主要因素|驱动因素|\bwhy\b|\bhow come\b|\bwhat (?:drove|caused|drives|pushed|led|explains|(?:is|was) behind)\b|\bwhat[’']s behind\b|reasons?\b",
        ),
        (Kind.POINTS, r"(?:多少|几)个?百分点|how many (?:percentage|basis) points"),
        (
            Kind.PERCENT,
            r"百分之[多几]|几成|多少成|占比|比例|比重|增速|增幅|降幅|增长率|利率是|毛利率|多少%|幅度|\bpercent(?:age)?\b|\bper cent\b|what share|growth rate|how fast|(?<![效频速概])率(?:是|为|有)?多少|\b(?:tax|interest|retention|conversion|utili[sz]ation|penetration|churn|take|click-through) rate\b|\bmargin\b(?!.*\bwhy\b)|what (?:was|is|were|are) (?:[\w&.'’-]+ ){0,6}growth(?= (?:in|for|at|of|during|this|last|year)\b|\s*\??$)",
        ),
        (
            Kind.FIGURE,
            r"多少|几(?:个|人|位|亿|万|座|家|款|次|年|天|倍|名|元|岁|种|条|部|项|位|所|支|届|集|座|层|公里|米)|金额|总额|数量|人数|规模多大|\bhow (?:much|many|large|big|long|old|high|far|tall)\b|what (?:was|is|were|are) (?:the |its |their |tencent's |total )*(?:\w+ ){0,4}(?:revenue|income|profit|expense|expenses|cost|costs|cash flow|capex|capital expenditure|eps|earnings|headcount)|what (?:was|is|were) (?:[\w&.'’-]+ ){0,6}(?:per share|dividends?|debt|net cash|cash position|arpu|dau|mau|revenues?|income|profits?|capex)(?= (?:in|for|at|of|during|this|last|per)\b|\s*\??$)|第几|多长|多高|多大|多远|多久|"
            + _NAMED,
        ),
        (
            Kind.WHEN,
            r"什么时候|何时|哪一?年|哪一?天|几月|几号|几年|哪个?月|什么时间|日期|年份|\bwhen\b|what (?:year|date|month|day)|which (?:year|month|day|quarter)",
        ),
        (Kind.WHO, r"谁|哪位|何人|哪个人|什么人|\bwho(?:m|se)?\b"),
        (
            Kind.LIST,
            r"哪些|哪几|列出|分别(?:是|有)|有什么(?:功能|因素|措施)|几个方面|\bwhat are\b|\bwhich (?:\w+ ){0,3}(?:are|were)\b|\blist\b",
        ),
    )
)
#: What makes a question one about reasons says nothing of what about.
_REASON = re.compile(r"为什么|为何|为甚么?|何以|怎么会|的?(?:主要)?(?:原因|因素)|驱动因素|\bwhy\b|\breasons?\b")
#: Nor what makes it one about who asked.
_WHO_ASKED = re.compile(
    r"谁|哪一?[位个家](?:的)?|分析师|提问[者人]?|[问提][了到起过及]|提出了?|追问|关心|的?问题|"
    r"\b(?:who|which|analysts?|ask(?:ed|s)?|questions?|raised?|about)\b"
)
_ASKED = re.compile(
    r"(?:分析师|提问者|提问人|记者)?.{0,6}(?:问了|问到|提问|追问|问题是|提的问题|提出(?:了)?(?:哪些|什么)?(?:问题|疑问)|关心)|\bask(?:ed|s)?\b|\bquestions? (?:from|by|did)\b"
)
#: Titles in brackets, and capitalised words that do not open the question: names, in either language.
_NAME = re.compile(r"[《〈]([^》〉]{1,40})[》〉]|(?<=[^\s.?!])\s+([A-Z][\w&-]+)|(?<=[^\sA-Za-z.?!])([A-Z][\w&-]+)")
_BIG_UNIT = re.compile(r"多少(?:亿|万)|几(?:亿|万)")
#: By how much something rose or fell; with a unit, what is asked for is an amount.
_CHANGE = re.compile(
    r"(?:[增上提][加长升调涨高]|下[降跌滑调]|减少|降低|扩大|缩[小减]|收窄|改善|变[动化]|[增升涨减降跌])[了过]?多少(?![亿万千百个元人名家款座项次台辆倍])|"
    r"\bby how much\b|\bhow much (?:higher|lower)\b|\bhow much (?:did|do|does|has|have|was|were|is|are)\b.*\b(?:gr[eo]wn?|"
    r"increased?|rise|rose|risen|fall|fell|fallen|declined?|drop(?:ped)?|decreased?|improved?|expand(?:ed)?|shr[aiu]nk|changed?|up|down)\b"
)
_AMOUNT = re.compile(r"多少|\bhow (?:much|many)\b|几(?!乎)")
#: Words that say what is asked, not what about: they match everywhere and nowhere.
_STOP_WORDS = frozenset(
    stem(word)
    for word in [
        "i",
        "me",
        "my",
        "we",
        "our",
        "ours",
        "you",
        "your",
        "yours",
        "he",
        "him",
        "his",
        "she",
        "her",
        "it",
        "its",
        "they",
        "them",
        "their",
        "theirs",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "this",
        "that",
        "these",
        "those",
        "am",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "have",
        "has",
        "had",
        "having",
        "do",
        "does",
        "did",
        "doing",
        "will",
        "would",
        "shall",
        "should",
        "can",
        "could",
        "may",
        "might",
        "must",
        "ought",
        "a",
        "an",
        "the",
        "and",
        "but",
        "if",
        "or",
        "because",
        "as",
        "until",
        "while",
        "of",
        "at",
        "by",
        "for",
        "with",
        "about",
        "against",
        "between",
        "into",
        "through",
        "during",
        "before",
        "after",
        "above",
        "below",
        "to",
        "from",
        "up",
        "down",
        "in",
        "out",
        "on",
        "off",
        "over",
        "under",
        "again",
        "further",
        "then",
        "once",
        "here",
        "there",
        "when",
        "where",
        "why",
        "how",
        "all",
        "any",
        "both",
        "each",
        "few",
        "more",
        "most",
        "other",
        "some",
        "such",
        "no",
        "nor",
        "not",
        "only",
        "own",
        "same",
        "so",
        "than",
        "too",
        "very",
        "just",
        "also",
        "much",
        "many",
        "s",
        "t",
    ]
)
_STOP_HAN = frozenset(
    [
        "的",
        "了",
        "吗",
        "呢",
        "吧",
        "啊",
        "是",
        "在",
        "有",
        "和",
        "与",
        "或",
        "被",
        "把",
        "什么",
        "什",
        "么",
        "多少",
        "多",
        "少",
        "几",
        "哪",
        "哪些",
        "哪个",
        "哪一",
        "些",
        "谁",
        "怎么",
        "怎",
        "如何",
        "为什么",
        "为何",
        "何",
        "是否",
        "会不会",
        "吗?",
        "请问",
        "请",
        "问",
        "哪里",
        "哪年",
        "何时",
        "为什",
        "哪位",
        "是多",
        "少钱",
        "这",
        "那",
        "其",
        "之",
        "第几",
        "是什",
        "是谁",
        "是哪",
        "有多",
        "有几",
        "有什",
        "有哪",
        "多久",
        "多长",
        "什么时候",
    ]
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, analysed. ``text`` is as typed, ``asked`` cased and in written words, ``folded`` that folded. ``crosses`` says that passages in the other language than its own are searched too.

    ``terms`` are its search terms with how often each occurs; ``content`` those that say what it is about;
    ``bridges`` are, for each term that the glossary knows, its forms in the other language, and ``synonyms`` in the
    same; ``glosses`` are the forms of other words in the other language by the dictionary, where that was asked. ``stand_ins`` gives for each content term that is part of a term with synonyms the forms that may stand for
    it. ``names`` are titles and capitalised names in it, ``known_names`` those that the glossary knows, each with all
    its forms. ``about_question`` says that it wants what an analyst asked rather than what was answered, ``wants_change``
    that it wants nothing but by how much something rose or fell.
    """

    text: str
    asked: str
    folded: str
    is_han: bool
    crosses: bool
    kind: Kind
    content: dict[str, int]
    bridges: tuple[tuple[str, tuple[str, ...]], ...] = ()
    glosses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    stand_ins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    known_names: tuple[tuple[str, ...], ...] = ()
    about_question: bool = False
    wants_magnitude: bool = False
    parts: int = 1
    units: frozenset[Unit] = field(default_factory=frozenset)
    wants_change: bool = False


def analyse(
    text: str, glossary: Glossary, vocabulary: Container[str], dictionary: Dictionary | None = None
) -> Question:
    """Read a question.

    Args:
        text: as typed. NUL bytes and lone surrogates are taken as spaces.
        vocabulary: which words of three or more Han characters the index holds.
        dictionary: for passages in the other language, or None where there are none.

    Raises:
        UsageError: it is empty, or longer than 4,000 characters.
    """
    clean = "".join(" " if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text).strip()
    if not clean:
        raise UsageError("the question is empty", hint='ask something, for example: rag ask "資本開支是多少?"')
    if len(clean) > _LONGEST:
        raise UsageError(
            f"the question has {len(clean):,} characters; at most {_LONGEST:,} can be asked",
            hint="ask about one thing at a time",
        )
    asked = written(cased(clean))
    folded = fold(asked)
    kind = next((kind for kind, pattern in _KINDS if pattern.search(folded)), Kind.OTHER)
    told_by = {Kind.WHY: _REASON, Kind.WHO_ASKED: _WHO_ASKED}.get(kind)
    about = told_by.sub(" ", folded) if told_by else folded
    found = Counter(terms(about, vocabulary) or terms(folded, vocabulary))
    content = {term: count for term, count in found.items() if term not in _STOP_WORDS and term not in _STOP_HAN}
    content = content or dict(found)
    synonyms = [(found.term, found.forms) for found in glossary.synonyms(folded)]
    bridges = glossary.translations(folded)
    glosses = dictionary.translations(folded, bridges) if dictionary else []
    units = {Kind.PERCENT: {Unit.PERCENT}, Kind.POINTS: {Unit.POINTS}, Kind.FIGURE: {Unit.NUMBER}}.get(kind, set())
    # Asked for beside an amount, the change mostly stands beside it.
    left = _CHANGE.sub("\0", folded) if kind in (Kind.FIGURE, Kind.PERCENT) else ""
    wants_change = "\0" in left and not _AMOUNT.search(left)
    if wants_change or kind is Kind.FIGURE and _GUIDANCE.search(folded) and not _AMOUNT.search(folded):
        units = {*Unit}
    return Question(
        text=clean,
        asked=asked,
        folded=folded,
        is_han=has_han(folded),
        crosses=dictionary is not None,
        kind=kind,
        content=content,
        bridges=tuple((found.term, found.forms) for found in bridges),
        glosses=tuple((found.term, found.forms) for found in glosses if not _is_small(found.term)),
        synonyms=tuple(synonyms),
        stand_ins={t: tuple(f for known, forms in synonyms if is_part(t, known) for f in forms) for t in content},
        names=tuple(next(filter(None, match.groups())) for match in _NAME.finditer(asked)),
        known_names=tuple(found.forms for found in glossary.names(folded)),
        about_question=kind is Kind.WHO_ASKED or bool(_ASKED.search(folded)),
        wants_magnitude=bool(_BIG_UNIT.search(folded)),
        parts=1 + len(re.findall(r"[,，、;；?？]\s*(?=\S{2,})|\band\b (?:what|how|why|who|when)", folded)),
        units=frozenset(units),
        wants_change=wants_change,
    )


def is_part(term: str, known: str) -> bool:
    """Whether a word or search term is of a term of the glossary."""
    if not term.isascii():
        return term in known
    return not {term, stem(term)}.isdisjoint(map(stem, known.replace("-", " ").split()))


def _is_small(term: str) -> bool:
    """Whether a term is made of words that say nothing of what the question is about."""
    return term in _STOP_HAN or all(stem(word) in _STOP_WORDS for word in term.split())
