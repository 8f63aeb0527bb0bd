"""Transcripts → a published index; only what changed is read and embedded again."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag import bundled_model, dense_index, lexical_index, manifest, passage_store, passages, transcripts
from rag.dense_index import DenseIndex
from rag.encoder import open_encoder
from rag.errors import RagError, SourceError, StoreError
from rag.manifest import Manifest
from rag.opened import root_path
from rag.passage_store import Source
from rag.records import Passage, Speaker, Transcript
from rag.text import cased

#: Called with what is being done, how much of it is done, and how much there is.
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A file to index: its document name, where it lies, and the source record of its present bytes."""

    name: str
    path: Path
    source: Source


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. ``skipped`` are files below the given folders that are no transcripts, or cannot be read as one, with the reason."""

    manifest: Manifest
    embedded: int
    reused: int
    skipped: tuple[tuple[Path, str], ...]


def build(index: Path, paths: list[Path], model: str = bundled_model.NAME, report: Report = lambda *_: None) -> Built:
    """Index exactly these files and folders; without any, ``index/transcripts``, or what the index was built from.

    Raises:
        SourceError: a given file cannot be read, or no transcript was found. What was published stays.
        StoreError, BusyError, EncoderError: the index cannot be written, is being built, or the model fails.
    """
    roots = _roots(index, paths)
    files, skipped = discover(index, roots)
    if not files:
        raise SourceError(
            "no transcripts here",
            path=", ".join(str(root_path(index, r)) for r in roots),
            hint=f"transcripts are files that end in {', '.join(sorted(transcripts.SUFFIXES))}",
        )
    try:
        with manifest.building(index) as draft:
            return _write(index, draft, roots, files, skipped, model, report)
    except OSError as error:
        # numpy's writing gives no error number: "5200 requested and 3968 written".
        full = " (the disk is full)" if error.errno in (None, errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else ""
        raise StoreError(
            f"the index cannot be written: {error.strerror or error}{full}",
            path=manifest.store_of(index),
            hint="free some space or choose another folder with --index DIR; the index is as it was",
        ) from None


def _write(
    index: Path,
    draft: Path,
    roots: list[str],
    files: list[Found],
    skipped: list[tuple[Path, str]],
    model: str,
    report: Report,
) -> Built:
    documents: list[tuple[str, Source, Transcript, list[Passage]]] = []
    for done, found in enumerate(files):
        report("reading", done, len(files))
        try:
            transcript = transcripts.read(found.path)
        except SourceError as error:
            if str(found.path) in {str(root_path(index, root)) for root in roots}:
                raise
            skipped.append((found.path, error.message))
            continue
        documents.append((found.name, found.source, transcript, passages.split(transcript, found.name)))
    report("reading", len(files), len(files))
    if not documents:
        path, reason = next((entry for entry in skipped if entry[0].suffix.lower() in transcripts.SUFFIXES), skipped[0])
        raise SourceError(reason, path=path, hint="no file could be read")
    passage_store.write(draft, documents)
    lexical_index.write(draft, _search_terms(documents))
    encoder = open_encoder(model)
    texts, first = _embedded_texts(documents)
    keys = _keys(texts)
    vectors, reused = _vectors(
        index, texts, keys, encoder.fingerprint, lambda missing, progress: encoder.passages(missing, progress), report
    )
    dense_index.write(draft, vectors, first)
    np.save(draft / "keys.npy", keys)
    published = manifest.publish(
        index,
        draft,
        model=model,
        fingerprint=encoder.fingerprint,
        dimension=int(vectors.shape[1]),
        roots=tuple(roots),
        documents=len(documents),
        passages=len(first) - 1,
        vectors=len(vectors),
    )
    return Built(published, len(vectors) - reused, reused, tuple(skipped))


def _roots(index: Path, paths: list[Path]) -> list[str]:
    if not paths:
        if (index / "transcripts").is_dir():
            paths = [index / "transcripts"]
        else:
            try:
                return list(manifest.read(index).roots)
            except StoreError:
                raise SourceError(
                    "there are no transcripts to index", path=index / "transcripts", hint="run: rag build PATH"
                ) from None
    roots = []
    for path in paths:
        if not path.exists():
            raise SourceError("there is no such file or folder", path=path, hint="check the path")
        absolute = path.resolve()
        base = index.resolve()
        roots.append(str(absolute.relative_to(base)) if absolute.is_relative_to(base) else str(absolute))
    return sorted(set(roots))


def discover(index: Path, roots: list[str]) -> tuple[list[Found], list[tuple[Path, str]]]:
    """The transcripts below the roots, named, in the order of their names; and what was left out, with the reason."""
    candidates: dict[Path, tuple[int, str]] = {}
    skipped: list[tuple[Path, str]] = []
    for number, root in enumerate(roots):
        base = root_path(index, root)
        if base.is_file():
            candidates.setdefault(base.resolve(), (number, ""))
            continue
        for folder, subfolders, names in os.walk(base):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder) / name
                if name.startswith("."):
                    continue
                if path.suffix.lower() not in transcripts.SUFFIXES:
                    skipped.append((path, "not a transcript by its name's ending"))
                elif not path.resolve().is_relative_to(base.resolve()):
                    skipped.append((path, "a link that leaves the folder"))
                else:
                    candidates.setdefault(path.resolve(), (number, str(path.relative_to(base))))
    return _named(index, roots, candidates), skipped


def _named(index: Path, roots: list[str], candidates: dict[Path, tuple[int, str]]) -> list[Found]:
    stems: dict[str, list[Path]] = {}
    for path in candidates:
        stems.setdefault(path.stem, []).append(path)
    found = []
    for path, (number, relative) in candidates.items():
        # A stem that two files share is told apart by the path below the root, and by the ending where that is not enough.
        name = path.stem
        if len(stems[name]) > 1:
            below = relative or path.name
            rivals = [candidates[other][1] or other.name for other in stems[name] if other != path]
            plain = str(Path(below).with_suffix(""))
            name = (
                plain
                if plain not in {str(Path(rival).with_suffix("")) for rival in rivals}
                else below
                if below not in rivals
                else str(path)
            )
        try:
            with path.open("rb") as file:
                digest, size = hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
        except OSError:
            digest, size = "", 0  # reading it gives the error its proper words
        found.append(
            Found(
                name,
                root_path(index, roots[number]) / relative if relative else path,
                Source(number, relative, size, digest),
            )
        )
    return sorted(found, key=lambda f: f.name)


def _search_terms(documents: list[tuple[str, Source, Transcript, list[Passage]]]) -> list[list[str]]:
    found = []
    for _, _, transcript, parts in documents:
        askers: dict[int, Speaker] = {}
        for turn in transcript.turns:
            if turn.exchange is not None and turn.is_question:
                askers.setdefault(turn.exchange, turn.speaker)
        for passage in parts:
            asker = None if passage.exchange is None or passage.is_question else askers.get(passage.exchange)
            found.append(passages.search_terms(passage, asker))
    return found


def _embedded_texts(documents: list[tuple[str, Source, Transcript, list[Passage]]]) -> tuple[list[str], np.ndarray]:
    """What the encoder sees, each passage followed by its segments; and each passage's first place, uint32 (passages + 1,)."""
    texts: list[str] = []
    first = [0]
    for _, _, _, parts in documents:
        for passage in parts:
            texts.append(cased(passage.text))
            texts.extend(cased(passage.text[group[0][0] : group[-1][1]]) for group in passages.segments(passage.text))
            first.append(len(texts))
    return texts, np.array(first, np.uint32)


