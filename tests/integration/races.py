"""Many callers repeat the same requests and collide on the same expectations."""

import threading

import grpc
import harness
from harness import expect

CALLERS = 8
REQUESTS = 40
CASES = 3
ROUNDS = 12


def in_parallel(work):
    """Runs work(caller) for every caller at once; returns what they return."""
    results, failures = [None] * CALLERS, []
    together = threading.Barrier(CALLERS)

    def run(caller):
        together.wait()
        try:
            results[caller] = work(caller)
        except (AssertionError, grpc.RpcError) as error:
            failures.append(f"caller {caller}: {error}")

    threads = [threading.Thread(target=run, args=(caller,)) for caller in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(not failures, "\n".join(failures))
    return results


def repeat(protos, ledger):
    """Everybody sends the same requests; each is recorded once, and everybody gets that receipt."""

    def work(caller):
        client = harness.Client(protos, ledger)
        order = range(REQUESTS) if caller % 2 == 0 else reversed(range(REQUESTS))
        return {f"same-{i}": client.append(client.request(f"same-{i}", [("S-1", f"text {i}"), ("S-2", "text")]))
                for i in order}

    results = in_parallel(work)
    for result in results[1:]:
        expect(result == results[0], "a repeated request was answered otherwise")
    return results[0]


def conflict(protos, ledger):
    """Everybody uses one request id for a text of his own; one wins, the others are told so."""

    def work(caller):
        client = harness.Client(protos, ledger)
        won = {}
        for i in range(REQUESTS):
            try:
                won[f"one-{i}"] = client.append(client.request(f"one-{i}", [("T-1", f"text of {caller}")]))
            except grpc.RpcError as error:
                expect(error.code() == grpc.StatusCode.ALREADY_EXISTS, str(error))
                expect(client.reason(error) == "IDEMPOTENCY_CONFLICT", client.reason(error))
        return won

    results = in_parallel(work)
    for i in range(REQUESTS):
        winners = [result for result in results if f"one-{i}" in result]
        expect(len(winners) == 1, f"{len(winners)} callers won request one-{i}")
    return {request_id: receipts for result in results for request_id, receipts in result.items()}


def collide(protos, ledger):
    """Everybody appends to a case at the version he believes in; each version has one winner."""

    def work(caller):
        client = harness.Client(protos, ledger)
        won = {}
        for version in range(ROUNDS):
            for case in range(CASES):
                request_id = f"version-{caller}-{case}-{version}"
                request = client.request(request_id, [(f"V-{case}", "text")], [(f"case/V-{case}", version)])
                try:
                    won[request_id] = client.append(request)
                except grpc.RpcError as error:
                    expect(error.code() == grpc.StatusCode.ABORTED, str(error))
                    expect(client.reason(error) == "STREAM_MOVED", client.reason(error))
        return won

    won = {request_id: receipts for result in in_parallel(work) for request_id, receipts in result.items()}
    for case in range(CASES):
        for version in range(ROUNDS):
            winners = [name for name in won if name.endswith(f"-{case}-{version}")]
            expect(len(winners) == 1, f"{len(winners)} callers won version {version} of case V-{case}")
    return won


def main():
    arguments = harness.arguments(__doc__)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            ledger.start()
            answered = {**repeat(protos, ledger), **conflict(protos, ledger), **collide(protos, ledger)}
            events = harness.Client(protos, ledger).all_events()
            harness.check_streams(events)
            harness.check_receipts(events, answered)
            stored = {event.header.request_id for event in events if event.header.source == "sample-source"}
            expect(stored == set(answered), "the ledger holds requests that nobody was answered")
            ledger.stop()
            ledger.run("ledger", "verify", str(ledger.folder), "--audit", "--seals")
            print(f"{len(answered)} requests, {len(events)} events, {CALLERS} callers")


main()
