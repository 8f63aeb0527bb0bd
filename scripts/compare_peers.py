"""Compares retrieval with LlamaIndex, LangChain, Haystack and txtai: same model weights, paragraphs and questions.

    python scripts/compare_peers.py DATA --cache FOLDER [--sets drcd,xquad-zh] [--limit 1000] [--peers rag,txtai]

DATA holds drcd_dev.json (DRCD, Delta Research Center), cmrc_dev.json (CMRC 2018, HFL), xquad_zh.json and xquad_en.json
(XQuAD, Google DeepMind), all CC BY-SA. Each peer gets an environment of its own in FOLDER, made with pip at the first
run (1.5 GB each; where PyTorch's own index is reachable, PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
keeps CUDA out), and is used as its documentation shows: `scripts/peers/with_*.py`. A peer's results stay in FOLDER and
are used again while its adapter, its versions, the paragraphs and the questions are the same; rag is always run anew.
Every paragraph is a document; peers are given texts that went through the model's character normalisation, which the
exported tokenizer leaves to its caller. Nothing is random.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import venv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import bundled_model, measures, question_sets
from rag.question_sets import Asked, QuestionSet

ADAPTERS = Path(__file__).resolve().parent / "peers"
#: The same for all, so that the same weights run through the same code. torch is pinned to a version with a CPU build.
COMMON = ("torch==2.13.0", "sentence-transformers==6.2.0", "transformers==5.23.0")


@dataclass(frozen=True, slots=True)
class Peer:
    """A row of the table. Without ``pins`` it runs in this environment; the first of ``pins`` gives the version shown."""

    title: str
    adapter: str
    pins: tuple[str, ...] = ()


PEERS = {
    "rag": Peer("transcript-rag", "with_rag"),
    "faiss": Peer("sentence-transformers + FAISS", "with_faiss"),
    "llamaindex": Peer(
        "LlamaIndex",
        "with_llamaindex",
        (
            "llama-index-core==0.14.25",
            "llama-index-retrievers-bm25==0.8.0",
            "llama-index-embeddings-huggingface==0.8.0",
            "bm25s==0.3.16",
        ),
    ),
    "langchain": Peer(
        "LangChain",
        "with_langchain",
        (
            "langchain-classic==1.0.8",
            "langchain-core==1.7.2",
            "langchain-community==0.4.2",
            "langchain-huggingface==1.2.3",
            "rank-bm25==0.2.2",
            "faiss-cpu==1.15.1",
            "jieba==0.42.1",
        ),
    ),
    "haystack": Peer("Haystack", "with_haystack", ("haystack-ai==3.4.0", "sentence-transformers-haystack==2.0.0")),
    "txtai": Peer("txtai", "with_txtai", ("txtai==9.14.0", "faiss-cpu==1.15.1")),
}

#: Set → its title, the file with the paragraphs, the file with the questions if that is another, and their conversion.
SETS: dict[str, tuple[str, str, str | None, str]] = {
    "drcd": ("DRCD", "drcd_dev.json", None, "none"),
    "drcd-simplified": ("DRCD, questions in Simplified", "drcd_dev.json", None, "hans"),
    "cmrc": ("CMRC 2018", "cmrc_dev.json", None, "none"),
    "xquad-zh": ("XQuAD, Chinese", "xquad_zh.json", None, "none"),
    "xquad-en-zh": ("XQuAD, English on Chinese", "xquad_zh.json", "xquad_en.json", "none"),
    "xquad-zh-en": ("XQuAD, Chinese on English", "xquad_en.json", "xquad_zh.json", "none"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="for the peers' environments and results")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--limit", type=int, help="so many questions of each set, spread evenly over it")
    arguments = parser.parse_args()
    sets, peers = arguments.sets.split(","), arguments.peers.split(",")
    for given, known in ((sets, SETS), (peers, PEERS)):
        if unknown := set(given) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    cache = arguments.cache.resolve()
    pythons = {name: _python(name, cache) for name in peers}
    # Sets on the same paragraphs share an index.
    corpora: dict[str, dict[str, QuestionSet]] = defaultdict(dict)
    asked: dict[str, list[Asked]] = {}
    for name in sets:
        _, base, other, fold = SETS[name]
        found = question_sets.read(arguments.data / base, fold=fold, other=arguments.data / other if other else None)
        corpora[base][name] = found
        answerable = [question for question in found.questions if question.answerable]
        count = min(arguments.limit or len(answerable), len(answerable))
        asked[name] = [answerable[place * len(answerable) // count] for place in range(count)]
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in peers}
    for base, inside in corpora.items():
        paragraphs = next(iter(inside.values())).paragraphs or {}
        for name in peers:
            print(f"{name} on {base}", file=sys.stderr, flush=True)
            job = _job(paragraphs, {within: asked[within] for within in inside}, normalised=name != "rag")
            results[name].append(_run(name, pythons[name], job, cache))
    _print(sets, asked, results, {base: len(next(iter(c.values())).paragraphs or {}) for base, c in corpora.items()})


def _python(name: str, cache: Path) -> Path:
    """The interpreter that has the peer installed; its environment is made if there is none."""
    pins = PEERS[name].pins
    if not pins:
        return Path(sys.executable)
    folder = cache / "environments" / name
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = "\n".join((*COMMON, *pins))
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    print(f"installing {name} (once, a few minutes)", file=sys.stderr, flush=True)
    venv.create(folder, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *COMMON, *pins]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        reason = [line for line in done.stderr.splitlines() if line.startswith("ERROR")][-1:] or [done.stderr[-500:]]
        raise SystemExit(
            f"the environment for {name} could not be made: {reason[0]}\n"
            f"These versions must be there for pip: {' '.join((*COMMON, *pins))}\n"
            f"Leave it out with --peers {','.join(other for other in PEERS if other != name)}"
        )
    stamp.write_text(wanted)
    return python


def _job(paragraphs: dict[str, str], asked: dict[str, list[Asked]], *, normalised: bool) -> dict[str, Any]:
    table = str.maketrans(bundled_model.character_map()) if normalised else {}
    return {
        "model": str(bundled_model.exported()),
        "documents": {name: text.translate(table) for name, text in paragraphs.items()},
        "questions": {
            name: {question.id: question.text.translate(table) for question in questions}
            for name, questions in asked.items()
        },
    }


def _run(name: str, python: Path, job: dict[str, Any], cache: Path) -> dict[str, Any]:
    """What the peer found: {"index_seconds", "modes": {mode: {set: {"ranked": {question: documents}, "seconds"}}}}."""
    peer = PEERS[name]
    told = json.dumps(job, ensure_ascii=False, sort_keys=True)
    sources = [(ADAPTERS / f"{module}.py").read_text(encoding="utf-8") for module in ("run_job", peer.adapter)]
    key = hashlib.sha256("\0".join([told, *sources, *COMMON, *peer.pins]).encode()).hexdigest()[:16]
    folder = cache / "results"
    folder.mkdir(parents=True, exist_ok=True)
    job_file, result = folder / f"{name}-{key}.job.json", folder / f"{name}-{key}.json"
    if name == "rag" or not result.is_file():
        job_file.write_text(told, encoding="utf-8")
        # Whatever would ask a model hub, fetch data or tell someone of its use must do without: at the discard port no
        # proxy answers, and a download is refused at once where it might hang for minutes.
        offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"}
        offline |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
        quiet = {"TOKENIZERS_PARALLELISM": "true", "PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0"}
        command = [str(python), str(ADAPTERS / "run_job.py"), peer.adapter, str(job_file), str(result)]
        done = subprocess.run(
            command,
            env={**os.environ, **offline, **quiet},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{name} failed with {done.returncode}:\n{done.stderr[-3000:]}")
        job_file.unlink()
    read: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return read


def _print(
    sets: list[str],
    asked: dict[str, list[Asked]],
    results: dict[str, list[dict[str, Any]]],
    paragraphs: dict[str, int],
) -> None:
    total = sum(paragraphs.values())
    print(f"On {_machine()}. R@1 / MRR@10.\n")
    print(f"| | {' | '.join(SETS[name][0] for name in sets)} | index {total:,} paragraphs, s | median query, ms |")
    print("|---" * (len(sets) + 3) + "|")
    counts = " | ".join(f"{len(asked[n]):,} on {paragraphs[SETS[n][1]]:,}" for n in sets)
    print(f"| questions on paragraphs | {counts} | | |")
    for name, parts in results.items():
        seconds = sum(part["index_seconds"] for part in parts)
        for mode in parts[0]["modes"]:
            by_set = {within: run for part in parts for within, run in part["modes"][mode].items()}
            cells = [_cell(asked[within], by_set[within]["ranked"]) for within in sets]
            query = statistics.median(each for run in by_set.values() for each in run["seconds"])
            print(f"| {_title(name)}, {mode} | {' | '.join(cells)} | {seconds:.0f} | {query * 1000:.1f} |")


def _cell(asked: list[Asked], ranked: dict[str, list[str]]) -> str:
    relevant = [[document == question.document for document in ranked[question.id]] for question in asked]
    first = measures.mean(measures.recall_at(each, 1) for each in relevant)
    reciprocal = measures.mean(measures.reciprocal_rank(each) for each in relevant)
    return f"{first:.3f} / {reciprocal:.3f}".replace("0.", ".")


def _title(name: str) -> str:
    peer = PEERS[name]
    if name == "faiss":
        return f"sentence-transformers {_version('sentence-transformers')} + FAISS {_version('faiss-cpu')}"
    return f"{peer.title} {peer.pins[0].split('==')[1] if peer.pins else _version('transcript-rag')}"


def _version(package: str) -> str:
    return importlib.metadata.version(package)


def _machine() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = "an unknown processor"
    return f"{os.cpu_count()} cores of {model}, no GPU"


if __name__ == "__main__":
    main()
