"""Groups of a question and its passages as token arrays on disk: what `reader_data.py` writes and `train_reader.py` reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from rag import bundled_model
from rag.cross_encoder import ALL, BEFORE, QUESTION, heading

#: Tokens of a passage that are kept, whatever stands before it: all of one as the product cuts it.
_PASSAGE = ALL - QUESTION - BEFORE - 5


@dataclass(frozen=True, slots=True)
class Pair:
    """A folded passage, whether it answers, at which characters (None where that is not known), and what was asked before it."""

    text: str
    answers: bool = False
    span: tuple[int, int] | None = None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A folded question and its passages, of which the first answers or none does."""

    question: str
    pairs: list[Pair]
    kind: str
    held_out: bool = False


class Tokens:
    """The bundled model's tokenizer, its character map applied."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(bundled_model.exported() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._characters = str.maketrans(bundled_model.character_map())

    def mapped(self, text: str) -> str:
        """The characters that the tokenizer sees."""
        return text.encode(errors="replace").decode().translate(self._characters)

    def encode(self, texts: Iterable[str]) -> list[tuple[list[int], list[tuple[int, int]]]]:
        """For each folded text its token ids and their spans in ``mapped(text)``."""
        found = self._tokenizer.encode_batch([self.mapped(t) for t in texts], add_special_tokens=False)
        return [(e.ids, e.offsets) for e in found]

    def spot(self, pair: Pair, offsets: list[tuple[int, int]]) -> tuple[int, int]:
        """First and last token of the pair's answer; (-1, -1) if that is unknown or beyond what is kept."""
        if pair.span is None:
            return -1, -1
        first, last = (len(self.mapped(pair.text[:at])) for at in pair.span)
        touched = [i for i, (a, b) in enumerate(offsets[:_PASSAGE]) if a < last and b > first and b > a]
        return (touched[0], touched[-1]) if touched and offsets[touched[-1]][1] >= last else (-1, -1)


def write(groups: list[Group], path: Path) -> None:
    """Tokenise and save. Arrays: `tokens` of all distinct texts with `ends`; by pair `question`, `before`, `passage` (texts),
    `start`, `end` (tokens of the passage), `answers`; by group `pairs` (where its pairs end), `kind`, `held_out`."""
    tokens = Tokens()
    texts = list(
        dict.fromkeys(t for g in groups for t in (g.question, *(t for p in g.pairs for t in (p.before, p.text))))
    )
    numbers = {text: i for i, text in enumerate(texts)}
    encoded = [e for at in range(0, len(texts), 2048) for e in tokens.encode(texts[at : at + 2048])]
    spots = [tokens.spot(p, encoded[numbers[p.text]][1]) for g in groups for p in g.pairs]
    kinds = sorted({g.kind for g in groups})
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        tokens=np.concatenate([np.array(ids, np.int32) for ids, _ in encoded]),
        ends=np.cumsum([len(ids) for ids, _ in encoded]),
        question=np.array([numbers[g.question] for g in groups for _ in g.pairs], np.int32),
        before=np.array([numbers[p.before] for g in groups for p in g.pairs], np.int32),
        passage=np.array([numbers[p.text] for g in groups for p in g.pairs], np.int32),
        start=np.array([s for s, _ in spots], np.int16),
        end=np.array([e for _, e in spots], np.int16),
        answers=np.array([p.answers for g in groups for p in g.pairs], bool),
        pairs=np.cumsum([len(g.pairs) for g in groups]),
        kind=np.array([kinds.index(g.kind) for g in groups], np.int8),
        kinds=np.array(kinds),
        held_out=np.array([g.held_out for g in groups], bool),
    )


class Groups:
    """A written file, opened."""

    def __init__(self, path: Path):
        with np.load(path) as file:
            self._a = {name: file[name] for name in file.files}
        self._texts = np.concatenate([[0], self._a["ends"]])
        self._pairs = np.concatenate([[0], self._a["pairs"]])
        self.kinds = [str(self._a["kinds"][k]) for k in self._a["kind"]]
        self.held_out = self._a["held_out"]

    def __len__(self) -> int:
        return len(self.kinds)

    def tokens_of(self, group: int) -> int:
        """How many tokens its inputs have together."""
        texts = self._texts
        return sum(
            int(texts[t + 1] - texts[t])
            for p in range(self._pairs[group], self._pairs[group + 1])
            for t in (self._a["question"][p], self._a["before"][p], self._a["passage"][p])
        )

    def pairs(self, group: int) -> list[tuple[np.ndarray, np.ndarray, int, int, bool]]:
        """Its pairs: the tokens of what is read before the passage and of the passage, first and last token of the answer in
        the passage or -1, whether it answers."""
        return [
            (
                self._heading(p),
                self._text(self._a["passage"][p])[:_PASSAGE],
                int(self._a["start"][p]),
                int(self._a["end"][p]),
                bool(self._a["answers"][p]),
            )
            for p in range(self._pairs[group], self._pairs[group + 1])
        ]

    def _heading(self, pair: int) -> np.ndarray:
        question = self._text(self._a["question"][pair])[:QUESTION]
        return np.array(heading([*question], [*self._text(self._a["before"][pair])[-BEFORE:]]), np.int32)

    def _text(self, number: int) -> np.ndarray:
        found: np.ndarray = self._a["tokens"][self._texts[number] : self._texts[number + 1]]
        return found
