"""Text tables: cut into records with their exact physical lines, whatever the delimiter, in bounded memory."""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from lianyi.stream.intake.encodings import decoder
from lianyi.stream.intake.opening import CHUNK_BYTES, SourceFile
from lianyi.stream.intake.rows import REST_SEPARATOR, Batch, Malformed, Shape
from lianyi.stream.intake.words import is_total, words

WHITESPACE = " "
# A quoted cell that never closes would swallow the file: beyond this it is one bad line.
_RECORD_BYTES = 8 << 20
_SHOWN = 500
# What editors call a line; Python's own splitting knows more ends than files mean.
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


class DelimitedReader:
    """A text table of a known shape."""

    def __init__(self, file: SourceFile, shape: Shape) -> None:
        self.file = file
        self.shape = shape

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        """The rows; only the columns wanted."""
        plain = self.shape.delimiter == WHITESPACE or self.shape.rest
        for chunk, line, position, broken in records(self.file, self.shape):
            if broken:
                yield _nothing(len(wanted), [Malformed(line, chunk[:_SHOWN].decode(errors="replace"), "quote_open")], position)
            elif plain:
                yield self._split(chunk, line, position, wanted)
            else:
                yield self._parsed(chunk, line, position, wanted)

    def _parsed(self, chunk: bytes, line: int, position: int, wanted: Sequence[int]) -> Batch:
        names = [f"c{i}" for i in range(len(self.shape.names))]
        bad: list[pa_csv.InvalidRow] = []

        def note(row: pa_csv.InvalidRow) -> str:
            bad.append(row)
            return "skip"

        table = pa_csv.read_csv(
            pa.BufferReader(chunk),
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(chunk) + 1),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.shape.delimiter,
                quote_char='"' if self.shape.quoted else False,
                newlines_in_values=True,
                invalid_row_handler=note,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                include_columns=[names[i] for i in {0, 1, *wanted} if i < len(names)],
            ),
        )
        lines = _lines_of(chunk, line, self.shape, len(table) + len(bad))
        if bad:
            at = {row.number - 1 for row in bad if row.number is not None}
            good = [n for i, n in enumerate(lines) if i not in at]
            batch_lines = pa.array(good, pa.int64())
        else:
            batch_lines = lines if isinstance(lines, pa.Array) else pa.array(lines, pa.int64())
        columns = {name: _one(table[name]) for name in table.column_names}
        malformed, mended, ignored = self._mend(bad, lines)
        if mended:
            batch_lines = pa.concat_arrays([batch_lines, pa.array([m[0] for m in mended], pa.int64())])
            for name, column in list(columns.items()):
                extra = pa.array([m[1][int(name[1:])] for m in mended], pa.string())
                columns[name] = pa.concat_arrays([column, extra])
        batch_lines, columns, totals = _without_totals(batch_lines, columns)
        return Batch(batch_lines, [columns[names[i]] for i in wanted], malformed, ignored + totals, position)

    def _mend(
        self, bad: Sequence[pa_csv.InvalidRow], lines: Sequence[int] | pa.Array
    ) -> tuple[list[Malformed], list[tuple[int, list[str]]], int]:
        """Rows of another width: those that only have empty cells too many are whole; a line of totals is none."""
        malformed, mended, ignored = [], [], 0
        width = len(self.shape.names)
        for row in bad:
            place = lines[row.number - 1] if row.number is not None else 0
            number = place.as_py() if isinstance(place, pa.Scalar) else place
            cells = next(csv.reader([row.text], delimiter=self.shape.delimiter), [])
            if cells and is_total(cells[0]):
                ignored += 1
            elif len(cells) > width and not any(c.strip() for c in cells[width:]):
                mended.append((number, cells[:width]))
            else:
                malformed.append(Malformed(number, row.text[:_SHOWN], "too_few_cells" if len(cells) < width else "too_many_cells"))
        return malformed, mended, ignored

    def _split(self, chunk: bytes, line: int, position: int, wanted: Sequence[int]) -> Batch:
        """Rows separated by runs of blanks, or whose last column takes the rest."""
        raw = chunk.splitlines()
        texts = pa.array(raw, pa.binary()).cast(pa.string())
        lines = pa.array(np.arange(line, line + len(raw), dtype=np.int64))
        filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(texts)), 0)
        texts, lines = texts.filter(filled), lines.filter(filled)
        if self.shape.delimiter == WHITESPACE:
            cells = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(texts))
        else:
            cells = pc.split_pattern(texts, self.shape.delimiter)
        width = len(self.shape.names)
        counts = pc.list_value_length(cells)
        # The column that takes the rest may be empty or absent.
        right = pc.greater_equal(counts, width - 1) if self.shape.rest else pc.equal(counts, width)
        wrong = pc.invert(right)
        malformed = [
            Malformed(n, text[:_SHOWN], "too_few_cells" if count < width else "too_many_cells")
            for n, text, count in zip(
                lines.filter(wrong).to_pylist(), texts.filter(wrong).to_pylist(), counts.filter(wrong).to_pylist(), strict=True
            )
        ]
        cells, lines = cells.filter(right), lines.filter(right)
        columns = {}
        for i in {0, 1, *wanted}:
            if i >= width:
                continue
            if self.shape.rest and i == width - 1:
                columns[f"c{i}"] = pc.binary_join(pc.list_slice(cells, i), REST_SEPARATOR)
            else:
                columns[f"c{i}"] = pc.list_element(cells, i) if len(cells) else pa.array([], pa.string())
        lines, columns, totals = _without_totals(lines, columns)
        return Batch(lines, [columns[f"c{i}"] for i in wanted], malformed, totals, position)


