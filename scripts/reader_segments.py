"""Made-up reports by segment with questions about them, in two languages: revenue, profit, margin and share of each.

A report tells several metrics of the same segments. Its paragraphs differ by the metric, which is named once and left out
for the segments that follow ("物流的毛利为 8 亿元；门店为 12 亿元"), or by the segment. So the words of a question stand in most of
them, and which figure is meant is told only by reading on. All segments, companies and figures are invented by `random`.
"""

from __future__ import annotations

import random
import re

from reader_figures import words
from reader_groups import Group, Pair

from rag.text import cased

_SEGMENTS = words("""
云与智能产业|cloud and smart industries; 数字娱乐|digital entertainment; 广告业务|advertising;
本地生活|local services; 支付与保险|payments and insurance; 硬件设备|hardware; 海外电商|overseas commerce;
物流服务|logistics services; 会员与内容|membership and content; 企业软件|enterprise software; 出行服务|mobility;
教育业务|education; 健康业务|healthcare; 智能家居|smart home; 储能业务|energy storage; 零售门店|retail stores
""")
_CHANNELS = words("""
小程序|mini apps; 直播间|live rooms; 搜索页|search pages; 短视频|short videos; 线下门店|physical shops;
海外站点|overseas sites; 合作伙伴渠道|partner channels
""")
_REASONS = words("""
高毛利产品的占比提高|products with higher margins became a larger share; 服务器效率提升|servers became more efficient;
采购成本下降|purchasing costs came down; 新客户增长较快|new customers came in quickly; 平均售价上调|average prices were raised;
自动化减少了人工|automation saved labour; 渠道费用降低|channel fees fell; 推荐算法升级|the recommendation algorithm was upgraded;
海外需求回暖|overseas demand recovered; 续费率改善|renewal rates improved; 补贴减少|subsidies were cut back;
产品组合优化|the product mix improved
""")
_PERIODS = words("""
本季度|this quarter; 第一季度|in the first quarter; 第二季度|in the second quarter; 第三季度|in the third quarter;
上半年|in the first half; 全年|for the full year; |
""")

