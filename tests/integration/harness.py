"""Starts the programs in a scratch folder and calls them as a client in another language.

Used by the scripts beside it. Only processes started here are ever killed.
"""

import argparse
import hashlib
import importlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import google
import grpc

TENANT = "acme"
ORIGIN = "agency.example/constancia/test"
CALL_SECONDS = 20
START_SECONDS = 30


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--constancia", required=True, help="the server")
    parser.add_argument("--verifier", help="constancia-verify")
    parser.add_argument("--source", required=True, help="root of the source tree")
    parser.add_argument("--googleapis", required=True, help="import root of google/rpc/*.proto")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def scratch():
    """A folder that goes away at the end."""
    return tempfile.TemporaryDirectory(prefix="constancia-integration-")


class Protos:
    """The generated classes, made at the time of the test."""

    def __init__(self, folder, source, googleapis):
        out = pathlib.Path(folder) / "stubs"
        out.mkdir()
        roots = [pathlib.Path(source) / "core/proto", pathlib.Path(source) / "api/proto", pathlib.Path(googleapis)]
        files = [str(file.relative_to(root)) for root in roots[:2] for file in sorted(root.rglob("*.proto"))]
        files += ["google/rpc/status.proto", "google/rpc/error_details.proto"]
        subprocess.run(
            ["protoc", *(f"-I{root}" for root in roots), f"--python_out={out}", f"--grpc_python_out={out}",
             f"--plugin=protoc-gen-grpc_python={shutil.which('grpc_python_plugin')}", *files],
            check=True)
        self.load(out)

    @classmethod
    def made(cls, stubs):
        """The classes that another process made."""
        protos = cls.__new__(cls)
        protos.load(pathlib.Path(stubs))
        return protos

    def load(self, out):
        self.stubs = out
        sys.path.insert(0, str(out))
        google.__path__.append(str(out / "google"))
        load = importlib.import_module
        self.event_service = load("constancia.v1.event_service_pb2")
        self.event_stub = load("constancia.v1.event_service_pb2_grpc").EventServiceStub
        self.ledger_service = load("constancia.v1.ledger_service_pb2")
        self.ledger_stub = load("constancia.v1.ledger_service_pb2_grpc").LedgerServiceStub
        self.policy_service = load("constancia.v1.policy_service_pb2")
        self.policy_stub = load("constancia.v1.policy_service_pb2_grpc").PolicyServiceStub
        self.contact_service = load("constancia.v1.contact_service_pb2")
        self.contact_stub = load("constancia.v1.contact_service_pb2_grpc").ContactServiceStub
        self.common = load("constancia.event.v1.common_pb2")
        self.header = load("constancia.ledger.v1.header_pb2")
        self.case_events = load("constancia.event.v1.case_pb2")
        self.error_info = load("google.rpc.error_info_pb2")
        self.status = load("google.rpc.status_pb2")


class Served:
    """A ledger that is served at an address, and the certificates in its folder."""

    def __init__(self, folder, address):
        self.folder = folder
        self.address = address

    def channel(self, caller="sample-source"):
        tls = self.folder / "tls"
        credentials = grpc.ssl_channel_credentials((tls / "ca.pem").read_bytes(), (tls / f"{caller}.key").read_bytes(),
                                                   (tls / f"{caller}.pem").read_bytes())
        # Every channel has a connection of its own.
        return grpc.secure_channel(self.address, credentials, [("grpc.use_local_subchannel_pool", 1)])