def _nothing(width: int, malformed: list[Malformed], position: int) -> Batch:
    return Batch(pa.array([], pa.int64()), [pa.array([], pa.string()) for _ in range(width)], malformed, 0, position)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _without_totals(lines: pa.Array, columns: dict[str, pa.Array]) -> tuple[pa.Array, dict[str, pa.Array], int]:
    """Leave out lines that add up the others: their first cell (or the second, the first being empty) says so."""
    if not len(lines):
        return lines, columns, 0
    first = columns["c0"]
    second = columns.get("c1", first)
    said = pc.if_else(pc.equal(pc.utf8_trim_whitespace(first), ""), second, first)
    listed = pa.array(sorted(words().totals))
    short = pc.less_equal(pc.utf8_length(said), 12)
    if not pc.any(short).as_py():
        return lines, columns, 0
    total = pc.and_(short, pc.is_in(pc.utf8_lower(pc.replace_substring_regex(said, r"[\s：:]+", "")), value_set=listed))
    count = pc.sum(total).as_py()
    if not count:
        return lines, columns, 0
    # A row that is full is data, whatever its first cell says.
    keep = pc.invert(total)
    return lines.filter(keep), {k: v.filter(keep) for k, v in columns.items()}, count


def records(file: SourceFile, shape: Shape) -> Iterator[tuple[bytes, int, int, bool]]:
    """The text from the first data row on, in pieces that end with a record: (UTF-8 bytes, line, position, broken)."""
    encoding = file.text_encoding
    plain_utf8 = encoding.codec in {"utf-8", "utf-8-sig"} and not encoding.damaged
    decode = decoder(encoding)
    to_skip = shape.first_line - 1
    line = 1
    rest = b""
    quoted = shape.quoted and shape.delimiter != WHITESPACE and not shape.rest
    with file.opened() as stream:
        position = 0
        first = True
        while True:
            raw = stream.read(CHUNK_BYTES)
            position += len(raw)
            if plain_utf8:
                text = raw.removeprefix(b"\xef\xbb\xbf") if first else raw
            else:
                text = decode.decode(raw, not raw).encode("utf-8", errors="replace")
            first = False
            rest += text
            final = not raw
            while to_skip and rest:
                end = _end_of_line(rest, final=final)
                if end is None:
                    break
                rest = rest[end:]
                to_skip -= 1
                line += 1
            if to_skip:
                if final:
                    return
                continue
            if final and rest and not rest.endswith((b"\n", b"\r")):
                rest += b"\n"
            while rest:
                cut = _cut(rest, shape.delimiter, quoted=quoted, final=final)
                if cut:
                    piece, rest = rest[:cut], rest[cut:]
                    yield piece, line, position, False
                    line += lines_in(piece)
                elif final or len(rest) > _RECORD_BYTES:
                    end = _end_of_line(rest, final=True) or len(rest)
                    yield rest[:end], line, position, True
                    rest = rest[end:]
                    line += 1
                else:
                    break
            if final:
                return


def lines_in(piece: bytes) -> int:
    r"""Physical lines that end in a piece; \n, \r\n and a lone \r each end one.

    >>> lines_in(b"a\r\nb\nc\r")
    3
    """
    ends = piece.count(b"\n")
    returns = piece.count(b"\r")
    return ends + returns - piece.count(b"\r\n") if returns else ends


def _end_of_line(text: bytes, *, final: bool) -> int | None:
    found = re.search(rb"\r\n|\n|\r(?!\Z)" if not final else rb"\r\n|\n|\r|\Z", text)
    return found.end() if found else None


