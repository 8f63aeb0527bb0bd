"""Transcripts → a published index; only what changed is read and embedded again."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rag import bundled_model, dense_index, manifest, passages, transcripts
from rag.discovery import Found, discover
from rag.embedding import Spool, embed
from rag.encoder import Encoder, open_encoder
from rag.errors import SourceError, StoreError
from rag.journal import Journal
from rag.kept import Kept
from rag.lexical_writer import LexicalWriter
from rag.manifest import Manifest
from rag.opened import root_path
from rag.passage_store import PassageStore
from rag.passage_writer import PassageWriter
from rag.progress import Report, silent
from rag.records import SectionKind, Transcript
from rag.terms import analysers
from rag.text import fold
from rag.vector_store import VectorStore


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. ``skipped`` are files below the given folders that are no transcripts, or cannot be read as one, with the reason."""

    manifest: Manifest
    embedded: int
    reused: int
    skipped: tuple[tuple[Path, str], ...]


def build(index: Path, paths: list[Path], model: str = bundled_model.NAME, report: Report = silent) -> Built:
    """Index exactly these files and folders; without any, ``index/transcripts``, or what the index was built from.

    Raises:
        SourceError: a given file cannot be read, or no transcript was found. What was published stays.
        StoreError, BusyError, EncoderError: the index cannot be written, is being built, or the model fails.
    """
    roots = _roots(index, paths)
    files, skipped = discover(index, roots, report)
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
    encoder = open_encoder(model)
    published = _published(index, encoder, report)
    if published is not None and _is_current(index, published, roots, files):
        again = [(found.path, published.skipped[found.name][1]) for found in files if found.name in published.skipped]
        return Built(published, 0, published.vectors, (*skipped, *again))
    lexical = LexicalWriter(draft)
    kept = _kept(index, published)
    with closing(PassageWriter(draft)) as store, closing(Spool(draft)) as spool:
        for found, transcript, number in _transcripts(index, roots, files, skipped, kept, report):
            if kept is not None and number is not None:
                kept.take(number, store, spool, lexical)
                continue
            parts = passages.split(transcript, found.name)
            store.add(found.name, found.source, transcript, parts)
            for passage, terms in zip(parts, passages.all_search_terms(transcript, parts), strict=True):
                lexical.add(terms)
                spool.add(passages.embedded_texts(passage))
    lexical.close(report)
    if kept is not None:
        kept.add_postings(draft, report)
    if not store.documents:
        path, reason = next((entry for entry in skipped if entry[0].suffix.lower() in transcripts.SUFFIXES), skipped[0])
        raise SourceError(reason, path=path, hint="no file could be read")
    journal = Journal(manifest.store_of(index) / "embedded", encoder.fingerprint, encoder.dimension)
    known = [journal.read()]
    if published is not None:
        known.insert(0, VectorStore(manifest.generation_of(index, published)).by_text())
    embedded = embed(draft, spool, encoder, known, journal, report)
    spool.remove()
    dense_index.write(draft, VectorStore(draft), encoder.dimension, report)
    reasons = dict(skipped)
    made = manifest.publish(
        index,
        draft,
        report,
        model=model,
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        roots=tuple(roots),
        documents=store.documents,
        passages=store.passages,
        vectors=len(spool),
        dense=dense_index.describe(store.passages),
        transcripts_version=transcripts.VERSION,
        analysers=analysers(),
        skipped={f.name: (f.source.sha256, reasons[f.path]) for f in files if f.path in reasons},
    )
    journal.remove()
    return Built(made, embedded, len(spool) - embedded, tuple(skipped))


def _transcripts(
    index: Path,
    roots: list[str],
    files: list[Found],
    skipped: list[tuple[Path, str]],
    kept: Kept | None,
    report: Report,
) -> Iterator[tuple[Found, Transcript, int | None]]:
    """The files that can be read, the plainest formats first, each with its number among what is kept. A file below a
    folder that cannot be is added to ``skipped``; one that was named is an error. One that says the same as another in a
    plainer format is skipped."""
    named = {str(root_path(index, root)) for root in roots}
    has_extracted = any(transcripts.plainness(found.path) > transcripts.PLAIN for found in files)
    seen: dict[bytes, str] = {}
    for done, found in enumerate(sorted(files, key=lambda f: transcripts.plainness(f.path))):
        report("reading", done, len(files))
        number = kept.number(found) if kept is not None else None
        try:
            transcript = transcripts.read(found.path) if kept is None or number is None else kept.transcript(number)
        except SourceError as error:
            if str(found.path) in named:
                raise
            skipped.append((found.path, error.message))
            continue
        if has_extracted:
            same = seen.setdefault(_words_hash(transcript), found.name)
            if same != found.name and transcript.format != "text":
                skipped.append((found.path, f"the same content as {same}"))
                continue
        yield found, transcript, number
    report("reading", len(files), len(files))


def _words_hash(transcript: Transcript) -> bytes:
    """A hash of what is said, whatever its script, spacing and punctuation. Pages bring their own headline and byline."""
    kept = [s.span for s in transcript.sections if s.kind not in (SectionKind.HEADLINE, SectionKind.BYLINE)]
    words = fold("".join(transcript.text[span.char_start : span.char_end] for span in kept) or transcript.text)
    return hashlib.sha256("".join(filter(str.isalnum, words)).encode(errors="surrogatepass")).digest()


def _published(index: Path, encoder: Encoder, report: Report) -> Manifest | None:
    """What is published, if it is sound and made with the same encoder: its vectors can be used again."""
    try:
        current = manifest.read(index)
        if current.fingerprint == encoder.fingerprint:
            manifest.check(index, current, thorough=True, report=report)
            folder = manifest.generation_of(index, current)
            # What a stranger's hand signed may not fit all the same.
            VectorStore(folder).by_text()
            PassageStore(folder).sources()
            if VectorStore(folder).dimension == encoder.dimension:
                return current
    except StoreError:
        pass
    return None


def _made_as_now(published: Manifest) -> bool:
    """Whether files were read and words told then as they are now."""
    return published.transcripts_version == transcripts.VERSION and published.analysers == analysers()


def _kept(index: Path, published: Manifest | None) -> Kept | None:
    """What can be taken over from what is published."""
    if published is None or not _made_as_now(published):
        return None
    try:
        return Kept(manifest.generation_of(index, published))
    except StoreError:
        return None


def _is_current(index: Path, published: Manifest, roots: list[str], files: list[Found]) -> bool:
    """Whether these very files, as they are now, are what is published or was left out then, by the code that reads now."""
    if not _made_as_now(published):
        return False
    if list(published.roots) != roots or published.documents + len(published.skipped) != len(files):
        return False
    indexed = {(name, source) for name, source, _ in PassageStore(manifest.generation_of(index, published)).sources()}
    return all((f.name, f.source) in indexed or published.leaves_out(f.name, f.source.sha256) for f in files)


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
