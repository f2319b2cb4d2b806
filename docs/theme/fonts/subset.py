"""Cuts the book's math font out of STIX Two Math: the letters, operators and stretchy fences that formulas need.

Run where fonttools and brotli are installed:  python subset.py stix-two-math-latin-400-normal.woff2
"""

import sys

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PRIMES = "′″‴"
ITALIC = [*range(0x1D434, 0x1D455), 0x210E, *range(0x1D456, 0x1D468), 0x1D6A4, 0x1D6A5, *range(0x1D6E2, 0x1D71C)]
SCRIPT_AND_DOUBLE = [0x1D53C, 0x2115, 0x2119, 0x211D, 0x1D4A9, 0x1D4B0, 0x1D4AA, 0x2112, 0x2113]
TEXT = (
    "".join(map(chr, [*range(0x20, 0x7F), *ITALIC, *SCRIPT_AND_DOUBLE, *range(0x2061, 0x2065)]))
    + "\u00a0¬±·×÷¯–’ıȷ\u0302\u0303\u0304\u0307\u0305ˆ˜‾ΓΔΘΛΞΠΣΦΨΩ"
    + "…⋯⋮⋱‖∈√∑∏∫∂∇∞∝−∓∗∘⋅∥∼≈≠≡≤≥≪≫⊙⊗⊤⊥→←↦⇒⌊⌋⌈⌉⟨⟩∣"
    + PRIMES
)

font = TTFont(sys.argv[1])
# script-size forms only for primes, which are drawn for that size; letters merely get smaller without theirs
primes = {font.getBestCmap()[ord(prime)] for prime in PRIMES}
for feature in font["GSUB"].table.FeatureList.FeatureRecord:
    if feature.FeatureTag == "ssty":
        for index in feature.Feature.LookupListIndex:
            for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                table = getattr(table, "ExtSubTable", table)
                for forms in (getattr(table, name) for name in ("mapping", "alternates") if hasattr(table, name)):
                    for glyph in set(forms) - primes:
                        del forms[glyph]
options = Options()
options.flavor, options.layout_features, options.hinting, options.notdef_outline = "woff2", ["dtls", "ssty"], False, True
options.name_IDs = [0, 1, 2, 5, 13, 14]
subsetter = Subsetter(options)
subsetter.populate(text=TEXT)
subsetter.subset(font)
font.flavor = "woff2"
font.recalcTimestamp = False
font.save("stix-two-math-subset.woff2")
