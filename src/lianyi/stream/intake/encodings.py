"""Which encoding a text is in, decided over the whole of it: strict UTF-8, else GB18030, else Western; never mojibake."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

# Chinese in GBK is nearly always two bytes of the upper half in a row; a Western letter with an accent stands alone.
_PAIRS = re.compile(rb"(?:[\xa1-\xfe][\xa1-\xfe])+")
_HIGH = re.compile(rb"[\x80-\xff]")
# A text with more damage than this, per byte above ASCII, is not in the encoding.
_DAMAGE_SHARE = 0.02
_WESTERN = "cp1252-lenient"


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding and how well the text keeps to it.

    name    : as people write it
    codec   : as Python's codecs write it
    damaged : places where the bytes are no text in it; rows with such a place are rejected, by name
    """

    name: str
    codec: str
    damaged: int = 0


class Utf8Check:
    """Fed a text piece by piece: whether all of it is strict UTF-8 (or UTF-16 by its mark).

    >>> check = Utf8Check(); check.feed("订单".encode()); check.encoding().name
    'UTF-8'
    """

    def __init__(self) -> None:
        self._codec = ""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._failed = False

    def feed(self, chunk: bytes) -> None:
        """Look at the next piece."""
        if not self._codec:
            marked = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            self._codec = "utf-16" if marked else "utf-8-sig" if chunk.startswith(codecs.BOM_UTF8) else "utf-8"
            self._decoder = codecs.getincrementaldecoder(self._codec)(errors="strict")
        if self._failed or self._decoder is None:
            return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            self._failed = True

    def encoding(self) -> Encoding | None:
        """The encoding, or None when the text breaks it somewhere."""
        if self._decoder is not None and not self._failed:
            try:
                self._decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self._failed = True
        names = {"utf-16": "UTF-16", "utf-8-sig": "UTF-8 BOM"}
        return None if self._failed else Encoding(names.get(self._codec, "UTF-8"), self._codec or "utf-8")


def second_look(chunks: Iterable[bytes]) -> Encoding | None:
    """The encoding of a text that is not strict UTF-8, or None when it is no text; counters only are kept.

    >>> second_look(["订单,金额".encode("gbk")]).name, second_look(["Café Noir".encode("cp1252")]).name
    ('GB18030', 'Windows-1252')
    """
    utf8, gb = _Trial("utf-8"), _Trial("gb18030")
    high = paired = 0
    for chunk in chunks:
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not utf8.fed:
            return None
        utf8.feed(chunk)
        gb.feed(chunk)
        high += len(_HIGH.findall(chunk))
        paired += sum(map(len, _PAIRS.findall(chunk)))
    utf8.feed(b"", final=True)
    gb.feed(b"", final=True)
    chinese = paired >= 0.6 * high
    if not gb.damaged and chinese:
        return Encoding("GB18030", "gb18030")
    tolerable = max(1, int(_DAMAGE_SHARE * high))
    if utf8.damaged <= tolerable and utf8.wide:
        return Encoding("UTF-8", "utf-8", utf8.damaged)
    if chinese:
        return Encoding("GB18030", "gb18030", gb.damaged) if gb.damaged <= tolerable else None
    return Encoding("Windows-1252", _WESTERN)


class _Trial:
    """One encoding tried on a stream: how often it fails, and whether anything beyond ASCII was read by it."""

    def __init__(self, codec: str) -> None:
        self.damaged = 0
        self.wide = False
        self.fed = False
        self._decoder = codecs.getincrementaldecoder(codec)(errors="replace")

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        self.fed = True
        text = self._decoder.decode(chunk, final)
        # A replacement mark that stands in the text itself is not damage.
        self.damaged += max(0, text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd"))
        self.wide = self.wide or not text.replace("\ufffd", "").isascii()


def _lenient_western(fault: UnicodeError) -> tuple[str, int]:
    if isinstance(fault, UnicodeDecodeError):
        return fault.object[fault.start : fault.end].decode("latin-1"), fault.end
    raise fault


codecs.register_error("western", _lenient_western)


def decoder(encoding: Encoding) -> codecs.IncrementalDecoder:
    """A decoder for a stream in an encoding; damaged places become U+FFFD."""
    if encoding.codec == _WESTERN:
        return codecs.getincrementaldecoder("cp1252")(errors="western")
    return codecs.getincrementaldecoder(encoding.codec)(errors="replace")
