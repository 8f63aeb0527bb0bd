"""Made-up decisions of companies with questions about them: whether something will be done or will change, and what else is.

SQuAD has next to no questions that yes or no answers; calls have many, and the answer does not begin with a yes. It is said
in other words than the question's ("lay off staff" – "reduce our headcount"), or is the change itself ("from 30 days to 14"). The wrong passages are the analyst who asks, other decisions, how it is now, and talk
of the matter without a decision.
"""

from __future__ import annotations

import random

from reader_figures import COMPANIES, form, joined, words
from reader_groups import Group, Pair

from rag.text import cased

#: What can be done, as a question and as an answer says it: Chinese, Chinese, English, English.
_ACTIONS = words("""
取消包邮|每单另收运费|end free shipping|bill postage on every order;
裁员|精简人手|lay off staff|reduce our headcount; 涨价|上调产品售价|raise prices|increase what our products cost;
分拆子公司上市|让子公司独立挂牌|spin off the subsidiary|list the unit separately;
自己做芯片|自主研发处理器|make chips in-house|design processors of our own;
进军欧洲|在欧盟国家开展业务|enter Europe|do business in EU countries;
关闭门店|缩减线下网点|close shops|shrink our physical network; 做外卖|提供餐饮配送|deliver food|offer meal delivery;
开放模型|将大模型开源|open its models|release our large models as open source;
收购竞争对手|并购同行|buy competitors|acquire peers; 取消免费版|停止免费服务|drop the free version|end free access;
自建工厂|拥有自己的产线|build its own factories|run production lines of our own;
发行债券|通过债市融资|issue bonds|raise money in the debt market;
把服务器搬到海外|在境外部署算力|move servers abroad|place computing capacity overseas
""")
_DONE = (
    "{a}这件事已经定了，时间是明年春天。 / 我们没有{a}的打算。 / 今年之内不会{a}。 / 对，下半年开始{a}。 / "
    "董事会否决了{a}的提议。 / 等条件成熟我们会{a}，大概要两年。 / 说到{a}，试点已经开始了。",
    "It is settled that we {a}, next spring.  / We have no intention to {a}.  / Not this year: we will not {a}.  / "
    "Yes, we start to {a} in autumn.  / The board turned down the proposal to {a}.  / Given two years, we will {a}. ",
)
_WHETHER = (
    "{c}会{a}吗? / {c}会不会{a}？ / {c}是否打算{a}? / {c}有没有计划{a} / 未来{c}要{a}吗?",
    "Will {c} {a}? / Does {c} plan to {a}? / Is {c} going to {a}? / Could {c} {a}? / Any plans to {a}?",
)
#: What can change, with the kind of its value.
_TERMS = words("""
分红比例|the dividend payout|%; 佣金率|the commission rate|%; 会员价格|the membership fee|元; 配送费|delivery charges|元;
研发投入占比|R&D as a share of sales|%; 广告位数量|the number of ad slots|个; 保修期|the warranty period|个月; 退货期限|the return window|天;
门店数目|the number of stores|家; 订阅费|the subscription fee|元; 员工规模|the size of the staff|人; 抽成比例|the take rate|%;
税率|the tax rate|%; 负债率|the debt ratio|%; 广告占比|the share of ads|%; 充值折扣|the top-up discount|%
""")
_UNITS = {"%": "%", "元": " yuan", "个": "", "个月": " months", "天": " days", "家": " stores", "人": " people"}
_CHANGES = (
    "{m}会改变吗? / {m}会不会调整？ / {c}会提高{m}吗? / {c}是否打算下调{m}？ / {m}未来有变化吗? / {m}还会上升吗 / {m}会维持不变吗?",
    "Will {m} change? / Does {c} plan to raise {m}? / Is {c} going to cut {m}? / Will {m} go up? / Does {m} stay the same? / "
    "Is there any change in {m}?",
)
_CHANGED = (
    "董事会决定把{m}由{x}提高到{y}。 / 我们会把{m}从{x}下调至{y}，下月起生效。 / {m}将维持{x}不变。 / {m}明年不会调整。 / "
    "我们没有改变{m}的打算。 / 从下个季度起，{m}提升至{y}，此前为{x}。",
    "The board decided to raise {m} from {x} to {y}.  / We will cut {m} from {x} to {y} as of next month.  / "
    "We keep {m} at {x}.  / There will be no change in {m} next year.  / We have no intention to alter {m}.  / "
    "From next quarter on, {m} goes up to {y}; before it was {x}. ",
)
_NOW = (
    "{m}目前为{x}。 / 上季度{m}是{x}，与同行相近。",
    "{m} is {x} at present.  / Last quarter {m} was {x}, as at our peers. ",
)
_UNDECIDED = (
    "关于{m}，管理层会定期检讨，有决定时再公布。 / {m}的计算方法见附注。 / 很多投资者关心{m}。",
    "We look at {m} regularly and will tell you when there is a decision.  / The notes say how {m} is worked out.  / "
    "Many investors care about {m}. ",
)
_SUPPOSED = (
    "请问管理层，{m}之后会不会调整？竞争对手都在行动。 / 我想了解{m}的变化，以及对利润的影响。谢谢。",
    "Could management say whether {m} will be adjusted? Competitors are moving.  / I would like to understand {m} and what it means for profit. ",
)
_WONDERED = (
    "想请教公司会不会{a}？海外同行已经这样做了。 / 市场上有传言说你们要{a}，管理层能否评论？",
    "May I ask if you will {a}? Your overseas peers do.  / There is talk that you are about to {a}. Could you comment? ",
)
_FIELDS = words("""
咖啡|coffee; 茶饮|tea; 烘焙|bakery; 冷链|cold chains; 无人机|drones; 电池|batteries; 充电桩|chargers; 语音识别|speech recognition;
地图|maps; 保险|insurance; 音乐|music; 播客|podcasts; 玩具|toys; 露营装备|camping gear; 宠物食品|pet food; 眼镜|eyewear
""")
_BESIDES = (
    "除{x}之外，{c}还投资哪些品类？ / {c}除了{x}还卖什么? / 不算{x}，预算给了谁？ / {x}以外还有什么新品?",
    "Apart from {x}, what else does {c} invest in? / What does {c} sell besides {x}? / Who gets money other than {x}?",
)
_LISTED = (
    "{x}之外，<{y}、{z}和{w}>也拿到了预算。 / 预算分给了几处：{x}，以及<{y}、{z}、{w}>。 / 货架上有{x}，今年又添了<{y}、{z}和{w}>。",
    "Beside {x}, <{y}, {z} and {w}> got money too.  / The budget goes to {x} and, new this year, to <{y}, {z} and {w}>. ",
)
_ALONE = (
    "{x}今年卖得最好。 / {x}的产能明年翻倍。 / {x}会不会拖累其他品类？ / 只靠{x}是不够的，管理层很清楚。",
    "{x} sold best this year.  / Capacity for {x} doubles next year.  / Does {x} hold other products back?  / {x} alone is not enough. ",
)


