"""Permits over gRPC: many processes race for the last unit, and a crash neither loses nor doubles one.

Letters are asked for: the law counts them like messages and closes no hours to them, so the test may run at any time.
"""

import datetime
import json
import pathlib
import subprocess
import sys

import grpc
import harness
from harness import expect

PROCESSES = 6
REQUESTS = 8
ROUNDS = 3


class Dialler:
    """Asks the gate and records contacts as the sample source."""

    def __init__(self, protos, ledger):
        self.protos = protos
        self.client = harness.Client(protos, ledger)
        self.gate = protos.contact_stub(ledger.channel())

    def actor(self):
        return self.protos.header.Actor(kind=self.protos.header.SYSTEM, id="dialler")

    def open_case(self, name):
        opened = self.protos.case_events.CaseOpened(case_id=name, party_id=f"P-{name}", zone="America/Santiago",
                                                    obligation_ids=[f"O-{name}"], regimes=["CL"])
        request = self.protos.event_service.AppendEventsRequest(parent=self.client.parent, request_id=f"open-{name}")
        draft = request.events.add(zone="America/Santiago", streams=[f"case/{name}", f"debtor/P-{name}"])
        draft.payload.Pack(opened)
        draft.occurred_at.FromJsonString("2026-01-09T12:00:00Z")
        draft.actor.CopyFrom(self.actor())
        self.client.append(request)

    def reserve(self, name, request_id, seconds=0):
        """Answers with the permit's id, or "" when it is denied."""
        service = self.protos.contact_service
        request = service.ReserveContactRequest(
            parent=self.client.parent, request_id=request_id, permit_seconds=seconds, actor=self.actor(),
            contact=service.IntendedContact(case_id=name, channel=self.protos.common.CHANNEL_LETTER_POSTAL))
        while True:
            try:
                return self.gate.ReserveContact(request, timeout=harness.CALL_SECONDS).permit_id
            except grpc.RpcError as error:
                expect(self.client.reason(error) == "STREAM_MOVED", str(error))

    def complete(self, permit_id, request_id):
        request = self.protos.contact_service.CompleteContactRequest(
            parent=self.client.parent, request_id=request_id, permit_id=permit_id, actor=self.actor())
        request.started_at.FromDatetime(datetime.datetime.utcnow())
        request.completion.reach = self.protos.common.REACH_SENT
        return self.gate.CompleteContact(request, timeout=harness.CALL_SECONDS)

    def complete_again(self, permit_id, request_id, began):
        request = self.protos.contact_service.CompleteContactRequest(
            parent=self.client.parent, request_id=request_id, permit_id=permit_id, actor=self.actor())
        request.started_at.CopyFrom(began)
        request.completion.reach = self.protos.common.REACH_SENT
        return self.gate.CompleteContact(request, timeout=harness.CALL_SECONDS)

    def cancel(self, permit_id, request_id):
        request = self.protos.contact_service.CancelPermitRequest(
            parent=self.client.parent, request_id=request_id, permit_id=permit_id, actor=self.actor())
        return self.gate.CancelPermit(request, timeout=harness.CALL_SECONDS)

    def permits(self, name):
        request = self.protos.contact_service.ListPermitsRequest(parent=self.client.parent, party_id=f"P-{name}")
        states = self.protos.contact_service.Permit.State
        return [states.Name(permit.state)
                for permit in self.gate.ListPermits(request, timeout=harness.CALL_SECONDS).permits]

    def counted(self, name):
        """How many contacts and live permits count against the person."""
        request = self.protos.contact_service.GetContactLedgerRequest(parent=self.client.parent, case_id=name)
        answer = self.gate.GetContactLedger(request, timeout=harness.CALL_SECONDS)
        return len(answer.contacts), len(answer.live_permits)


def child(stubs, folder, address, number):
    """One dialler of its own process: asks for every case, and prints the permits it won."""
    protos = harness.Protos.made(stubs)
    dialler = Dialler(protos, harness.Served(folder, address))
    won = {}
    for i in range(REQUESTS):
        for round_ in range(ROUNDS):
            permit = dialler.reserve(f"R-{round_}", f"race-{number}-{i}-{round_}")
            if permit:
                won.setdefault(f"R-{round_}", []).append(permit)
    print(json.dumps(won))


