"""An assembler for the little of WebAssembly's text format that docs/laboratory/product.wat is written in.

    python -m tests.wat    writes product.wasm beside it

One function, one imported memory, folded instructions. Sources: WebAssembly Core Specification 2.0, section 5, binary format.
"""

import re
import struct
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "docs/laboratory/product.wat"
TYPES = {"i32": 0x7F, "v128": 0x7B}
PLAIN = {"i32.add": 0x6A, "i32.sub": 0x6B, "i32.mul": 0x6C, "i32.shl": 0x74, "i32.lt_u": 0x49}
LOCAL = {"local.get": 0x20, "local.set": 0x21}
VECTOR = {"v128.load": 0, "v128.load32_splat": 9, "v128.store": 11, "f32x4.splat": 19, "f32x4.add": 228, "f32x4.mul": 230}
ALIGNED = {"v128.load": 4, "v128.load32_splat": 2, "v128.store": 4}  # the natural alignment, as a power of two


def assemble(text):
    """The binary module of a text module. Raises ValueError for an instruction that is not in the tables above."""
    _, imported, function = parse(text)
    _, module, name, (_, pages) = imported
    export, declared, body = function[1][1], function[2:], []
    parameters = [part[1:] for part in declared if part[0] == "param"]
    local = [part[1:] for part in declared if part[0] == "local"]
    names = {variable: index for index, (variable, _) in enumerate(parameters + local)}
    for part in declared:
        if part[0] not in ("param", "local"):
            body += instruction(part, names, [])
    code = vector([[*number(1), TYPES[kind]] for _, kind in local]) + bytes(body) + b"\x0b"
    sections = {
        1: vector([[0x60, *vector([[TYPES[kind]] for _, kind in parameters]), 0]]),
        2: vector([[*string(module), *string(name), 2, 0, *number(int(pages))]]),
        3: vector([[0]]),
        7: vector([[*string(export), 0, 0]]),
        10: vector([[*number(len(code)), *code]]),
    }
    return b"\0asm\1\0\0\0" + b"".join(bytes([key, *number(len(part))]) + part for key, part in sections.items())


def parse(text):
    """Nested lists of the words of a text module, without its comments."""
    stack = [[]]
    for word in re.findall(r'[()]|"[^"]*"|[^\s()]+', re.sub(r";;.*", "", text)):
        if word == "(":
            stack.append([])
        elif word == ")":
            stack[-2].append(stack.pop())
        else:
            stack[-1].append(word)
    return stack[0][0]


def instruction(part, names, labels):
    """Bytes of one folded instruction: those of its operands, then its own. labels: of the loops around it, outermost first."""
    kind, *rest = part
    if kind == "loop":
        inside = [byte for each in rest[1:] for byte in instruction(each, names, [*labels, rest[0]])]
        return [0x03, 0x40, *inside, 0x0B]
    words = [word for word in rest if isinstance(word, str)]
    operands = [byte for each in rest if isinstance(each, list) for byte in instruction(each, names, labels)]
    if kind in LOCAL:
        return [*operands, LOCAL[kind], *number(names[words[0]])]
    if kind == "i32.const":
        return [0x41, *number(int(words[0]), signed=True)]
    if kind == "f32.const":
        return [0x43, *struct.pack("<f", float(words[0]))]
    if kind == "br_if":
        return [*operands, 0x0D, *number(labels[::-1].index(words[0]))]
    if kind in PLAIN:
        return [*operands, PLAIN[kind]]
    if kind not in VECTOR:
        raise ValueError(f"The assembler knows no {kind}: name its opcode in tests/wat.py.")
    offset = next((int(word.removeprefix("offset=")) for word in words), 0)
    return [*operands, 0xFD, *number(VECTOR[kind]), *([ALIGNED[kind], *number(offset)] if kind in ALIGNED else [])]


def number(value, signed=False):
    """A whole number, not negative, in LEB128."""
    found = []
    while True:
        low, value = value & 0x7F, value >> 7
        if not value and not (signed and low & 0x40):
            return [*found, low]
        found.append(low | 0x80)


def string(quoted):
    return [len(quoted) - 2, *quoted[1:-1].encode()]


def vector(parts):
    return bytes([*number(len(parts)), *(byte for part in parts for byte in part)])


if __name__ == "__main__":
    SOURCE.with_suffix(".wasm").write_bytes(assemble(SOURCE.read_text()))
