"""Made-up company reports with questions about them: figures, growth, reasons and who said what, in two languages.

What SQuAD-like data lacks and calls are full of: many figures side by side, where the right metric and the right period
decide; a metric that is spoken of without its figure; an analyst who asks about it and does not answer. Every group's
wrong passages are such near misses. All companies, people and figures are invented by `random`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from reader_groups import Group, Pair

from rag.text import cased


def words(text: str) -> list[list[str]]:
    """Chinese and English, each pair ended by a semicolon."""
    return [pair.strip().split("|") for pair in text.split(";")]


def form(forms: str, rng: random.Random) -> str:
    """One of the forms that are parted by a slash."""
    return rng.choice(forms.split(" / ")).strip()


_METRICS = words("""
收入|revenue; 营业收入|operating revenue; 净利润|net profit; 毛利|gross profit; 毛利率|gross margin;
经营利润|operating profit; 研发投入|R&D expense; 资本开支|capital expenditure; 自由现金流|free cash flow;
月活跃用户|monthly active users; 付费用户数|paying subscribers; 广告收入|advertising revenue;
游戏收入|games revenue; 海外收入|overseas revenue; 云业务收入|cloud revenue; 支付业务收入|payment revenue;
会员收入|membership revenue; 物流成本|logistics cost; 销售费用|selling expenses;
行政费用|administrative expenses; 员工人数|headcount; 门店数量|number of stores; 订单量|order volume;
出货量|shipments; 新能源车销量|electric vehicle sales; 存款总额|total deposits; 贷款余额|loan balance;
不良贷款率|non-performing loan ratio; 净息差|net interest margin; 保费收入|premium income;
股份回购|share repurchases; 每股股息|dividend per share; 现金余额|cash balance; 总负债|total debt;
芯片业务收入|semiconductor revenue; 企业服务收入|enterprise services revenue; 短视频收入|short video revenue;
音乐订阅收入|music subscription revenue; 直播收入|live streaming revenue;
电商交易额|e-commerce transaction volume
""")
_PERIODS = words("""
第一季度|in the first quarter; 第二季度|in the second quarter; 第三季度|in the third quarter;
第四季度|in the fourth quarter; 上半年|in the first half; 全年|for the full year;
去年同期|in the same period last year
""")
COMPANIES = words("""
海岳科技|Haiyue; 北辰重工|Beichen Heavy; 蓝湾零售|Bluebay; 金橡银行|Goldoak Bank; 长河物流|Longriver; 南屿航空|Southisle;
松石能源|Turquoise Energy; 青柠传媒|Greenlime Media; 远帆汽车|Farsail Motors; 白塔医药|Whitetower
""")
_REASONS = words("""
人工智能推荐提高了点击率|AI recommendation raised click-through rates;
新产品上线后用户增长较快|users grew quickly after the new product was launched;
原材料价格上涨|raw material prices rose; 汇率波动|exchange rates moved against us;
我们关闭了亏损的门店|we closed stores that lost money;
企业客户增加了预算|enterprise customers raised their budgets;
春节假期的需求强劲|demand over the New Year holiday was strong; 竞争对手降价|competitors cut their prices;
服务器折旧增加|depreciation of servers increased; 我们提高了平均售价|we raised average selling prices;
监管政策有所调整|regulation was changed; 供应链恢复正常|the supply chain went back to normal;
低毛利业务的占比下降|low-margin businesses became a smaller share;
员工薪酬和奖金上升|salaries and bonuses went up
""")
_TOPICS = words("""
我们不会参与价格战|we will not join a price war;
芯片的库存足够支持训练|we have enough chips in stock for training;
明年会继续回购股份|share repurchases will go on next year;
海外市场是下一个重点|overseas markets are the next priority;
人工智能会提高所有业务的效率|AI will make every business more efficient;
短期内不会分拆子公司|no subsidiary will be spun off in the short term;
消费者的信心正在恢复|consumer confidence is coming back;
公司对并购持谨慎态度|the company is cautious about acquisitions
""")
_TITLES = words(
    "董事长|chairman; 首席执行官|chief executive; 总裁|president; 首席财务官|chief financial officer; 首席战略官|chief strategy officer"
)
_NAMES = words(
    "陈立行|Chen Lixing; 周雅文|Zhou Yawen; 何承志|He Chengzhi; 林若川|Lin Ruochuan; 宋以宁|Song Yining; 方绍明|Fang Shaoming; 杜可心|Du Kexin; 罗维安|Luo Weian"
)


#: Kind of question or sentence and language (0 Chinese, 1 English) → its forms.
_FORMS = {
    ("figure", 0): "{p}{m}是多少? / {p}的{m}有多少 / {m}{p}达到多少？ / {p}{m}多少钱? / 请问{p}{m}的规模",
    ("figure", 1): "What was {m} {p}? / How much was {m} {p}? / How high was {m} {p}? / {m} {p}",
    ("growth", 0): "{p}{m}同比增长多少? / {m}{p}的增速是多少 / {p}{m}增加还是减少? / {p}{m}同比变化多少？",
    (
        "growth",
        1,
    ): "How much did {m} grow {p}? / By what percentage did {m} change {p}? / Did {m} rise or fall {p}? / {m} growth rate {p}",
    ("reason", 0): "{p}{m}为什么变化? / {m}变动的原因是什么？ / 是什么带动了{p}{m}? / 为何{p}{m}出现变化",
    ("reason", 1): "Why did {m} change {p}? / What drove {m} {p}? / What was the reason for the change in {m} {p}?",
    (
        "told",
        0,
    ): "{p}{m}为{f}，同比{up}{g} / {p}，{m}同比{up}{g}，达到{f} / {m}在{p}{up}{g}至{f} / {p}我们的{m}录得{f}，较上年同期{up}{g}",
    (
        "told",
        1,
    ): "{m} {p} was {f}, and {up} {g} year on year / {p}, {m} {up} {g} to {f} / {m} {up} {g} {p} and reached {f}",
    (
        "vague",
        0,
    ): "我们会继续关注{m}，并保持纪律。 / 关于{m}，我们不提供具体指引。 / {m}的定义与往年一致。 / 长期来看，{m}还有很大的空间。 / {m}将在下个季度单独披露。",
    (
        "vague",
        1,
    ): "We keep a close eye on {m} and stay disciplined.  / We give no guidance on {m}.  / The definition of {m} is the same as before.  / In the long run we see much room for {m}. ",
    (
        "analyst",
        0,
    ): "谢谢管理层接受我的提问。想请教{m}的趋势，以及{n}会不会受影响？ / 恭喜业绩强劲。我的问题是{m}的变化原因是什么，增长能持续吗？ / 能否谈谈{m}和{n}的展望？{p}之后怎么看？",
    (
        "analyst",
        1,
    ): "Thank you for taking my question. Could you talk about {m} and whether {n} is affected?  / Congratulations on the results. What is behind {m}, and can it last? ",
    ("said", 0): "{t}{n}表示，{s}。 / {n}（{t}）：{s}。 / {t}{n}在会上指出{s}。",
    ("said", 1): "{n}, {t}, said that {s}.  / {t} {n} noted that {s}. ",
}


@dataclass(frozen=True, slots=True)
class _Fact:
    """A metric in a period: names in (Chinese, English)."""

    metric: list[str]
    period: list[str]
    figure: tuple[str, str]
    growth: tuple[str, str]
    reason: list[str]
    rises: bool


def groups(count: int, rng: random.Random) -> list[Group]:
    """``count`` groups; a fifth has no right passage, a quarter has English passages."""
    return [_group(rng) for _ in range(count)]


def _group(rng: random.Random) -> Group:
    passage = 1 if rng.random() < 0.25 else 0
    question = passage if rng.random() < 0.4 else 1 - passage
    facts = [_fact(rng, metric) for metric in rng.sample(_METRICS, 6)]
    asked = facts[0]
    kind = rng.choices(["figure", "growth", "reason", "who", "topic"], [4, 2, 2, 1, 1])[0]
    if kind in ("who", "topic"):
        text, right, wrong = _spoken(kind, facts, passage, question, rng)
    else:
        dated = rng.random() < 0.6
        text = _question(kind, asked, question, rng, dated=dated)
        right = joined([_sentence(asked, kind, passage, rng), *_others(facts[1:3], passage, rng)], rng)
        period = rng.choice([p for p in _PERIODS if p != asked.period])
        other = _fact(rng, asked.metric, period)
        wrong = [
            joined([_sentence(facts[3], kind, passage, rng), *_others(facts[1:2], passage, rng)], rng),
            joined([(_vague(asked, passage, rng), None), *_others(facts[4:5], passage, rng)], rng),
            joined([(_analyst(asked, facts[5], passage, rng), None)], rng),
            joined(_others(facts[1:3], passage, rng), rng),
        ]
        # Without a period in the question another period's figure would answer as well.
        if dated:
            wrong.append(joined([_sentence(other, kind, passage, rng)], rng))
    wrong = [Pair(p.text) for p in rng.sample(wrong, 3)]
    language = ("zh", "en")[question] + ("-en" if passage else "-zh") if question != passage else ("zh", "en")[passage]
    if rng.random() < 0.2:
        return Group(cased(text), wrong[:2], f"{language} made impossible")
    return Group(cased(text), [right, *wrong], f"{language} made")


def numbers(rng: random.Random, *, money: bool = False) -> tuple[str, str]:
    """A figure in Chinese and in English."""
    value = rng.choice([rng.randint(11, 99) / 10, rng.randint(10, 999), rng.randint(1000, 3000)])
    form = rng.choice(["亿元", "亿元人民币", "亿", "亿美元"] + ([] if money else ["万", "%"]))
    if form == "%":
        return f"{value % 100:g}%", f"{value % 100:g} percent"
    if form == "万":
        return f"{value:g}万", f"{value * 10:g} thousand"
    if 10 <= value < 100 and rng.random() < 0.6:
        return f"{value:g}{form}", f"{value * 100:g} million {'dollars' if '美' in form else 'yuan'}"
    return f"{value:g}{form}", f"{'US$' if '美' in form else 'RMB '}{value / 10:g} billion"


def _growth(rng: random.Random) -> tuple[str, str]:
    growth = f"{rng.randint(1, 120)}%"
    return growth, growth


def _fact(rng: random.Random, metric: list[str], period: list[str] | None = None) -> _Fact:
    period = period or rng.choice(_PERIODS)
    return _Fact(metric, period, numbers(rng), _growth(rng), rng.choice(_REASONS), rng.random() < 0.7)


def _question(kind: str, fact: _Fact, language: int, rng: random.Random, *, dated: bool) -> str:
    m, p = fact.metric[language], fact.period[language] if dated else ""
    if rng.random() < 0.35:
        # The passage says "we" of the company that the question names.
        m = rng.choice(COMPANIES)[language] + ("的", "'s ")[language] + m
    forms = _FORMS[kind, language].split(" / ")
    found = " ".join(rng.choice(forms).format(m=m, p=p).split()).replace(" ?", "?")
    return found.lstrip("的")


def _sentence(fact: _Fact, kind: str, language: int, rng: random.Random) -> tuple[str, str]:
    """A sentence that tells the fact, and the words in it that answer a question of this kind."""
    m, p, f, g, r = (x[language] for x in (fact.metric, fact.period, fact.figure, fact.growth, fact.reason))
    if language == 0:
        up = rng.choice(["增长", "上升", "增加"] if fact.rises else ["下降", "减少", "下滑"])
        because = rng.choice(["主要得益于", "主要因为", "原因是", "这反映了", "由于"])
        head = rng.choice(_FORMS["told", 0].split(" / "))
        tail = "，{b}{r}。" if kind == "reason" or rng.random() < 0.4 else "。"
    else:
        up = rng.choice(["rose", "grew", "increased"] if fact.rises else ["fell", "declined", "decreased"])
        because = rng.choice(["mainly because", "as", "which reflects that", "since"])
        head = rng.choice(_FORMS["told", 1].split(" / "))
        tail = ", {b} {r}. " if kind == "reason" or rng.random() < 0.4 else ". "
    text = (head + tail).format(m=m, p=p, f=f, g=g, r=r, up=up, b=because)
    text = text[0].upper() + text[1:]
    return text, {"figure": f, "growth": g, "reason": r}[kind]


def _others(facts: list[_Fact], language: int, rng: random.Random) -> list[tuple[str, None]]:
    kept = facts[: rng.randint(0, len(facts))] or facts[:1]
    return [(_sentence(f, rng.choice(["figure", "reason"]), language, rng)[0], None) for f in kept]


def _vague(fact: _Fact, language: int, rng: random.Random) -> str:
    """Speaks of the metric and does not tell what is asked."""
    return rng.choice(_FORMS["vague", language].split(" / ")).format(m=fact.metric[language])


def _analyst(fact: _Fact, other: _Fact, language: int, rng: random.Random) -> str:
    form = rng.choice(_FORMS["analyst", language].split(" / "))
    return form.format(m=fact.metric[language], n=other.metric[language], p=fact.period[0])


def _spoken(
    kind: str, facts: list[_Fact], language: int, asked: int, rng: random.Random
) -> tuple[str, Pair, list[Pair]]:
    people = list(zip(rng.sample(_NAMES, 4), rng.sample(_TITLES, 4), rng.sample(_TOPICS, 4), strict=True))
    said = []
    for name, title, topic in people:
        n, t, s = name[language], title[language], topic[language]
        form = rng.choice(_FORMS["said", language].split(" / "))
        said.append((form.format(n=n, t=t, s=s), n if kind == "who" else s))
    name, title, topic = people[0]
    if kind == "who":
        by_title = [f"{title[0]}是谁?", f"谁是公司的{title[0]}？"] if asked == 0 else [f"Who is the {title[1]}?"]
        by_topic = [f"谁说{topic[0]}?", f"是谁表示{topic[0]}？"] if asked == 0 else [f"Who said that {topic[1]}?"]
        text = rng.choice(by_title + by_topic)
    elif asked == 0:
        text = rng.choice([f"{name[0]}说了什么?", f"{title[0]}怎么看？", f"{title[0]}{name[0]}表示什么"])
    else:
        text = rng.choice([f"What did {name[1]} say?", f"What did the {title[1]} say?"])
    right = joined([said[0], *_others(facts[:1], language, rng)], rng)
    return text, right, [joined([(s, None), *_others(facts[2:3], language, rng)], rng) for s, _ in said[1:]]


def joined(parts: list[tuple[str, str | None]], rng: random.Random) -> Pair:
    """The sentences in some order; an answer's span is looked up within its own sentence."""
    rng.shuffle(parts)
    text, span = "", None
    for sentence, answer in parts:
        if answer is not None:
            at = sentence.index(answer) if answer in sentence else -1
            span = (
                (len(cased(text + sentence[:at])), len(cased(text + sentence[: at + len(answer)]))) if at >= 0 else None
            )
        text += sentence
    return Pair(cased(text.strip()), any(a is not None for _, a in parts), span)
