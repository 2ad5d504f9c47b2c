"""Writes docs/reference/rules.md from the policy packs, or says that it is out of date.

    rules_reference.py [--write]

The packs are the only source. They are read as text: what a pack may say is checked when it is loaded, not here.
"""

import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKS = ROOT / "policies" / "packs"
PAGE = ROOT / "docs" / "reference" / "rules.md"

INTRODUCTION = """\
# Rules

*Generated from `policies/packs` by `tests/checks/rules_reference.py --write`; do not edit.*

Every rule that the shipped packs hold, in the order in which counsel asks the rules of a step. Not legal advice: a
lawyer of the country confirms a pack before anybody relies on it; what each rule rests on stands in the `SOURCES.md`
beside its pack.

- **mark**: *V* the wording of the norm was read, *S* secondary text was read, *K* general knowledge, *P* our own
  default and no law; then how sure: *H* high, *M* medium, *L* low.
- **severity**: a *prohibition*, a *presumption* (rebuttable) and a *house* rule deny; a *review* rule asks that a
  person look. A house rule is the company's own caution, never law.
- **in force**: local dates, both inclusive. Several lines with one id are the versions of one rule, or parts of it.
"""

# What a rule decides, when its kind alone does not say it.
KINDS = {
    "window": "days and hours", "count": "how many", "spacing": "how far apart", "status_bar": "status",
    "party_allow": "who", "party_once": "who, how often", "channel_bar": "channel", "channel_authorised": "channel",
    "precondition": "precondition", "exclusive_channel": "one channel", "quiet_after": "quiet after a talk",
    "exemption": "exception", "overrun": "running over", "content": "content", "record_field": "record",
    "duty": "duty", "wait": "waiting time", "amount_cap": "amount", "retention": "retention",
}
LANGUAGES = ("es", "pt", "en")


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def in_force(pack, rule):
    start = rule.get("from", pack["effective_from"])
    end = rule.get("until", pack.get("effective_until"))
    start = "" if start == "0001-01-01" else start
    if not start and not end:
        return "always"
    return f"{start} – {end or ''}".strip()


def rule_row(pack, rule):
    ids = [rule[key] for key in ("id", "day_id", "hour_id") if key in rule]
    law = rule["law"]
    says = "<br>".join(f"*{language}* {cell(law['text'][language])}" for language in LANGUAGES)
    return " | ".join(["", "<br>".join(f"`{one}`" for one in ids), KINDS[rule["kind"]], says, cell(law["citation"]),
                       f"{law['mark']} {law['confidence']}", rule.get("severity", "prohibition"),
                       in_force(pack, rule), ""]).strip()


def pack_section(pack):
    lines = ["", f"### {pack['pack']}", "", pack["title"]["en"] + ".", "",
             f"*{cell(pack['instrument'])}.* Version {pack['version']}; asked under "
             + ", ".join(f"`{code}`" for code in pack["jurisdictions"])
             + (f"; holidays of `{pack['calendar']}`." if "calendar" in pack else "."), ""]
    lines += ["| rule | decides | text | citation | mark | severity | in force |",
              "| --- | --- | --- | --- | --- | --- | --- |"]
    lines += [rule_row(pack, rule) for rule in pack["rules"]]
    if pack.get("switches"):
        lines += ["", "Readings that may be chosen:", "", "| switch | values | default | meaning |",
                  "| --- | --- | --- | --- |"]
        for choice in pack["switches"]:
            values = choice.get("values") or (["true", "false"] if choice["type"] == "bool" else ["whole numbers"])
            lines.append(f"| `{choice['id']}` | {', '.join(values)} | {choice['default']} | {cell(choice['text'])} |")
    return lines


def page():
    """The whole page."""
    files = sorted(PACKS.glob("*/*/pack.yaml"))
    packs = [yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader) for file in files]
    places = {file.parents[1].name for file in files}
    ids = {rule[key] for pack in packs for rule in pack["rules"] for key in ("id", "day_id", "hour_id") if key in rule}
    lines = INTRODUCTION.splitlines()
    lines += ["", f"There are {len(ids)} rules in {len(packs)} packs."]
    # The house comes last, as when counsel is asked.
    for place in sorted(places - {"HOUSE"}) + sorted(places & {"HOUSE"}):
        lines += ["", f"## {place}"]
        for file, pack in zip(files, packs):
            if file.parents[1].name == place:
                lines += pack_section(pack)
    return "\n".join(lines) + "\n"


def main():
    text = page()
    if "--write" in sys.argv[1:]:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        sys.exit(f"{PAGE.relative_to(ROOT)} is out of date: run tests/checks/rules_reference.py --write")


if __name__ == "__main__":
    main()
