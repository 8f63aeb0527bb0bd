"""Search terms: what BM25 counts of a text.

Words and figures, and for runs of Han characters the single characters, the pairs, and jieba's dictionary words of three
or more. All dictionary words are taken, not one segmentation's choice, which makes the terms of a text context free, as
its fold is (`rag.text`): a question needs only the terms that the index holds, not jieba's dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from functools import cache

from rag import figures
from rag.text import HAN, fold

#: Longest dictionary word that becomes a term, in characters.
MAX_WORD = 8
_TOKEN = re.compile(rf"[0-9]*[^\W\d_{HAN}][^\W_{HAN}]*(?:[&'’][^\W_{HAN}]+)*|[0-9]+(?:[.,][0-9]+)*|[{HAN}]+")
_IS_HAN = re.compile(rf"[{HAN}]")


@cache
def _dictionary() -> dict[str, int]:
    """jieba's dictionary (word -> frequency; prefixes have frequency 0), read once: 0.6 s, so only while indexing.

    From the package's own file: ``jieba.initialize`` would load whatever lies in the shared folder of temporary files.
    """
    import jieba

    words: dict[str, int]
    words, _ = jieba.dt.gen_pfdict(jieba.dt.get_dict_file())
    return words


@cache
def _stemmer():  # type: ignore[no-untyped-def]  # snowballstemmer ships no types
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@cache
def analysers() -> str:
    """The libraries that ``terms`` rests on, with their versions."""
    from importlib.metadata import version

    return ", ".join(f"{name} {version(name)}" for name in ("jieba", "opencc", "snowballstemmer"))


@cache
def stem(word: str) -> str:
    """An English word's stem (Snowball); other words come back as they are."""
    return str(_stemmer().stemWord(word)) if word.isascii() else word


def terms(text: str, words: Container[str] | None = None) -> list[str]:
    """The search terms of a text, in order, repeats included.

    Args:
        text: any text; it is folded here.
        words: what counts as a word of three or more Han characters: an index's own terms for a question, or None for
            jieba's whole dictionary while indexing. One that tells by ``is_begun`` whether a longer word begins with
            some characters is asked less. Both give a question the same terms of the index.
    """
    known = _dictionary() if words is None else words
    folded = fold(text)
    found = list(figures.terms(folded))
    for match in _TOKEN.finditer(folded):
        token = match[0]
        if _IS_HAN.match(token):
            found.extend(_han_terms(token, known))
        elif token[0].isdigit() and token[-1].isdigit() and not any(c.isalpha() for c in token):
            found.append(token.replace(",", ""))
        else:
            found.append(stem(token))
    return found


def _han_terms(run: str, known: Container[str]) -> Iterator[str]:
    is_begun = _beginnings(known)
    yield from run
    for start in range(len(run) - 1):
        yield (begin := run[start : start + 2])
        for end in range(start + 3, min(start + MAX_WORD, len(run)) + 1):
            if not is_begun(begin):
                break
            begin = run[start:end]
            if begin in known and (not isinstance(known, dict) or known[begin]):
                yield begin


def _beginnings(known: Container[str]) -> Callable[[str], bool]:
    """Tells whether a longer word may begin so: nothing longer is looked for where none does."""
    if isinstance(known, dict):
        return known.__contains__  # jieba's has every beginning of a word
    return getattr(known, "is_begun", lambda begin: True)
