"""Files that nobody means well by, made from an honest one: bombs, tricks of XML, wrong encodings, and rows that are none.

Each is a few thousand bytes. Its name says what it is; what it is called when it is sent is the same for all.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO

import xlsxwriter

Rows = list[dict[str, str]]
Parts = dict[str, bytes]
SHEET, TEXTS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
DTD = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "%s"><!ENTITY c "%s">]>' % (b"&a;" * 10, b"&b;" * 10)
XXE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY %% h SYSTEM "http://127.0.0.1:1/x.dtd">]>'.replace(
    b"%%", b"%"
)
ODS = (
    b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:'
    b'opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    b'<table:table table:name="a"><table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" '
    b'table:number-columns-repeated="60"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>'
    b"</office:body></office:document-content>"
)
FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    '=HYPERLINK("http://x","y")',
    "=WEBSERVICE(A1)",
    "\t=1",
    "\r=1",
)


def as_csv(rows: Rows, separator: str = ",") -> bytes:
    """The rows as a file of text."""
    out = StringIO()
    writer = csv.DictWriter(
        out, list(dict.fromkeys(name for row in rows for name in row)), restval="", delimiter=separator
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_xlsx(rows: Rows) -> bytes:
    """The same as a workbook."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([names, *([row.get(name, "") for name in names] for row in rows)]):
            sheet.write_row(n, 0, row)
    return out.getvalue()


