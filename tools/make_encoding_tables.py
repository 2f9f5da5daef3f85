"""Writes src/crawl/encoding/*_tables.cpp from the indexes of the WHATWG Encoding Standard:

    python3 tools/make_encoding_tables.py FOLDER src/crawl/encoding

FOLDER holds the standard's index-*.txt (https://encoding.spec.whatwg.org/#indexes). Run it again when they change, which
their Date lines tell.
"""

import os
import sys
import unicodedata

SINGLE_BYTE = [
    "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8",
    "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u", "macintosh",
    "windows-874", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic",
]  # fmt: skip
WIDTH = 116


def read_index(folder, name):
    index = {}
    with open(os.path.join(folder, f"index-{name}.txt"), encoding="utf-8") as file:
        for line in file:
            fields = line.split()
            if fields and not fields[0].startswith("#"):
                index[int(fields[0])] = int(fields[1], 16)
    return index


def columns(character):
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def spell(code):
    """The character itself where an editor shows it as one, else its number."""
    character = chr(code)
    if unicodedata.category(character) in ("Lu", "Ll", "Lo", "Lt", "So", "Sm", "Sc", "Nl", "No") and (
        unicodedata.bidirectional(character) not in ("R", "AL")
    ):
        return character, columns(character)
    number = f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
    return number, len(number)


def tokens(index):
    """In the order of pointers: a character each, ~N for N more that follow it in Unicode, <N> for N pointers without one."""
    expected, pointers, i = 0, sorted(index), 0
    while i < len(pointers):
        pointer, code = pointers[i], index[pointers[i]]
        if pointer != expected:
            yield f"<{pointer - expected}>", len(str(pointer - expected)) + 2
        yield spell(code)
        run = 1
        while index.get(pointer + run) == code + run:
            run += 1
        if run > 3:
            yield f"~{run - 1} ", len(str(run - 1)) + 2
        else:
            run = 1
        expected = pointer + run
        i += run


def literal(index, indent):
    lines, line, width = [], "", 0
    for text, size in tokens(index):
        if width + size > WIDTH - indent:
            lines.append(line)
            line, width = "", 0
        line += text
        width += size
    lines.append(line)
    return "\n".join(f'{" " * indent}"{line}"' for line in lines)


def write(path, includes, body):
    with open(path, "w", encoding="utf-8") as file:
        file.write("// Written by tools/make_encoding_tables.py.\n")
        file.write('#include "crawl/encoding/tables.h"\n')
        file.write(f"\nnamespace smelt {{\n\n// clang-format off\n{body}// clang-format on\n\n}}  // namespace smelt\n")


def main():
    folder, target = sys.argv[1:]
    rows = "".join(f'    {{"{name}",\n{literal(read_index(folder, name), 5)}}},\n' for name in SINGLE_BYTE)
    write(
        os.path.join(target, "single_byte_tables.cpp"),
        "",
        f"const std::array<SingleByteTable, {len(SINGLE_BYTE)}> kSingleByteTables = {{{{\n{rows}}}}};\n",
    )
    for name, constant in (
        ("jis0208", "kJis0208Table"),
        ("jis0212", "kJis0212Table"),
        ("gb18030", "kGb18030Table"),
        ("big5", "kBig5Table"),
        ("euc-kr", "kEucKrTable"),
    ):
        body = f"const char* const {constant} =\n{literal(read_index(folder, name), 4)};\n"
        if name == "gb18030":
            ranges = [f"{{{pointer},0x{code:X}}}," for pointer, code in sorted(read_index(folder, "gb18030-ranges").items())]
            lines = [""]
            for item in ranges:
                if len(lines[-1]) + len(item) > WIDTH - 4:
                    lines.append("")
                lines[-1] += item
            text = "\n".join("    " + line for line in lines)
            body += f"\nconst std::array<Gb18030Range, {len(ranges)}> kGb18030Ranges = {{{{\n{text}\n}}}};\n"
        write(os.path.join(target, name.replace("-", "_") + "_tables.cpp"), "", body)


main()
