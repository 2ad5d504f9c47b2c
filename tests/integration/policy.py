"""A lawyer asks a running ledger: which packs and holidays, why a decision was taken, and what other rules would say."""

import csv
import hashlib
import io
import json
import pathlib
import re

import grpc
import harness
from harness import CALL_SECONDS, expect


def fails_with(client, reason, call):
    try:
        call()
    except grpc.RpcError as error:
        expect(client.reason(error) == reason, f"{client.reason(error)}, not {reason}")
        return
    raise AssertionError(f"{reason} was not told")


def packs(protos, ledger, client):
    """The server tells its packs, page by page, with the text whose digest it names."""
    service, stub = protos.policy_service, protos.policy_stub(ledger.channel("operator"))
    ids, token = [], ""
    while True:
        page = stub.ListPacks(service.ListPacksRequest(parent=client.parent, page_size=1, page_token=token),
                              timeout=CALL_SECONDS)
        expect(len(page.packs) == 1, "a page of one pack")
        ids.append(page.packs[0].pack)
        token = page.next_page_token
        if not token:
            break
    expect(ids == sorted(set(ids)) and "CL-19496" in ids, str(ids))
    pack = stub.GetPack(service.GetPackRequest(parent=client.parent, pack="CL-19496"), timeout=CALL_SECONDS)
    expect(hashlib.sha256(pack.yaml.encode()).digest() == pack.digest, "the text is not that of the digest")
    listed = json.loads(ledger.run("-o", "json", "policy", "list"))
    expect([row["pack"] for row in listed] == ids, "the program beside it lists other packs")

    fails_with(client, "NOT_FOUND",
               lambda: stub.GetPack(service.GetPackRequest(parent=client.parent, pack="XX"), timeout=CALL_SECONDS))
    fails_with(client, "LIMIT_EXCEEDED",
               lambda: stub.ListPacks(service.ListPacksRequest(parent=client.parent, page_size=1001),
                                      timeout=CALL_SECONDS))
    fails_with(client, "SCHEMA_INVALID",
               lambda: stub.ListPacks(service.ListPacksRequest(parent=client.parent, page_token="zz"),
                                      timeout=CALL_SECONDS))
    fails_with(client, "WRONG_TENANT",
               lambda: stub.ListPacks(service.ListPacksRequest(parent="tenants/other"), timeout=CALL_SECONDS))


def holidays(protos, ledger, client):
    """The holidays of the server and of the program beside it are the same, in pages or not."""
    service, stub = protos.policy_service, protos.policy_stub(ledger.channel("operator"))

    def ask(**words):
        return stub.ListHolidays(service.ListHolidaysRequest(parent=client.parent, **words), timeout=CALL_SECONDS)

    days, token = [], ""
    while True:
        page = ask(calendar="CL", **{"from": "2024-09-01"}, to="2025-12-31", page_size=7, page_token=token)
        days += [(day.date, day.name, day.region) for day in page.holidays]
        token = page.next_page_token
        if not token:
            break
    told = csv.DictReader(io.StringIO(
        ledger.run("-o", "csv", "policy", "holidays", "CL", "--from", "2024-09-01", "--to", "2025-12-31")))
    expect(days == [(row["date"], row["name"], row["region"]) for row in told], "the two lists differ")
    expect(("2025-06-07", "Asalto y Toma del Morro de Arica", "CL-AP") in days, "no regional day")

    fails_with(client, "NOT_FOUND", lambda: ask(calendar="XX", **{"from": "2025-01-01"}, to="2025-12-31"))
    fails_with(client, "SCHEMA_INVALID", lambda: ask(calendar="CL", **{"from": "2025-02-30"}, to="2025-12-31"))
    fails_with(client, "SCHEMA_INVALID", lambda: ask(calendar="CL", **{"from": "2025-02-01"}, to="9999-12-31"))


def explain(ledger):
    """A recorded decision is told in words, whichever way it went."""
    at = ("--ledger", str(ledger.folder))
    ledger.run(*at, "sandbox", "seed", "--size", "5", "--as-of", "2026-03-02")
    case = json.loads(ledger.run(*at, "-o", "json", "case", "list"))[0]["file"]["case_id"]
    # Twice: of one person and channel at most one is granted, whatever the hour.
    for _ in range(2):
        ledger.run(*at, "contact", "reserve", "--case", case, "--channel", "voice_call", code=None)
    events = [json.loads(line) for line in ledger.run(*at, "-o", "jsonl", "events", "list", "-n", "0").splitlines()]
    decisions = [event for event in events
                 if event["header"]["type"].endswith((".PermitGranted", ".ContactDenied"))
                 and event["payload"]["case_id"] == case][-2:]
    expect(decisions[-1]["header"]["type"].endswith(".ContactDenied"), "the second call was not denied")
    for event in decisions:
        denied = event["header"]["type"].endswith(".ContactDenied")
        for language, no, yes in (("es", "No se permite: ", "Se permite"), ("pt", "Não é permitido: ", "É permitido"),
                                  ("en", "Not allowed: ", "Allowed")):
            text = ledger.run(*at, "policy", "--lang", language, "explain", "--event", event["event_id"])
            expect(text.splitlines()[1].startswith(no if denied else yes), text)
        if denied:
            text = ledger.run(*at, "policy", "explain", "--event", event["event_id"])
            expect(event["payload"]["verdict"]["rule"] in text and "Fuente: " in text, text)
            expect("No está a mano" not in text, "the server has the text of its own decision:\n" + text)
    ledger.run(*at, "policy", "explain", "--event", "0", code=3)


