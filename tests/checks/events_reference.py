"""Writes docs/reference/events.md from the protos of the event families, or says that it is out of date.

    events_reference.py [--write]

The protos are the only source: every message, field and list of codes in them has to carry its comment.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOS = ROOT / "core" / "proto"
FOLDER = "constancia/event/v1"
PACKAGE = "constancia.event.v1"
PAGE = ROOT / "docs" / "reference" / "events.md"

FIELD = descriptor_pb2.FieldDescriptorProto
SCALARS = {FIELD.TYPE_INT32: "int32", FIELD.TYPE_INT64: "int64", FIELD.TYPE_UINT32: "uint32",
           FIELD.TYPE_UINT64: "uint64", FIELD.TYPE_BOOL: "bool", FIELD.TYPE_STRING: "string",
           FIELD.TYPE_BYTES: "bytes", FIELD.TYPE_SFIXED64: "sfixed64"}

# Paths of a comment are field numbers of descriptor.proto: in a file 4 message, 5 enum, 12 syntax; in a message
# 2 field, 3 nested message, 4 nested enum; in an enum 2 value.
MESSAGE, ENUM, SYNTAX, FIELD_OF_MESSAGE, VALUE_OF_ENUM = 4, 5, 12, 2, 2

INTRODUCTION = """\
# Event types

*Generated from `core/proto/constancia/event/v1` by `tests/checks/events_reference.py --write`; do not edit.*

An event is one message of package `constancia.event.v1`, named in the past tense. The tables say for each type:

- **origin**: a *fact* may be appended by sources and is never refused for what it says; a *decision* is made by a
  command of the server alone, and a source that appends one gets `TYPE_NOT_APPENDABLE`;
- **class**: the retention class its personal part falls under;
- **counts**: whether the contact ledger reads it.

