"""The words that stand in an answer, whatever kind of file it is."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile, is_zipfile

import pypdfium2


def words_of(data: bytes) -> str:
    """The words of a page, a PDF, or everything that is packed in a spreadsheet or an archive, with the names of its files."""
    if data.startswith(b"%PDF-1") and b"startxref" in data:
        document = pypdfium2.PdfDocument(data)
        try:
            return "\n".join(page.get_textpage().get_text_range() for page in document)
        finally:
            document.close()
    if data.startswith(b"PK") and is_zipfile(BytesIO(data)):
        with ZipFile(BytesIO(data)) as packed:
            return "\n".join(f"{name}\n{words_of(packed.read(name))}" for name in packed.namelist())
    return str(data, errors="replace")
