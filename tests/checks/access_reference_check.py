"""Every rpc has a row in the table of methods, and docs/reference/access.md says what the table says."""

import pathlib
import subprocess
import sys

sys.exit(subprocess.run([sys.executable, pathlib.Path(__file__).with_name("access_reference.py")]).returncode)
