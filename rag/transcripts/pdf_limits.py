"""Bounds on what a PDF may unpack to and draw; pdfminer.six has none.

A stream of a megabyte can unpack to a gigabyte, a predictor can name rows of any width, and forms that draw forms can
draw for ever. What goes beyond the bounds ends the reading.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: All streams of a document together, bytes unpacked. Pictures are not unpacked.
LARGEST = 128 << 20
#: What one page may draw: each character takes a kilobyte until the page is read.
PAGE = 100_000
#: What a document may draw.
DOCUMENT = 4_000_000


class TooLarge(BaseException):
    """The PDF goes beyond a bound. No Exception: pdfminer goes on after some of those."""


class _Budget:
    """What a document's streams may still unpack to; takes the place of pdfminer's decoders."""

    error = zlib.error

    def __init__(self) -> None:
        self.left = LARGEST

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooLarge

    def decompress(self, data: bytes) -> bytes:
        decoder = zlib.decompressobj()
        result = decoder.decompress(data, self.left + 1)
        self.take(len(result))
        if not decoder.eof:
            raise zlib.error("incomplete or truncated stream")
        return result

    def decompressobj(self) -> Any:
        return _Bounded(self)

    def lzw(self, data: bytes) -> bytes:
        from pdfminer.lzw import LZWDecoder

        pieces = []
        for piece in LZWDecoder(io.BytesIO(data)).run():
            self.take(len(piece))
            pieces.append(piece)
        return b"".join(pieces)

    def run_length(self, data: bytes) -> bytes:
        from pdfminer.runlength import rldecode

        self.take(64 * len(data))  # at the most
        return rldecode(data)

    def fax(self, *_: object) -> bytes:
        raise TooLarge  # a picture where text should be, of any width


class _Bounded:
    """What pdfminer tries on a broken stream, byte by byte."""

    def __init__(self, budget: _Budget) -> None:
        self._budget = budget
        self._decoder = zlib.decompressobj()

    def decompress(self, data: bytes) -> bytes:
        result = self._decoder.decompress(data, self._budget.left + 1)
        self._budget.take(len(result))
        return result


def _narrow(predictor: Any) -> Any:
    """The predictor (..., colors, columns, bits, data), for rows that its data can fill."""

    def bounded(*args: Any) -> bytes:
        *_, colors, columns, _, data = args
        if not (0 < colors <= 64 and 0 < columns <= 8 * len(data)):
            raise TooLarge
        return bytes(predictor(*args))

    return bounded


@contextmanager
def bounded_streams() -> Iterator[None]:
    """Within it, what streams unpack to is bounded.

    Raises:
        TooLarge: they would unpack to more than ``LARGEST``.
    """
    from pdfminer import pdftypes

    names = ("zlib", "lzwdecode", "rldecode", "ccittfaxdecode", "apply_png_predictor", "apply_tiff_predictor")
    before = {name: getattr(pdftypes, name) for name in names}
    budget = _Budget()
    bounded = (
        budget,
        budget.lzw,
        budget.run_length,
        budget.fax,
        _narrow(pdftypes.apply_png_predictor),
        _narrow(pdftypes.apply_tiff_predictor),
    )
    try:
        for name, decoder in zip(names, bounded, strict=True):
            setattr(pdftypes, name, decoder)
        yield
    finally:
        for name, decoder in before.items():
            setattr(pdftypes, name, decoder)


def pages(data: bytes, laparams: Any) -> Iterator[Any]:
    """pdfminer's pages (LTPage), each laid out, one after the other.

    Raises:
        TooLarge: the document unpacks to more, or draws more, than it may.
    """
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    class Counting(PDFPageAggregator):
        on_page = in_all = 0

        def _count(self) -> None:
            self.on_page += 1
            self.in_all += 1
            if self.on_page > PAGE or self.in_all > DOCUMENT:
                raise TooLarge

        def render_char(self, *args: Any, **named: Any) -> float:
            self._count()
            return super().render_char(*args, **named)

        def begin_figure(self, *args: Any, **named: Any) -> None:
            self._count()
            super().begin_figure(*args, **named)

        def paint_path(self, *args: Any, **named: Any) -> None:
            self._count()
            super().paint_path(*args, **named)

    resources = PDFResourceManager()
    device = Counting(resources, laparams=laparams)
    interpreter = PDFPageInterpreter(resources, device)
    with bounded_streams():
        for page in PDFPage.get_pages(io.BytesIO(data)):
            device.on_page = 0
            interpreter.process_page(page)
            yield device.get_result()
