"""The general bilingual dictionary, for what the glossary of reporting does not have: CC-CEDICT, turned into word lists.

`data/dictionary.tsv` is made by `scripts/make_dictionary.py`: a line is a word or phrase of either language, folded, a tab
and its forms in the other, separated by "|". The lines are sorted by their bytes and searched by halving where they lie on
the disk, so that opening costs nothing.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files

from rag import term_lookup
from rag.term_lookup import Found
from rag.text import has_han


class Dictionary:
    """Looks a question's words up. Open it with ``open_dictionary``.

    Args:
        lines: the sorted lines in UTF-8, each with its end.
    """

    def __init__(self, lines: bytes | mmap.mmap):
        self._lines = lines
        self._seen: dict[str, tuple[str, ...]] = {}

    def forms(self, word: str) -> tuple[str, ...]:
        """A folded word's forms in the other language; none if it is not there."""
        known = self._seen.get(word)
        if known is None:
            known = self._seen[word] = self._look(word)
        return known

    def translations(self, folded: str, known: Sequence[Found] = ()) -> list[Found]:
        """A folded question's words and phrases that it has, but for those that overlap ``known`` ones."""
        find = term_lookup.find_chinese if has_han(folded) else term_lookup.find_english
        found, at = [], 0
        for start, end in [*((term.start, term.end) for term in known), (len(folded), len(folded))]:
            for term in find(folded[at:start], self.forms):
                found.append(Found(at + term.start, at + term.end, term.term, term.forms))
            at = end
        return found

    def _look(self, word: str) -> tuple[str, ...]:
        wanted = word.encode(errors="surrogatepass")
        low, high = 0, len(self._lines)
        while low < high:
            begin = self._lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self._lines.find(b"\n", begin)
            key, _, forms = self._lines[begin:end].partition(b"\t")
            if key == wanted:
                return tuple(forms.decode().split("|"))
            low, high = (end + 1, high) if key < wanted else (low, begin)
        return ()


@cache
def open_dictionary() -> Dictionary:
    """The dictionary that ships."""
    with as_file(files("rag") / "data/dictionary.tsv") as path, path.open("rb") as file:
        return Dictionary(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
