"""The family tree of everything a user can be told went wrong.

    GoodstandingError
    ├── Refused   the law or the procedure says no             exit 1, HTTP 409 or 403
    ├── Invalid   the request, the file or the rulebook is wrong   exit 2, HTTP 400 or 404
    └── Broken    ledger, store or proof may be harmed: stop      exit 3, HTTP 500

Each error carries a stable dotted code and four beats: what was *asked*, what was *found*, what the rule *wants*, and
what to do *next*. The codes are listed in ``docs/errors.md``; a test holds that page and this family together.
The whole tree stands in this file.
"""

from __future__ import annotations

from typing import ClassVar


class GoodstandingError(Exception):
    """Base of the tree: four beats under a stable code.

    Args:
        asked: What the caller wanted.
        found: What stood in the way.
        wants: What the rule asks for.
        next_step: What the reader can do now.
    """

    code: ClassVar[str] = "goodstanding.error"
    exit_status: ClassVar[int] = 3

    def __init__(self, *, asked: str, found: str, wants: str, next_step: str) -> None:
        self.asked = asked
        self.found = found
        self.wants = wants
        self.next_step = next_step
        super().__init__(asked, found, wants, next_step)

    def __str__(self) -> str:
        return f"[{self.code}] Asked: {self.asked} Found: {self.found} Wanted: {self.wants} Next: {self.next_step}"

    def as_dict(self) -> dict[str, str]:
        """Return code and beats for a machine reader."""
        return {
            "code": self.code,
            "asked": self.asked,
            "found": self.found,
            "wants": self.wants,
            "next": self.next_step,
        }


class Refused(GoodstandingError):
    """The law or the procedure says no."""

    code = "refused"
    exit_status = 1


class Invalid(GoodstandingError):
    """The request or the input is wrong."""

    code = "invalid"
    exit_status = 2


class Broken(GoodstandingError):
    """A store or a proof may be harmed; nothing may go on."""

    code = "broken"
    exit_status = 3


# -- dates ---------------------------------------------------------------------------------------------------------


class CalendarYearUnknown(Refused):
    """A working-day period runs into a year the rulebook's calendar does not cover."""

    code = "dates.calendar_year_unknown"


class SpanReversed(Invalid):
    """A span ends before it begins."""

    code = "dates.span_reversed"


# -- canonical bytes -----------------------------------------------------------------------------------------


class CanonicalInvalid(Invalid):
    """A value has no canonical JSON: a float, a key that is no text, or broken Unicode."""

    code = "canonical.invalid"


# -- facts and ledger ----------------------------------------------------------------------------------------------


class FactInvalid(Invalid):
    """A fact does not fit the catalogue of its rulebook."""

    code = "fact.invalid"


class CorrectionMismatch(Refused):
    """A correction names a fact of another entity or kind, or one that is not there."""

    code = "ledger.correction_mismatch"


class LedgerHarmed(Broken):
    """A stored fact does not hash to its digest, or a correction points nowhere."""

    code = "ledger.harmed"


# -- rulebook ------------------------------------------------------------------------------------------------------


class RulebookInvalid(Invalid):
    """A rulebook file is wrong; the beats name file, key, what was found and what is wanted."""

    code = "rulebook.invalid"


class NoRuleInForce(Refused):
    """The rulebook has no rule of that name in force on that day."""

    code = "rulebook.no_rule_in_force"


class ScaleUnknown(Invalid):
    """The rulebook has no scale of that code."""

    code = "rulebook.scale_unknown"


class RulebookUnknown(Invalid):
    """No rulebook of that name, path or digest is there."""

    code = "rulebook.unknown"


# -- installation --------------------------------------------------------------------------------------------------


class HomeMissing(Invalid):
    """The folder holds no installation."""

    code = "home.missing"


class HomeExists(Refused):
    """The folder already holds an installation."""

    code = "home.exists"


class FileUnreadable(Invalid):
    """A file named on the command line is not there or may not be read."""

    code = "file.unreadable"


# -- intake --------------------------------------------------------------------------------------------------------


class CardInvalid(Invalid):
    """A source card is wrong, or does not fit the rulebook."""

    code = "intake.card_invalid"


class CardUnknown(Invalid):
    """No source card of that name or path is there."""

    code = "intake.card_unknown"


class SourceFileInvalid(Invalid):
    """A source file as a whole is not what its card says, or is not safe to open."""

    code = "intake.file_invalid"


class HeaderRepeated(Invalid):
    """A source file names one column twice; its header is held and nothing is imported."""

    code = "intake.duplicate_header"


class ImportUnderWay(Refused):
    """Another process is importing the same file."""

    code = "intake.under_way"


