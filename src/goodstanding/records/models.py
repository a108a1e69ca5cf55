"""The tables. Facts and decisions are only ever added: triggers in the database refuse everything else.

Assumptions:
- A fact's ``id`` is its position in the ledger. Appends are serialised, so positions are committed in order and
  "up to position N" names one set of facts for ever.
- Times are UTC; days are the jurisdiction's own.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class FactRecord(models.Model):
    """One fact, as `goodstanding.core.fact.Fact` states it."""

    digest = models.BinaryField(max_length=32)
    entity_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    source_ref = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    known_at = models.DateTimeField()
    payload = models.TextField()  # canonical JSON: the bytes the digest was taken over
    corrects = models.BinaryField(max_length=32, null=True)
    run = models.ForeignKey("ImportRun", models.PROTECT, null=True, db_index=False)
    row_number = models.BigIntegerField(null=True)  # of the source file, from 1

    class Meta:
        db_table = "fact"
        constraints = (models.UniqueConstraint(fields=["source", "source_ref", "digest"], name="fact_said_once"),)
        indexes = (models.Index(fields=["entity_id", "id"], name="fact_of_entity"),)


class ImportRun(models.Model):
    """One file read under one source card; its known time is fixed at its start, so a resumed run says the same."""

    card = models.CharField(max_length=80)
    card_digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    known_at = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows_done = models.BigIntegerField(default=0)  # committed; a resumed run skips this many
    facts_added = models.BigIntegerField(default=0)
    rows_held = models.BigIntegerField(default=0)

    class Meta:
        db_table = "import_run"
        constraints = (models.UniqueConstraint(fields=["card_digest", "file_digest"], name="run_once"),)


class HeldRow(models.Model):
    """One row in quarantine, with its original bytes, why it is there and what became of it."""

    class State(models.TextChoices):
        HELD = "held"
        RELEASED = "released"  # a retry turned it into facts
        DISCARDED = "discarded"  # an officer decided, with a reason

    run = models.ForeignKey(ImportRun, models.PROTECT)
    card = models.CharField(max_length=80)
    row_number = models.BigIntegerField()
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=80, blank=True)
    found = models.TextField()
    wants = models.TextField()
    original = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        db_table = "held_row"
        constraints = (models.UniqueConstraint(fields=["run", "row_number"], name="held_once"),)
        indexes = (models.Index(fields=["state", "card"], name="held_by_state"),)


class Decision(models.Model):
    """What was decided, by whom, and everything needed to decide it again.

    ``ledger_position`` with ``known_at`` and ``as_of`` names the very facts looked at; ``rulebook_digest`` the rules.
    """

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=40)
    entity_id = models.CharField(max_length=80, blank=True)
    rule_number = models.CharField(max_length=40, blank=True)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    ledger_position = models.BigIntegerField()
    rulebook_digest = models.CharField(max_length=64)
    facts = models.JSONField(default=list)  # digests, hex
    outcome = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=150)
    decided_on = models.DateField()
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "decision"
        indexes = (models.Index(fields=["entity_id", "decided_on"], name="decision_of_entity"),)


class ProposalRecord(models.Model):
    """What the calendar put before an officer: one entry or exit of one list."""

    class State(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        REJECTED = "rejected"
        LAPSED = "lapsed"  # the facts no longer call for it

    key = models.CharField(max_length=255, unique=True)
    entity_id = models.CharField(max_length=80, db_index=True)
    act = models.CharField(max_length=10)
    list_code = models.CharField(max_length=40)
    ground_code = models.CharField(max_length=60)
    rule_number = models.CharField(max_length=40)
    cause = models.CharField(max_length=80)
    facts = models.JSONField()
    arose_on = models.DateField()
    due_on = models.DateField()
    as_of = models.DateField()
    known_at = models.DateTimeField()
    ledger_position = models.BigIntegerField()
    rulebook_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True)

    class Meta:
        db_table = "proposal"
        indexes = (models.Index(fields=["state", "due_on"], name="proposal_queue"),)


class ClassRun(models.Model):
    """One classification: of all entities, or of those touched since the run it continues.

    A partial run holds records of the touched alone; everybody else keeps the class of the run before it. How many
    there are in all, and how many in each class, says the whole register as the run leaves it.
    """

    scale = models.CharField(max_length=40)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    ledger_position = models.BigIntegerField()
    complete_through = models.BigIntegerField(default=0)  # no fact up to here was left out for being known later
    rulebook_digest = models.CharField(max_length=64)
    scorecard = models.CharField(max_length=40)
    engine = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    base = models.ForeignKey("self", models.PROTECT, null=True)  # the full run that a partial one continues
    entities = models.BigIntegerField()
    placed = models.BigIntegerField(default=0)  # entities looked at by this run itself
    counts = models.JSONField(default=dict)  # entities by class
    moves = models.JSONField(default=dict)  # of a partial run: entities by class before, then class after

    class Meta:
        db_table = "class_run"


class ClassRecord(models.Model):
    """The class of one entity in one run, with the indicator values it rests on."""

    run = models.ForeignKey(ClassRun, models.PROTECT)
    entity_id = models.CharField(max_length=80)
    class_code = models.CharField(max_length=10)  # empty in a partial run: no longer a registered business
    points = models.IntegerField()
    values = models.TextField()  # JSON: indicator to whole number or null

    class Meta:
        db_table = "class_of_entity"
        constraints = (models.UniqueConstraint(fields=["entity_id", "run"], name="one_class_per_run"),)


class Campaign(models.Model):
    """One inspection campaign: planned and committed, then drawn once."""

    label = models.CharField(max_length=80, unique=True)
    title = models.JSONField()  # text by language
    as_of = models.DateField()
    rulebook_digest = models.CharField(max_length=64)
    class_run = models.ForeignKey(ClassRun, models.PROTECT, null=True)
    plan = models.TextField()  # the plan as committed, canonical JSON
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    seed = models.TextField(blank=True)
    drawn_at = models.DateTimeField(null=True)
    bundle = models.TextField(blank=True)  # the whole draw, JSON; published as an excerpt where its frame is not public

    class Meta:
        db_table = "campaign"


class Visit(models.Model):
    """One drawn inspection and, in time, its result."""

    campaign = models.ForeignKey(Campaign, models.PROTECT)
    entity_id = models.CharField(max_length=80, db_index=True)
    stratum = models.CharField(max_length=80)
    class_code = models.CharField(max_length=10)
    inspectors = models.JSONField()
    results = models.JSONField(default=list)
    inspected_on = models.DateField(null=True)
    recorded_by = models.CharField(max_length=150, blank=True)

    class Meta:
        db_table = "visit"
        constraints = (models.UniqueConstraint(fields=["campaign", "entity_id"], name="visited_once"),)


class Inspector(models.Model):
    """One line of the inspector directory; the code is public, the name is not."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120, blank=True)
    regions = models.JSONField(default=list)
    skills = models.JSONField(default=list)
    recused_from = models.JSONField(default=list)  # entity ids
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "inspector"


