"""Opens and verifies what earlier versions wrote, and sees to it that a changed byte is still found.

    golden.py --constancia PROGRAM --verifier PROGRAM [--write FOLDER]
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SECONDS = 60
# What RocksDB notes for people, with the folder in which the ledger stood.
NOT_KEPT = shutil.ignore_patterns("LOG*", "OPTIONS*", "LOCK", "IDENTITY")


def run(*words, code=0):
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode != code:
        raise SystemExit(f"{' '.join(map(str, words))}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def check(given, folder, scratch):
    policy = str(folder / "policy.txt")
    store = scratch / "store"
    shutil.copytree(folder / "store", store)
    told = json.loads(run(given.constancia, "ledger", "verify", str(store), "--audit", "--seals", "-o", "json"))
    expected = json.loads((folder / "stats.json").read_text())
    for name, value in expected.items():
        if told.get(name) != value:
            raise SystemExit(f"{folder.name}: {name} is {told.get(name)}, was {value}")
    run(given.verifier, "log", str(folder / "published"), "--policy", policy)
    run(given.verifier, "bundle", str(folder / "case.zip"), "--policy", policy)

    bundle = scratch / "case.zip"
    shutil.copy(folder / "case.zip", bundle)
    flip(bundle)
    damaged = subprocess.run([given.verifier, "bundle", str(bundle), "--policy", policy], capture_output=True,
                             timeout=SECONDS, check=False)
    if damaged.returncode not in (1, 7):
        raise SystemExit(f"{folder.name}: a bundle with a changed byte is accepted")


def write(given, scratch):
    out = pathlib.Path(given.write)
    out.mkdir(parents=True)
    ledger = str(scratch / "ledger")
    environment = dict(os.environ, CONSTANCIA_GRPC_ADDRESS="127.0.0.1:0", CONSTANCIA_HTTP_ADDRESS="127.0.0.1:0")
    run(given.constancia, "init", ledger, "--origin", "golden.example/constancia/ledger-1", "--tenant", "golden")
    server = subprocess.Popen([given.constancia, "serve", ledger], env=environment, stdout=subprocess.DEVNULL)
    try:
        run(given.constancia, "sandbox", "seed", "--size", "2", "--as-of", "2026-11-01", "--ledger", ledger)
        order = json.loads(run(given.constancia, "export", "create", "--case", "C-CL1-0001", "--purpose", "complaint",
                               "--recipient", "SERNAC", "--open-personal", "--wait", "--ledger", ledger, "-o", "json"))
        run(given.constancia, "export", "download", order["export_id"], "-O", str(out / "case.zip"), "--ledger", ledger)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=SECONDS)
    run(given.constancia, "ledger", "publish", ledger, str(out / "published"))
    told = json.loads(run(given.constancia, "ledger", "verify", ledger, "--audit", "--seals", "-o", "json"))
    (out / "stats.json").write_text(json.dumps({name: told[name] for name in ("positions", "events", "checkpoints")}) + "\n")
    shutil.copy(pathlib.Path(ledger) / "policy.txt", out)
    (out / "store").mkdir()
    shutil.copy(pathlib.Path(ledger) / "constancia.toml", out / "store")
    shutil.copytree(pathlib.Path(ledger) / "log", out / "store/log", ignore=NOT_KEPT)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--constancia", required=True)
    parser.add_argument("--verifier", required=True)
    parser.add_argument("--write", metavar="FOLDER")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="constancia-golden-") as scratch:
        if given.write:
            write(given, pathlib.Path(scratch))
            return 0
        folders = sorted(path.parent for path in HERE.glob("*/policy.txt"))
        if not folders:
            raise SystemExit("no golden store is there")
        for folder in folders:
            check(given, folder, pathlib.Path(tempfile.mkdtemp(dir=scratch)))
            print(f"{folder.name}: opens and verifies")
    return 0


if __name__ == "__main__":
    sys.exit(main())
