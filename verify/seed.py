"""The seed: it came after the commitment and in time, and from the event that the plan named."""

import re
import unicodedata

from canonical import digest

KINDS = ("beacon", "lottery", "dice", "shares", "declared")
LEAST_THROWS = 50
LEAST_SHARE = 32


def event_problems(header):
    """Yield what is wrong with the event as the plan announces it."""
    event = header["seed"]
    kind, names = event["kind"], [party["name"] for party in event["parties"]]
    if kind not in KINDS:
        yield f"plan rule: plan.header.seed.kind: {kind!r} is no kind of seed."
    if kind != "declared" and not event["source"]:
        yield "plan rule: plan.header.seed: the plan does not say which event gives its seed."
    if event["round"] < 0 or (event["round"] > 0) != (kind == "beacon"):
        yield f"plan rule: plan.header.seed.round: a seed of kind {kind} has the round {event['round']}."
    if len(names) == 1 or (len(names) > 1) != (kind == "shares") or len(set(names)) < len(names):
        yield f"plan rule: plan.header.seed.parties: a seed of kind {kind} names {', '.join(names) or 'nobody'}."
    if names != sorted(names):
        yield "plan.header.seed.parties: they are out of order; parties go by name."


def seed_problems(header, seed, committed_at):
    """Yield what is wrong with the seed."""
    event, value = header["seed"], seed["value"]
    if seed["revealed_at"] <= committed_at:
        yield (
            f"seed.revealed_at: the bundle says {seed['revealed_at']}, which is not later than the commitment "
            f"at {committed_at}."
        )
    if event["reveal_by"] and seed["revealed_at"] > event["reveal_by"]:
        yield f"seed.revealed_at: the bundle says {seed['revealed_at']}, but the seed was due by {event['reveal_by']}."
    if seed["kind"] != event["kind"]:
        yield f"seed.kind: the bundle says {seed['kind']}, the plan announced {event['kind']}."
    if seed["round"] != event["round"]:
        yield f"seed.round: the bundle says {seed['round']}, the plan announced {event['round']}."
    if not value or unicodedata.normalize("NFC", value.strip()) != value:
        yield f"seed.value: {value!r} is empty, has outer blanks or is not in form C."
    if seed["kind"] == "beacon" and not re.fullmatch("[0-9a-f]{32,}", value):
        yield f"seed.value: {value!r} is not the output of a beacon, 32 hexadecimal digits or more."
    if seed["kind"] == "dice" and not re.fullmatch(f"[1-6]{{{LEAST_THROWS},}}", value):
        yield f"seed.value: {value!r} is not {LEAST_THROWS} throws of a die or more."
    witnesses = seed["witnesses"]
    if (len(set(witnesses)) > 1) != (seed["kind"] == "dice") or len(set(witnesses)) < len(witnesses):
        yield f"seed.witnesses: a seed of kind {seed['kind']} has {len(witnesses)} witnesses; dice have two or more."
    yield from share_problems(header, seed)


def share_problems(header, seed):
    """Yield which share is missing, too many, or not the one that its party was bound to."""
    parties = {party["name"]: party["digest"] for party in header["seed"]["parties"]}
    names = [share["name"] for share in seed["shares"]]
    if names != sorted(parties):
        yield f"seed.shares: of {', '.join(names) or 'nobody'}; the plan names {', '.join(parties) or 'nobody'}."
        return
    for share in seed["shares"]:
        again = digest([header["label"], share["name"], share["share"]])
        if again != parties[share["name"]] or len(share["share"]) < LEAST_SHARE:
            yield f"seed.shares: {share['name']} opened another share than the one it was bound to, or one too short."
    if parties:
        again = digest([[share["name"], share["share"]] for share in seed["shares"]])
        if again != seed["value"]:
            yield f"seed.value: the bundle says {seed['value']}, the shares give {again}."