def race(protos, ledger, dialler):
    for round_ in range(ROUNDS):
        dialler.open_case(f"R-{round_}")
    processes = [
        subprocess.Popen([sys.executable, "-B", __file__, "--child", str(protos.stubs), str(ledger.folder),
                          ledger.address, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(PROCESSES)]
    won = {}
    try:
        for process in processes:
            out, _ = process.communicate(timeout=50)
            expect(process.returncode == 0, "a dialler failed")
            for name, permits in json.loads(out).items():
                won.setdefault(name, []).extend(permits)
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
    for round_ in range(ROUNDS):
        permits = won.get(f"R-{round_}", [])
        expect(len(permits) == 1, f"{len(permits)} permits for the one unit of case R-{round_}")
    return won


def crash(ledger, dialler):
    """The server dies between a permit and its contact, and behind each of them."""
    for name in ("used", "lost", "kept"):
        dialler.open_case(name)
    used, lost, kept = (dialler.reserve(name, f"before-{name}") for name in ("used", "lost", "kept"))
    done = dialler.complete(used, "contact-used")
    ledger.kill()
    ledger.start()
    dialler = Dialler(dialler.protos, ledger)
    # What was acknowledged holds: the contact counts once, and both permits still take their unit.
    expect(dialler.counted("used") == (1, 0), f"used: {dialler.counted('used')}")
    expect(dialler.counted("kept") == (0, 1), f"kept: {dialler.counted('kept')}")
    for name in ("used", "lost", "kept"):
        expect(not dialler.reserve(name, f"after-{name}"), f"the unit of {name} was given twice")
        expect(dialler.reserve(name, f"before-{name}"), f"the first answer of {name} was not repeated")
    # The contact made under the permit is recorded behind the crash, once however often it is told.
    first = dialler.complete(kept, "contact-kept")
    began = dialler.client.all_events()
    attempt = [event for event in began if event.event_id == first.attempt_id][0]
    again = dialler.complete_again(kept, "contact-kept", attempt.occurred_at)
    expect(list(again.receipts) == list(first.receipts), "a repeated completion was answered otherwise")
    expect(dialler.counted("kept") == (1, 0), f"kept: {dialler.counted('kept')}")
    try:
        dialler.complete(kept, "contact-kept-twice")
        expect(False, "a permit was used twice")
    except grpc.RpcError as error:
        expect(dialler.client.reason(error) == "PERMIT_USED", str(error))
    # One given back is free at once, also behind a crash.
    dialler.cancel(lost, "give-back")
    ledger.kill()
    ledger.start()
    dialler = Dialler(dialler.protos, ledger)
    expect(dialler.permits("lost") == ["CANCELLED"], str(dialler.permits("lost")))
    expect(dialler.reserve("lost", "once-more"), "a unit that was given back is lost")
    expect(dialler.permits("lost") == ["CANCELLED", "LIVE"], str(dialler.permits("lost")))
    expect(done.attempt_id, "the contact has no id")
    return dialler


def batch(dialler):
    """A list is answered in order, with an error where one cannot be."""
    service = dialler.protos.contact_service
    request = service.BatchCheckContactsRequest(
        parent=dialler.client.parent, channels=[dialler.protos.common.CHANNEL_LETTER_POSTAL])
    names = ["used", "no-such-case", "kept"] * 100
    for name in names:
        request.contacts.add(case_id=name)
    results = [result for answer in dialler.gate.BatchCheckContacts(request, timeout=harness.CALL_SECONDS)
               for result in answer.results]
    expect([result.index for result in results] == list(range(len(names))), "results are missing or out of order")
    for name, result in zip(names, results):
        if name == "no-such-case":
            expect((result.error_reason, result.error_field) == ("NOT_FOUND", "contact.case_id"), str(result))
        else:
            expect(result.answers[0].rule and result.answers[0].HasField("next_allowed_at"), str(result))
    request.contacts.extend([service.IntendedContact(case_id="used")] * 10_000)
    try:
        list(dialler.gate.BatchCheckContacts(request, timeout=harness.CALL_SECONDS))
        expect(False, "a batch above the limit was taken")
    except grpc.RpcError as error:
        expect(dialler.client.reason(error) == "LIMIT_EXCEEDED", str(error))


def main():
    if "--child" in sys.argv:
        stubs, folder, address, number = sys.argv[sys.argv.index("--child") + 1:]
        return child(pathlib.Path(stubs), pathlib.Path(folder), address, number)
    arguments = harness.arguments(__doc__)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            ledger.start()
            dialler = Dialler(protos, ledger)
            race(protos, ledger, dialler)
            dialler = crash(ledger, dialler)
            batch(dialler)
            ledger.stop()
            ledger.run("ledger", "verify", str(ledger.folder), "--audit", "--seals")
    print(f"{PROCESSES} processes raced for {ROUNDS} units; three permits went through two crashes")
    return None


main()
