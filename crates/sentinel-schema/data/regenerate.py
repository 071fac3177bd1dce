#!/usr/bin/env python3
"""Writes columns.txt, tables.txt, defender.txt and functions.txt from tables of facts.

Usage: regenerate.py TABLES.tsv DEFENDER.tsv FUNCTIONS.json

TABLES.tsv holds table, column, type and whether the reference documents it (yes or no); DEFENDER.tsv the same without
the last; FUNCTIONS.json {"schemas": {name: {column: type}}, "functions": [{name, kind, parameters, returns}]}. Each
distinct column, a name with its type, is written once in columns.txt, the most frequent first, and named by its line
elsewhere, so that seventy thousand columns take a third of their size.
"""
import collections
import json
import pathlib
import sys

LETTERS = {
    "bool": "b", "boolean": "b", "int": "i", "long": "l", "real": "r", "double": "r", "decimal": "m", "string": "s",
    "datetime": "d", "timespan": "t", "guid": "g", "dynamic": "y", "object": "y", "bigint": "l",
}
HERE = pathlib.Path(__file__).parent


def read(path):
    """Tables in the order of the file: name -> {column: (letter, documented)}."""
    tables = {}
    for line in pathlib.Path(path).read_text().splitlines()[1:]:
        if line.startswith("#") or not line.strip():
            continue
        cells = line.split("\t")
        documented = len(cells) < 4 or cells[3] != "no"
        tables.setdefault(cells[0], {}).setdefault(cells[1], (LETTERS[cells[2].lower()], documented))
    return tables


def main():
    tables, defender = read(sys.argv[1]), read(sys.argv[2])
    functions = json.loads(pathlib.Path(sys.argv[3]).read_text())
    schemas = {
        name: {column: (LETTERS[kind], True) for column, kind in columns.items()}
        for name, columns in functions["schemas"].items()
    }
    count = collections.Counter()
    for group in (tables, defender, schemas):
        for columns in group.values():
            count.update((name, letter) for name, (letter, _) in columns.items())
    ordered = sorted(count, key=lambda column: (-count[column], column))
    number = {column: at for at, column in enumerate(ordered)}

    def write(name, lines):
        (HERE / name).write_text("".join(line + "\n" for line in lines))

    def row(columns):
        return " ".join(
            ("" if documented else "~") + str(number[(name, letter)]) for name, (letter, documented) in columns.items()
        )

    write("columns.txt", (f"{name} {letter}" for name, letter in ordered))
    # The lookup searches by the bytes of the name.
    by_bytes = lambda item: item[0].encode()
    write("tables.txt", (f"{name} {row(columns)}" for name, columns in sorted(tables.items(), key=by_bytes)))
    write("defender.txt", (f"{name} {row(columns)}" for name, columns in sorted(defender.items(), key=by_bytes)))
    lines = [f"={name} {row(columns)}" for name, columns in sorted(schemas.items(), key=by_bytes)]
    for function in sorted(functions["functions"], key=lambda f: f["name"].encode()):
        parameters = ",".join(f"{name}:{LETTERS[kind]}" for name, kind in function["parameters"])
        lines.append(" ".join([function["name"], function["kind"], function.get("returns") or "-", parameters or "-"]))
    write("functions.txt", lines)


main()
