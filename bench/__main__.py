"""Run all benchmarks, or those named: `python -m bench ingest classify`."""

import importlib
import sys

BENCHMARKS = ("ingest", "classify")


def main() -> None:
    """Run them one after the other, so that none disturbs another."""
    for name in sys.argv[1:] or BENCHMARKS:
        if name not in BENCHMARKS:
            sys.exit(f"There is no benchmark {name!r}. There are: {', '.join(BENCHMARKS)}.")
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
