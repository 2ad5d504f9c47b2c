"""A case is told to people in Spanish, Portuguese and English, with both clocks and who acted; a program gets it as it is."""

import csv
import io
import json
import os
import subprocess

import harness
from harness import expect


def told(ledger, case, *words, environment=None):
    done = subprocess.run([ledger.program, "--ledger", str(ledger.folder), "-o", "csv", "case", "timeline", case, "-n", "0",
                           *words], capture_output=True, text=True, timeout=60, env=environment)
    expect(done.returncode == 0, done.stderr)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def main():
    arguments = harness.arguments(__doc__)
    with harness.scratch() as folder, harness.Ledger(arguments.constancia, folder) as ledger:
        ledger.start()
        at = ("--ledger", str(ledger.folder))
        ledger.run(*at, "sandbox", "seed", "--size", "5", "--as-of", "2026-03-02")
        case = json.loads(ledger.run(*at, "-o", "json", "case", "list"))[0]["file"]["case_id"]
        es, pt, en = (told(ledger, case, "--lang", language) for language in ("es", "pt", "en"))
        expect(len(es) == len(pt) == len(en) > 3, f"{len(es)} {len(pt)} {len(en)} events")
        for rows, of, opened in ((es, " de ", "Se abrió el caso "), (pt, " de ", "Abriu-se o caso "), (en, " ", "Case ")):
            for row in rows:
                expect(row["what_happened"].endswith("."), str(row))
                expect(not set("[]{}") & set(row["what_happened"]), str(row))
                expect(of in row["occurred"] and ":" in row["recorded"] and "(" in row["occurred"], str(row))
                expect(len(row["actor"].split()) >= 2, str(row))
            expect(any(row["what_happened"].startswith(opened + case) for row in rows),
                   f"nobody says that {case} was opened")
        expect([row["position"] for row in es] == [row["position"] for row in en], "another order in English")

        def in_locale(locale):
            environment = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANG")}
            if locale:
                environment["LANG"] = locale
            return told(ledger, case, environment=environment)

        for locale, rows in (("pt_BR.UTF-8", pt), ("en_GB.UTF-8", en), ("C", es), ("", es), ("de_DE.UTF-8", es)):
            expect(in_locale(locale) == rows, f"with LANG={locale} another language")
        events = json.loads(ledger.run(*at, "-o", "json", "case", "timeline", case, "-n", "0"))
        expect([str(event["position"]) for event in events] == [row["position"] for row in es], "JSON holds other events")
        ledger.run(*at, "case", "timeline", case, "--lang", "de", code=2)
        ledger.stop()


main()