class OutboxMessage(models.Model):
    """What must reach the public store. Written with the act that causes it, in one transaction."""

    class Topic(models.TextChoices):
        FACTS = "facts"  # from_position, through_position of the ledger
        DRAW = "draw"  # campaign label
        RULEBOOK = "rulebook"  # digest

    topic = models.CharField(max_length=20, choices=Topic.choices)
    body = models.JSONField()
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox"
        indexes = (models.Index(fields=["id"], condition=Q(published_at=None), name="outbox_waiting"),)


class MeasureSwitch(models.Model):
    """A measure that was switched on for a business, or off again; only ever added to, like facts and decisions.

    What is on is what was switched on and not off. `goodstanding.records.measures` keeps it equal to what the facts
    call for; the answer at the point of use is derived from the facts themselves.
    """

    class Act(models.TextChoices):
        ON = "on"
        OFF = "off"

    entity_id = models.CharField(max_length=80)
    measure = models.CharField(max_length=60)
    rule_number = models.CharField(max_length=40)
    basis = models.CharField(max_length=300)  # instrument and article
    trigger = models.CharField(max_length=64)  # digest of the fact it rests on
    decision = models.CharField(max_length=200)  # number of the decision behind that fact, as the fact has it
    act = models.CharField(max_length=3, choices=Act.choices)
    serial = models.IntegerField()  # 1 on, 2 off, 3 on again: nothing is switched on twice without an end between
    on_day = models.DateField()  # ON: the first day it binds; OFF: the first day it no longer does
    until_on = models.DateField(null=True)  # ON: the end known in advance, itself excluded
    ledger_position = models.BigIntegerField()
    rulebook_digest = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "measure_switch"
        constraints = (models.UniqueConstraint(fields=["trigger", "measure", "serial"], name="switched_in_turn"),)
        indexes = (
            models.Index(fields=["entity_id", "id"], name="switch_of_entity"),
            models.Index(fields=["until_on"], name="switch_by_end"),
        )