def zipped(parts: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these, the same name perhaps twice."""
    out = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def unzipped(content: bytes) -> Parts:
    """What is in a ZIP."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put(content: bytes) -> Callable[[bytes], bytes]:
    """This instead of what was there."""
    return lambda _before: content


def texts(rows: Rows) -> Iterator[tuple[str, bytes]]:
    """Files of text, or of what is no text."""
    good = as_csv(rows)
    head, first = good.split(b"\r\n")[:2]
    broken = good.replace(first, first[:10] + b"%s" + first[10:], 1)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"):
        yield f"in {encoding}", good.decode().encode(encoding)
    for name, cut in {
        "latin letters": b"\xe9", "an overlong slash": b"\xc0\xaf", "half a letter": b"\xe0\xa4", "a lone surrogate": b"\xed\xa0\x80",
        "beyond Unicode": b"\xf4\x90\x80\x80", "NUL": b"\x00",
    }.items():  # fmt: skip
        yield name, broken.replace(b"%s", cut)
    yield "a quote that never ends", good.replace(first, b'"' + first, 1)
    yield "cut within a quote", good[: len(good) // 2] + b',"'
    yield "nothing", b""
    yield "blanks alone", b" \r\n\t\r\n" * 50
    yield "names alone", head
    yield "no names", b"," * 40 + b"\r\n" + first
    yield "separated by semicolons", as_csv(rows, ";")
    yield "separated by tabs", as_csv(rows, "\t")
    yield "a name twice", good.replace(head, head + b"," + head.split(b",")[0], 1)
    yield "a column of no such file", good.replace(head, head + b",=cmd|' /C calc'!A0", 1)
    yield "a hundred and one columns", good.replace(head, head + b",x" * 101, 1)
    yield "a million columns", b"," * 1_000_000 + b"\r\n1"
    yield "a cell of two hundred thousand letters", broken.replace(b"%s", b"x" * 200_000)
    yield "more cells than names", good.replace(first, first + b",1" * 500, 1)
    yield "20,001 rows", head + b"\r\n" + (b"x" * 3 + b"\r\n") * 20_001
    for what, start in {
        "a PDF": b"%PDF-1.7\n", "an old spreadsheet": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a picture": b"\x89PNG\r\n\x1a\n",
        "a photograph": b"\xff\xd8\xff\xe0", "a program": b"MZ\x90\x00", "an ELF": b"\x7fELF\x02", "RAR": b"Rar!\x1a\x07\x01\x00",
        "7z": b"7z\xbc\xaf\x27\x1c", "a web page": b"<!doctype html><script>alert(1)</script>", "a pickle": b"\x80\x04\x95\x0f\x00\x00",
        "billion laughs": b'<?xml version="1.0"?>' + DTD + b"<x>&c;</x>", "XXE": b'<?xml version="1.0"?>' + XXE + b"<x>&f;</x>",
        "JSON": b'{"a": {"$ref": "#"}}', "YAML": b"a: &a [*a,*a]\n", "SQL": b"'; DROP TABLE bills; --\n", "a shell": b"#!/bin/sh\nrm -rf /\n",
    }.items():  # fmt: skip
        yield what, start + b"\n" + good
    packs: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
        ("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress), ("zlib", zlib.compress),
    )  # fmt: skip
    for what, pack in packs:
        yield f"packed by {what}", pack(good)


def cells(rows: Rows, numeric: str, code: str) -> Iterator[tuple[str, bytes]]:
    """Rows with a cell that is none: of a column of numbers, and of one of codes."""
    for sort, column in (("number", numeric), ("code", code)):
        for cell in (*FORMULAS[:6], "NaN", "Infinity", "1e999", "-1", "9" * 400, "0x10", "1\u202e2", "\ufeff1", "1\x7f", "<b>1</b>", "{{7*7}}", "${7*7}", "%s%n", "../../etc/passwd"):  # fmt: skip
            yield f"a {sort} that is {cell[:24]!r}", as_csv([{**rows[0], column: cell}, *rows[1:]])
    for formula in FORMULAS:
        hostile = {name: formula for name in rows[0] if name != numeric}
        yield f"{formula!r} in every cell", as_csv([{**rows[0], **hostile, numeric: formula}, *rows[1:]])
        yield f"{formula!r} in every cell of a workbook", as_xlsx([{**rows[0], **hostile, numeric: formula}, *rows[1:]])


def workbooks(rows: Rows) -> Iterator[tuple[str, bytes]]:
    """Workbooks that are bombs, or lie about what is in them."""
    good = as_xlsx(rows)
    parts = unzipped(good)

    def with_(name: str, change: Callable[[bytes], bytes]) -> bytes:
        return zipped(list({**parts, name: change(parts.get(name, b""))}.items()))

    def in_sheet(rows_of_it: bytes) -> bytes:
        return with_(SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + rows_of_it, 1))

    for name in parts:
        if name.endswith((".xml", ".rels")):
            declared = parts[name].split(b"?>", 1)
            yield f"billion laughs in {name}", with_(name, put(declared[0] + b"?>" + DTD + declared[1]))
            yield f"XXE in {name}", with_(name, put(declared[0] + b"?>" + XXE + declared[1]))
    for name in (SHEET, TEXTS, BOOK, "xl/_rels/workbook.xml.rels"):
        yield f"{name} cut in half", with_(name, lambda xml: xml[: len(xml) // 2])
        yield f"{name} that is a picture", with_(name, lambda _xml: b"\x89PNG\r\n\x1a\n")
        yield f"no {name}", zipped([(other, content) for other, content in parts.items() if other != name])
    yield "1,048,576 rows by one", in_sheet(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    yield "16,384 columns by one", in_sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')
    yield "21,001 rows", in_sheet(b"<row/>" * 21_001)
    yield "a row without end", in_sheet(b"<row>" + b"<c><v>1</v></c>" * 500 + b"</row>")
    yield "a tag of three million blanks", in_sheet(b"<row " + b" " * 3_000_000 + b'r="1"/>')
    yield "a place in letters", in_sheet(b'<row r="2"><c r="&#65;99999999"><v>1</v></c></row>')
    yield "a row of minus one", in_sheet(b'<row r="-1"><c r="A-1"><v>1</v></c></row>')
    yield (
        "5,001 merged cells",
        with_(SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + b'<mergeCell ref="A2:A3"/>' * 5_001)),
    )
    yield (
        "merged names",
        with_(
            SHEET,
            lambda xml: xml.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'),
        ),
    )
    claim = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" %s="%s"><si><t>hawb</t></si></sst>'
    for number in (b"4294967295", b"99999999999999999999", b"-1", b"&#52;294967295", b"0x7fffffff"):
        for attribute in (b"count", b"uniqueCount"):
            yield (
                f"texts that claim {attribute.decode()} {number.decode()}",
                with_(TEXTS, put(claim % (attribute, number))),
            )
    yield (
        "texts that claim much after many blanks",
        with_(TEXTS, lambda _xml: (claim % (b"count", b"4294967295")).replace(b"<sst ", b"<sst " + b" " * 2_500_000)),
    )
    yield "a text that is not there", with_(SHEET, lambda xml: xml.replace(b"<v>0</v>", b"<v>99999999</v>"))
    yield (
        "an ODS within",
        zipped([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), (BOOK, b"x"), ("content.xml", ODS)]),
    )
    yield "an ODS", zipped([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", ODS)])
    yield "an XLSB within", zipped([*parts.items(), ("xl/workbook.bin", b"\x83\x01\x00")])
    yield "two sheets of one name", zipped([*parts.items(), (SHEET, parts[SHEET])])
    yield "two sheets but for the case", zipped([*parts.items(), (SHEET.upper(), parts[SHEET])])
    yield (
        "three thousand members",
        zipped([*parts.items(), *((f"x{n}", b"") for n in range(3_000))], zipfile.ZIP_STORED),
    )
    yield "a ZIP of a ZIP", zipped([("a.zip", good)])
    yield "an empty ZIP", b"PK\x05\x06" + b"\0" * 18
    yield "a ZIP without its end", good[:-30]
    yield "a ZIP whose end is elsewhere", good[:-6] + struct.pack("<IH", 0xFFFFFFF0, 0)
    for what, (offset, value) in {
        "a password": (8, b"\x01\x00"), "an unknown packing": (10, b"\x63\x00"), "a wrong sum": (16, b"\1\2\3\4"), "a name of 64 KiB": (28, b"\xff\xff"),
    }.items():  # fmt: skip
        at = good.index(b"PK\x01\x02") + offset
        yield f"a ZIP with {what}", good[:at] + value + good[at + len(value) :]
    yield "a bomb", zipped([*parts.items(), ("xl/media/image1.png", b"\0" * 3_000_000)])
    size = 3_000_000
    lying = zipped([(BOOK, b"<workbook/>"), (TEXTS, b"\0" * size)])
    yield "a bomb whose directory lies", lying.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    for target in (b"../../../../etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:1/", b"nothing.xml"):
        rels = "xl/_rels/workbook.xml.rels"
        yield (
            f"a sheet at {target.decode()}",
            with_(rels, put(parts[rels].replace(b"worksheets/sheet1.xml", target))),
        )
    yield "no sheets", with_(BOOK, lambda xml: re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", xml))
    yield "a sheet in UTF-16", with_(SHEET, lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    yield (
        "a cell that is an error",
        with_(SHEET, lambda xml: re.sub(rb'(<c r="A2")[^>]*>.*?</c>', rb'\1 t="e"><v>#REF!</v></c>', xml)),
    )


def papers() -> Iterator[tuple[str, bytes]]:
    """What is no scanned paper, whatever it is called."""
    yield from {
        "nothing": b"", "text": b"hello", "a web page": b"<html><script>alert(1)</script></html>", "SVG": b"<svg onload='alert(1)'/>",
        "a program": b"MZ\x90\x00" + b"\0" * 99, "an ELF": b"\x7fELF", "a shell": b"#!/bin/sh\n", "a ZIP": zipped([("a.pdf", b"%PDF-1.7")]),
        "GIF": b"GIF89a", "WebP": b"RIFF\0\0\0\0WEBP", "BMP": b"BM\0\0", "PostScript": b"%!PS-Adobe-3.0\n(/etc/passwd) run", "PDF later on": b"\n\n%PDF-1.7",
        "PDF in UTF-16": "%PDF-1.7".encode("utf-16"), "XML": b"<?xml version='1.0'?>" + XXE, "NULs": b"\0" * 5_000, "half a JPEG mark": b"\xff\xd8",
        "half a PNG mark": b"\x89PNG", "a TIFF of neither kind": b"IM\x00*", "gzip": gzip.compress(b"%PDF-1.7"),
    }.items()  # fmt: skip


def blobs() -> Iterator[tuple[str, bytes]]:
    """What is no certificate, no list of revoked ones and no sealed PDF."""
    yield from (one for one in papers() if one[1])
    pem = b"-----BEGIN %s-----\n%s\n-----END %s-----\n"
    for sort in (b"CERTIFICATE", b"X509 CRL", b"PRIVATE KEY", b"PKCS7"):
        for inner in (b"", b"AAAA", b"MIIB" * 40, b"\xff\xfe", b"MIIB=AA=", b"A" * 100_000):
            yield f"{sort.decode()} of {inner[:8]!r}", pem % (sort, inner, sort)
    yield from {
        "an endless DER": b"\x30\x80" * 200, "a DER longer than itself": b"\x30\x84\xff\xff\xff\xff\x02\x01\x01", "a deep DER": b"\x30\x82\x03\xe8" * 250,
        "a PDF that is none": b"%PDF-1.7\n%%EOF", "a PDF whose table leads into itself": b"%PDF-1.7\nxref\n0 1\ntrailer<</Prev 9/Size 1>>\nstartxref\n9\n%%EOF",
        "a PDF of one endless object": b"%PDF-1.7\n1 0 obj\n" + b"<<" * 3_000 + b"\nstartxref\n9\n%%EOF",
    }.items()  # fmt: skip