def _keys(texts: list[str]) -> np.ndarray:
    """A hash of each embedded text: uint64 (texts, 2)."""
    digests = b"".join(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest() for text in texts)
    return np.frombuffer(digests, "<u8").reshape(-1, 2)


def _vectors(
    index: Path,
    texts: list[str],
    keys: np.ndarray,
    fingerprint: str,
    embed: Callable[[list[str], Callable[[int], None]], np.ndarray],
    report: Report,
) -> tuple[np.ndarray, int]:
    """The texts' vectors, float32 (texts, dimension), each distinct text embedded once and none that the index has; and how many were reused."""
    known = _known_vectors(index, fingerprint)
    place: dict[bytes, int] = {}
    missing: list[str] = []
    for key, text in zip(map(bytes, keys), texts, strict=True):
        if key not in known and key not in place:
            place[key] = len(missing)
            missing.append(text)
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        report("embedding", done, len(missing))

    fresh = embed(missing, progress) if missing else np.empty((0, 0), np.float32)
    return np.stack([known[key] if key in known else fresh[place[key]] for key in map(bytes, keys)]), len(texts) - len(
        missing
    )


def _known_vectors(index: Path, fingerprint: str) -> dict[bytes, np.ndarray]:
    """Text hash → vector of the published generation, if it is sound and of the same encoder."""
    try:
        current = manifest.read(index)
        if current.fingerprint != fingerprint:
            return {}
        manifest.check(index, current, thorough=True)
        folder = manifest.generation_of(index, current)
        keys = np.load(folder / "keys.npy")
        return dict(zip(map(bytes, keys), DenseIndex(folder).all_vectors(), strict=True))
    except (RagError, OSError, ValueError, RuntimeError):
        return {}