class MeasureAnswer(models.Model):
    """What was answered at a point of use, with its signature; only ever added to.

    Of a question about a person the answer holds what was told, and no key of the person.
    """

    number = models.CharField(max_length=40, unique=True)
    entity_id = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(max_length=60)
    asked_for = models.CharField(max_length=200)  # the authority at whose counter it was asked
    asked_by = models.CharField(max_length=150)
    as_of = models.DateField()
    body = models.TextField()  # canonical JSON: the bytes that were signed
    signature = models.CharField(max_length=128)
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "measure_answer"
        indexes = (models.Index(fields=["entity_id", "id"], name="answer_of_entity"),)


class MeasureFeedback(models.Model):
    """What the executing authority did with one measure of an answer; only ever added to."""

    class Did(models.TextChoices):
        APPLIED = "applied"
        NOT_APPLIED = "not_applied"

    answer = models.ForeignKey(MeasureAnswer, models.PROTECT)
    measure = models.CharField(max_length=60)
    trigger = models.CharField(max_length=64)
    did = models.CharField(max_length=12, choices=Did.choices)
    done_on = models.DateField()
    note = models.TextField(blank=True)
    reported_by = models.CharField(max_length=150)
    reported_at = models.DateTimeField()

    class Meta:
        db_table = "measure_feedback"


class Invitation(models.Model):
    """A code by which a business may make itself an account, once; only the code's hash is kept."""

    code_digest = models.CharField(max_length=64, unique=True)
    entity_id = models.CharField(max_length=80, db_index=True)
    invited_by = models.CharField(max_length=150)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitation"


class BusinessAccount(models.Model):
    """An account that sees the file of one business and nothing of the office."""

    user = models.OneToOneField("auth.User", models.PROTECT, related_name="business")
    entity_id = models.CharField(max_length=80, db_index=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "business_account"


class CaseRecord(models.Model):
    """A case as opened; what became of it are its steps. Only ever added to, like facts and decisions."""

    number = models.CharField(max_length=40, unique=True)
    procedure = models.CharField(max_length=60)
    entity_id = models.CharField(max_length=80)
    about = models.JSONField(default=list)  # digests of facts, hex
    opened_on = models.DateField()
    opened_by = models.CharField(max_length=150)
    opened_role = models.CharField(max_length=40)
    rulebook_digest = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "case_file"  # CASE is a word of SQL
        indexes = (models.Index(fields=["entity_id", "id"], name="case_of_entity"),)


class CaseStep(models.Model):
    """One step of a case, or the end of a period that moved it; only ever added to."""

    case = models.ForeignKey(CaseRecord, models.PROTECT)
    serial = models.IntegerField()  # from 1, without gaps: two who act at once cannot both be next
    step = models.CharField(max_length=60)
    taken_on = models.DateField()
    by_id = models.CharField(max_length=150)
    by_role = models.CharField(max_length=40)
    evidence = models.JSONField(default=dict)  # by code: a document's digest, a fact's, or words
    reason = models.TextField(blank=True)
    decision = models.CharField(max_length=40, blank=True)  # number of the decision it made
    rulebook_digest = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "case_step"
        constraints = (models.UniqueConstraint(fields=["case", "serial"], name="step_in_turn"),)


class Upload(models.Model):
    """A file that a business, or an officer for it, handed in as evidence; its bytes lie in a folder."""

    digest = models.CharField(max_length=64)  # SHA-256, hex: the file's name there
    entity_id = models.CharField(max_length=80)
    name = models.CharField(max_length=100)  # as its owner calls it
    media_type = models.CharField(max_length=100)  # told from its bytes
    size = models.BigIntegerField()
    sent_by = models.CharField(max_length=150)
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "upload"
        constraints = (models.UniqueConstraint(fields=["entity_id", "digest"], name="upload_of_entity"),)


class Draft(models.Model):
    """What an account has begun to write for a step of a case."""

    account = models.CharField(max_length=150)
    case = models.CharField(max_length=40)
    step = models.CharField(max_length=60)
    evidence = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "draft"
        constraints = (models.UniqueConstraint(fields=["account", "case", "step"], name="draft_of_step"),)


class Confirmation(models.Model):
    """That somebody who shows or applies what this register decided has taken it over; only ever added to."""

    recipient = models.CharField(max_length=230)  # part:code
    decision = models.CharField(max_length=200, blank=True)  # number; empty: of everything through a day
    through_on = models.DateField(null=True)
    reference = models.CharField(max_length=200)  # of the other side
    received_on = models.DateField()
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "confirmation"
        indexes = (
            models.Index(fields=["decision"], name="confirmation_of_decision"),
            models.Index(fields=["recipient", "through_on"], name="confirmation_through"),
        )
