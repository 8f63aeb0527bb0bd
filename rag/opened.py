"""An index opened for reading: one generation, whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag import bundled_model, manifest
from rag.citation import resolve
from rag.dense_index import DenseIndex
from rag.encoder import Encoder, open_encoder
from rag.errors import StoreError, UsageError
from rag.glossary import Glossary, open_glossary
from rag.lexical_index import LexicalIndex
from rag.manifest import Manifest
from rag.passage_store import Document, PassageStore
from rag.progress import Report, silent
from rag.records import SectionKind
from rag.text import fold
from rag.vector_store import VectorStore

#: A build may replace the generation between reading the manifest and opening its files; then the next one is opened.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages may be found: exact document, speaker (or organisation) and section, folded; None lets all through."""

    document: str | None = None
    speaker: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """Everything that a question needs."""

    folder: Path
    manifest: Manifest
    store: PassageStore
    lexical: LexicalIndex
    dense: DenseIndex
    vectors: VectorStore
    encoder: Encoder
    glossary: Glossary

    @property
    def is_bundled(self) -> bool:
        """Whether the vectors are the bundled model's."""
        return self.manifest.model == bundled_model.NAME

    def path_of(self, document: Document) -> Path:
        """Where the document's source lies."""
        return self.path_below(document.source.root, document.source.path)

    def path_below(self, root: int, relative: str) -> Path:
        """Where a source lies: its path below one of the manifest's roots.

        Raises:
            StoreError: there is no such root.
            SourceError: the path would leave it.
        """
        if not 0 <= root < len(self.manifest.roots):
            raise StoreError("the index names a root that it does not have", path=self.folder, hint="run: rag build")
        return resolve(root_path(self.folder, self.manifest.roots[root]), relative)

    def allowed(self, filters: Filters) -> np.ndarray | None:
        """bool (passages,): what the filters let through; None if they let through all.

        Raises:
            UsageError: a filter names nothing that is in the index.
        """
        if filters == Filters():
            return None
        mask = np.ones(len(self.store), bool)
        if filters.document is not None:
            number = self.store.number_of(filters.document)
            if number is None:
                raise UsageError(
                    f"no document {filters.document!r} in the index", hint="rag status lists the documents"
                )
            first, end = self.store.document(number).passages
            mask[:first] = mask[end:] = False
        if filters.section is not None:
            kinds = [kind.value for kind in SectionKind]
            if filters.section not in kinds:
                raise UsageError(f"no section {filters.section!r}", hint=f"sections are {', '.join(kinds)}")
            mask &= self.store.sections == kinds.index(filters.section)
        if filters.speaker is not None:
            mask &= self._spoken_by(filters.speaker)
        return mask

    def _spoken_by(self, name: str) -> np.ndarray:
        wanted = fold(name).strip()
        mask = np.zeros(len(self.store), bool)
        names: set[str] = set()
        for row in range(len(self.store)):
            speaker = self.store.speaker(row)
            if speaker is not None:
                names.update(filter(None, (speaker.name, speaker.organisation)))
                mask[row] = wanted in (fold(speaker.name), fold(speaker.organisation or ""), fold(speaker.title or ""))
        if not mask.any():
            known = ", ".join(sorted(names)[:12]) or "none"
            raise UsageError(f"no speaker {name!r} in the index", hint=f"speakers and organisations: {known}")
        return mask


def root_path(index: Path, root: str) -> Path:
    """A manifest's root as a path: relative ones lie in the index folder."""
    return Path(root) if Path(root).is_absolute() else index / root


def open_index(folder: Path, *, thorough: bool = False, report: Report = silent) -> OpenIndex:
    """Open what is published.

    Args:
        thorough: whether every file is compared with its checksum, however large.

    Raises:
        StoreError: there is no index, or it is damaged or of another version.
    """
    for attempt in range(_TRIES):
        current = manifest.read(folder)
        try:
            return _open(folder, current, thorough, report)
        except StoreError:
            # Only a generation that was replaced meanwhile is worth another try.
            if attempt == _TRIES - 1 or manifest.read(folder).generation == current.generation:
                raise
    raise AssertionError("unreachable")


def _open(folder: Path, current: Manifest, thorough: bool, report: Report) -> OpenIndex:
    manifest.check(folder, current, thorough=thorough, report=report)
    generation = manifest.generation_of(folder, current)
    try:
        opened = OpenIndex(
            folder,
            current,
            PassageStore(generation),
            LexicalIndex(generation),
            DenseIndex(generation, current.passages, current.dimension),
            VectorStore(generation),
            open_encoder(current.model),
            open_glossary(folder),
        )
    except OSError as error:
        raise StoreError(
            f"the index cannot be read ({error.strerror})", path=generation, hint="run: rag build"
        ) from None
    if (
        len(opened.store) != current.passages
        or opened.store.document_count != current.documents
        or len(opened.lexical) != current.passages
        or len(opened.vectors) != current.vectors
        or len(opened.vectors.first) != current.passages + 1
        or opened.vectors.dimension != current.dimension
        or opened.is_bundled
        and opened.encoder.dimension != current.dimension
    ):
        raise StoreError("the index is damaged (its parts do not fit together)", path=generation, hint="run: rag build")
    if opened.is_bundled and opened.encoder.fingerprint != current.fingerprint:
        raise StoreError("the index was made with other weights of the model", path=folder, hint="run: rag build")
    return opened