class HeldRowUnknown(Invalid):
    """No row of that number is in quarantine, or it was settled before."""

    code = "intake.held_row_unknown"


class ReasonMissing(Refused):
    """A held row is discarded, or a proposal rejected, without a reason."""

    code = "act.reason_missing"


class FolderNotOurs(Refused):
    """A folder to be emptied holds what this program did not make."""

    code = "home.folder_not_ours"


# -- synthetic province --------------------------------------------------------------------------------------------


class SynthInvalid(Invalid):
    """A synthetic province cannot be made from these numbers or parameters."""

    code = "synth.invalid"


class FolderTaken(Refused):
    """A folder to be written into holds something."""

    code = "synth.folder_taken"


# -- draw ----------------------------------------------------------------------------------------------------------


class PlanInvalid(Invalid):
    """A frame, stratum, weight or roster cannot be drawn from."""

    code = "draw.plan_invalid"


class NotCommitted(Refused):
    """A seed was offered before the plan was committed."""

    code = "draw.not_committed"


class AlreadyDrawn(Refused):
    """A campaign is drawn once; nothing is ever redrawn."""

    code = "draw.already_drawn"


class TooFewInspectors(Refused):
    """No lawful pair of inspectors is left for a visit."""

    code = "draw.too_few_inspectors"


class BundleDiffers(Broken):
    """A draw bundle does not re-run to what it says."""

    code = "draw.bundle_differs"


class LogBroken(Broken):
    """The public log, or a checkpoint of it, does not hold."""

    code = "log.broken"


# -- campaigns -----------------------------------------------------------------------------------------------------


class LabelTaken(Refused):
    """A campaign's label was used before."""

    code = "campaign.label_taken"


class ClassRunMissing(Refused):
    """A plan needs a classification first."""

    code = "campaign.class_run_missing"


class PreviewMissing(Refused):
    """No preview of that name is kept."""

    code = "preview.missing"


class VariantForeign(Invalid):
    """A rulebook variant is of another jurisdiction than the installation."""

    code = "preview.variant_foreign"


class NobodyToDraw(Refused):
    """Every business is kept out of the lot by a rule."""

    code = "campaign.nobody_to_draw"


class CampaignUnknown(Invalid):
    """No campaign or visit of that name."""

    code = "campaign.unknown"


class ResultInvalid(Invalid):
    """The codes of an inspection result do not fit the rulebook."""

    code = "inspection.result_invalid"


class DirectoryInvalid(Invalid):
    """The inspector directory's file cannot be taken."""

    code = "campaign.directory_invalid"


# -- public register -----------------------------------------------------------------------------------------------


class PublisherBusy(Refused):
    """Another process is writing the public store."""

    code = "public.publisher_busy"


class AddressTaken(Invalid):
    """The host and port to serve on are not free."""

    code = "serve.address_taken"


# -- engine --------------------------------------------------------------------------------------------------------


class IndicatorUnfit(Invalid):
    """A scorecard uses an indicator that the rulebook's catalogue cannot feed."""

    code = "engine.indicator_unfit"


class SnapshotHarmed(Broken):
    """A snapshot's files are not those its manifest names."""

    code = "engine.snapshot_harmed"


class ClassificationUnderWay(Refused):
    """Another process is classifying in the same installation."""

    code = "engine.under_way"


class ClassificationDue(Refused):
    """Only a classification of everyone can answer: there is none to go on from, or it cannot be gone on from."""

    code = "engine.classification_due"


class EngineMissing(Refused):
    """An engine was asked for that is not installed here."""

    code = "engine.missing"


class MemoryTooSmall(Refused):
    """An engine ran out of the memory it may use; nothing was recorded."""

    code = "engine.memory_too_small"


class ClusterUnreachable(Refused):
    """A cluster does not answer, or gives no worker."""

    code = "engine.cluster_unreachable"


class ClusterFailed(Refused):
    """A cluster could not finish its work; nothing was recorded."""

    code = "engine.cluster_failed"


class EntityUnknown(Invalid):
    """No registered business of that id is known."""

    code = "entity.unknown"


# -- learning ------------------------------------------------------------------------------------------------------


class LabelUnknown(Invalid):
    """What is to be learned is nothing that results of visits say."""

    code = "learning.label_unknown"


class TooLittleToLearn(Refused):
    """Visits are too few, or found nothing, or something every time, or the scale states no direction to learn in."""

    code = "learning.too_little"


# -- decisions -----------------------------------------------------------------------------------------------------


class ProposalUnknown(Invalid):
    """No proposal of that number waits in the queue."""

    code = "listing.proposal_unknown"


