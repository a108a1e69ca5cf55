"""What the province's authorities put on record: one value for each row they would send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Registration:
    """One version of a business's registration, in force over ``[approved_on, until_on)``."""

    ref: str
    code: str
    name: str
    subject_type: str
    status: str
    region: str
    sector: str
    address: str
    representative: str
    capital_minor: int
    established_on: date
    scope: str
    authority: str
    approved_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """One yearly report; figures are ``None`` for businesses that state none."""

    ref: str
    code: str
    name: str
    year: int
    filed_on: date
    address: str
    phone: str
    email: str
    state: str
    subscribed_minor: int | None
    paid_minor: int | None
    has_investments: bool
    has_transfers: bool
    website: str
    publishes: bool
    employees: int
    assets_minor: int | None
    liabilities_minor: int | None
    equity_minor: int | None
    revenue_minor: int
    main_revenue_minor: int | None
    profit_minor: int | None
    net_profit_minor: int | None
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence decision; ``through_on`` is the last day, ``None`` for one without end."""

    ref: str
    code: str
    name: str
    number: str
    title: str
    category: str
    scope: str
    decided_on: date
    from_on: date
    through_on: date | None
    authority: str


@dataclass(frozen=True, slots=True)
class Penalty:
    """One penalty decision."""

    ref: str
    code: str
    name: str
    subject_type: str
    representative: str
    violation: str
    facts: str
    basis: str
    types: tuple[str, ...]
    content: str
    amount_minor: int | None
    confiscated_minor: int | None
    decided_on: date
    ban_until: date | None
    authority: str
    severity: str
    published_on: date


@dataclass(frozen=True, slots=True)
class InspectionResult:
    """What one inspection found."""

    ref: str
    code: str
    name: str
    task: str
    item: str
    results: tuple[str, ...]
    checked_on: date
    authority: str
    inspectors: str
    correct_by: date | None


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint; ``is_upheld`` is ``None`` while it is open."""

    ref: str
    code: str
    channel: str
    topic: str
    received_on: date
    closed_on: date | None
    is_upheld: bool | None
    authority: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact with an unreachable business regained, or its new address registered."""

    ref: str
    code: str
    outcome: str
    verified_on: date
    authority: str


@dataclass(frozen=True, slots=True)
class Correction:
    """Disclosed information put right."""

    ref: str
    code: str
    item: str
    verified_on: date
    authority: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """One sample judged."""

    ref: str
    code: str
    product: str
    is_passed: bool
    judged_on: date
    authority: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What another body says of a business; ``grade`` 1 is the best."""

    ref: str
    code: str
    evaluator: str
    evaluator_kind: str
    grade: int
    evaluated_on: date


@dataclass(frozen=True, slots=True)
class Investment:
    """Shares one business holds in another, over ``[from_on, until_on)``; ``party`` is the other's code."""

    ref: str
    code: str
    party: str
    relation: str
    share_ppm: int
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class CourtDebt:
    """A judgment in default for which a court lists a business, over ``[decided_on, until_on)``."""

    ref: str
    code: str
    court: str
    case_number: str
    decided_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class EquityFreeze:
    """Equity frozen by a court over ``[from_on, until_on)``."""

    ref: str
    code: str
    court: str
    notice_number: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Pledge:
    """One pledge, registered over ``[from_on, until_on)``."""

    ref: str
    code: str
    kind: str
    secured_minor: int
    from_on: date
    until_on: date | None
    authority: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """One commitment; ``is_kept`` is ``None`` until it is checked."""

    ref: str
    code: str
    matter: str
    given_on: date
    is_kept: bool | None
    checked_on: date | None
    authority: str


@dataclass(frozen=True, slots=True)
class EquipmentState:
    """One piece of special equipment between two of its inspections, over ``[from_on, until_on)``."""

    ref: str
    code: str
    number: str
    name: str
    from_on: date
    until_on: date | None
    inspect_by: date


@dataclass(frozen=True, slots=True)
class OpinionAlert:
    """One report of the press or the public, verified."""

    ref: str
    code: str
    topic: str
    is_confirmed: bool
    verified_on: date


@dataclass(frozen=True, slots=True)
class Honour:
    """One honour, held over ``[granted_on, until_on)``."""

    ref: str
    code: str
    name: str
    authority: str
    granted_on: date
    until_on: date | None


Document = (
    Registration
    | AnnualReport
    | Licence
    | Penalty
    | InspectionResult
    | Complaint
    | Contact
    | Correction
    | Sampling
    | Evaluation
    | Investment
    | CourtDebt
    | EquityFreeze
    | Pledge
    | Commitment
    | EquipmentState
    | OpinionAlert
    | Honour
)
