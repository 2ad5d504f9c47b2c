"""Publishes a log and verifies it with constancia-verify; any other byte in any file is refused."""

import pathlib
import random
import subprocess

import harness
from harness import expect

FLIPS_A_FILE = 3


def verify(arguments, ledger, out):
    done = subprocess.run(
        [arguments.verifier, "log", str(out), "--audit", "--seals", "--policy", str(ledger.folder / "policy.txt")],
        capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def main():
    arguments = harness.arguments(__doc__)
    draw = random.Random(arguments.seed)
    with harness.scratch() as folder:
        protos = harness.Protos(folder, arguments.source, arguments.googleapis)
        with harness.Ledger(arguments.constancia, folder) as ledger:
            ledger.start()
            client = harness.Client(protos, ledger)
            for i in range(70):
                client.append(client.request(f"r-{i}", [(f"C-{n % 5}", f"text {i} {n}") for n in range(1 + i % 9)]))
            ledger.stop()
            out = pathlib.Path(folder) / "published"
            ledger.run("ledger", "publish", str(ledger.folder), str(out))
            code, report = verify(arguments, ledger, out)
            expect(code == 0, f"the published log is refused: exit {code}\n{report}")

            flips = 0
            for file in sorted(path for path in out.rglob("*") if path.is_file()):
                name = str(file.relative_to(out))
                whole = file.read_bytes()
                for _ in range(FLIPS_A_FILE):
                    at = draw.randrange(len(whole))
                    other = bytearray(whole)
                    other[at] ^= 1 << draw.randrange(8)
                    file.write_bytes(other)
                    code, report = verify(arguments, ledger, out)
                    expect(code in (1, 7), f"{name}, byte {at}: accepted with another bit\n{report}")
                    expect(name in report or "Position in the log" in report,
                           f"{name}, byte {at}: refused without saying where\n{report}")
                    flips += 1
                file.write_bytes(whole)
            code, report = verify(arguments, ledger, out)
            expect(code == 0, f"the restored log is refused: exit {code}\n{report}")
            print(f"{flips} flipped bits refused")


main()
