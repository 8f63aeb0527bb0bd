"""Questions as people type them in Hong Kong, Taipei or Beijing, with the words that ask put in written Chinese.

"賺咗幾多", "掉幾趴" and "为啥" ask as 赚了多少, 掉百分之几 and 为什么 do, which is what the rules for questions know, and what the
readers of questions were trained on.
"""

from __future__ import annotations

import re

# Folded forms.
_WRITTEN = {
    "几多": "多少",
    "几钱": "多少钱",
    "几耐": "多久",
    "几时": "什么时候",
    "点睇": "怎么看",
    "系咪": "是不是",
    "有冇": "有没有",
    "乜嘢": "什么",
    "而家": "现在",
    "今季": "本季",
    "呢季": "本季",
    "几趴": "百分之几",
    "多少趴": "百分之几",
    "为啥": "为什么",
    "咋": "怎么",
    "啥": "什么",
    "咩": "什么",
    "唔": "不",
    "冇": "没有",
    "嘅": "的",
    "咗": "了",
    "啲": "些",
    "喺": "在",
    "嗰": "那",
}
_COLLOQUIAL = re.compile("|".join(sorted(_WRITTEN, key=lambda word: (-len(word), word))))
# The same where no other word goes before: not 观点解读, 网点样本, 一边位于, 仲裁, 侵蚀.
_GUARDED = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"(?<![观焦重难热景站网地时])点解", "为什么"),
        (r"(?<![观焦重难热景站网地时])点样", "怎样"),
        (r"(?<![一两旁身周海岸东南西北左右上下里外这那])边个", "哪个"),
        (r"(?<![一两旁身周海岸东南西北左右上下里外这那])边位", "哪位"),
        (r"(?<![一两旁身周海岸东南西北左右上下里外这那])边间", "哪家"),
        (r"(?<![一两旁身周海岸东南西北左右上下里外这那])边度", "哪里"),
        (r"仲(?![裁介夏秋])", "还"),
        (r"(?<![侵腐剥日月])蚀", "亏损"),
    )
)


def written(folded: str) -> str:
    """A question, folded or cased, in the words of written Chinese."""
    found = _COLLOQUIAL.sub(lambda match: _WRITTEN[match[0]], folded)
    for pattern, word in _GUARDED:
        found = pattern.sub(word, found)
    return found
