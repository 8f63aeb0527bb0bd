"""The bilingual bridge: terms of reporting that one language's question and the other's text do not share.

`data/glossary.tsv` ships with the package; a file `glossary.tsv` in an index folder extends it. A line is a concept:
English forms, a tab, Chinese forms, forms separated by " | "; below a line ``[names]`` concepts are companies, people and
products. The shipped file is folded already; one's own need not be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from rag import term_lookup
from rag.errors import SourceError
from rag.term_lookup import Found
from rag.text import fold, has_han

#: English forms, Chinese forms, whether it is a name.
Concept = tuple[list[str], list[str], bool]

_NAMES = "[names]"


class Glossary:
    """Looks up a question's terms. Build it with ``open_glossary``."""

    def __init__(self, concepts: Iterable[Concept]):
        self._to_chinese: dict[str, list[str]] = {}
        self._to_english: dict[str, list[str]] = {}
        self._chinese_synonyms: dict[str, list[str]] = {}
        self._english_synonyms: dict[str, list[str]] = {}
        self._chinese_names: dict[str, list[str]] = {}
        self._english_names: dict[str, list[str]] = {}
        for english, chinese, is_name in concepts:
            for form in english:
                self._to_chinese.setdefault(form, []).extend(chinese)
                self._english_synonyms.setdefault(form, []).extend(other for other in english if other != form)
            for form in chinese:
                self._to_english.setdefault(form, []).extend(english)
                self._chinese_synonyms.setdefault(form, []).extend(other for other in chinese if other != form)
            if is_name:
                for table, own in ((self._english_names, english), (self._chinese_names, chinese)):
                    for form in own:
                        table.setdefault(form, []).extend((*english, *chinese))
        self._begins = frozenset(form[:2] for form in self._to_english)

    def translations(self, folded: str) -> list[Found]:
        """A folded question's terms that the glossary knows, with their forms in the other language."""
        if has_han(folded):
            return self._chinese(folded, self._to_english)
        return list(term_lookup.find_english(folded, self._to_chinese.get))

    def synonyms(self, folded: str) -> list[Found]:
        """A folded question's terms with other forms for the same concept in the same language."""
        if has_han(folded):
            return self._chinese(folded, self._chinese_synonyms)
        return list(term_lookup.find_english(folded, self._english_synonyms.get))

    def names(self, folded: str) -> list[Found]:
        """The companies, people and products that a folded question names, each with all its forms in both languages."""
        english = term_lookup.find_english(folded, self._english_names.get)
        return [*self._chinese(folded, self._chinese_names), *english]

    def _chinese(self, folded: str, table: dict[str, list[str]]) -> list[Found]:
        return list(term_lookup.find_chinese(folded, table.get, self._begins))


@cache
def open_glossary(index: Path | None = None) -> Glossary:
    """The shipped glossary, with the index folder's own where it has one.

    Raises:
        SourceError: a line of the index's own file is malformed.
    """
    shipped = files("rag").joinpath("data/glossary.tsv").read_text(encoding="utf-8")
    concepts = list(_parse(shipped, Path("glossary.tsv")))
    if index is not None and (own := index / "glossary.tsv").is_file():
        try:
            for english, chinese, is_name in _parse(own.read_text(encoding="utf-8-sig"), own):
                concepts.append((list(map(fold, english)), list(map(fold, chinese)), is_name))
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"the glossary cannot be read ({error})", path=own, hint="it must be UTF-8 text that you may read"
            ) from None
    return Glossary(concepts)


def _parse(content: str, path: Path) -> Iterator[Concept]:
    are_names = False
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.strip() == _NAMES:
            are_names = True
            continue
        fields = [[form.strip() for form in field.split(" | ")] for field in line.split("\t")]
        if len(fields) != 2 or not all(form for field in fields for form in field):
            raise SourceError(
                "a glossary line needs English forms, a tab, Chinese forms",
                path=path,
                line=number,
                hint="for example: capex | capital expenditure<TAB>资本开支 | 资本支出",
            )
        yield fields[0], fields[1], are_names
