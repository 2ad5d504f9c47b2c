"""Checks the worked examples of docs/format against the Python implementation and the C++ one."""

import argparse
import pathlib
import re
import sys

import compare
import ledger
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LEAVES = [b"first", b"second", b"third", b"fourth"]


def expect(what, wanted, found):
    if wanted != found:
        sys.exit(f"{what}: computed {wanted}, the page says {found}")


def read_examples(folder):
    """The fenced blocks behind `<!-- example: name -->`, by name."""
    examples = {}
    for page in sorted(folder.glob("*.md")):
        for name, body in re.findall(r"<!-- example: ([^\n]*) -->\n```\n(.*?)```\n", page.read_text(), re.DOTALL):
            examples[name] = body
    return examples


def read_values(block):
    return {label.strip(): value.strip() for label, value in (line.split("=", 1) for line in block.splitlines())}


def short(hashes):
    return " ".join(h.hex()[:8] for h in hashes)


def check_log(values):
    leaves = [ledger.leaf_hash(leaf) for leaf in LEAVES + [bytes.fromhex(values["leaf 4"])]]
    for index, leaf in enumerate(leaves):
        expect(f"leaf hash {index}", leaf.hex(), values[f"leaf hash {index}"])
    expect("root of 3", ledger.tree_root(leaves[:3]).hex(), values["root of 3"])
    expect("root of 5", ledger.tree_root(leaves).hex(), values["root of 5"])
    expect("inclusion", short(ledger.inclusion_path(2, leaves)), values["inclusion of 2 in 5"])
    expect("consistency", short(ledger.consistency_path(3, leaves)), values["consistency of 3 to 5"])
    return leaves


def check_maps(roots, streams):
    pairs = [(ledger.sha256(b"k%d" % i), ledger.value_hash(b"v%d" % i)) for i in range(5)]
    for label, root in roots.items():
        expect(label, ledger.map_root(dict(pairs[:int(label[-1]) + 1])).hex(), root)
    entries = {}
    for name, places in (("one", [0, 2, 3]), ("two", [1])):
        key = ledger.sha256(f"stream {name}".encode())
        root = ledger.tree_root([ledger.leaf_hash(LEAVES[i]) for i in places])
        value = len(places).to_bytes(8, "big") + places[-1].to_bytes(8, "big") + root
        expect(f"key {name}", key.hex(), streams[f"key {name}"])
        expect(f"value {name}", value.hex(), streams[f"value {name}"])
        entries[key] = ledger.value_hash(value)
    expect("map root", ledger.map_root(entries).hex(), streams["root"])


def check_completeness(oracle, text, key, leaves, origin, public_key, policy):
    ledger.verify_completeness(text.encode(), key, leaves, origin, public_key)
    answer = oracle.ask("completeness", text.encode().hex(), key.hex(), compare.hexes(leaves), policy.encode().hex())
    expect("completeness by C++", "yes", answer)


def check_seal(text, message, leaves, public_key):
    lines = text.splitlines()
    first, count, index = (int(line.split(" ")[1]) for line in lines[2:5])
    root = ledger.root_by_inclusion(index - first, count, leaves[index], [ledger.hash_of_b64(lines[6])])
    signed = b"constancia/seal/v1\0" + first.to_bytes(8, "big") + count.to_bytes(4, "big") + root
    expect("group message", signed.hex(), message.strip())
    signature = ledger.b64_decode(lines[7].split(" ")[2])
    origin = lines[1].split(" ")[1]
    expect("key id", ledger.key_id(origin, public_key).hex(), signature[:4].hex())
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature[4:], signed)


def check_cosignature(note, vkey):
    text = note.rpartition("\n\n")[0] + "\n"
    name, _, key = vkey.split("+", 2)
    line = next(l for l in note.splitlines() if l.startswith(f"\u2014 {name} "))
    signature = ledger.b64_decode(line.split(" ")[2])
    public_key = ledger.b64_decode(key)[1:]
    expect("witness key id", ledger.key_id(name, public_key, 4).hex(), signature[:4].hex())
    seconds = int.from_bytes(signature[4:12], "big")
    expect("time", 1767225600, seconds)
    Ed25519PublicKey.from_public_bytes(public_key).verify(
        signature[12:], f"cosignature/v1\ntime {seconds}\n{text}".encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oracle", required=True, help="the program proof_oracle")
    parser.add_argument("--pages", required=True, type=pathlib.Path, help="docs/format")
    options = parser.parse_args()
    examples = read_examples(options.pages)
    oracle = compare.Oracle(options.oracle)

    log_line, witness_line, _ = examples["policy"].splitlines()
    vkey = log_line.split(" ")[1]
    origin, public_key = vkey.split("+", 2)[0], ledger.b64_decode(vkey.split("+", 2)[2])[1:]
    policy = f"{log_line}\nquorum none\n"

    leaves = check_log(read_values(examples["log"]))
    check_maps(read_values(examples["map roots"]), read_values(examples["map of two streams"]))
    size, root = ledger.open_checkpoint(examples["checkpoint"].encode(), origin, public_key)
    expect("checkpoint", (5, ledger.tree_root(leaves).hex()), (size, root.hex()))
    check_cosignature(examples["checkpoint"], witness_line.split(" ")[2])
    check_completeness(oracle, examples["completeness of stream one"], ledger.sha256(b"stream one"),
                       [leaves[i] for i in (0, 2, 3)], origin, public_key, policy)
    check_completeness(oracle, examples["absence of stream three"], ledger.sha256(b"stream three"), [], origin,
                       public_key, policy)
    check_seal(examples["seal"], examples["group message"], leaves, public_key)
    print("the worked examples hold")


if __name__ == "__main__":
    main()