class VerdictMissing(Invalid):
    """A decision says neither approve nor reject."""

    code = "listing.verdict_missing"


class NoLongerCalledFor(Refused):
    """A proposal was decided or lapsed, or the facts of the day no longer call for it."""

    code = "listing.no_longer_called_for"


class DeciderMissing(Refused):
    """An entry or a removal is to be decided by nobody, or by the calendar."""

    code = "listing.decider_missing"


class EndsByLaw(Refused):
    """What the law ends by itself cannot be declined."""

    code = "listing.ends_by_law"


class DecisionUnknown(Invalid):
    """No decision of that number, or none that can be replayed."""

    code = "decision.unknown"


class DecisionDiffers(Broken):
    """A decision does not follow from the facts and rules then known."""

    code = "decision.differs"


class NothingToAnnul(Refused):
    """What is to be annulled was undone already, or the rulebook knows no annulment."""

    code = "annulment.nothing"


class AnnulmentRefused(Refused):
    """Whoever decided something cannot annul it."""

    code = "annulment.refused"


class ConfirmationRefused(Refused):
    """What somebody is said to have confirmed does not concern them, is confirmed already, or cannot be."""

    code = "confirmation.refused"


# -- procedures ----------------------------------------------------------------------------------------------------


class StepRefused(Refused):
    """A case cannot take a step: state, role, person, evidence or period stand in the way."""

    code = "procedure.step_refused"


class CaseUnknown(Invalid):
    """There is no case of that number."""

    code = "procedure.case_unknown"


class CaseMatterUnknown(Invalid):
    """A case is to be about a fact that the ledger does not hold of this business."""

    code = "procedure.matter_unknown"


class CaseOpenAlready(Refused):
    """A case of the same procedure about the same fact is open."""

    code = "procedure.open_already"


class ProcedureNeeded(Refused):
    """An entry comes only at the end of a procedure, never by approving a proposal."""

    code = "procedure.needed"


class RepairRefused(Refused):
    """Repair cannot be asked for: too early, never, or not while another entry stands."""

    code = "repair.refused"


# -- evidence handed in as files ------------------------------------------------------------------------------------


class UploadRefused(Refused):
    """A file may not be kept as evidence: its type, its size, or that it could act when it is opened."""

    code = "upload.refused"


class UploadUnknown(Invalid):
    """A business handed in no such file."""

    code = "upload.unknown"


class ReceiptUnknown(Invalid):
    """At that place of a case a business handed in nothing."""

    code = "receipt.unknown"


class UploadHarmed(Broken):
    """A file handed in is gone, or its bytes are others."""

    code = "upload.harmed"


# -- measures and bans ---------------------------------------------------------------------------------------------


class MeasureUnknown(Invalid):
    """The catalogue has no measure of that code."""

    code = "measure.unknown"


class PurposeUnknown(Invalid):
    """The catalogue knows no such purpose, so nothing can count for it."""

    code = "measure.purpose_unknown"


class NoLegalBasis(Refused):
    """A measure has no legal basis in force."""

    code = "measure.no_legal_basis"


class NoLiveTrigger(Refused):
    """The fact a measure would rest on does not stand, or calls for no such measure."""

    code = "measure.no_live_trigger"


class BanUnlawful(Refused):
    """No statute in force sets such a ban, or not for such a term."""

    code = "measure.ban_unlawful"


class AnswerUnknown(Invalid):
    """No answer of that number was given, or its signature is not ours."""

    code = "measure.answer_unknown"


# -- documents -----------------------------------------------------------------------------------------------------


class DocumentUnknown(Invalid):
    """Nothing of that number is a document of the authority."""

    code = "document.unknown"


class FontMissing(Invalid):
    """The machine lacks the fonts that documents are set in."""

    code = "document.font_missing"


class SignMissing(Refused):
    """The fonts lack a sign of a document's text."""

    code = "document.sign_missing"


class CertificateUnknown(Invalid):
    """A code is no certificate of the authority: it was changed, cut short, or signed by somebody else."""

    code = "document.certificate_unknown"


class CertificateRefused(Refused):
    """No certificate can be given: the day is to come, or the business has no public record on it."""

    code = "document.certificate_refused"


# -- accounts ------------------------------------------------------------------------------------------------------


class AccountRefused(Refused):
    """An account cannot be made: its name is taken or its password too weak."""

    code = "account.refused"


class RoleMissing(Refused):
    """An account does not hold the role a page asks for."""

    code = "account.role_missing"


class InvitationRefused(Refused):
    """An invitation's code is unknown, used or out of date."""

    code = "account.invitation_refused"


class FormUntrusted(Refused):
    """A form came without the token of its page."""

    code = "account.form_untrusted"