class Ledger(Served):
    """A ledger's folder and, when it runs, its server."""

    def __init__(self, program, folder):
        super().__init__(pathlib.Path(folder) / "ledger", None)
        self.program = program
        self.process = None
        self.run("init", str(self.folder), "--origin", ORIGIN, "--tenant", TENANT)

    def run(self, *words, code=0):
        """What a command writes. It ends with `code`, None for any."""
        done = subprocess.run([self.program, *words], capture_output=True, text=True, timeout=60)
        expect(code is None or done.returncode == code,
               f"{' '.join(words)}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        environment = dict(os.environ, CONSTANCIA_GRPC_ADDRESS="127.0.0.1:0", CONSTANCIA_HTTP_ADDRESS="127.0.0.1:0")
        log = open(self.folder.parent / "server.log", "ab")
        self.process = subprocess.Popen([self.program, "-o", "jsonl", "serve", str(self.folder)],
                                        stdout=subprocess.PIPE, stderr=log, env=environment)
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        expect(line, "the server did not start:\n" + (self.folder.parent / "server.log").read_text()[-2000:])
        self.address = json.loads(line)["grpc"]

    def fails_to_start(self):
        """What the server says instead of starting."""
        environment = dict(os.environ, CONSTANCIA_GRPC_ADDRESS="127.0.0.1:0", CONSTANCIA_HTTP_ADDRESS="127.0.0.1:0")
        done = subprocess.run([self.program, "serve", str(self.folder)], capture_output=True, text=True,
                              timeout=START_SECONDS, env=environment)
        expect(done.returncode == 1, f"serve ended with {done.returncode}\n{done.stderr}")
        return done.stderr

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        expect(self.process.wait(timeout=30) == 0, "the server did not stop in good order")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.kill()


class Client:
    """Appends notes as the sample source, and reads as the operator."""

    def __init__(self, protos, ledger):
        self.protos = protos
        self.events = protos.event_stub(ledger.channel())
        self.reader = protos.event_stub(ledger.channel("operator"))
        self.ledger = protos.ledger_stub(ledger.channel("operator"))
        self.parent = f"tenants/{TENANT}"

    def request(self, request_id, notes, expectations=(), wait=None):
        """`notes` are pairs of a case's name and a text; `expectations` pairs of a stream and its version."""
        service = self.protos.event_service
        request = service.AppendEventsRequest(parent=self.parent, request_id=request_id, wait=wait or service.DURABLE)
        for name, text in notes:
            draft = request.events.add(zone="America/Santiago", streams=[f"case/{name}", f"debtor/P-{name}"])
            draft.payload.Pack(self.protos.case_events.NoteAdded(text=text, case_id=name))
            draft.occurred_at.FromJsonString("2026-01-09T12:00:00Z")
            draft.actor.kind = self.protos.header.SYSTEM
            draft.actor.id = "test"
        for stream, version in expectations:
            request.expectations.add(stream=stream, version=version)
        return request

    def append(self, request):
        return list(self.events.AppendEvents(request, timeout=CALL_SECONDS).receipts)

    def all_events(self):
        events, token = [], ""
        while True:
            page = self.reader.ListEvents(
                self.protos.event_service.ListEventsRequest(parent=self.parent, page_size=1000, page_token=token),
                timeout=CALL_SECONDS)
            events += page.events
            token = page.next_page_token
            if not token:
                return events

    def reason(self, error):
        """The reason of a failed call, "" when it has none."""
        for key, value in error.trailing_metadata() or ():
            if key != "grpc-status-details-bin":
                continue
            for detail in self.protos.status.Status.FromString(value).details:
                info = self.protos.error_info.ErrorInfo()
                if detail.Unpack(info):
                    return info.reason
        return ""


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def check_streams(events):
    """Every stream counts its events from 0 without a gap; positions rise."""
    versions = {}
    last = -1
    for event in events:
        expect(event.position > last, f"position {event.position} stands behind {last}")
        last = event.position
        for place in event.header.streams:
            version = versions.get(place.key, 0)
            expect(place.sequence == version,
                   f"position {event.position}: sequence {place.sequence} of a stream at {version}")
            versions[place.key] = version + 1


def check_receipts(events, answered):
    """Every acknowledged event is there exactly once, where its receipt says."""
    by_request = {}
    for event in events:
        by_request.setdefault((event.header.source, event.header.request_id), []).append(event)
    for request_id, receipts in answered.items():
        stored = by_request.get(("sample-source", request_id), [])
        expect(len(stored) == len(receipts),
               f"request {request_id}: {len(receipts)} events were acknowledged, {len(stored)} are stored")
        for event, receipt in zip(stored, receipts):
            expect((event.position, event.event_id) == (receipt.position, receipt.event_id)
                   and leaf_hash(event.leaf) == receipt.leaf_hash
                   and [place.sequence for place in event.header.streams] == list(receipt.sequences),
                   f"request {request_id}: position {event.position} is not what the receipt says")
