"""Trees, map and completeness proof, straight from their definitions.

Written apart from the C++ so that a mistake in one is not a mistake in both: recursive, slow, no shared code.
"""

import base64
import binascii
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    """What was given is malformed, or does not prove what it claims."""


def require(condition, what):
    if not condition:
        raise Refused(what)


def sha256(data):
    return hashlib.sha256(data).digest()


# --- Trees over a list of leaves (RFC 6962 section 2.1) ---

def leaf_hash(leaf):
    return sha256(b"\x00" + leaf)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def split(n):
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def tree_root(hashes):
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node_hash(tree_root(hashes[:k]), tree_root(hashes[k:]))


def inclusion_path(index, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return inclusion_path(index, hashes[:k]) + [tree_root(hashes[k:])]
    return inclusion_path(index - k, hashes[k:]) + [tree_root(hashes[:k])]


def consistency_path(old, hashes, whole=True):
    if old == len(hashes):
        return [] if whole else [tree_root(hashes)]
    k = split(len(hashes))
    if old <= k:
        return consistency_path(old, hashes[:k], whole) + [tree_root(hashes[k:])]
    return consistency_path(old - k, hashes[k:], False) + [tree_root(hashes[:k])]


def root_by_inclusion(index, size, leaf, path):
    """The root that `path` gives; the path is read from the root's end."""
    require(0 <= index < size, "index outside the tree")
    if size == 1:
        require(not path, "path too long")
        return leaf
    require(path, "path too short")
    k = split(size)
    if index < k:
        return node_hash(root_by_inclusion(index, k, leaf, path[:-1]), path[-1])
    return node_hash(path[-1], root_by_inclusion(index - k, size - k, leaf, path[:-1]))


def roots_by_consistency(old, new, path, old_root, whole=True):
    """The pair of roots (old, new) of this subtree that `path` gives."""
    if old == new:
        if whole:
            require(not path, "path too long")
            return old_root, old_root
        require(len(path) == 1, "path of another length")
        return path[0], path[0]
    require(path, "path too short")
    k = split(new)
    if old <= k:
        before, after = roots_by_consistency(old, k, path[:-1], old_root, whole)
        return before, node_hash(after, path[-1])
    before, after = roots_by_consistency(old - k, new - k, path[:-1], old_root, False)
    return node_hash(path[-1], before), node_hash(path[-1], after)


def verify_consistency(old, new, path, old_root, new_root):
    require(0 < old <= new, "sizes out of order")
    before, after = roots_by_consistency(old, new, path, old_root)
    require(before == old_root and after == new_root, "another root")


def nodes_beside(chosen, size):
    """(level, index) of the maximal perfect nodes that hold no chosen leaf, by level then index."""
    nodes = []

    def visit(begin, end):
        width = end - begin
        if width == 0:
            return
        perfect = width & (width - 1) == 0
        if perfect and not any(begin <= i < end for i in chosen):
            nodes.append((width.bit_length() - 1, begin // width))
        elif width > 1:
            k = split(width)
            visit(begin, begin + k)
            visit(begin + k, end)

    visit(0, size)
    return sorted(nodes)


# --- The map of streams ---

EMPTY = bytes(32)


def bit(key, depth):
    return key[depth // 8] >> 7 - depth % 8 & 1


def value_hash(value):
    return sha256(b"\x12" + value)


def map_leaf(key, hashed_value):
    return sha256(b"\x10" + key + hashed_value)


def map_node(left, right):
    return sha256(b"\x11" + left + right)


def map_root(entries, depth=0):
    """The root over `entries`, a dict from key to value hash."""
    if not entries:
        return EMPTY
    if len(entries) == 1:
        return map_leaf(*next(iter(entries.items())))
    sides = [{k: v for k, v in entries.items() if bit(k, depth) == side} for side in (0, 1)]
    return map_node(map_root(sides[0], depth + 1), map_root(sides[1], depth + 1))


def map_prove(entries, key, depth=0):
    """(terminal, siblings deepest first): terminal is None, or the one entry at the end of the path."""
    if len(entries) <= 1:
        return next(iter(entries.items()), None), []
    same = {k: v for k, v in entries.items() if bit(k, depth) == bit(key, depth)}
    other = {k: v for k, v in entries.items() if k not in same}
    terminal, siblings = map_prove(same, key, depth + 1)
    return terminal, siblings + [map_root(other, depth + 1)]


def map_climb(key, bottom, siblings):
    for depth, sibling in zip(range(len(siblings) - 1, -1, -1), siblings):
        bottom = map_node(sibling, bottom) if bit(key, depth) else map_node(bottom, sibling)
    return bottom


# --- Notes and checkpoints, as far as one log key goes ---

def key_id(name, public_key, kind=1):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key)[:4]


def b64_decode(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("base64") from error
    require(base64.b64encode(data).decode() == text, "base64 of another spelling")
    return data


def decimal(text):
    require(re.fullmatch("0|[1-9][0-9]*", text, re.ASCII), "not a decimal number")
    number = int(text)
    require(number < 1 << 64, "number too large")
    return number


def hash_of_b64(text):
    data = b64_decode(text)
    require(len(data) == 32, "not a hash")
    return data


def open_checkpoint(note, origin, public_key):
    """(size, root) of a checkpoint that the one trusted log key signed."""
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8") from error
    require(not any(c < " " and c != "\n" for c in text), "control character")
    head, separator, tail = text.rpartition("\n\n")
    require(separator and tail.endswith("\n"), "not a note")
    head += "\n"
    verified = False
    for line in tail[:-1].split("\n"):
        match = re.fullmatch("\u2014 ([^\\s+]+) (\\S+)", line)
        require(match, "signature line")
        signature = b64_decode(match[2])
        require(len(signature) >= 5, "signature too short")
        if match[1] != origin or signature[:4] != key_id(origin, public_key):
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature[4:], head.encode())
        except InvalidSignature as error:
            raise Refused("signature") from error
        verified = True
    require(verified, "no signature of the log")
    lines = head.split("\n")
    require(len(lines) >= 4 and all(lines[:-1]), "not a checkpoint")
    require(lines[0] == origin, "another origin")
    return decimal(lines[1]), hash_of_b64(lines[2])


# --- The completeness proof ---

class Lines:
    """Takes a text apart from the front."""

    def __init__(self, text):
        self.rest = text

    def line(self):
        line, separator, self.rest = self.rest.partition("\n")
        require(separator, "the text ends too early")
        return line

    def value(self, label):
        line = self.line()
        require(line.startswith(label + " ") and len(line) > len(label) + 1, label)
        return line[len(label) + 1:]

    def hashes(self, label, most):
        count = decimal(self.value(label))
        require(count <= most, "too many hashes")
        return [hash_of_b64(self.line()) for _ in range(count)]


def hash_of_hex(text):
    require(re.fullmatch("[0-9a-f]{64}", text, re.ASCII), "not a hash in hex")
    return bytes.fromhex(text)


def verify_completeness(data, key, leaf_hashes, origin, public_key):
    """Refuses unless `data` shows that `leaf_hashes` are all events of stream `key`."""
    try:
        lines = Lines(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8") from error
    require(lines.line() == "constancia-completeness/v1", "heading")
    require(hash_of_hex(lines.value("key")) == key, "another stream")
    count = decimal(lines.value("count"))
    last = decimal(lines.value("last")) if count else None
    terminal = lines.value("terminal").split(" ")
    siblings = lines.hashes("siblings", 256)
    leaf = b64_decode(lines.value("maproot"))
    index = decimal(lines.value("index"))
    path = lines.hashes("proof", 64)
    require(lines.line() == "", "empty line")
    size, root = open_checkpoint(lines.rest.encode(), origin, public_key)

    require(size > 0 and index == size - 1, "the map root is not the last leaf")
    require(len(leaf) == 57 and leaf[0] == 2, "not a map root")
    require(int.from_bytes(leaf[1:9], "big") == index, "it covers another range")
    previous = int.from_bytes(leaf[49:], "big")
    require(previous == (1 << 64) - 1 or previous < index, "the map root before stands behind")
    require(root_by_inclusion(index, size, leaf_hash(leaf), path) == root, "inclusion")

    require(len(leaf_hashes) == count, "another number of events")
    require(not siblings or siblings[0] != EMPTY, "the deepest pair would have collapsed")
    if terminal == ["present"]:
        require(count > 0, "present without events")
        require(count - 1 <= last < index, "the last event cannot stand there")
        value = count.to_bytes(8, "big") + last.to_bytes(8, "big") + tree_root(leaf_hashes)
        bottom = map_leaf(key, value_hash(value))
    else:
        require(count == 0, "absent with events")
        if terminal == ["empty"]:
            bottom = EMPTY
        else:
            require(len(terminal) == 3 and terminal[0] == "other", "terminal")
            other = hash_of_hex(terminal[1])
            require(other != key, "the other key is ours")
            require(all(bit(other, d) == bit(key, d) for d in range(len(siblings))), "off the path")
            bottom = map_leaf(other, hash_of_hex(terminal[2]))
    require(map_climb(key, bottom, siblings) == leaf[17:49], "another map root")
