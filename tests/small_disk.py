"""A real disk that is soon full."""

import subprocess
from pathlib import Path

import pytest

MOUNTED = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def run_on_small_disk(
    folder: Path, size: str, command: list[str], environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command that finds an empty disk of this size, such as "1m", at the folder.

    User namespaces let anybody mount one; where a kernel has them turned off, the test is skipped.
    """
    folder.mkdir(exist_ok=True)
    mount = f"mount -t tmpfs -o size={size} tmpfs '{folder}'"
    if subprocess.run([*MOUNTED, mount], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets nobody mount a small disk: user namespaces are off")
    script = f'{mount} && exec "$0" "$@"'
    return subprocess.run([*MOUNTED, script, *command], capture_output=True, text=True, check=False, env=environment)
