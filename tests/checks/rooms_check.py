"""Every #include of ours goes to a room that rooms.txt allows, and outside libraries stay in their homes."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])

# Outside library -> the rooms that may include it (a prefix names all rooms below).
HOMES = {
    r"openssl/": ["core/crypto", "api/verify", "api/server", "api/web"],
    r"rocksdb/": ["eventstore/tables", "tests"],
    r"boost/(asio|beast)": ["api/web"],
    r"grpcpp/": ["api/service", "api/server", "api/cli", "tests"],
    r"libfyaml\.h": ["policies", "api/cli"],
    r"CLI/": ["api/cli", "tests"],
    r"archive(_entry)?\.h": ["api/export"],
    r"prometheus/": ["api"],
    r"zlib\.h": ["api/verify"],
}


def read_rooms():
    uses = {}
    for line in (ROOT / "tests/checks/rooms.txt").read_text().splitlines():
        match = re.match(r"^([a-z_/]+) *:(.*)$", line)
        if match:
            uses[match.group(1)] = match.group(2).split()
    return uses


def reach(room, uses):
    seen, queue = {room}, [room]
    while queue:
        for use in uses[queue.pop()]:
            for candidate in uses:
                if (candidate == use or candidate.startswith(use + "/")) and candidate not in seen:
                    seen.add(candidate)
                    queue.append(candidate)
    return seen


def room_of(path, uses):
    best = ""
    for room in uses:
        if (path + "/").startswith(room + "/") and len(room) > len(best):
            best = room
    return best


def main():
    uses = read_rooms()
    problems = []
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cc"], cwd=ROOT, text=True,
                            capture_output=True, check=True)
    for name in listed.stdout.split():
        path = ROOT / name
        if not path.exists():
            continue
        room = room_of(name, uses)
        if not room:
            problems.append(f"{name}: in no room of rooms.txt")
            continue
        allowed = reach(room, uses)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
            if not match:
                continue
            outside, included = match.group(1) == "<", match.group(2)
            target = room_of(included, uses)
            # A test may use what its room may not only from tests/support.
            if target and target not in allowed and not (name.endswith("_test.cc") and target == "tests"):
                problems.append(f"{name}:{number}: {room} may not use {target} ({included})")
            if "/internal/" in included and not included.startswith(name.rsplit("/", 1)[0]):
                problems.append(f"{name}:{number}: {included} is private to its folder")
            for library, homes in HOMES.items():
                if outside and re.match(library, included) and not any((name + "/").startswith(home + "/") for home in homes):
                    problems.append(f"{name}:{number}: {included} has its home in {', '.join(homes)}")
    if len(listed.stdout.split()) < 10:
        problems.append("too few sources found: the check is not looking at the tree")
    print("\n".join(problems) or "every include goes forward")
    return 1 if problems else 0


sys.exit(main())
