"""Compares the C++ trees, map and completeness checker with the Python ones on random inputs."""

import argparse
import base64
import random
import subprocess
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import ledger

ORIGIN = "second.example/log"


class Oracle:
    """The C++ side, asked line by line."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        if not answer:
            sys.exit(f"the oracle stopped at: {' '.join(words)[:200]}")
        return answer


def hexes(hashes):
    return ",".join(h.hex() for h in hashes) or "-"


def expect(what, ours, theirs):
    if ours != theirs:
        sys.exit(f"{what}: Python says {ours}, C++ says {theirs}")


def accepts(check, *arguments):
    try:
        check(*arguments)
        return True
    except ledger.Refused:
        return False


def flipped(data, rng):
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1:]


def compare_trees(oracle, rng):
    leaves = [rng.randbytes(32) for _ in range(rng.randrange(1, 140))]
    size = len(leaves)
    root = ledger.tree_root(leaves)
    expect("root", root.hex(), oracle.ask("root", hexes(leaves)))

    index = rng.randrange(size)
    path = ledger.inclusion_path(index, leaves)
    expect("inclusion", hexes(path), oracle.ask("inclusion", str(index), hexes(leaves)))
    old = rng.randrange(1, size + 1)
    proof = ledger.consistency_path(old, leaves)
    expect("consistency", hexes(proof), oracle.ask("consistency", str(old), hexes(leaves)))

    chosen = sorted(rng.sample(range(size), rng.randrange(size + 1)))
    beside = [f"{level}/{place}/{ledger.tree_root(leaves[place << level:place + 1 << level]).hex()}"
              for level, place in ledger.nodes_beside(chosen, size)]
    expect("multi", ",".join(beside) or "-", oracle.ask("multi", ",".join(map(str, chosen)) or "-", hexes(leaves)))

    # Whatever is done to a proof, both take it or both refuse it.
    old_root = ledger.tree_root(leaves[:old])
    for _ in range(20):
        bent = list(path)
        place, tree, leaf = index, size, leaves[index]
        kind = rng.randrange(6)
        if kind == 0 and bent:
            at = rng.randrange(len(bent))
            bent[at] = flipped(bent[at], rng)
        elif kind == 1 and bent:
            bent.pop(rng.randrange(len(bent)))
        elif kind == 2:
            bent.insert(rng.randrange(len(bent) + 1), rng.randbytes(32))
        elif kind == 3:
            place = rng.randrange(size + 2)
        elif kind == 4:
            tree = rng.randrange(1, size + 5)
        ours = accepts(lambda: ledger.require(ledger.root_by_inclusion(place, tree, leaf, bent) == root, "root"))
        theirs = oracle.ask("verify_inclusion", str(place), str(tree), leaf.hex(), hexes(bent), root.hex())
        expect("verify_inclusion", "yes" if ours else "no", theirs)

        bent = list(proof)
        before, after = old, size
        if kind == 0 and bent:
            at = rng.randrange(len(bent))
            bent[at] = flipped(bent[at], rng)
        elif kind == 1 and bent:
            bent.pop(rng.randrange(len(bent)))
        elif kind == 2:
            bent.insert(rng.randrange(len(bent) + 1), rng.randbytes(32))
        elif kind == 3:
            before = rng.randrange(size + 2)
        elif kind == 4:
            after = rng.randrange(1, size + 5)
        ours = accepts(ledger.verify_consistency, before, after, bent, old_root, root)
        theirs = oracle.ask("verify_consistency", str(before), str(after), hexes(bent), old_root.hex(), root.hex())
        expect("verify_consistency", "yes" if ours else "no", theirs)


def random_key(rng, near):
    """A key that agrees with one of `near` in its first bits more often than chance would have it."""
    key = rng.randbytes(32)
    if near and rng.random() < 0.4:
        other = rng.choice(near)
        bits = rng.randrange(256)
        mask = (1 << 256 - bits) - 1
        mixed = int.from_bytes(other, "big") & ~mask | int.from_bytes(key, "big") & mask
        key = mixed.to_bytes(32, "big")
    return key


def compare_maps(oracle, rng):
    oracle.ask("forget")
    entries = {}
    for _ in range(rng.randrange(1, 8)):
        batch = {}
        for _ in range(rng.randrange(1, 40)):
            known = list(entries)
            key = rng.choice(known) if known and rng.random() < 0.3 else random_key(rng, known)
            batch[key] = rng.randbytes(32)
        entries.update(batch)
        answer = oracle.ask("update", ",".join(f"{k.hex()}={v.hex()}" for k, v in batch.items()))
        expect("map root", ledger.map_root(entries).hex(), answer)
    for key in rng.sample(sorted(entries), min(10, len(entries))) + [random_key(rng, list(entries)) for _ in range(10)]:
        terminal, siblings = ledger.map_prove(entries, key)
        if terminal is None:
            word = "empty"
        elif terminal[0] == key:
            word = "present"
        else:
            word = f"other/{terminal[0].hex()}/{terminal[1].hex()}"
        expect("map proof", f"{word} {hexes(siblings)}", oracle.ask("map", key.hex()))


def completeness_file(rng, signer):
    """(file, key, leaf hashes) of a stream, or of one that is absent, in a small random log."""
    keys = [rng.randbytes(32) for _ in range(rng.randrange(1, 12))]
    streams = {}
    leaves = []
    for index in range(rng.randrange(1, 30)):
        leaf = ledger.leaf_hash(rng.randbytes(10))
        leaves.append(leaf)
        streams.setdefault(rng.choice(keys), []).append((index, leaf))
    entries = {
        key: ledger.value_hash(len(events).to_bytes(8, "big") + events[-1][0].to_bytes(8, "big")
                               + ledger.tree_root([leaf for _, leaf in events]))
        for key, events in streams.items()
    }
    index = len(leaves)
    map_leaf = (b"\x02" + index.to_bytes(8, "big") + len(entries).to_bytes(8, "big") + ledger.map_root(entries)
                + b"\xff" * 8)
    leaves.append(ledger.leaf_hash(map_leaf))

    key = rng.choice(sorted(streams)) if rng.random() < 0.6 else rng.randbytes(32)
    events = streams.get(key, [])
    terminal, siblings = ledger.map_prove(entries, key)
    lines = ["constancia-completeness/v1", f"key {key.hex()}", f"count {len(events)}"]
    if events:
        lines += [f"last {events[-1][0]}", "terminal present"]
    elif terminal is None:
        lines += ["terminal empty"]
    else:
        lines += [f"terminal other {terminal[0].hex()} {terminal[1].hex()}"]
    path = ledger.inclusion_path(index, leaves)
    b64 = [base64.b64encode(h).decode() for h in siblings]
    lines += [f"siblings {len(siblings)}"] + b64
    lines += [f"maproot {base64.b64encode(map_leaf).decode()}", f"index {index}", f"proof {len(path)}"]
    lines += [base64.b64encode(h).decode() for h in path]
    root = base64.b64encode(ledger.tree_root(leaves)).decode()
    text = f"{ORIGIN}\n{len(leaves)}\n{root}\n"
    signature = ledger.key_id(ORIGIN, public_bytes(signer)) + signer.sign(text.encode())
    lines += ["", text, f"\u2014 {ORIGIN} {base64.b64encode(signature).decode()}", ""]
    return "\n".join(lines).encode(), key, [leaf for _, leaf in events]


def public_bytes(signer):
    return signer.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def compare_completeness(oracle, rng, every_byte):
    signer = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
    public_key = public_bytes(signer)
    vkey = f"{ORIGIN}+{ledger.key_id(ORIGIN, public_key).hex()}+{base64.b64encode(bytes([1]) + public_key).decode()}"
    policy = f"log {vkey}\nquorum none\n".encode().hex()
    data, key, leaves = completeness_file(rng, signer)

    def both(bent, events):
        ours = accepts(ledger.verify_completeness, bent, key, events, ORIGIN, public_key)
        theirs = oracle.ask("completeness", bent.hex() or "-", key.hex(), hexes(events), policy)
        expect(f"completeness of {bent!r}", "yes" if ours else "no", theirs)
        return ours

    ledger.require(both(data, leaves), "a right proof was refused")
    wrong = [leaves[:-1], leaves + [rng.randbytes(32)], leaves[::-1], [rng.randbytes(32) for _ in leaves]]
    for events in wrong:
        if events != leaves and both(data, events):
            sys.exit("wrong events were accepted")
    places = range(len(data)) if every_byte else [rng.randrange(len(data)) for _ in range(20)]
    for place in places:
        mask = 1 << rng.randrange(8)
        bent = data[:place] + bytes([data[place] ^ mask]) + data[place + 1:]
        if both(bent, leaves):
            sys.exit(f"byte {place} was changed by {mask} and the proof accepted: {bent!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oracle", required=True, help="the program proof_oracle")
    parser.add_argument("--seed", type=int, default=20260101)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.rounds} rounds")
    oracle = Oracle(options.oracle)
    rng = random.Random(options.seed)
    for number in range(options.rounds):
        compare_trees(oracle, rng)
        compare_maps(oracle, rng)
        compare_completeness(oracle, rng, every_byte=number < 4)
    print("both implementations agree")


if __name__ == "__main__":
    main()
