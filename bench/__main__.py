"""Run all benchmarks, or those named: `python -m bench ingest classify`."""

import subprocess
import sys

BENCHMARKS = ("ingest", "classify", "training")


def main() -> None:
    """Run them one after the other, each in a process of its own, so that none disturbs another."""
    for name in sys.argv[1:] or BENCHMARKS:
        if name not in BENCHMARKS:
            sys.exit(f"There is no benchmark {name!r}. There are: {', '.join(BENCHMARKS)}.")
        print(f"\n{name}\n{'=' * len(name)}", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)


if __name__ == "__main__":
    main()
