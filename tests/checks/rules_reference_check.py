"""docs/reference/rules.md says what the policy packs say."""

import pathlib
import subprocess
import sys

sys.exit(subprocess.run([sys.executable, pathlib.Path(__file__).with_name("rules_reference.py")]).returncode)