#: Kind of question → its forms in Chinese and in English.
_QUESTIONS = {
    "revenue": (
        "{p}{s}收入是多少? / {s}{p}收入有多少亿？ / {s}的收入{p}达到多少 / {p}{s}赚了多少收入? / {s}营收多少?",
        "What was {s} revenue {p}? / How much revenue did {s} bring {p}? / {s} revenue {p} / How large were {s} sales {p}?",
    ),
    "profit": (
        "{p}{s}毛利是多少? / {s}的毛利{p}有多少？ / {s}{p}毛利达到多少",
        "What was the gross profit of {s} {p}? / How much gross profit did {s} make {p}?",
    ),
    "margin": (
        "{s}毛利率是多少? / {p}{s}的毛利率有多高？ / {s}{p}毛利率多少",
        "What was the gross margin of {s} {p}? / How high was {s} margin {p}?",
    ),
    "share": (
        "{s}占总收入多少? / {s}收入占比是多少？ / 总收入里{s}贡献几成?",
        "What share of revenue came from {s}? / How much of total revenue is {s}?",
    ),
    "growth": (
        "{p}{s}收入增长多少? / {s}收入同比增速是多少？ / {s}{p}收入增加了百分之几?",
        "How much did {s} revenue grow {p}? / By what percentage did revenue from {s} rise {p}?",
    ),
    "why revenue": (
        "{s}收入为什么增长? / {p}{s}收入增长的原因是什么？ / 什么带动了{s}的收入?",
        "Why did {s} revenue grow {p}? / What drove revenue of {s} {p}?",
    ),
    "why margin": (
        "{s}毛利率为什么上升? / {p}{s}毛利率提高的原因是什么？ / {s}的毛利率怎么改善的?",
        "Why did the margin of {s} rise {p}? / What improved {s} gross margin?",
    ),
}
#: Paragraphs that tell one segment: the answers to a kind of question are set between the marks of that kind.
_TOLD = (
    "{s}{p}实现收入<revenue>{f}</revenue>，增幅<growth>{g}</growth>，主要是<why revenue>{r}</why revenue>。 / "
    "{p}{s}的营收上涨<growth>{g}</growth>至<revenue>{f}</revenue>，背后是<why revenue>{r}</why revenue>。 / "
    "先说{s}：收入<revenue>{f}</revenue>，比去年多<growth>{g}</growth>，因为<why revenue>{r}</why revenue>。 / "
    "{s}这一块，<why revenue>{r}</why revenue>，收入因此增加<growth>{g}</growth>，录得<revenue>{f}</revenue>。",
    "{s} brought revenue of <revenue>{f}</revenue> {p}, <growth>{g}</growth> more, as <why revenue>{r}</why revenue>.  / "
    "{p} revenue of {s} climbed <growth>{g}</growth> to <revenue>{f}</revenue>; <why revenue>{r}</why revenue>.  / "
    "First {s}: <why revenue>{r}</why revenue>, so sales rose <growth>{g}</growth> and came to <revenue>{f}</revenue>. ",
)
#: Paragraphs of one metric: how they begin, and what they say of a segment first and of those that follow.
_LISTS = {
    "profit": (
        (
            "接下来看毛利。{p}集团毛利合计{f}，升{g}。 / 毛利额上，集团{p}做到{f}，多了{g}。",
            "{s}的毛利为<profit>{f}</profit>，升{g}，约占{h}； / {s}毛利<profit>{f}</profit>，多{g}，是集团的{h}；",
            "{s}为<profit>{f}</profit>，升{g}，约占{h}； / {s}<profit>{f}</profit>，多{g}，是集团的{h}；",
        ),
        (
            "Now to gross profit, {f} for the group {p}, {g} more.  / The group made a gross profit of {f} {p}. ",
            "The gross profit of {s} was <profit>{f}</profit>, {g} more and {h} of the whole; ",
            "that of {s} <profit>{f}</profit>, {g} more and {h} of the whole; / {s} had <profit>{f}</profit>, up {g}; ",
        ),
    ),
    "margin": (
        (
            "各业务的毛利率如下，集团合计{h}，高了{n}个百分点。 / 再看毛利率，全集团{h}，改善{n}个百分点。",
            "{s}的毛利率是<margin>{h}</margin>，高了{n}个百分点，原因是<why margin>{r}</why margin>。",
            "{s}是<margin>{h}</margin>，改善{n}个百分点，因为<why margin>{r}</why margin>。 / "
            "<why margin>{r}</why margin>，使{s}的毛利率升到<margin>{h}</margin>，多{n}个百分点。",
        ),
        (
            "Gross margins by business follow; the group had {h}, {n} points better.  / Margins next: {h} for the group. ",
            "{s} had a gross margin of <margin>{h}</margin>, {n} points better, because <why margin>{r}</why margin>. ",
            "{s} came to <margin>{h}</margin>, {n} points better, because <why margin>{r}</why margin>.  / "
            "As <why margin>{r}</why margin>, the margin of {s} went up {n} points to <margin>{h}</margin>. ",
        ),
    ),
    "share": (
        (
            "收入构成上，{p}集团总营收涨了{g}。 / {p}的收入从哪里来？总额比去年多{g}。",
            "{s}贡献了收入的<share>{h}</share>； / 其中<share>{h}</share>来自{s}；",
            "{s}占<share>{h}</share>； / <share>{h}</share>来自{s}；",
        ),
        (
            "As to the mix, group revenue {p} was {g} higher.  / Where did revenue {p} come from? ",
            "{s} contributed <share>{h}</share> of revenue; ",
            "{s} <share>{h}</share>; / <share>{h}</share> came from {s}; ",
        ),
    ),
}
_PART = (
    "单看{c}，{s}的收入涨了大约{g}，客流也更多。 / {c}带来的{s}收入比去年高{g}，其他渠道没有披露。",
    "From {c} alone, {s} took in about {g} more.  / What {c} bring to {s} was {g} higher; other channels are not told. ",
)
_TOTAL = (
    "{p}集团营收{f}，增幅{g}，营业费用{e}。 / 合计收入{f}，经营溢利{e}，比去年好{g}。",
    "The group took in {f} {p}, {g} more, and spent {e}.  / All businesses together had sales of {f} and earned {e}. ",
)
_TALK = (
    "想问{s}，收入和利润率接下来会怎么走？多谢。 / 影响{s}的因素很多，下面逐一说明。 / {s}势头不错，投入会保持。",
    "A question about {s}: where do revenue and margin go from here?  / Many things move {s}; let me go through them.  / "
    "{s} has momentum and we keep investing. ",
)
#: Kinds of lists that tell nothing of what is asked for; the segment's own paragraph tells revenue, growth and their reason.
_OWN = {"revenue", "growth", "why revenue"}
_LIST_OF = {"profit": "profit", "margin": "margin", "share": "share", "why margin": "margin"}