A field marked *personal* is sealed under the key of the data subject and can be erased; everything else stands in
clear in the log for ever. A public string is an id or a code: 1 to 128 of `[A-Za-z0-9._:/-]`. Ids of events are UUIDs
in their text form. Instants are UTC with microseconds; dates are `YYYY-MM-DD`. A field that is not set says what its
comment says of its absence, otherwise that nothing is known.
"""


class Source:
    """The descriptors of the event families with their comments."""

    def __init__(self):
        with tempfile.NamedTemporaryFile() as out:
            names = sorted(f"{FOLDER}/{path.name}" for path in (PROTOS / FOLDER).glob("*.proto"))
            subprocess.run(["protoc", f"-I{PROTOS}", "--include_imports", "--include_source_info",
                            f"--descriptor_set_out={out.name}", *names], check=True)
            data = pathlib.Path(out.name).read_bytes()
        # Our options are extensions: read the set once to learn them, and again with them.
        pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
            pool.Add(file)
        factory = message_factory.MessageFactory(pool)
        extension = pool.FindExtensionByName
        prototype = factory.GetPrototype(pool.FindMessageTypeByName("google.protobuf.FileDescriptorSet"))
        for option in ("event", "personal", "label"):
            owner = extension(f"{PACKAGE}.{option}").containing_type
            factory.GetPrototype(owner)
        self.event = extension(f"{PACKAGE}.event")
        self.personal = extension(f"{PACKAGE}.personal")
        self.label = extension(f"{PACKAGE}.label")
        self.files = [file for file in prototype.FromString(data).file if file.name in names]
        self.comments = {}
        for file in self.files:
            for location in file.source_code_info.location:
                text = location.leading_comments or "".join(location.leading_detached_comments)
                self.comments[file.name, tuple(location.path)] = " ".join(text.split())

    def comment(self, file, *path):
        return self.comments.get((file.name, path), "")

    def options(self, message):
        """The options of an event type; nothing for a value type."""
        if not message.options.HasExtension(self.event):
            return None
        return message.options.Extensions[self.event]

    def is_personal(self, field):
        return field.options.Extensions[self.personal]


def undocumented(source):
    """Every message, field and enum without a comment."""
    for file in source.files:
        for m, message in enumerate(file.message_type):
            if not source.comment(file, MESSAGE, m):
                yield f"{file.name}: {message.name}"
            for f, field in enumerate(message.field):
                if not source.comment(file, MESSAGE, m, FIELD_OF_MESSAGE, f):
                    yield f"{file.name}: {message.name}.{field.name}"
        for e, enum in enumerate(file.enum_type):
            if not source.comment(file, ENUM, e):
                yield f"{file.name}: {enum.name}"


def type_of(field):
    if field.type in SCALARS:
        name = SCALARS[field.type]
    else:
        name = field.type_name.removeprefix(".")
        if name.startswith(f"{PACKAGE}."):
            name = name.removeprefix(f"{PACKAGE}.")
            name = f"[{name}](#{name.lower()})"
        else:
            name = f"`{name}`"
    return f"repeated {name}" if field.label == FIELD.LABEL_REPEATED else name


def cell(text):
    return text.replace("|", "\\|")


def field_rows(source, file, m, about):
    """Rows of the fields of a message, without those that say what an event is about."""
    for f, field in enumerate(file.message_type[m].field):
        if field.number in about:
            continue
        mark = " *personal*" if source.is_personal(field) else ""
        doc = cell(source.comment(file, MESSAGE, m, FIELD_OF_MESSAGE, f))
        yield f"| {field.number} | `{field.name}`{mark} | {type_of(field)} | {doc} |"


def table(rows):
    return ["", "| no. | field | type | meaning |", "| --- | --- | --- | --- |", *rows]


def event_section(source, file, m, about):
    message = file.message_type[m]
    lines = ["", f"### {message.name}", "", source.comment(file, MESSAGE, m)]
    rows = list(field_rows(source, file, m, about))
    if rows:
        lines += table(rows)
    says = [f"`{field.name}`" for field in message.field if field.number in about]
    if says:
        lines += ["", f"About: {', '.join(says)}."]
    return lines


def family_section(source, file, about):
    events = [(m, message) for m, message in enumerate(file.message_type) if source.options(message)]
    family = source.options(events[0][1]).family
    name = source.event.message_type.enum_types_by_name["Family"].values_by_number[family].name
    lines = ["", f"## {name.replace('_', '-').capitalize()} events", "", source.comment(file, SYNTAX), "",
             "| event | es | pt | en | origin | class | counts |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for _, message in events:
        options = source.options(message)
        origin = "decision" if options.origin == options.DECISION else "fact"
        lines.append(f"| [{message.name}](#{message.name.lower()}) | {options.title_es} | {options.title_pt} | "
                     f"{options.title} | {origin} | `{options.retention_class}` | {'yes' if options.counts else ''} |")
    for m, _ in events:
        lines += event_section(source, file, m, about)
    return family, lines


def value_section(source, file, m):
    message = file.message_type[m]
    return ["", f"### {message.name}", "", source.comment(file, MESSAGE, m), *table(field_rows(source, file, m, set()))]


def enum_section(source, file, e):
    enum = file.enum_type[e]
    prefix = enum.value[0].name.removesuffix("UNSPECIFIED")
    rows = []
    labelled = False
    for v, value in enumerate(enum.value):
        if value.number == 0:
            continue
        label = value.options.Extensions[source.label]
        labelled |= bool(label.en)
        doc = cell(source.comment(file, ENUM, e, VALUE_OF_ENUM, v))
        rows.append([str(value.number), f"`{value.name.removeprefix(prefix)}`", label.es, label.pt, label.en, doc])
    heads = ["no.", "code", "es", "pt", "en", "meaning"]
    columns = [c for c in range(len(heads)) if (labelled or c not in (2, 3, 4)) and any(row[c] for row in rows)]
    lines = ["", f"### {enum.name}", "", source.comment(file, ENUM, e), "", f"Spelled `{prefix}…`.", ""]
    for row in [heads, ["---"] * len(heads), *rows]:
        lines.append("| " + " | ".join(row[c] for c in columns) + " |")
    return lines


def page(source):
    """The whole page."""
    about_at = [(file, m) for file in source.files for m, message in enumerate(file.message_type)
                if message.name == "About"][0]
    about = {field.number for field in about_at[0].message_type[about_at[1]].field}
    families, values, enums = [], [], []
    for file in source.files:
        if any(source.options(message) for message in file.message_type):
            families.append(family_section(source, file, about))
        if file.name.endswith("/options.proto"):
            continue
        for m, message in enumerate(file.message_type):
            if not source.options(message) and message.name != "About":
                values.append((message.name, value_section(source, file, m)))
        for e, enum in enumerate(file.enum_type):
            enums.append((enum.name, enum_section(source, file, e)))
    families.sort(key=lambda entry: entry[0])
    lines = INTRODUCTION.splitlines()
    count = sum(1 for file in source.files for message in file.message_type if source.options(message))
    lines += ["", f"There are {count} types in {len(families)} families."]
    lines += ["", "## What an event is about", *value_section(source, *about_at)[2:]]
    for _, section in families:
        lines += section
    lines += ["", "## Value types"]
    for _, section in sorted(values):
        lines += section
    lines += ["", "## Codes"]
    for _, section in sorted(enums):
        lines += section
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def main():
    source = Source()
    missing = list(undocumented(source))
    if missing:
        sys.exit("without a comment:\n  " + "\n  ".join(missing))
    text = page(source)
    if "--write" in sys.argv[1:]:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        sys.exit(f"{PAGE.relative_to(ROOT)} is out of date: run tests/checks/events_reference.py --write")


if __name__ == "__main__":
    main()
