"""docs/reference/events.md says what the protos say, and every message and field of them carries its comment."""

import pathlib
import subprocess
import sys

sys.exit(subprocess.run([sys.executable, pathlib.Path(__file__).with_name("events_reference.py")]).returncode)
