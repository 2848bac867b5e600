"""The file of a paper: the objects that reportlab drew, with the structure of the paper packed behind them (PDF 1.7, ISO 32000-1, 7.5.7 and 7.5.8).

What a seal adds to is written plainly: the catalogue and the pages.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import accumulate
from struct import Struct
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import PDFIndirectObject, PDFName, PDFPage
from reportlab.pdfgen.canvas import Canvas

from eccs.paper_tree import Tree

BEGUN = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PACKED = 400  # objects that are packed together
_ROW = Struct(">BIH")
_OF_A_PAGE = (*PDFPage.__NoDefault__, "StructParents", "Tabs")
_ABOUT = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator><pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def written(canvas: Canvas, tree: Tree, language: str) -> bytes:
    """The whole PDF."""
    doc = canvas._doc
    catalogue = _prepared(doc, len(tree.pages))
    file = _File()
    number = 0
    while (number := number + 1) in doc.numberToId:
        name = doc.numberToId[number]
        if number != catalogue:
            file.put(number, PDFIndirectObject(name, doc.idToObject[name]).format(doc))
    numbers = doc.idToObjectNumberAndVersion
    pages = [numbers[f"Page{n}"][0] for n in range(1, len(tree.pages) + 1)]
    packed, root = tree.written(number, pages)
    about = number + len(packed)
    file.stream(about, b"/Type/Metadata/Subtype/XML", _about(doc.info.title, doc.info.author))
    file.pack(number, packed, about + 1)
    file.put(
        catalogue,
        b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R/Lang(%s)/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/Metadata %d 0 R/ViewerPreferences<</DisplayDocTitle true>> >>\nendobj\n"
        % (catalogue, numbers[doc.Reference(doc.Pages).name][0], language.encode(), root, about),
    )
    info = numbers[doc.Reference(doc.info).name][0]
    return file.closed(catalogue, info, doc.signature.hexdigest().encode())


def _prepared(doc: Any, pages: int) -> int:
    """Everything is in its place before it is written; the number of the catalogue."""
    for font in doc.delayedFonts:
        font.addObjects(doc)
    doc.info.invariant = doc.invariant
    doc.info.digest(doc.signature)
    for one in (doc.Catalog, doc.info, doc.Pages):
        doc.Reference(one)
    for n in range(pages):
        page = doc.idToObject[f"Page{n + 1}"]
        page.__NoDefault__, page.StructParents, page.Tabs = _OF_A_PAGE, n, PDFName("S")
    found: int = doc.idToObjectNumberAndVersion[doc.Reference(doc.Catalog).name][0]
    return found


def _about(title: str, author: str) -> bytes:
    return (_ABOUT % (escape(title), escape(author))).encode()


class _File:
    """The bytes of a PDF, and where each of its objects is."""

    def __init__(self) -> None:
        self._out = [BEGUN]
        self._place = len(BEGUN)
        self._rows: dict[int, bytes] = {0: _ROW.pack(0, 0, 65535)}

    def put(self, number: int, content: bytes) -> None:
        """An object, as it stands in the file."""
        self._rows[number] = _ROW.pack(1, self._place, 0)
        self._out.append(content)
        self._place += len(content)

    def stream(self, number: int, about: bytes, content: bytes) -> None:
        """An object with a stream."""
        self.put(
            number,
            b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, about, len(content), content),
        )

    def pack(self, first: int, objects: Sequence[str], number: int) -> None:
        """Objects numbered from `first`, packed into streams numbered from `number`."""
        for at in range(0, len(objects), PACKED):
            some = objects[at : at + PACKED]
            places = accumulate(map(len, some), lambda place, size: place + size + 1, initial=0)
            begun = " ".join([f"{first + at + n} {place}" for n, place in zip(range(len(some)), places, strict=False)])
            content = zlib.compress(f"{begun} {' '.join(some)}".encode("ascii"), 1)
            head = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(some), len(begun) + 1)
            self.stream(number, head, content)
            for n in range(len(some)):
                self._rows[first + at + n] = _ROW.pack(2, number, n)
            number += 1

    def closed(self, root: int, info: int, name: bytes) -> bytes:
        """The whole file, with the table of its objects at its end."""
        number, place = len(self._rows), self._place
        self._rows[number] = _ROW.pack(1, place, 0)
        table = zlib.compress(b"".join([self._rows[n] for n in range(number + 1)]), 1)
        about = b"/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]/Filter/FlateDecode" % (
            number + 1, root, info, name, name,
        )  # fmt: skip
        self.stream(number, about, table)
        self._out.append(b"startxref\n%d\n%%%%EOF\n" % place)
        return b"".join(self._out)
