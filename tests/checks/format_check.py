"""Every C++ source is formatted as .clang-format says, and the tree holds no words that do not belong in it."""

import concurrent.futures
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])

# Unfinished work, and paths of somebody's machine.
BANNED = [
    r"\bTODO\b",
    r"\bFIXME\b",
    r"(//|#).*\bXXX\b",
    r"\bHACK\b",
    r"\bfor now\b",
    r"/home/[a-z]+/",
    r"\bin a real (system|world)\b",
    r"#if 0",
    r"\bDISABLED_",
]


def badly_formatted(name):
    run = subprocess.run(["clang-format-14", "--dry-run", "-Werror", name], cwd=ROOT, capture_output=True, text=True)
    return name if run.returncode else None


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True,
                            check=True).stdout.split("\n")
    files = [name for name in listed if name and (ROOT / name).exists()]
    problems = []
    sources = [name for name in files if name.endswith((".h", ".cc"))]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        problems += [f"{name}: run clang-format-14 -i" for name in pool.map(badly_formatted, sources) if name]
    for name in files:
        if name == "LICENSE" or name.endswith("format_check.py"):
            continue
        try:
            text = (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for word in BANNED:
                if re.search(word, line):
                    problems.append(f"{name}:{number}: reads like unfinished work: {word}")
    if len(sources) < 10:
        problems.append("too few sources found: the check is not looking at the tree")
    print("\n".join(problems) or f"{len(files)} files are as they should be")
    return 1 if problems else 0


sys.exit(main())
