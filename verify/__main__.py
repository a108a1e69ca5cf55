"""Checks a draw:  python verify FILE [--commitment HEX] [--ids FILE]
or the public log:  python verify log ENTRIES CHECKPOINT [EARLIER CHECKPOINTS ...]

FILE is a bundle (a whole draw) or an excerpt (of a draw whose frame is not public). Needs Python 3.11 and nothing else.
Start with lot.py: it follows docs/specs/draw.md step by step.

Exit status: 0 the draw holds, 1 something differs (each line is named), 2 the file or the call cannot be read.
"""

import argparse
import re
import sys

import excerpt
import log
import rerun
from shape import EXCERPT_FORMAT, Unreadable, read

SHOWN_AT_MOST = 40


def main(arguments=None):
    """Check one file, say what was found, and return the exit status."""
    sys.stdout.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["log"] and len(given) > 2:
        return check_log(given[1], given[2:])
    parser = argparse.ArgumentParser(prog="verify", description="Run a draw again and compare every line.")
    parser.add_argument("file", help="the bundle or excerpt, a JSON file")
    parser.add_argument(
        "--commitment", metavar="HEX", help="the commitment digest as you saw it published before the seed"
    )
    parser.add_argument(
        "--ids", metavar="FILE", help="of an excerpt: ids, one on each line, to be asked why they were not drawn"
    )
    options = parser.parse_args(given)
    published = options.commitment
    if published is not None and not re.fullmatch("[0-9a-fA-F]{64}", published):
        print("CANNOT READ: --commitment takes 64 hexadecimal digits.", file=sys.stderr)
        return 2
    ids = []
    try:
        document = read(options.file)
        if options.ids:
            with open(options.ids, encoding="utf-8") as lines:
                ids = [line.strip() for line in lines if line.strip()]
    except Unreadable as error:
        print(f"CANNOT READ {options.file}: {error}.", file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(f"CANNOT READ {options.ids}: {error}.", file=sys.stderr)
        return 2
    checker = excerpt if document["format"] == EXCERPT_FORMAT else rerun
    found = checker.differences(document, published.lower() if published else None)
    if found:
        print(f"DIFFERS: {len(found)} {'line does' if len(found) == 1 else 'lines do'} not hold.")
        for line in found[:SHOWN_AT_MOST]:
            print(f"  {line}")
        if len(found) > SHOWN_AT_MOST:
            print(f"  ... and {len(found) - SHOWN_AT_MOST} more.")
        return 1
    print(summary(document, published is not None))
    if ids and checker is excerpt:
        passed = excerpt.passed_over(document, ids)
        if passed is None:
            print("  Whether an id was passed over cannot be told: some stratum has unequal chances.")
        else:
            print(f"  {len(passed)} of {len(ids)} ids have a ticket small enough for every stratum and are not drawn.")
            for one in passed[:SHOWN_AT_MOST]:
                print(f"    {one}: ask why it was not in the frame.")
    return 0


def check_log(entries, checkpoints):
    """Check entries of the log against its checkpoint and those kept before, and return the exit status."""
    try:
        with open(entries, "rb") as file:
            content = file.read()
        texts = []
        for path in checkpoints:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        found = log.differences(content, texts)
    except (OSError, UnicodeDecodeError, log.NoCheckpoint) as error:
        print(f"CANNOT READ: {error}.", file=sys.stderr)
        return 2
    if found:
        print("DIFFERS:")
        for line in found:
            print(f"  {line}")
        return 1
    kept = len(checkpoints) - 1
    print(f"OK: {len(content) // log.ENTRY} entries give the root of the checkpoint, and of {kept} kept before.")
    print("  The signature was not looked at; any tool for signed notes checks it.")
    return 0


def summary(document, was_compared):
    """Return the draw in a few lines for a human."""
    is_whole = document["format"] != EXCERPT_FORMAT
    result = document["result"]
    plan = document["plan"] if is_whole else document
    header = plan["header"]
    lines = [
        f"OK: {header['label']} ({header['title']}), frame of {header['as_of']}",
        f"  plan committed {document['commitment']['committed_at']}: {document['commitment']['digest']}",
        f"  seed revealed  {document['seed']['revealed_at']}: {document['seed']['value']} ({document['seed']['kind']})",
    ]
    lines += [f"  stratum {one['code']}: {one['size']} drawn of {one['units']}" for one in plan["strata"]]
    lines.append(
        f"  {len(result['selected'])} visits by {header['inspectors_per_visit']} inspectors each, "
        f"{len(result['reserves'])} units in reserve; "
        + (
            "every line is what plan and seed give."
            if is_whole
            else "each was in the frame before the seed, with the ticket that the seed gives."
        )
    )
    if not is_whole:
        lines.append("  Not shown, and so not checked: the other units, and which inspectors were lawful.")
    if was_compared:
        lines.append("  The commitment is the one you gave.")
    else:
        lines.append("  Compare the commitment with the one published before the seed, or give it as --commitment.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
