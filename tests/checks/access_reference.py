"""Writes docs/reference/access.md from the table of methods, or says that it is out of date.

    access_reference.py [--write]

The table is api/auth/methods.h. It is held against the services in api/proto: every rpc has a row, and every row
is an rpc or is named in OTHERS.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "api" / "auth" / "methods.h"
PROTOS = ROOT / "api" / "proto" / "constancia" / "v1"
PAGE = ROOT / "docs" / "reference" / "access.md"

# What is in the table and is no rpc.
OTHERS = {"http.metrics": "`GET /metrics`"}

INTRODUCTION = """\
# Who may do what

*The tables are generated from `api/auth/methods.h` by `tests/checks/access_reference.py --write`; do not edit.*

A caller is named by its certificate. A source is always and only `INTEGRATOR`; people and operators have the roles that
the settings file gives them and those that were given in the ledger ([guides/access.md](../guides/access.md)). A method
is open to the roles of its row and refused to everybody else with `SCOPE_NOT_GRANTED`; a method without a row does not
exist. *Everybody* is every authenticated caller of the tenant.

| role | sees of cases, people and events | personal parts |
| --- | --- | --- |
| `AGENT` | the cases assigned to him | in full |
| `SUPERVISOR`, `COMPLIANCE`, `FINANCE`, `AUDITOR_INTERNAL`, `DESIGNATED_OFFICER` | all, or those of the creditors, portfolios and teams for which the role was given | in full |
| `LEGAL` | cases that are prepared for court, were proposed for it or are there | in full; alone those of privileged notes |
| `CREDITOR_VIEWER` | the creditors and portfolios for which the role was given; none without | last four characters |
| `REGULATOR` | what live grants name | as the grant says |
| `INTEGRATOR` | the events that its source brought; at the gate, everybody | in full |

A person appends facts of the desk of the role only, about cases in its scope. An event that names no case is seen by who
sees one of its people. Recordings are not kept here, so nobody is served any.

The scope says how a call is narrowed once the role is right:

| scope | what it is narrowed to |
| --- | --- |
"""


def camel_words(name):
    """kRecordsManager is RECORDS_MANAGER."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removeprefix("k")).upper()


def roles_of(text, named):
    text = text.strip()
    if not text.startswith("{"):
        return named[text.removeprefix("methods::")]
    roles = [camel_words(role) for role in re.findall(r"Role::(\w+)", text)]
    return ["*everybody*"] if roles == ["CALLER"] else roles


def read_table():
    source = TABLE.read_text()
    scopes = dict(re.findall(r"^  k(\w+),\s*// (.*)$", source, re.M))
    named = {}
    for name, text in re.findall(r"inline constexpr Roles (k\w+) = (\{.*?\});", source, re.S):
        named[name] = roles_of(text, named)
    table = source[source.index("kMethods[] = {"):source.index("\n};", source.index("kMethods[] = {"))]
    rows = []
    for name, roles, scope, changes in re.findall(
            r'\{"([\w.]+)",\s*(methods::k\w+|\{.*?\}),\s*Scope::k(\w+),\s*(true|false)\}', table, re.S):
        if scope not in scopes:
            sys.exit(f"{TABLE}: {name} has a scope without a comment")
        rows.append((name, roles_of(roles, named), scope, changes == "true"))
    if len(rows) != table.count("Scope::"):
        sys.exit(f"{TABLE}: {table.count('Scope::')} rows, of which {len(rows)} can be read")
    return scopes, rows


def read_methods():
    methods = []
    for path in sorted(PROTOS.glob("*.proto")):
        service = None
        for line in path.read_text().splitlines():
            if found := re.match(r"service (\w+)", line):
                service = found[1]
            elif found := re.match(r"\s+rpc (\w+)\(", line):
                methods.append(f"{service}.{found[1]}")
    return methods


def page(scopes, rows):
    text = [INTRODUCTION]
    text += [f"| {name.lower()} | {comment} |\n" for name, comment in scopes.items()]
    service = None
    for name, roles, scope, changes in rows:
        of, method = name.split(".")
        if of != service:
            service = of
            title = "Others" if name in OTHERS else f"`{of}`"
            text.append(f"\n## {title}\n\n| method | roles | scope | changes |\n| --- | --- | --- | --- |\n")
        method = OTHERS.get(name, f"`{method}`")
        roles = ", ".join(role if role.startswith("*") else f"`{role}`" for role in roles)
        text.append(f"| {method} | {roles} | {scope.lower()} | {'yes' if changes else 'no'} |\n")
    return "".join(text)


def main():
    scopes, rows = read_table()
    names = [row[0] for row in rows]
    methods = read_methods()
    faults = [f"{name}: two rows" for name in sorted({name for name in names if names.count(name) > 1})]
    faults += [f"{name}: an rpc without a row; nobody may call it" for name in methods if name not in names]
    faults += [f"{name}: a row without an rpc" for name in names if name not in methods and name not in OTHERS]
    if faults:
        print(f"{TABLE.relative_to(ROOT)}:", *faults, sep="\n")
        return 1
    text = page(scopes, rows)
    if "--write" in sys.argv:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        print(f"{PAGE.relative_to(ROOT)} is out of date; run tests/checks/access_reference.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
