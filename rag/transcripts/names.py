"""Whether a short text is a person's name."""

from __future__ import annotations

import re

from rag.transcripts import vocabulary as words

_HAN_NAME = re.compile(r"[㐀-鿿]{2,4}|[㐀-鿿]{1,8}[·•・][㐀-鿿]{1,8}")
_HONORIFIC = re.compile(r"(?:先生|女士|小姐|博士|教授)$")
_ALIAS = re.compile(r"\s*[(\uff08](?P<alias>[^()\uff08\uff09]{1,40})[)\uff09]$")
_MAX_WORDS = 5
# 毛利率 and 金額 begin with a family name's character, but no given name ends so.
_QUANTITY_ENDS = frozenset("率額额費费值量類类")

#: A regular expression for what follows a comma and still belongs to a Western name.
SUFFIX = r"(?:Jr|Sr|II|III|IV|CFA|Ph\.?D)\b\.?"
_SUFFIX = re.compile(rf"\s*,\s*{SUFFIX}$")


def without_alias(name: str) -> str:
    """The name without the second name in parentheses after it: "Jane Doe (JD)" → "Jane Doe"."""
    return _ALIAS.sub("", name)


def alias(name: str) -> str | None:
    """What stands in parentheses behind a name."""
    match = _ALIAS.search(name)
    return match["alias"].strip() if match else None


def name_words(text: str) -> int:
    """How many words of a name the text has, or 0 if it is no name.

    Western names are 1 to 5 capitalised words without digits, none of them a heading's word (revenue, note, our);
    Chinese names are 2 to 4 characters that begin with a family name, or parts joined by a middle dot, and count as 2.
    An alias in parentheses does not matter.
    """
    text = _SUFFIX.sub("", without_alias(text))
    if _HAN_NAME.fullmatch(_HONORIFIC.sub("", text)) or _HAN_NAME.fullmatch(text):
        return 2 if _is_chinese_name(text) else 0
    terms = text.split()
    if not 0 < len(terms) <= _MAX_WORDS or not all(_is_name_word(term) for term in terms):
        return 0
    # "de" or "van" alone name nobody.
    return sum(term[0].isupper() for term in terms)


def _is_chinese_name(text: str) -> bool:
    if text in words.ZH_NOT_NAMES or text[-1] in _QUANTITY_ENDS:
        return False
    bare = _HONORIFIC.sub("", text) or text
    if re.search(r"[·•・]", bare):
        return True
    if bare.startswith(words.COMPOUND_SURNAMES):
        return 3 <= len(bare) <= 4
    # Four characters are a compound surname's, or a married woman's with two surnames; otherwise a phrase.
    longest = 4 if len(bare) == 4 and bare[1] in words.SURNAMES else 3
    return bare[0] in words.SURNAMES and len(bare) <= longest


def _is_name_word(term: str) -> bool:
    if term.lower() in words.NAME_PARTICLES:
        return True
    letters = term.replace("-", "").replace("'", "").replace("’", "").replace(".", "")
    if not letters.isalpha() or not term[0].isupper() or term.lower().strip(".,'’") in words.NOT_IN_NAMES:
        return False
    # A full stop ends an initial or "Jr.", never a whole word: then this is the end of a sentence.
    return not (term.endswith(".") and len(letters) > 3)
