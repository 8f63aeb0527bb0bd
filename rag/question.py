"""What a question asks for, read from its words: its terms, its language, the kind of answer, what it says of speakers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field

from rag import question_kinds
from rag.colloquial import written
from rag.dictionary import Dictionary
from rag.errors import UsageError
from rag.figures import Unit
from rag.glossary import Glossary
from rag.question_kinds import Kind
from rag.terms import stem, terms
from rag.text import cased, fold, has_han

_LONGEST = 4000
#: Titles in brackets, and capitalised words that do not open the question: names, in either language.
_NAME = re.compile(r"[《〈]([^》〉]{1,40})[》〉]|(?<=[^\s.?!])\s+([A-Z][\w&-]+)|(?<=[^\sA-Za-z.?!])([A-Z][\w&-]+)")
#: Words that say what is asked, not what about: they match everywhere and nowhere.
_STOP_WORDS = frozenset(
    stem(word)
    for word in [
        "i",
        "me",
        "my",
        "we",
        "our",
        "ours",
        "you",
        "your",
        "yours",
        "he",
        "him",
        "his",
        "she",
        "her",
        "it",
        "its",
        "they",
        "them",
        "their",
        "theirs",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "this",
        "that",
        "these",
        "those",
        "am",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "have",
        "has",
        "had",
        "having",
        "do",
        "does",
        "did",
        "doing",
        "will",
        "would",
        "shall",
        "should",
        "can",
        "could",
        "may",
        "might",
        "must",
        "ought",
        "a",
        "an",
        "the",
        "and",
        "but",
        "if",
        "or",
        "because",
        "as",
        "until",
        "while",
        "of",
        "at",
        "by",
        "for",
        "with",
        "about",
        "against",
        "between",
        "into",
        "through",
        "during",
        "before",
        "after",
        "above",
        "below",
        "to",
        "from",
        "up",
        "down",
        "in",
        "out",
        "on",
        "off",
        "over",
        "under",
        "again",
        "further",
        "then",
        "once",
        "here",
        "there",
        "when",
        "where",
        "why",
        "how",
        "all",
        "any",
        "both",
        "each",
        "few",
        "more",
        "most",
        "other",
        "some",
        "such",
        "no",
        "nor",
        "not",
        "only",
        "own",
        "same",
        "so",
        "than",
        "too",
        "very",
        "just",
        "also",
        "much",
        "many",
        "s",
        "t",
    ]
)
_STOP_HAN = frozenset(
    [
        "的",
        "了",
        "吗",
        "呢",
        "吧",
        "啊",
        "是",
        "在",
        "有",
        "和",
        "与",
        "或",
        "被",
        "把",
        "什么",
        "什",
        "么",
        "多少",
        "多",
        "少",
        "几",
        "哪",
        "哪些",
        "哪个",
        "哪一",
        "些",
        "谁",
        "怎么",
        "怎",
        "如何",
        "为什么",
        "为何",
        "何",
        "是否",
        "会不会",
        "吗?",
        "请问",
        "请",
        "问",
        "哪里",
        "哪年",
        "何时",
        "为什",
        "哪位",
        "是多",
        "少钱",
        "这",
        "那",
        "其",
        "之",
        "第几",
        "是什",
        "是谁",
        "是哪",
        "有多",
        "有几",
        "有什",
        "有哪",
        "多久",
        "多长",
        "什么时候",
    ]
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, analysed. ``text`` is as typed, ``asked`` cased and in written words, ``folded`` that folded. ``crosses`` says that passages in the other language than its own are searched too.

    ``terms`` are its search terms with how often each occurs; ``content`` those that say what it is about;
    ``bridges`` are, for each term that the glossary knows, its forms in the other language, and ``synonyms`` in the
    same; ``glosses`` are the forms of other words in the other language by the dictionary, where that was asked. ``stand_ins`` gives for each content term that is part of a term with synonyms the forms that may stand for
    it. ``names`` are titles and capitalised names in it, ``known_names`` those that the glossary knows, each with all
    its forms. ``about_question`` says that it wants what an analyst asked rather than what was answered, ``wants_change``
    that it wants nothing but by how much something rose or fell.
    """

    text: str
    asked: str
    folded: str
    is_han: bool
    crosses: bool
    kind: Kind
    content: dict[str, int]
    bridges: tuple[tuple[str, tuple[str, ...]], ...] = ()
    glosses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    stand_ins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    known_names: tuple[tuple[str, ...], ...] = ()
    about_question: bool = False
    wants_magnitude: bool = False
    parts: int = 1
    units: frozenset[Unit] = field(default_factory=frozenset)
    wants_change: bool = False


def analyse(
    text: str, glossary: Glossary, vocabulary: Container[str], dictionary: Dictionary | None = None
) -> Question:
    """Read a question.

    Args:
        text: as typed. NUL bytes and lone surrogates are taken as spaces.
        vocabulary: which words of three or more Han characters the index holds.
        dictionary: for passages in the other language, or None where there are none.

    Raises:
        UsageError: it is empty, or longer than 4,000 characters.
    """
    clean = "".join(" " if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text).strip()
    if not clean:
        raise UsageError("the question is empty", hint='ask something, for example: rag ask "資本開支是多少?"')
    if len(clean) > _LONGEST:
        raise UsageError(
            f"the question has {len(clean):,} characters; at most {_LONGEST:,} can be asked",
            hint="ask about one thing at a time",
        )
    asked = written(cased(clean))
    folded = fold(asked)
    kind = question_kinds.kind_of(folded)
    about = question_kinds.subject(folded, kind)
    found = Counter(terms(about, vocabulary) or terms(folded, vocabulary))
    content = {term: count for term, count in found.items() if term not in _STOP_WORDS and term not in _STOP_HAN}
    content = content or dict(found)
    synonyms = [(found.term, found.forms) for found in glossary.synonyms(folded)]
    bridges = glossary.translations(folded)
    glosses = dictionary.translations(folded, bridges) if dictionary else []
    return Question(
        text=clean,
        asked=asked,
        folded=folded,
        is_han=has_han(folded),
        crosses=dictionary is not None,
        kind=kind,
        content=content,
        bridges=tuple((found.term, found.forms) for found in bridges),
        glosses=tuple((found.term, found.forms) for found in glosses if not _is_small(found.term)),
        synonyms=tuple(synonyms),
        stand_ins={t: tuple(f for known, forms in synonyms if is_part(t, known) for f in forms) for t in content},
        names=tuple(next(filter(None, match.groups())) for match in _NAME.finditer(asked)),
        known_names=tuple(found.forms for found in glossary.names(folded)),
        about_question=question_kinds.about_question(folded, kind),
        wants_magnitude=question_kinds.wants_magnitude(folded),
        parts=question_kinds.parts(folded),
        units=question_kinds.units(folded, kind),
        wants_change=question_kinds.wants_change(folded, kind),
    )


def is_part(term: str, known: str) -> bool:
    """Whether a word or search term is of a term of the glossary."""
    if not term.isascii():
        return term in known
    return not {term, stem(term)}.isdisjoint(map(stem, known.replace("-", " ").split()))


def _is_small(term: str) -> bool:
    """Whether a term is made of words that say nothing of what the question is about."""
    return term in _STOP_HAN or all(stem(word) in _STOP_WORDS for word in term.split())
