"""Every folder of the rooms has a card: README.md of at most twenty lines."""

import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])


def main():
    problems = []
    count = 0
    for line in (ROOT / "tests/checks/rooms.txt").read_text().splitlines():
        match = re.match(r"^([a-z]+(/[a-z]+)?) *:", line)
        if not match or not (ROOT / match.group(1)).is_dir():
            continue
        count += 1
        card = ROOT / match.group(1) / "README.md"
        if not card.exists():
            problems.append(f"{match.group(1)}: no README.md")
        elif len(card.read_text().splitlines()) > 20:
            problems.append(f"{match.group(1)}/README.md: more than twenty lines")
    if count < 5:
        problems.append("too few rooms found: the check is not looking at the tree")
    print("\n".join(problems) or f"{count} cards")
    return 1 if problems else 0


sys.exit(main())
