"""Which Han characters are one character written otherwise: Traditional and Simplified, Taiwan's and Hong Kong's forms.

OpenCC's character tables are turned into classes when first needed. Its phrase tables exchange a few more pairs, right
in some words only (瞭解 is 了解, but 了 is not 瞭 elsewhere); for these the phrase conversion itself is the judge.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

_CONFIGS = ("t2s", "s2t", "tw2s", "hk2s", "s2tw", "s2hk", "tw2t", "hk2t", "t2tw", "t2hk")
_PHRASE_CONFIGS = ("t2s", "s2t", "s2tw", "s2hk")
_HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000))
#: Pairs that OpenCC's phrase tables exchange and its character tables do not, found by converting a dictionary's words.
_PHRASE_PAIRS = "沉沈 复覆 借藉 具俱 了瞭 链鍊 座坐 苏甦 背揹 夫伕 里哩 熏薰 像象 划画 拿拏 澄澂 坯坏 仿彷 浚濬 宁甯 戚鏚 檗蘗 枪鎗 焰燄 吣唚 斫斲"


@cache
def _converter(config: str):  # type: ignore[no-untyped-def]  # opencc ships no types
    import opencc

    return opencc.OpenCC(config)


@cache
def classes() -> dict[int, str]:
    """A table for ``str.translate``: each character that has variants → the one that stands for all of them, the Simplified one."""
    characters = [chr(code) for first, end in _HAN for code in range(first, end)]
    parent: dict[str, str] = {}

    def root(c: str) -> str:
        while c in parent:
            c = parent[c]
        return c

    simplified: dict[str, str] = {}
    for config in _CONFIGS:
        converted = _converter(config).convert("\n".join(characters)).split("\n")
        for c, other in zip(characters, converted, strict=True):
            if c != other and len(other) == 1:
                one, two = root(c), root(other)
                if one != two:
                    parent[one] = two
                if config == "t2s":
                    simplified[c] = other
    members: dict[str, list[str]] = {}
    for c in [*parent, *{root(c) for c in parent}]:
        members.setdefault(root(c), []).append(c)
    table = {}
    for group in members.values():
        counted = Counter(simplified.get(c, c) for c in group)
        standing = max(sorted(counted), key=lambda c: counted[c])
        table.update({ord(c): standing for c in group if c != standing})
    return table


@cache
def loosening() -> dict[int, str]:
    """A table for ``str.translate`` that makes the phrase pairs equal, so that candidates are found; `equivalence.same` judges them."""
    table = classes()
    pairs = [tuple(pair.translate(table)) for pair in _PHRASE_PAIRS.split()]
    return {ord(other): standing for standing, other in pairs if standing != other}


def conversions(text: str) -> list[str]:
    """The text and its conversions between scripts, phrases included; those that change its length are left out."""
    if any("\ud800" <= c <= "\udfff" for c in text):
        return [text]
    converted = (_converter(config).convert(text) for config in _PHRASE_CONFIGS)
    return [text, *(c for c in converted if len(c) == len(text))]