def explain_violation(ledger):
    """A recorded violation is told in words, with its rule first."""
    at = ("--ledger", str(ledger.folder))
    events = [json.loads(line) for line in ledger.run(*at, "-o", "jsonl", "events", "list", "--type", "ViolationDetected",
                                                      "-n", "0").splitlines()]
    named = [event for event in events if event["payload"].get("rule_id")]
    expect(named, "the sandbox breaks no rule")
    for event in named:
        text = ledger.run(*at, "policy", "--lang", "en", "explain", "--event", event["event_id"]).splitlines()
        rule = event["payload"]["rule_id"]
        expect(text[1].startswith(f"Breaks a rule, {rule}. "), text[1])
        expect(f"Rule {rule} (" in text[4], "\n".join(text))


def switches(protos, ledger, client, source):
    """A point that the law leaves open is read strictly, or as the ledger says; both can be seen and tried."""
    at = ("--ledger", str(ledger.folder))
    listed = {row["switch"]: row for row in json.loads(ledger.run("-o", "json", "policy", "switches"))}
    expect(listed["cl.week"]["value"] == "rolling_dates" and "calendar_week" in listed["cl.week"]["values"], str(listed))
    expect("CL-19496-37-freq-phone" in listed["cl.week"]["rules"], str(listed["cl.week"]))
    week = ("policy", "--switch", "cl.week=calendar_week")
    packs = {row["pack"]: row for row in json.loads(ledger.run("-o", "json", *week, "list"))}
    expect("cl.week=calendar_week" in packs["CL-19496"]["switches"], str(packs["CL-19496"]))
    rule = json.loads(ledger.run("-o", "json", *week, "show", "CL-19496-37-freq-phone"))
    expect(any("cl.week=calendar_week" in version["switches"] for version in rule), str(rule))
    # Cases that hold the strict reading are answered otherwise; a value that does not exist is refused.
    ledger.run("policy", "test", "--all")
    ledger.run(*week, "test", "--all", code=1)
    ledger.run("policy", "--switch", "cl.week=month", "test", "--all", code=1)
    ledger.run("policy", "--switch", "cl.weeks=calendar_week", "list", code=1)
    chile = str(pathlib.Path(source) / "policies/packs/CL/CL-19496")
    ledger.run(*week, "lint", chile)
    ledger.run("policy", "--switch", "cl.week=month", "lint", chile, code=1)

    service, stub = protos.policy_service, protos.policy_stub(ledger.channel("operator"))
    pack = stub.GetPack(service.GetPackRequest(parent=client.parent, pack="CL-19496"), timeout=CALL_SECONDS)
    in_force = {one.switch_id: one.value for one in pack.switches}
    expect(in_force["cl.week"] == "rolling_dates", str(in_force))
    dates = ("--from", "2025-01-01", "--to", "2026-03-02")
    lines = ledger.run(*at, "-o", "jsonl", *week, "replay", *dates).splitlines()
    for difference in map(json.loads, lines):
        expect(difference["change"] == "NO_LONGER_DENIED" and "-freq-" in difference["rule_id"], str(difference))
    ledger.run(*at, "policy", "replay", *dates, code=1)  # neither packs nor switches


def set_switches(ledger, client, protos):
    """A server takes them from its file and refuses what no pack has, with the line."""
    settings = ledger.folder / "constancia.toml"
    before = settings.read_text()
    settings.write_text(before + '\n[switches]\ncl.weeks = "calendar_week"\n')
    line = len(before.splitlines()) + 3
    said = ledger.fails_to_start()
    expect(f"constancia.toml:{line}: switch cl.weeks" in said, said)
    settings.write_text(before + '\n[switches]\ncl.week = "calendar_week"\n')
    ledger.start()
    service, stub = protos.policy_service, protos.policy_stub(ledger.channel("operator"))
    pack = stub.GetPack(service.GetPackRequest(parent=client.parent, pack="CL-19496"), timeout=CALL_SECONDS)
    expect({one.switch_id: one.value for one in pack.switches}["cl.week"] == "calendar_week", str(pack.switches))
    ledger.stop()