def groups(count: int, rng: random.Random) -> list[Group]:
    """``count`` groups; a sixth has no right passage, a third has English passages."""
    return [_Report(rng).group() for _ in range(count)]


class _Report:
    """A report in one language and a question about it in one."""

    def __init__(self, rng: random.Random):
        self._rng = rng
        self._language, self._asks_in = rng.choices([(0, 0), (0, 1), (1, 0), (1, 1)], [4, 3, 1.5, 1.5])[0]
        self._segments = rng.sample(_SEGMENTS, 4)
        self._period = rng.choice(_PERIODS)

    def group(self) -> Group:
        rng, asked = self._rng, self._segments[0]
        kind = rng.choice(list(_QUESTIONS))
        form = rng.choice(_QUESTIONS[kind][self._asks_in].split(" / "))
        question = form.format(s=asked[self._asks_in], p=self._period[self._asks_in])
        question = " ".join(question.split()).replace(" ?", "?")
        rest = self._segments[1:]
        wrong = [self._own(rest[:2]), self._part(asked), self._total(), self._talk(asked)]
        others = [name for name in _LISTS if name != _LIST_OF.get(kind)]
        wrong += [self._lists([name]) for name in others] + [self._lists(rng.sample(others, 2))]
        if kind in _OWN:
            right = self._own([asked, *rest[:1]] if rng.random() < 0.5 else [asked])
        else:
            beside = others[:1] if rng.random() < 0.5 else []
            right = self._lists(rng.sample([_LIST_OF[kind], *beside], 1 + len(beside)))
            wrong += [self._own([asked]), self._list(_LIST_OF[kind], rest)]
        pairs = [_pair(text, None, asked[self._language]) for text in rng.sample(wrong, 3)]
        language = ("zh", "en")[self._asks_in]
        if self._asks_in != self._language:
            language += ("-zh", "-en")[self._language]
        if rng.random() < 1 / 6:
            return Group(cased(question), pairs, f"{language} segments impossible")
        return Group(cased(question), [_pair(right, kind, asked[self._language]), *pairs], f"{language} segments")

    def _fill(self, form: str, segment: list[str] | None = None) -> str:
        """A form with figures; what answers is set between marks that name the segment too."""
        rng, at = self._rng, self._language
        name = segment[at] if segment else ""
        money = [rng.choice([rng.randint(11, 99) / 10, rng.randint(10, 990)]) for _ in range(2)]
        sums = [f"{m:g}亿元" if at == 0 else f"RMB {m / 10:g} billion" for m in money]
        text = rng.choice(form.split(" / ")).format(
            **{"s": name, "p": self._period[at], "f": sums[0], "e": sums[1], "g": f"{rng.randint(2, 80)}%"},
            **{"h": f"{rng.randint(3, 88)}%", "n": rng.randint(1, 9)},
            **{"r": rng.choice(_REASONS)[at], "c": rng.choice(_CHANNELS)[at]},
        )
        text = " ".join(text.split()) + " " * at
        text = text.lstrip("，").replace("</", "<\0").replace("<", f"<{name}:").replace(":\0", ":/")
        return text[:1].upper() + text[1:] if at else text

    def _own(self, segments: list[list[str]]) -> str:
        return "".join(self._fill(_TOLD[self._language], segment) for segment in segments)

    def _lists(self, names: list[str]) -> str:
        return "".join(self._list(name, self._rng.sample(self._segments, len(self._segments))) for name in names)

    def _list(self, name: str, segments: list[list[str]]) -> str:
        head, first, other = _LISTS[name][self._language]
        parts = [self._fill(other if number else first, segment) for number, segment in enumerate(segments)]
        return self._fill(head) + "".join(parts)

    def _part(self, segment: list[str]) -> str:
        return self._fill(_PART[self._language], segment)

    def _total(self) -> str:
        return self._fill(_TOTAL[self._language])

    def _talk(self, segment: list[str]) -> str:
        return self._fill(_TALK[self._language], segment)


def _pair(marked: str, kind: str | None, segment: str) -> Pair:
    """The text without marks; what stands between those of the kind and the segment is the answer, None where there is none."""
    text, span, opened = "", None, None
    for number, part in enumerate(re.split(r"<([^<>]*)>", marked)):
        if number % 2 == 0:
            text += part
        elif part == f"{segment}:{kind}":
            opened = len(cased(text))
        elif part == f"{segment}:/{kind}" and opened is not None:
            span = opened, len(cased(text))
    return Pair(cased(text.rstrip()), kind is not None, span)