@cache
def _cells(delimiter: str) -> re.Pattern[bytes]:
    """Quoted cells (closed or, at the end, open) and ends of lines, in the order in which they stand."""
    before = re.escape(delimiter.encode())
    return re.compile(rb"(?<![^" + before + rb'\r\n])"(?P<quoted>[^"]*+(?:""[^"]*+)*+)(?P<closed>"?)|\r\n|\n|\r')


@cache
def _quotes(delimiter: str) -> re.Pattern[bytes]:
    """Quoted cells only, beginning with their mark so that the search can leap from mark to mark."""
    return re.compile(rb'"(?<![^' + re.escape(delimiter.encode()) + rb'\r\n]")[^"]*+(?:""[^"]*+)*+(?P<closed>"?)')


def _cut(text: bytes, delimiter: str, *, quoted: bool, final: bool) -> int:
    """Where the last whole record of a piece ends; 0 when there is none."""
    end = text.rfind(b"\n") + 1
    if not end:
        return _cut_slowly(text, delimiter, quoted=quoted, final=final)
    if not quoted or text.find(b'"', 0, end) < 0:
        return end
    limit = len(text)
    spans = []
    for found in _quotes(delimiter).finditer(text):
        if not found["closed"]:
            limit = found.start()
            break
        if b"\n" in found[0]:
            spans.append(found.span())
    end = text.rfind(b"\n", 0, limit) + 1
    # A line end inside a quoted cell ends no record.
    while spans and end:
        begin, after = spans.pop()
        if end > after:
            break
        if end > begin:
            end = text.rfind(b"\n", 0, begin) + 1
    return end


def _cut_slowly(text: bytes, delimiter: str, *, quoted: bool, final: bool) -> int:
    """The same for a text without \\n, whose lines end in a lone \\r."""
    last = 0
    if not quoted:
        return text.rfind(b"\r", 0, None if final else -1) + 1
    for found in _cells(delimiter).finditer(text):
        if found["quoted"] is None:
            last = found.end()
        elif not found["closed"]:
            break
    # A lone \\r at the very end may be half of \\r\\n.
    return last if final or last < len(text) else text.rfind(b"\r", 0, -1) + 1


def _lines_of(piece: bytes, line: int, shape: Shape, records_found: int) -> Sequence[int] | pa.Array:
    """The physical line on which each record of a piece begins."""
    if lines_in(piece) == records_found:
        return pa.array(np.arange(line, line + records_found, dtype=np.int64))
    starts: list[int] = []
    here, begin = line, 0
    start = line
    for found in _cells(shape.delimiter).finditer(piece):
        if found["quoted"] is not None:
            here += lines_in(found["quoted"])
            continue
        here += 1
        if found.start() > begin:
            starts.append(start)
        begin, start = found.end(), here
    if len(starts) != records_found:
        # Never seen; should the two ways of cutting disagree, a line number that is too early is better than a lost row.
        starts = [line + i for i in range(records_found)]
    return starts


def peek(file: SourceFile, *, lines: int = 25) -> list[str]:
    """The first physical lines of a text, decoded."""
    with file.opened() as stream:
        raw = stream.read(1 << 18)
    text = decoder(file.text_encoding).decode(raw).removeprefix("\ufeff")
    return _LINES.findall(text)[:lines]


def cut_lines(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records as cells, each with the physical line it begins on."""
    if delimiter == WHITESPACE:
        return [(n, text.split()) for n, text in enumerate(lines, start=1) if text.strip()]
    reader = csv.reader(lines, delimiter=delimiter)
    found: list[tuple[int, list[str]]] = []
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            return found
        if any(c.strip() for c in cells):
            found.append((start, cells))
        start = reader.line_num + 1


def sniff(lines: Sequence[str]) -> str:
    r"""The delimiter that cuts the first lines most evenly into more than one cell: , tab ; | or runs of blanks.

    >>> sniff(["a;b\n", "1,5;2\n", "3;4\n"]), sniff([" id  date  n\n", " 1   2     3\n"])
    (';', ' ')
    """
    best, best_score = ",", 0.0
    for delimiter in (",", "\t", ";", "|"):
        widths = [len(cells) for _, cells in cut_lines(lines, delimiter)]
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda w: (wide.count(w), w))
        score = wide.count(usual) / len(widths) + min(usual, 50) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    if best_score == 0:
        widths = [len(text.split()) for text in lines if text.strip()]
        if (
            len(widths) > 1
            and widths[0] > 1
            and len(set(widths)) == 1
            and all(re.search(r"\s{2}|^\s|\s\S+\s", t) for t in lines if t.strip())
        ):
            return WHITESPACE
    return best