def replay(ledger, source, folder):
    """What was recorded is judged under a pack that opens one minute a day; under its own, nothing differs."""
    at = ("--ledger", str(ledger.folder))
    pack = (pathlib.Path(source) / "policies/packs/CL/CL-19496/pack.yaml").read_text()
    same, narrow = pathlib.Path(folder) / "same", pathlib.Path(folder) / "narrow"
    for place, text in ((same, pack), (narrow, re.sub(r'"?08:00-20:00"?', '"08:00-08:01"', pack))):
        place.mkdir()
        (place / "pack.yaml").write_text(text)
    expect((same / "pack.yaml").read_text() != (narrow / "pack.yaml").read_text(), "the pack has other hours")
    dates = ("--from", "2025-01-01", "--to", "2026-03-02")

    def differences(place):
        lines = ledger.run(*at, "-o", "jsonl", "policy", "replay", *dates, "--pack", str(place))
        return [json.loads(line) for line in lines.splitlines()]

    before = ledger.run(*at, "ledger", "stats", "-o", "json")
    expect(differences(same) == [], "a pack differs from itself")
    found = differences(narrow)
    expect(found, "no recorded contact is out of one minute a day")
    for difference in found:
        expect(difference["rule_id"] == "CL-19496-37-hours" and difference["change"] == "NEWLY_DENIED", str(difference))
        event = json.loads(ledger.run(*at, "-o", "json", "events", "get", difference["event_id"]))
        expect(event["position"] == difference["position"] and event["payload"]["case_id"] == difference["case_id"],
               "the event behind a difference is another one")
    expect(ledger.run(*at, "policy", "replay", "--from", "2001-01-01", "--to", "2001-12-31", "--pack", str(narrow))
           .count("\n") == 1, "contacts of another time were judged")
    expect(before == ledger.run(*at, "ledger", "stats", "-o", "json"), "a replay recorded something")
    (narrow / "pack.yaml").write_text("pack: [")
    ledger.run(*at, "policy", "replay", *dates, "--pack", str(narrow), code=1)


def replay_in_pages(protos, ledger, client, source):
    """Small pages say the same as one page; what cannot be replayed is refused with its reason."""
    service, stub = protos.policy_service, protos.policy_stub(ledger.channel("operator"))
    pack = (pathlib.Path(source) / "policies/packs/CL/CL-19496/pack.yaml").read_text()
    narrow = pack.replace("08:00-20:00", "08:00-08:01")

    def ask(packs, **words):
        request = service.ReplayPolicyRequest(parent=client.parent, packs=packs, **words)
        getattr(request, "from").FromJsonString("2025-01-01T00:00:00Z")
        request.to.FromJsonString("2026-03-03T00:00:00Z")
        return stub.ReplayPolicy(request, timeout=CALL_SECONDS)

    whole = ask([narrow], page_size=1000)
    differences, judged, token = [], 0, ""
    while True:
        page = ask([narrow], page_size=9, page_token=token)
        differences += page.differences
        judged += page.judged
        token = page.next_page_token
        if not token:
            break
    expect(whole.judged > 1 and judged == whole.judged and differences == list(whole.differences), "pages say otherwise")

    fails_with(client, "PACK_INVALID", lambda: ask(["pack: ["]))
    fails_with(client, "PACK_INVALID", lambda: ask([pack, pack]))
    fails_with(client, "SCHEMA_INVALID", lambda: ask([]))
    fails_with(client, "SCHEMA_INVALID", lambda: ask([pack], page_token="zz"))
    fails_with(client, "LIMIT_EXCEEDED", lambda: ask([pack], page_size=1001))
    fails_with(client, "LIMIT_EXCEEDED", lambda: ask(["pack: X"] * 65))
    source_stub = protos.policy_stub(ledger.channel())
    fails_with(client, "SCOPE_NOT_GRANTED",
               lambda: source_stub.ReplayPolicy(service.ReplayPolicyRequest(parent=client.parent, packs=[pack]),
                                                timeout=CALL_SECONDS))


def main():
    arguments = harness.arguments(__doc__)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            ledger.start()
            client = harness.Client(protos, ledger)
            packs(protos, ledger, client)
            holidays(protos, ledger, client)
            explain(ledger)
            explain_violation(ledger)
            switches(protos, ledger, client, arguments.source)
            replay(ledger, arguments.source, folder)
            replay_in_pages(protos, ledger, client, arguments.source)
            ledger.stop()
            set_switches(ledger, client, protos)


main()
