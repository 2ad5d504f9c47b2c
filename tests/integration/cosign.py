"""A witness cosigns: under a policy that asks for it, proof, bundle and published log are proven with it alone."""

import base64
import hashlib
import json
import pathlib
import struct
import subprocess
import time

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import harness
from harness import expect

WAIT_SECONDS = 30
EXIT_NOT_PROVEN = 7


class Witness:
    """Signs whatever checkpoint it is shown: enough for a test, and less than a witness owes."""

    def __init__(self, name):
        self.name = name
        self.key = Ed25519PrivateKey.generate()
        public = b"\x04" + self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{base64.b64encode(public).decode()}"

    def line(self, text, seconds):
        """The signature line over the text of a checkpoint, without its line feed."""
        signature = self.key.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        return f"\u2014 {self.name} " + base64.b64encode(self.key_id + struct.pack(">Q", seconds) + signature).decode()


class Story:
    def __init__(self, arguments, folder, ledger):
        self.verifier = arguments.verifier
        self.folder = pathlib.Path(folder)
        self.ledger = ledger
        self.witness = Witness("witness.example/1")

    def run(self, *words, code=0):
        return self.ledger.run("--ledger", str(self.ledger.folder), *words, code=code)

    def ask_for_the_witness(self):
        policy = self.ledger.folder / "policy.txt"
        lines = [line for line in policy.read_text().splitlines() if not line.startswith("quorum")]
        policy.write_text("\n".join([*lines, f"witness one {self.witness.vkey}", "quorum one", ""]))

    def cosign_latest(self):
        note = self.run("ledger", "checkpoint")
        text = note[:note.rindex("\n\n") + 1]
        file = self.folder / "cosigned"
        file.write_text(note + self.witness.line(text, int(time.time())) + "\n")
        shown = self.run("ledger", "cosign", str(file))
        expect(self.witness.name in shown, f"the checkpoint is shown without its cosignature:\n{shown}")
        return int(text.split("\n")[1])

    def cosign_the_end(self):
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            stats = json.loads(self.run("-o", "json", "ledger", "stats"))
            if int(stats["checkpoint_size"]) >= int(stats["log_end"]):
                self.cosign_latest()
                return
            time.sleep(0.1)
        raise AssertionError("no checkpoint covered the end of the log in time")

    def verify(self, *words):
        done = subprocess.run([self.verifier, *words, "--policy", str(self.ledger.folder / "policy.txt")],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def verify_proof_of(self, position):
        proof, leaf = self.folder / "event.tlog-proof", self.folder / "event.leaf"
        for file in (proof, leaf):
            file.unlink(missing_ok=True)
        self.run("proof", "get", str(position), "-O", str(proof), "--leaf", str(leaf))
        return self.verify("proof", str(proof), "--leaf", str(leaf))

    def export(self):
        """Orders an export and cosigns, as a witness that comes by again and again, until it is built."""
        order = subprocess.Popen(
            [self.ledger.program, "--ledger", str(self.ledger.folder), "-o", "json", "export", "create", "--case", "C-1",
             "--purpose", "audit", "--recipient", "SERNAC", "--wait"], stdout=subprocess.PIPE, text=True)
        try:
            until = time.monotonic() + WAIT_SECONDS
            while order.poll() is None and time.monotonic() < until:
                self.cosign_latest()
                time.sleep(0.2)
        finally:
            if order.poll() is None:
                order.kill()
        said = order.communicate()[0]
        expect(order.returncode == 0, f"the export was not built:\n{said}")
        bundle = self.folder / "bundle.zip"
        self.run("export", "download", json.loads(said)["export_id"], "-O", str(bundle))
        return bundle


def check_refusals(story, client, protos):
    """What is no cosignature of this checkpoint by a witness of the policy is refused, saying why."""
    note = story.run("ledger", "checkpoint")
    text = note[:note.rindex("\n\n") + 1]
    size = int(text.split("\n")[1])
    now = int(time.time())
    good = story.witness.line(text, now)
    other_text = text.replace(f"\n{size}\n", f"\n{size + 1}\n")

    def refused(reason, **fields):
        request = protos.ledger_service.AddCosignatureRequest(
            **{"parent": client.parent, "size": size, "cosignatures": [good], **fields})
        try:
            client.ledger.AddCosignature(request, timeout=harness.CALL_SECONDS)
        except grpc.RpcError as error:
            expect(client.reason(error) == reason, f"{fields}: {error}, not {reason}")
        else:
            raise AssertionError(f"{fields}: accepted, not {reason}")

    refused("WRONG_TENANT", parent="tenants/other")
    refused("NOT_FOUND", size=size + 1)
    refused("SCHEMA_INVALID", root=b"short")
    refused("PROOF_INVALID", root=bytes(32))
    refused("SCHEMA_INVALID", cosignatures=[])
    refused("INPUT_MALFORMED", cosignatures=["signed"])
    refused("WITNESS_UNKNOWN", cosignatures=[Witness("stranger.example/1").line(text, now)])
    refused("PROOF_INVALID", cosignatures=[story.witness.line(other_text, now)])
    refused("SOURCE_CLOCK_SKEW", cosignatures=[story.witness.line(text, now + 3600)])
    expect(story.run("ledger", "checkpoint") == note, "a refused cosignature was kept")


def main():
    arguments = harness.arguments(__doc__)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            ledger.start()
            client = harness.Client(protos, ledger)
            story = Story(arguments, folder, ledger)
            published = protos.event_service.PUBLISHED
            position = client.append(client.request("r-1", [("C-1", "text")], wait=published))[0].position
            code, report = story.verify_proof_of(position)
            expect(code == 0, f"a policy without witnesses is not met: exit {code}\n{report}")

            # The server reads the policy when it is asked, so it goes on.
            story.ask_for_the_witness()
            code, report = story.verify_proof_of(position)
            expect(code == EXIT_NOT_PROVEN, f"proven without the witness that the policy asks for: exit {code}\n{report}")
            check_refusals(story, client, protos)
            story.cosign_latest()
            code, report = story.verify_proof_of(position)
            expect(code == 0, f"refused with its cosignature: exit {code}\n{report}")

            bundle = story.export()
            code, report = story.verify("bundle", str(bundle))
            expect(code == 0, f"the bundle is refused: exit {code}\n{report}")

            story.cosign_the_end()
            ledger.stop()
            out = pathlib.Path(folder) / "published"
            ledger.run("ledger", "publish", str(ledger.folder), str(out))
            code, report = story.verify("log", str(out), "--audit", "--seals")
            expect(code == 0, f"the published log is refused: exit {code}\n{report}")
            ledger.run("ledger", "verify", str(ledger.folder), "--audit", "--seals")


main()
