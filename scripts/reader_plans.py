"""Made-up plans of companies with questions about them: what will be spent, bought and reached, in two languages.

SQuAD's questions look back, and those of its unanswerable ones that look ahead teach a reader that "will" and "next year"
are not answered. In calls they are: management guides, plans and has budgets, and analysts suppose figures that
management does not confirm. The wrong passages are such suppositions, last year's spending, another plan, and talk of the
plan without its figure.
"""

from __future__ import annotations

import random

from reader_figures import COMPANIES, form, joined, numbers, words
from reader_groups import Group, Pair

from rag.text import cased

_PURPOSES = words("""
新工厂|new factories; 数据中心|data centres; 门店翻新|store refurbishment; 电池研发|battery research;
海外仓库|overseas warehouses; 员工培训|staff training; 自动驾驶|autonomous driving; 人工智能芯片|AI chips;
品牌推广|brand marketing; 内容版权|content licences; 充电网络|charging stations; 新药临床试验|clinical trials;
软件升级|software upgrades; 股份回购|share buybacks; 环保设备|emission control; 客服中心|customer service
""")
_PERIODS = words("""
明年|next year; 下个季度|next quarter; 下半年|in the second half; 未来三年|over the next three years;
今年余下时间|in the rest of this year; 下一财年|in the next fiscal year
""")
_QUESTIONS = (
    "{c}{p}打算投入多少? / {p}{c}会在{o}上花多少钱？ / {p}用于{o}的预算是多少? / {c}计划{p}为{o}投资多少 / "
    "{p}{o}的投资会有多少？ / 公司{p}准备拿出多少资金? / {o}的支出指引是多少?",
    "How much will {c} invest {p}? / How much will {c} spend on {o} {p}? / What is the budget for {o} {p}? / "
    "How much does {c} plan to put into {o} {p}? / What will {c} spend {p}? / How much will be invested in {o}? / "
    "What is the spending guidance for {o} {p}? / how much money goes into {o} {p}",
)
_PLANNED = (
    "我们计划{p}在{o}上投入{f}。 / {p}将有{f}投向{o}。 / 管理层批准了{p}{f}的{o}预算。 / 预计{p}用于{o}的支出约为{f}。 / "
    "{o}方面，{p}的投资会达到{f}。 / 公司{p}会拿出{f}做{o}，大部分在上半段发生。",
    "We will put {f} into {o} {p}, most of it early on.  / We plan to spend about {f} on {o} {p}.  / "
    "We are going to invest {f} in {o} {p}.  / The board has approved {f} for {o} {p}.  / "
    "Our guidance for {o} {p} is {f}.  / For {o}, we expect spending of {f} {p}. ",
)
_SUPPOSED = (
    "请问{c}{p}是不是会像市场预期的那样，在{o}上投入{f}左右？ / 想请教{o}的预算，{p}会不会到{f}？ / 有报道说{p}{o}要花{f}，管理层能否评论？",
    "Will {c} spend about {f} on {o} {p}, as analysts expect?  / Could you say whether the {o} budget will be near {f} {p}?  / "
    "There are reports that {f} will go into {o} {p}. Is that right? ",
)
_SPENT = (
    "去年我们在{o}上花了{f}。 / 上半年{o}的支出为{f}，与预算一致。 / {o}去年用去{f}。",
    "Last year we spent {f} on {o}.  / Spending on {o} was {f} in the past quarter.  / In the last fiscal year {o} cost us {f}. ",
)
_VAGUE = (
    "关于{o}，我们{p}会保持审慎，暂不给出具体金额。 / {p}{o}仍是我们的重点。 / {o}的预算还在讨论，定下来会公布。",
    "We will invest in {o} {p} with discipline and give no figure.  / {o} will remain a priority {p}.  / "
    "The budget for {o} is under discussion and will be announced. ",
)


def groups(count: int, rng: random.Random) -> list[Group]:
    """``count`` groups; a sixth has no right passage, a half has English passages."""
    return [_group(rng) for _ in range(count)]


def _group(rng: random.Random) -> Group:
    language, question = rng.choice([(0, 0), (0, 1), (1, 0), (1, 1)])
    company, period = rng.choice(COMPANIES)[question], rng.choice(_PERIODS)
    purpose, other = rng.sample(_PURPOSES, 2)
    asked = form(_QUESTIONS[question], rng)
    text = asked.format(c=company, p=period[question], o=purpose[question])
    told = rng.choice(COMPANIES)[language]

    def said(forms: str, about: list[str] = purpose) -> tuple[str, str]:
        figure = numbers(rng, money=True)[language]
        sentence = form(forms, rng).format(c=told, p=period[language], o=about[language], f=figure)
        return sentence[0].upper() + sentence[1:] + (" " if language else ""), figure

    planned, figure = said(_PLANNED[language])
    beside = [(said(_SPENT[language], other)[0], None)] if rng.random() < 0.5 else []
    right = joined([(planned, figure), *beside], rng)
    wrong = [said(_SUPPOSED[language]), said(_SPENT[language]), said(_VAGUE[language])]
    # A question that names no purpose is answered by another purpose's plan as well.
    if "{o}" in asked:
        wrong.append(said(_PLANNED[language], other))
    pairs = [Pair(joined([(sentence, None)], rng).text) for sentence, _ in rng.sample(wrong, 3)]
    kind = ("zh", "en")[question] + ("" if question == language else ("-zh", "-en")[language])
    if rng.random() < 1 / 6:
        return Group(cased(text), pairs[:2], f"{kind} made impossible")
    return Group(cased(text), [right, *pairs], f"{kind} made")
