"""Runs what the README and the guides tell a reader to type, as they tell it.

    run_guides.py --source ROOT --bin DIR [PAGE…]

Each page is one shell in a scratch folder of its own, with the programs on the path. Its ```sh blocks run in their order;
a command that ends otherwise than with 0, or than with the `# exit code N` written behind it, fails the page. A comment
before a block says what else to do with it:

    <!-- file: payments.csv -->      the block is this file
    <!-- not run: why -->            the block is left out
"""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

PAGE_SECONDS = 120
BLOCK = re.compile(r"(?:<!-- (file|not run): (.+?) -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)
EXPECTED = re.compile(r"#.*?\bexit code (\d+)(?:, or (\d+))?")
HERE_DOCUMENT = re.compile(r"<<-?\s*'?(\w+)'?")

# `answers` runs a command whose exit code the page tells.
PROLOGUE = r"""
set -euo pipefail
trap 'echo "failed: $BASH_COMMAND" >&2' ERR
answers() {
  local codes=" $1 " code=0; shift
  "$@" || code=$?
  [[ $codes == *" $code "* ]] || { echo "exit code $code, not$codes: $*" >&2; return 1; }
}
"""


def shell_lines(block):
    """The lines of a block, commands that tell their exit code made to be held to it."""
    end = None
    for line in block.splitlines():
        if end is not None:
            end = None if line.strip() == end else end
        elif found := HERE_DOCUMENT.search(line):
            end = found[1]
        elif found := EXPECTED.search(line):
            codes = " ".join(code for code in found.groups() if code)
            line = f"answers '{codes}' {line}"
        yield line


def script_of(page, folder):
    script, blocks = [PROLOGUE], 0
    for mark, value, language, text in BLOCK.findall(page.read_text()):
        if mark == "file":
            (folder / value).write_text(text)
        elif language == "sh" and not mark:
            script += shell_lines(text)
            blocks += 1
    return "\n".join(script) + "\n", blocks


def run(page, source, programs):
    """Runs one page; returns what went wrong, empty when nothing did."""
    with tempfile.TemporaryDirectory(prefix="constancia-guide-") as scratch:
        folder = pathlib.Path(scratch)
        (folder / "build/release").mkdir(parents=True)
        (folder / "build/release/bin").symlink_to(programs)
        for room in ("core", "api", "policies"):
            (folder / room).symlink_to(source / room)
        script, blocks = script_of(page, folder)
        if not blocks:
            return ""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CONSTANCIA_")}
        environment.update(PATH=f"{programs}:{environment['PATH']}", CONSTANCIA_GRPC_ADDRESS="127.0.0.1:0",
                           CONSTANCIA_HTTP_ADDRESS="127.0.0.1:0")
        output = open(folder / "output", "w+")
        # A group of its own: servers that the page leaves running end with it.
        shell = subprocess.Popen(["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = shell.wait(timeout=PAGE_SECONDS)
        except subprocess.TimeoutExpired:
            code = f"none within {PAGE_SECONDS} s"
        finally:
            try:
                os.killpg(shell.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        output.seek(0)
        return "" if code == 0 else f"exit code {code}\n{output.read()[-4000:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", required=True, type=pathlib.Path)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    given = parser.parse_args()
    source = given.source.resolve()
    pages = given.pages or [source / "README.md", *sorted((source / "docs/guides").glob("*.md"))]
    failed = 0
    for page in pages:
        wrong = run(page.resolve(), source, given.bin.resolve())
        failed += bool(wrong)
        print(f"{page.name}: {wrong or 'every command does what it says'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
