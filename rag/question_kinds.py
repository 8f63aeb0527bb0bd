"""The kind of answer that a question wants, by its words."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.figures import Unit


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
            r"(?:谁|哪位|哪个分析[师员]|哪家).{0,16}(?:问|提出|追问|关心|质疑|打听|想知道)|哪个人?(?:问(?!题)|追问|打听)|提问的?(?:人|者|分析[师员])是谁|\b(?:who|which (?:analyst|firm|bank|broker))\b.{0,30}\b(?:ask|asked|asks|question|questioned|raise|raised|brought up|bring up|brings up|wanted to know)\b",
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
_BIG_UNIT = re.compile(r"多少(?:亿|万)|几(?:亿|万)")
#: By how much something rose or fell; with a unit, what is asked for is an amount.
_CHANGE = re.compile(
    r"(?:[增上提][加长升调涨高]|下[降跌滑调]|减少|降低|扩大|缩[小减]|收窄|改善|变[动化]|[增升涨减降跌])[了过]?多少(?![亿万千百个元人名家款座项次台辆倍])|"
    r"\bby how much\b|\bhow much (?:higher|lower)\b|\bhow much (?:did|do|does|has|have|was|were|is|are)\b.*\b(?:gr[eo]wn?|"
    r"increased?|rise|rose|risen|fall|fell|fallen|declined?|drop(?:ped)?|decreased?|improved?|expand(?:ed)?|shr[aiu]nk|changed?|up|down)\b"
)
_AMOUNT = re.compile(r"多少|\bhow (?:much|many)\b|几(?!乎)")
#: Several things asked for in one question.
_ANOTHER = re.compile(r"[,，、;；?？]\s*(?=\S{2,})|\band\b (?:what|how|why|who|when)")


def kind_of(folded: str) -> Kind:
    """The kind of a folded question."""
    return next((kind for kind, pattern in _KINDS if pattern.search(folded)), Kind.OTHER)


def subject(folded: str, kind: Kind) -> str:
    """What of a folded question may say what it is about: all but what makes it one of reasons, or of who asked."""
    told_by = {Kind.WHY: _REASON, Kind.WHO_ASKED: _WHO_ASKED}.get(kind)
    return told_by.sub(" ", folded) if told_by else folded


def wants_change(folded: str, kind: Kind) -> bool:
    """Whether nothing is asked for but by how much something rose or fell."""
    # Asked for beside an amount, the change mostly stands beside it.
    left = _CHANGE.sub("\0", folded) if kind in (Kind.FIGURE, Kind.PERCENT) else ""
    return "\0" in left and not _AMOUNT.search(left)


def units(folded: str, kind: Kind) -> frozenset[Unit]:
    """The units of the figures that may answer; none where no figure is asked for."""
    if wants_change(folded, kind) or kind is Kind.FIGURE and _GUIDANCE.search(folded) and not _AMOUNT.search(folded):
        return frozenset(Unit)
    unit = {Kind.PERCENT: Unit.PERCENT, Kind.POINTS: Unit.POINTS, Kind.FIGURE: Unit.NUMBER}.get(kind)
    return frozenset() if unit is None else frozenset({unit})


def wants_magnitude(folded: str) -> bool:
    """Whether a figure in hundreds of millions or ten thousands is asked for ("多少億")."""
    return _BIG_UNIT.search(folded) is not None


def about_question(folded: str, kind: Kind) -> bool:
    """Whether what an analyst asked is wanted, rather than what was answered."""
    return kind is Kind.WHO_ASKED or _ASKED.search(folded) is not None


def parts(folded: str) -> int:
    """How many things are asked for."""
    return 1 + len(_ANOTHER.findall(folded))
