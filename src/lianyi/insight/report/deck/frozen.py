"""An office file without the moment of its making: the same content gives the same bytes."""

import io
import re
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def frozen(blob: bytes, made_at: str) -> bytes:
    """The same package with every entry dated alike, workbooks inside it too, and its properties dated `made_at` (ISO, UTC).

    Raises zipfile.BadZipFile for what is no package.
    """
    out = io.BytesIO()
    stamp = made_at.encode()
    with zipfile.ZipFile(io.BytesIO(blob)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".xlsx"):
                content = frozen(content, made_at)
            elif name == "docProps/core.xml":
                content = _DATES.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return out.getvalue()
