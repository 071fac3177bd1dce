#!/usr/bin/env python3
"""Writes builtins.txt from a JSON listing of the language's functions, aggregates and plugins.

    python3 regenerate.py kql-builtins.json shapes.txt > builtins.txt

The listing gives, for each, its signatures, how its result is named and what replaces it when it is obsolete. One line
of the output is one of them; the fields stand between tabs:

    kind  name  naming  flags  signatures

shapes.txt says of the functions that return a dynamic value of a known shape which it is: `kind name shape` between tabs,
the shape `[]` for an array, `[string]` for one of strings, `{}` for a bag.

kind: f, a or p. naming: how a column without a name is called, with a prefix behind a colon. flags: h (hidden),
o:NAME (obsolete, use NAME). signatures, between semicolons: `returns layout parameters`, parameters between commas:
`name kind types min max argument`, a dash where a field says nothing.
"""

import json
import sys


def parameter(fields):
    types = "/".join(fields.get("types", [])) or "-"
    least = fields.get("min", 1)
    most = fields.get("max", max(least, 1))
    return " ".join([fields["name"], fields["kind"], types, str(least), str(most), fields.get("arg", "-")])


def signature(fields, shape):
    returns = fields["ret"]
    if "type" in fields:
        returns += ":" + fields["type"]
        if fields["type"] == "dynamic":
            returns += shape
    layout = fields["layout"].removesuffix("ParameterLayout")
    return "|".join([returns, layout, ",".join(parameter(p) for p in fields["params"])])


def line(kind, fields, shapes):
    naming = fields.get("resultNameKind", "None")
    if "resultNamePrefix" in fields:
        naming += ":" + fields["resultNamePrefix"]
    flags = []
    if fields.get("hidden"):
        flags.append("h")
    if fields.get("obsolete"):
        flags.append("o:" + fields.get("alt", "").split("'")[0])
    signatures = ";".join(signature(s, shapes.get((kind, fields["name"]), "")) for s in fields["sigs"])
    return "\t".join([kind, fields["name"], naming, ",".join(flags) or "-", signatures])


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        listing = json.load(source)
    with open(sys.argv[2], encoding="utf-8") as source:
        shapes = {(kind, name): shape for kind, name, shape in (line.rstrip("\n").split("\t") for line in source)}
    for kind, section in (("f", "functions"), ("a", "aggregates"), ("p", "plugins")):
        for fields in listing[section]:
            print(line(kind, fields, shapes))


if __name__ == "__main__":
    main()
