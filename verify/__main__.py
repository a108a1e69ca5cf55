"""Checks a draw bundle:  python verify BUNDLE [--commitment HEX]

Needs Python 3.11 and nothing else. Start with rerun.py: it follows docs/specs/draw.md step by step.

Exit status: 0 the bundle holds, 1 something differs (each line is named), 2 the file or the call cannot be read.
"""

import argparse
import re
import sys

from rerun import differences
from shape import Unreadable, read

SHOWN_AT_MOST = 40


def main(arguments=None):
    """Check one bundle, say what was found, and return the exit status."""
    sys.stdout.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(prog="verify", description="Run a draw again and compare every line.")
    parser.add_argument("bundle", help="the bundle, a JSON file")
    parser.add_argument(
        "--commitment", metavar="HEX", help="the commitment digest as you saw it published before the seed"
    )
    options = parser.parse_args(arguments)
    published = options.commitment
    if published is not None and not re.fullmatch("[0-9a-fA-F]{64}", published):
        print("CANNOT READ: --commitment takes 64 hexadecimal digits.", file=sys.stderr)
        return 2
    try:
        bundle = read(options.bundle)
    except Unreadable as error:
        print(f"CANNOT READ {options.bundle}: {error}.", file=sys.stderr)
        return 2
    found = differences(bundle, published.lower() if published else None)
    if found:
        print(f"DIFFERS: {len(found)} {'line does' if len(found) == 1 else 'lines do'} not hold.")
        for line in found[:SHOWN_AT_MOST]:
            print(f"  {line}")
        if len(found) > SHOWN_AT_MOST:
            print(f"  ... and {len(found) - SHOWN_AT_MOST} more.")
        return 1
    print(summary(bundle, published is not None))
    return 0


def summary(bundle, was_compared):
    """Return the draw in a few lines for a human."""
    plan, result = bundle["plan"], bundle["result"]
    header = plan["header"]
    lines = [
        f"OK: {header['label']} ({header['title']}), frame of {header['as_of']}",
        f"  plan committed {bundle['commitment']['committed_at']}: {bundle['commitment']['digest']}",
        f"  seed revealed  {bundle['seed']['revealed_at']}: {bundle['seed']['value']} ({bundle['seed']['kind']})",
    ]
    for stratum in plan["strata"]:
        population = sum(unit["stratum"] == stratum["code"] for unit in plan["frame"])
        lines.append(f"  stratum {stratum['code']}: {stratum['size']} drawn of {population}")
    lines.append(
        f"  {len(result['selected'])} visits by {header['inspectors_per_visit']} inspectors each, "
        f"{len(result['reserves'])} units in reserve; every line is what plan and seed give."
    )
    if was_compared:
        lines.append("  The commitment is the one you gave.")
    else:
        lines.append("  Compare the commitment with the one published before the seed, or give it as --commitment.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
