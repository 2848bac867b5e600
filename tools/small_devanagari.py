"""Make the small Devanagari of the public window: the letters of Hindi, and of the joined forms those that its words need.

Run after the Hindi texts have changed, with fontTools and brotli beside what ECCS itself needs: `pip install fonttools brotli`.
A joined form that is left out is written with its halant, which every reader of Hindi can read. Licence of the font: OFL 1.1,
static/vendor/licences/noto-sans-devanagari.txt.
"""

import re
from pathlib import Path

import uharfbuzz
from fontTools import subset

BASE_DIR = Path(__file__).resolve().parent.parent
WHOLE = BASE_DIR / "static" / "vendor" / "fonts" / "NotoSansDevanagari-Regular.ttf"
SMALL = BASE_DIR / "static" / "fonts" / "devanagari-small.woff2"
ALWAYS = "केन्द्रीय अप्रत्यक्ष कर एवं सीमा शुल्क बोर्ड हिन्दी भाषा"
LETTERS = (
    (0x20, 0x20), (0x901, 0x903), (0x905, 0x90B), (0x90D, 0x90D), (0x90F, 0x911), (0x913, 0x928), (0x92A, 0x930),
    (0x932, 0x933), (0x935, 0x939), (0x93C, 0x93C), (0x93E, 0x943), (0x945, 0x945), (0x947, 0x949), (0x94B, 0x94D), (0x950, 0x950),
    (0x95B, 0x95E), (0x964, 0x964), (0x970, 0x970), (0x200C, 0x200D), (0x20B9, 0x20B9), (0x25CC, 0x25CC),
)  # fmt: skip
SECOND = "यकतरव"  # what most letters are joined to
FEATURES = "ccmp locl nukt akhn rphf rkrf blwf half vatu cjct pres abvs blws psts haln abvm blwm".split()


def needed() -> set[str]:
    """The glyphs with which the Hindi texts are written, by name."""
    text = ALWAYS + (BASE_DIR / "locale" / "hi" / "LC_MESSAGES" / "django.po").read_text()
    words = set(re.findall("[\u0900-\u097f\u200c\u200d]+", text))
    words |= {f"{chr(first)}\u094d{second}" for first in range(0x915, 0x93A) for second in SECOND}
    font = uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(WHOLE))))
    found = set()
    for word in words:
        line = uharfbuzz.Buffer()
        line.add_str(word)
        line.guess_segment_properties()
        uharfbuzz.shape(font, line)
        found |= {font.glyph_to_string(one.codepoint) for one in line.glyph_infos}
    return found


def main() -> None:
    """Write the small font."""
    options = subset.Options()
    options.flavor, options.hinting, options.layout_closure = "woff2", False, False
    options.layout_features, options.name_IDs, options.notdef_outline = FEATURES, [1, 2, 13, 14], True
    font = subset.load_font(str(WHOLE), options)
    chosen = subset.Subsetter(options)
    letters = [code for first, last in LETTERS for code in range(first, last + 1)]
    chosen.populate(unicodes=letters, glyphs=sorted(needed()))
    chosen.subset(font)
    subset.save_font(font, str(SMALL), options)
    print(f"{SMALL.relative_to(BASE_DIR)}: {SMALL.stat().st_size} bytes")


if __name__ == "__main__":
    main()