def groups(count: int, rng: random.Random) -> list[Group]:
    """``count`` groups; a sixth has no right passage, a third has English passages."""
    return [_group(rng) for _ in range(count)]


def _group(rng: random.Random) -> Group:
    language, asks_in = rng.choices([(0, 0), (0, 1), (1, 0), (1, 1)], [4, 3, 1.5, 1.5])[0]
    make = rng.choices([_action, _change, _beside], [2, 2, 1])[0]
    question, right, wrong = make(rng.choice(COMPANIES)[asks_in], language, asks_in, rng)
    kind = ("zh", "en")[asks_in] + ("" if asks_in == language else ("-zh", "-en")[language])
    pairs = [Pair(joined([(_sentence(text, language), None)], rng).text) for text in rng.sample(wrong, 3)]
    if rng.random() < 1 / 6:
        return Group(cased(question), pairs[:2], f"{kind} decisions impossible")
    # What is said beside the answer is said of something else.
    beside = [(_sentence(rng.choice(wrong[-2:]), language), None)] if rng.random() < 0.3 else []
    begin, _, rest = right.partition("<")
    answer, _, end = rest.partition(">")
    said = _sentence(begin + answer + end, language)
    # The whole decision answers, where no part of it is marked.
    answer = answer or said.rstrip("。. ")
    return Group(cased(question), [joined([(said, answer), *beside], rng), *pairs], f"{kind} decisions")


#: A question, its answer, and what does not answer it: last two things said of another matter.
_Made = tuple[str, str, list[str]]


def _action(company: str, language: int, asks_in: int, rng: random.Random) -> _Made:
    asked, *others = rng.sample(_ACTIONS, 4)
    # The answer says it in the question's words or in its own.
    says = [action[2 * language + rng.choice([0, 1])] for action in (asked, *others)]
    question = form(_WHETHER[asks_in], rng).format(c=company, a=asked[2 * asks_in])
    done, wondered = _DONE[language], _WONDERED[language]
    wrong = [form(wondered, rng).format(a=says[0]), form(wondered, rng).format(a=asked[2 * language])]
    return (
        question,
        form(done, rng).format(a=says[0]),
        [*wrong, *(form(done, rng).format(a=other) for other in says[1:])],
    )


def _change(company: str, language: int, asks_in: int, rng: random.Random) -> _Made:
    asked, *others = rng.sample(_TERMS, 4)
    question = form(_CHANGES[asks_in], rng).format(c=company, m=asked[asks_in])

    def said(forms: tuple[str, str], term: list[str]) -> str:
        values = [f"{rng.randint(2, 90)}{term[2] if language == 0 else _UNITS[term[2]]}" for _ in range(2)]
        return form(forms[language], rng).format(m=term[language], x=values[0], y=values[1])

    wrong = [said(forms, asked) for forms in (_NOW, _UNDECIDED, _SUPPOSED)]
    return question, said(_CHANGED, asked), [*wrong, *(said(_CHANGED, other) for other in others[:2])]


def _beside(company: str, language: int, asks_in: int, rng: random.Random) -> _Made:
    fields = rng.sample(_FIELDS, 8)
    x, y, z, w, *others = (field[language] for field in fields)
    question = form(_BESIDES[asks_in], rng).format(c=company, x=fields[0][asks_in])
    wrong = [form(_ALONE[language], rng).format(x=x) for _ in range(2)]
    wrong += [form(_ALONE[language], rng).format(x=other) for other in others[:2]]
    return question, form(_LISTED[language], rng).format(x=x, y=y, z=z, w=w), wrong


def _sentence(text: str, language: int) -> str:
    return text[0].upper() + text[1:] + (" " if language else "")
