"""A question in a passage's words: "月活" for a passage that speaks of 月活跃账户.

A second stage that reads both together knows fewer of reporting's abbreviations than the glossary does.
"""

from __future__ import annotations

import re

from rag import term_lookup
from rag.question import Question
from rag.text import fold_with_map

#: An abbreviation; those of two letters (AI, IT, HR) are written so in both languages.
_SHORT = re.compile(r"[a-z]{3,5}")


def reworded(question: Question, folded: str) -> str:
    """The question in written words, but each term of the glossary that the passage has in other forms alone in the longest of these.

    Args:
        folded: the passage's folded text, in the question's language.
    """
    spots, at = [], 0
    for term, forms in question.synonyms:
        start = question.folded.find(term, at)
        if start < 0:  # written over two lines
            continue
        at = start + len(term)
        found = sorted((form for form in forms if term_lookup.stands(form, folded)), key=len, reverse=True)
        if found and not _stands_alone(term, found, folded):
            spots.append((start, at, found[0]))
    if not spots:
        return question.asked
    seen, text = fold_with_map(question.asked), question.asked
    for start, stop, form in reversed(spots):
        begin, end = seen.source(start, stop)
        text = text[:begin] + form + text[end:]
    return text


def written_out(question: Question) -> str:
    """The question with English abbreviations in the longest of their forms: the same for passages in the other language,
    which the second stage was mostly asked of in whole words."""
    written = [
        max(whole, key=len)
        for term, forms in question.synonyms
        if _SHORT.fullmatch(term) and (whole := [form for form in forms if " " in form and form[0] == term[0]])
    ]
    return reworded(question, "\n".join(written))


def _stands_alone(term: str, forms: list[str], folded: str) -> bool:
    """Whether a term stands in a text elsewhere than as a part of one of the forms: 月活 is a part of 月活跃账户."""
    for form in forms:
        if term in form:
            folded = folded.replace(form, "\0")
    return term_lookup.stands(term, folded)
