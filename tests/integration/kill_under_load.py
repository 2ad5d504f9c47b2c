"""Kills the server while callers append, several times; nothing acknowledged is lost or doubled."""

import random
import threading
import time

import grpc
import harness
from harness import expect

CALLERS = 6
KILLS = 4


class Server:
    """The server as the callers see it: another one after every kill."""

    def __init__(self, protos, ledger):
        self.protos = protos
        self.ledger = ledger
        self.changed = threading.Condition()
        self.generation = 0
        self.client = None
        self.done = False

    def start(self):
        self.ledger.start()
        with self.changed:
            self.client = harness.Client(self.protos, self.ledger)
            self.generation += 1
            self.changed.notify_all()

    def finish(self):
        with self.changed:
            self.done = True
            self.changed.notify_all()

    def after(self, generation):
        """The client of a later server than that one; None when there is none."""
        with self.changed:
            self.changed.wait_for(lambda: self.generation > generation or self.done)
            return (self.client, self.generation) if self.generation > generation else (None, generation)


def call(server, caller, seed, answered, first_answers, failures):
    draw = random.Random(seed)
    client, generation = server.after(0)
    number = 0
    try:
        while not server.done:
            number += 1
            notes = [(f"C-{draw.randrange(8)}", f"note {caller} {number} {i}") for i in range(draw.randint(1, 3))]
            request_id = f"caller-{caller}-{number}"
            while client is not None:
                try:
                    answered[request_id] = client.append(client.request(request_id, notes))
                    break
                except grpc.RpcError as error:
                    expect(error.code() == grpc.StatusCode.UNAVAILABLE, f"{request_id}: {error}")
                    client, generation = server.after(generation)
                    # What was answered before the kill is answered the same afterwards.
                    if client is not None and number > 1:
                        first_answers.append((client, f"caller-{caller}-{number - 1}", last))
            last = notes
    except (AssertionError, grpc.RpcError) as error:
        failures.append(f"caller {caller}: {error}")


def main():
    arguments = harness.arguments(__doc__)
    draw = random.Random(arguments.seed)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            server = Server(protos, ledger)
            answered, repeats, failures = {}, [], []
            callers = [threading.Thread(target=call, args=(server, i, draw.random(), answered, repeats, failures))
                       for i in range(CALLERS)]
            for caller in callers:
                caller.start()
            try:
                server.start()
                for _ in range(KILLS):
                    time.sleep(0.5 + draw.random())
                    ledger.kill()
                    server.start()
                time.sleep(0.5)
            finally:
                server.finish()
                for caller in callers:
                    caller.join()
            expect(not failures, "\n".join(failures))
            client = server.client
            for _, request_id, notes in repeats:
                expect(client.append(client.request(request_id, notes)) == answered[request_id],
                       f"{request_id} is answered otherwise after a restart")
            events = client.all_events()
            harness.check_streams(events)
            harness.check_receipts(events, answered)
            # Requests that were never answered may be there, but then whole and once.
            expect(len({event.event_id for event in events}) == len(events), "an event is there twice")
            ledger.stop()
            ledger.run("ledger", "verify", str(ledger.folder), "--audit", "--seals")
            print(f"{len(answered)} requests acknowledged, {len(events)} events, {KILLS} kills, "
                  f"{len(repeats)} requests repeated")


main()
