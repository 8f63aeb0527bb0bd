"""The bundled model's tokenizer for a question: text → token ids with their places, ready in 50 ms.

The tokenizers library takes more than a second to load 250,000 pieces, which pays only in bulk work. A few thousand
tokens are told here in some milliseconds, so passages need not be tokenised at build time either. The result is the
library's, but for one thing: ``<s>`` and its like in a text are letters here, not the model's marks.
"""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from rag.bundled_model import Weights

_SPACE = "▁"
_UNKNOWN = 3
#: What an unknown character scores below the worst piece.
_PENALTY = 10.0
#: The first pieces are the model's marks, which text must not forge.
_MARKS = 4

#: A token's id and the place in the text, half open, that it stands for.
Token = tuple[int, int, int]


def write(weights: Weights, folder: Path) -> None:
    """What `Unigram` opens: ``pieces.txt`` and ``scores.npy`` by id, and ``characters.json``: what the model sees of a
    character, and by a piece's first two characters the length of the longest."""
    longest: dict[str, int] = {}
    for piece, _ in weights.pieces[_MARKS:]:
        longest[piece[:2]] = max(longest.get(piece[:2], 0), len(piece))
    (folder / "pieces.txt").write_text("\n".join(piece for piece, _ in weights.pieces), encoding="utf-8", newline="\n")
    np.save(folder / "scores.npy", np.array([score for _, score in weights.pieces]))
    (folder / "characters.json").write_text(json.dumps({"seen": weights.characters, "longest": longest}))


class Unigram:
    """An opened tokenizer."""

    def __init__(self, folder: Path):
        self._folder = folder
        characters = json.loads((folder / "characters.json").read_text())
        self._seen: dict[str, str] = characters["seen"]
        self._longest: dict[str, int] = characters["longest"]
        self._scores: list[float] = np.load(folder / "scores.npy").tolist()
        self._unknown = min(self._scores) - _PENALTY
        self._word = lru_cache(4096)(self._split)

    @cached_property
    def _ids(self) -> dict[str, int]:
        pieces = (self._folder / "pieces.txt").read_bytes().decode().split("\n")
        ids = dict(zip(pieces, range(len(pieces)), strict=True))
        for piece in pieces[:_MARKS]:
            del ids[piece]
        return ids

    def tokens(self, text: str) -> list[Token]:
        """The tokens of a text (no marks added), each with its place in ``text``."""
        seen, places = self._mapped(text)
        found: list[Token] = []
        if not seen:
            return found
        for word, begin, padded in _words(seen):
            at = begin - padded
            for token, length in self._word(word):
                # The space that is put before the first word stands nowhere.
                first, last = max(begin, at), max(begin, at + length)
                found.append((token, places[first], places[last - 1] + 1 if last > first else places[first]))
                at += length
        return found

    def _mapped(self, text: str) -> tuple[str, range | list[int]]:
        """The characters that the model sees, and where in the text each comes from."""
        text = text.encode(errors="replace").decode()
        if "  " not in text and self._seen.keys().isdisjoint(text):
            return text, range(len(text) + 1)
        letters: list[str] = []
        places: list[int] = []
        for place, character in enumerate(text):
            for letter in self._seen.get(character, character):
                if letter != " " or not letters or letters[-1] != " ":
                    letters.append(letter)
                    places.append(place)
        return "".join(letters), [*places, len(text)]

    def _split(self, word: str) -> tuple[tuple[int, int], ...]:
        """The likeliest pieces of a word that begins with a space, as ids and lengths; unknown neighbours are one."""
        size = len(word)
        scores, ids, longest = self._scores, self._ids, self._longest
        best = [0.0, *[float("-inf")] * size]
        back = [(0, 0)] * (size + 1)
        for start in range(size):
            reached = best[start]
            known = False
            for end in range(start + 1, min(size, start + longest.get(word[start : start + 2], 1)) + 1):
                token = ids.get(word[start:end])
                if token is not None:
                    known = known or end == start + 1
                    if reached + scores[token] > best[end]:
                        best[end], back[end] = reached + scores[token], (start, token)
            if not known and reached + self._unknown > best[start + 1]:
                best[start + 1], back[start + 1] = reached + self._unknown, (start, _UNKNOWN)
        found: list[tuple[int, int]] = []
        end = size
        while end:
            start, token = back[end]
            if token == _UNKNOWN and found and found[-1][0] == _UNKNOWN:
                found[-1] = (token, found[-1][1] + end - start)
            else:
                found.append((token, end - start))
            end = start
        return tuple(found[::-1])


def _words(text: str) -> list[tuple[str, int, int]]:
    """The words with the space before each, where each word's text begins, and 1 if that space was put there."""
    found = []
    spaced = text.replace(" ", _SPACE)
    padded = int(not spaced.startswith(_SPACE))
    spaced = _SPACE * padded + spaced
    begin = 0
    while begin < len(spaced):
        end = spaced.find(_SPACE, begin + 1)
        end = end if end >= 0 else len(spaced)
        found.append((spaced[begin:end], max(0, begin - padded), padded if begin == 0 else 0))
        begin = end
    return found
