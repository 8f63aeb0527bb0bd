"""Trains the reader on what `reader_data.py` wrote: relevance, answerability and the answering span of a passage.

    nice -n 19 python scripts/train_reader.py ~/.cache/rag/reader/groups.npz --out ~/.cache/rag/reader/run --steps 1500

Run it again to go on from the last checkpoint, with other --steps if you like: the learning rate stays level until the
last --cooldown of the steps and then falls to nothing, so a run may be cut short at any time before. --start trains
weights that a run has exported further, on other groups with another --seed. The same data, seed and steps give the same
weights on the same machine. Where the processor multiplies bfloat16, weights are that in the passes, float32 in the
optimiser. The workers are threads of one torch thread each that take groups in turn: on a machine with other work they do
not wait for each other.

`curve.jsonl` in the out folder has the held-out quality against steps: R@1 among eight candidates by language, AUROC of
answered against unanswerable questions, exact match and token F1 of the span.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import numpy as np
import reader_model
import torch
from reader_groups import Groups
from reader_model import Reader, Scores
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional as F

from rag import processor

WARM_UP, DECAY = 150, 0.01
#: Groups in a step, and in the pool that is sorted by length, so that a step has groups of a length.
STEP, POOL = 8, 96
#: Padded tokens that go through the network at once.
TOKENS = 1024
#: Share of the groups of a kind that an epoch takes, where that is not all: what is plentiful is thinned.
SHARES = {
    "translated zh": 0.3,
    "mixed-zh": 0.2,
    "en": 0.2,
    "zh impossible": 0.3,
    "en-zh impossible": 0.2,
    "zh-en impossible": 0.1,
    "en impossible": 0.05,
    "zh changed": 0.5,
    "zh made": 0.3,
    "en-zh made": 0.4,
    "zh-en made": 0.5,
    "en made": 0.5,
    "zh segments": 0.5,
    "en-zh segments": 0.5,
    "zh-en segments": 0.4,
    "en segments": 0.4,
}
#: What kinds have in their names that are of invented calls (`reader_calls.py`).
CALLS = " calls"
#: Kinds whose right passage, read alone, teaches where the answer stands; and how many of them are drawn from at a time,
#: to be sorted by length.
ALONE, ALONE_POOL = ("zh",), 512
#: The span loss counts this, and for passages without an answer that fraction of it.
SPAN, SPAN_NONE = 1.0, 0.15
#: Held-out groups that are looked at, by kind.
HELD_OUT = {"zh": 64, "translated zh": 32, "en-zh": 64, "zh-en": 48, "zh impossible": 48, "en-zh impossible": 48}
#: What the weights' file says of itself.
CARD: dict[str, object] = {
    "what": "relevance, answerability and answer span of a passage for a question; see rag/data/READER.md",
    "base": "multilingual-e5-small (MIT), its word embeddings and first four layers not included",
    "data": "CMRC 2018 train, SQuAD 2.0 dev with ChineseSquad, DRCD dev, CC-CEDICT (all CC BY-SA), made-up calls",
    "licence": "CC BY-SA 4.0",
}
#: Seconds between checkpoints.
CHECKPOINT = 240


#: A group of a step, and whether all of it is read or its right passage alone.
Chosen = tuple[int, bool]


def order(groups: Groups, seed: int, epoch: int, others: float = 1.0) -> list[list[int]]:
    """The steps of an epoch: groups of like length together, steps in random order.

    Args:
        others: share of all groups but those of calls that is taken at most.
    """
    rng = random.Random(f"{seed} {epoch}")
    shares = {kind: SHARES.get(kind, 1.0) * (1.0 if CALLS in kind else others) for kind in set(groups.kinds)}
    chosen = [i for i in range(len(groups)) if not groups.held_out[i] and rng.random() < shares[groups.kinds[i]]]
    rng.shuffle(chosen)
    steps = []
    for at in range(0, len(chosen) - POOL + 1, POOL):
        pool = sorted(chosen[at : at + POOL], key=lambda i: (groups.tokens_of(i), i))
        found = [pool[i : i + STEP] for i in range(0, POOL, STEP)]
        rng.shuffle(found)
        steps += found
    return steps


def alone(groups: Groups, seed: int, size: int) -> Iterator[list[int]]:
    """Without end: ``size`` groups of like length whose right passage is read alone."""
    rng = random.Random(f"{seed} alone")
    known = [
        i
        for i, kind in enumerate(groups.kinds)
        if kind in ALONE and not groups.held_out[i] and groups.pairs(i)[0][2] >= 0
    ]
    while True:
        pool = sorted(rng.sample(known, ALONE_POOL), key=lambda i: (len(groups.pairs(i)[0][1]), i))
        found = [pool[i : i + size] for i in range(0, ALONE_POOL - size + 1, size)]
        rng.shuffle(found)
        yield from found


def score(reader: Reader, pairs: list[tuple[np.ndarray, np.ndarray]]) -> list[Scores]:
    """Each pair's scores, in order; pairs of like length go through the network together."""
    lengths = [len(q) + len(p) + 4 for q, p in pairs]
    places = sorted(range(len(pairs)), key=lambda i: (-lengths[i], i))
    found: dict[int, Scores] = {}
    while places:
        size = max(1, TOKENS // lengths[places[0]])
        batch, places = places[:size], places[size:]
        scores = reader.forward([pairs[i] for i in batch])
        found |= {i: Scores(*(s[row] for s in scores)) for row, i in enumerate(batch)}
    return [found[i] for i in range(len(pairs))]


def loss_of(reader: Reader, groups: Groups, chosen: list[Chosen]) -> Tensor:
    """The summed loss of some groups; passages read alone count by their spans only."""
    pairs = [
        (place, pair)
        for place, (group, is_alone) in enumerate(chosen)
        for pair in groups.pairs(group)[: 1 if is_alone else None]
    ]
    scores = score(reader, [(q, p) for _, (q, p, *_) in pairs])
    total = torch.zeros(())
    by_place: dict[int, list[tuple[Scores, tuple]]] = defaultdict(list)
    for (place, pair), found in zip(pairs, scores, strict=True):
        by_place[place].append((found, pair))
    for place, members in by_place.items():
        if not chosen[place][1]:
            answers = torch.tensor([float(pair[4]) for _, pair in members])
            total = total + F.binary_cross_entropy_with_logits(torch.stack([s.answers for s, _ in members]), answers)
            if answers[0]:
                total = total + F.cross_entropy(torch.stack([s.relevance for s, _ in members])[None], torch.tensor([0]))
        for found, (question, _, start, end, right) in members:
            if right and start < 0:
                continue
            # Place 0 stands for no answer.
            first, last = (len(question) + 3 + start, len(question) + 3 + end) if right else (0, 0)
            spans = F.cross_entropy(found.start[None], torch.tensor([first]))
            spans = spans + F.cross_entropy(found.end[None], torch.tensor([last]))
            total = total + spans * (SPAN / 2 if right else SPAN / 2 * SPAN_NONE)
    return total


class Trainer:
    """The weights in training, their optimiser, and how many steps they have had."""

    def __init__(self, groups: Groups, reader: Reader, out: Path, threads: int):
        self.groups, self.reader, self.out = groups, reader, out
        self._names = sorted(self.reader.weights)
        self._weights = [self.reader.weights[name].requires_grad_() for name in self._names]
        matrices = [w for w in self._weights if w.ndim == 2]
        others = [w for w in self._weights if w.ndim != 2]
        kinds = [{"params": matrices, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
        self._optimiser = torch.optim.AdamW(kinds, betas=(0.9, 0.98), fused=True)
        self._threads, self._pool = threads, ThreadPoolExecutor(threads)
        for weight in self._weights:
            weight.grad = torch.zeros_like(weight)
        self._precision = torch.bfloat16 if processor.flags() & {"avx512_bf16", "amx_bf16"} else torch.float32
        with torch.no_grad():
            self._passed = self.reader.cast(self._precision)
        self._rounded = [self._passed.weights[name].requires_grad_() for name in self._names]
        self.step, self.tokens = 0, 0
        if (out / "last.pt").exists():
            state = torch.load(out / "last.pt", weights_only=True)
            with torch.no_grad():
                for name, weight in zip(self._names, self._weights, strict=True):
                    weight.copy_(state["weights"][name])
            self._optimiser.load_state_dict(state["optimiser"])
            self.step, self.tokens = state["step"], state["tokens"]

    def learn(self, chosen: list[Chosen], learning_rate: float) -> float:
        """One step; returns the mean loss of its groups."""
        with torch.no_grad():
            for weight, rounded in zip(self._weights, self._rounded, strict=True):
                rounded.copy_(weight)

        def share(part: list[Chosen]) -> tuple[float, tuple[Tensor, ...]]:
            loss = loss_of(self._passed, self.groups, part) / len(chosen)
            return loss.item(), torch.autograd.grad(loss, self._rounded)

        parts = [chosen[worker :: self._threads] for worker in range(self._threads)]
        total = 0.0
        # Summed in the workers' order, so that the sum does not depend on which was done first.
        for loss, gradients in self._pool.map(share, parts):
            total += loss
            for weight, gradient in zip(self._weights, gradients, strict=True):
                weight.grad.add_(gradient)
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        for kind in self._optimiser.param_groups:
            kind["lr"] = learning_rate
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=False)
        self.step += 1
        self.tokens += sum(
            len(question) + len(passage)
            for group, is_alone in chosen
            for question, passage, *_ in self.groups.pairs(group)[: 1 if is_alone else None]
        )
        return total

    def save(self) -> None:
        state = {
            "weights": {n: w.detach() for n, w in zip(self._names, self._weights, strict=True)},
            "optimiser": self._optimiser.state_dict(),
            "step": self.step,
            "tokens": self.tokens,
        }
        torch.save(state, self.out / "last.pt.new")
        (self.out / "last.pt.new").replace(self.out / "last.pt")

    def held_out(self) -> dict[str, float]:
        """Quality on held-out groups."""
        left = dict(HELD_OUT)
        chosen = []
        for number, kind in enumerate(self.groups.kinds):
            if self.groups.held_out[number] and left.get(kind, 0):
                left[kind] -= 1
                chosen.append(number)
        with torch.no_grad():
            reader = self.reader.cast(self._precision)

        def ask(group: int) -> list[Scores]:
            with torch.no_grad():
                return score(reader, [(q, p) for q, p, *_ in self.groups.pairs(group)])

        return measure(self.groups, chosen, list(self._pool.map(ask, chosen)))


def measure(groups: Groups, chosen: list[int], scores: list[list[Scores]]) -> dict[str, float]:
    """R@1 by language, AUROC of the best passage's answerability, exact match and F1 of the right passage's span."""
    first: dict[str, list[float]] = defaultdict(list)
    answered, best, exact, shared = [], [], [], []
    for group, found in zip(chosen, scores, strict=True):
        pairs = groups.pairs(group)
        answered.append(pairs[0][4])
        best.append(max(s.answers.item() for s in found))
        if not pairs[0][4]:
            continue
        first[groups.kinds[group]].append(float(max(found, key=lambda s: s.relevance.item()) is found[0]))
        question, _, start, end, _ = pairs[0]
        if start >= 0:
            a, b = best_span(found[0], len(question))
            exact.append(float((a, b) == (start, end)))
            common = max(0, min(b, end) - max(a, start) + 1)
            shared.append(2 * common / (b - a + 1 + end - start + 1))
    named = {f"R@1 {kind}": float(np.mean(values)) for kind, values in sorted(first.items())}
    named |= {"AUROC": float(roc_auc_score(answered, best)), "EM": float(np.mean(exact)), "F1": float(np.mean(shared))}
    return {name: round(value, 4) for name, value in named.items()}


def best_span(scores: Scores, question: int, longest: int = 48) -> tuple[int, int]:
    """The likeliest span in the passage: its first and last token."""
    starts, ends = scores.start[question + 3 :], scores.end[question + 3 :]
    sums = starts[:, None] + ends[None, :]
    allowed = torch.ones_like(sums, dtype=torch.bool).triu().tril(longest - 1)
    place = int(sums.masked_fill(~allowed, -torch.inf).argmax())
    return place // sums.shape[1], place % sums.shape[1]


def _keep_memory() -> None:
    """Have glibc keep what is freed: fetching it from the system anew for each tensor takes a quarter of the time."""
    libc = ctypes.CDLL("libc.so.6")
    for option, value in ((-8, 1), (-3, 1 << 30), (-1, (1 << 31) - 1)):  # arenas, mmap threshold, trim threshold
        libc.mallopt(option, value)


def _steps(groups: Groups, arguments: argparse.Namespace) -> list[list[Chosen]]:
    steps: list[list[Chosen]] = []
    for epoch in count():
        if len(steps) >= arguments.steps:
            break
        steps += [[(group, False) for group in step] for step in order(groups, arguments.seed, epoch, arguments.others)]
    if arguments.alone:
        for step, found in zip(steps, alone(groups, arguments.seed, arguments.alone), strict=False):
            step += [(group, True) for group in found]
    return steps


def _rate(step: int, arguments: argparse.Namespace) -> float:
    """The learning rate: up, level, down in a line."""
    left = max(0.0, (arguments.steps - step) / (arguments.cooldown * arguments.steps))
    return arguments.rate * min(1.0, (step + 1) / WARM_UP, left)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, curve and the exported weights")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--start", type=Path, help="exported weights to train further; else the bundled encoder's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1.5e-4, help="the highest learning rate")
    parser.add_argument("--cooldown", type=float, default=0.4, help="share of the steps in which it falls")
    parser.add_argument(
        "--alone", type=int, default=0, help="right passages that a step reads alone, beside its groups"
    )
    parser.add_argument("--others", type=float, default=1.0, help="share of the groups that are not of calls")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=150, help="steps between looks at the held-out groups")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    _keep_memory()
    arguments.out.mkdir(parents=True, exist_ok=True)
    groups = Groups(arguments.groups)
    reader = reader_model.load(arguments.start) if arguments.start else reader_model.fresh(arguments.seed)
    trainer = Trainer(groups, reader, arguments.out, arguments.threads)
    print(f"seed {arguments.seed}, from step {trainer.step} of {arguments.steps}", flush=True)
    steps = _steps(groups, arguments)
    saved = began = time.monotonic()
    recent: list[float] = []
    while trainer.step < arguments.steps:
        recent.append(trainer.learn(steps[trainer.step], _rate(trainer.step, arguments)))
        done, now = trainer.step == arguments.steps, time.monotonic()
        if done or now - saved > CHECKPOINT:
            trainer.save()
            saved = now
        if done or trainer.step % arguments.every == 0:
            row = {"step": trainer.step, "tokens": trainer.tokens, "seconds": round(now - began)}
            row |= {"loss": round(float(np.mean(recent)), 4)} | trainer.held_out()
            recent.clear()
            with (arguments.out / "curve.jsonl").open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps(row), flush=True)
    card = CARD | {"seed": arguments.seed, "steps": trainer.step, "tokens": trainer.tokens}
    reader_model.save(trainer.reader, arguments.out / "reader.safetensors", card)


if __name__ == "__main__":
    main()
