"""Checks receipts, seals and inclusion proofs with code that shares nothing with the server's."""

import base64
import hashlib
import struct

import grpc
import harness
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from harness import expect


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(index, size, leaf, path):
    """The root that an inclusion path leads to (RFC 9162, section 2.1.3.2)."""
    expect(index < size, "the index lies outside the tree")
    at, last, root = index, size - 1, leaf
    for sibling in path:
        expect(last > 0, "the path is too long")
        if at & 1 or at == last:
            root = node(sibling, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = node(root, sibling)
        at, last = at >> 1, last >> 1
    expect(last == 0, "the path is too short")
    return root


class LogKey:
    """The key that the policy names: `log name+id+base64(type || key)`."""

    def __init__(self, policy):
        words = next(line.split() for line in policy.splitlines() if line.startswith("log "))
        self.name, key_id, key = words[1].split("+", 2)
        raw = base64.b64decode(key, validate=True)
        expect(raw[:1] == b"\1" and len(raw) == 33, "the policy's key is not an Ed25519 key")
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        expect(self.id.hex() == key_id, "the key id is not that of the key")
        self.key = Ed25519PublicKey.from_public_bytes(raw[1:])

    def verifies(self, signature, message):
        try:
            self.key.verify(signature, message)
            return True
        except InvalidSignature:
            return False


def seal_holds(key, receipt, leaf):
    seal = receipt.seal
    root = root_of(receipt.position - seal.first, seal.count, leaf, seal.path)
    message = b"constancia/seal/v1\0" + struct.pack(">QI", seal.first, seal.count) + root
    return seal.key_id == key.id and key.verifies(seal.signature, message)


def check_note(key, checkpoint):
    """A signed note: the text, an empty line, lines of signatures."""
    text, _, signatures = checkpoint.note.decode().rpartition("\n\n")
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    expect((origin, int(size), base64.b64decode(root)) == (key.name, checkpoint.size, checkpoint.root),
           "the note says something else than the answer")
    for line in signatures.splitlines():
        dash, name, blob = line.split(" ")
        raw = base64.b64decode(blob)
        if (dash, name, raw[:4]) == ("\u2014", key.name, key.id):
            expect(key.verifies(raw[4:], text.encode()), "the checkpoint's signature is wrong")
            return
    raise AssertionError("the log did not sign its checkpoint")


def main():
    arguments = harness.arguments(__doc__)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            ledger.start()
            key = LogKey((ledger.folder / "policy.txt").read_text())
            client = harness.Client(protos, ledger)
            service = protos.event_service
            answered = {}
            for i in range(20):
                wait = service.PUBLISHED if i == 19 else service.DURABLE
                request = client.request(f"r-{i}", [(f"C-{n}", f"text {i} {n}") for n in range(1 + i % 4)], wait=wait)
                answered[f"r-{i}"] = client.append(request)
                expect(client.append(request) == answered[f"r-{i}"], "a repetition is answered otherwise")

            wrong = client.request("w-1", [("C-1", "text")])
            wrong.parent = "tenants/other"
            try:
                client.append(wrong)
                raise AssertionError("another tenant's request is taken")
            except grpc.RpcError as error:
                expect((error.code(), client.reason(error)) == (grpc.StatusCode.PERMISSION_DENIED, "WRONG_TENANT"),
                       f"another tenant: {error}")

            proofs = protos.ledger_service
            for receipts in answered.values():
                for receipt in receipts:
                    event = client.reader.GetEvent(
                        service.GetEventRequest(parent=client.parent, event_id=receipt.event_id),
                        timeout=harness.CALL_SECONDS)
                    leaf = harness.leaf_hash(event.leaf)
                    expect(leaf == receipt.leaf_hash, "the leaf hash is not that of the leaf")
                    expect(event.leaf[:1] == b"\1", "the leaf is not one of an event")
                    header = protos.header.EventHeader.FromString(event.leaf[1:])
                    expect(header.event_id.hex() == receipt.event_id.replace("-", ""), "the leaf is another event's")
                    expect(seal_holds(key, receipt, leaf), f"position {receipt.position}: the seal does not hold")
                    expect(not seal_holds(key, receipt, hashlib.sha256(leaf).digest()), "a seal holds for any leaf")
                    proof = client.ledger.GetInclusionProof(
                        proofs.GetInclusionProofRequest(parent=client.parent, position=receipt.position),
                        timeout=harness.CALL_SECONDS)
                    check_note(key, proof.checkpoint)
                    expect(root_of(receipt.position, proof.checkpoint.size, leaf, proof.path) == proof.checkpoint.root,
                           f"position {receipt.position}: the inclusion proof does not hold")
            events = client.all_events()
            harness.check_streams(events)
            harness.check_receipts(events, answered)
            ledger.stop()
            print(f"{sum(map(len, answered.values()))} receipts, seals and inclusion proofs hold")


main()
