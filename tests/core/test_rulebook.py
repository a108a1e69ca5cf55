"""The loader takes a good rulebook whole and says of a bad one: which file and key, what is there, what is wanted."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from goodstanding.core.errors import GoodstandingError, NoRuleInForce, RulebookInvalid, ScaleUnknown
from goodstanding.core.fact import FieldType
from goodstanding.core.rulebook import FILES, OPTIONAL_FILES, PROCEDURE, Rulebook, digest, load
from tests.core import small_law

ROOT = Path(__file__).parents[2] / "rulebooks"
BOOKS = sorted(folder.name for folder in ROOT.iterdir() if (folder / "rulebook.toml").exists())


def refused(files: dict[str, bytes]) -> RulebookInvalid:
    with pytest.raises(RulebookInvalid) as caught:
        load(files, indicators={"checks", "listed"})
    return caught.value


MISTAKES = [
    # file, what to replace, by what, key, part of what was found, part of what is wanted
    ("rulebook", 'code = "small"', "code = 5", "code", "5, a int", "A text"),
    ("rulebook", 'currency = "EUR"', "", "currency", "missing", "A text"),
    ("rulebook", 'currency = "EUR"', 'currency = "EUR"\ncurency = "EUR"', "curency", "unknown", "Only the keys"),
    ("rulebook", 'languages = ["en"]', "languages = []", "languages", "empty", "one language"),
    ("rulebook", 'languages = ["en"]', 'languages = ["en", "zh"]', "codes.statuses.open.zh", "missing", "A text"),
    ("rulebook", 'languages = ["en"]', 'languages = ["en", 3]', "languages", "3 in the list", "list of texts"),
    ("rulebook", 'kind = "registration"', 'kind = "person"', "registration.kind", "'person'", "fact kind"),
    ("rulebook", 'name = "name"', 'name = "nom"', "registration.name", "'nom'", "field of kind registration"),
    (
        "rulebook",
        'established = "established_on"',
        'established = "name"',
        "registration.established",
        "'name'",
        "type day",
    ),
    (
        "rulebook",
        'active_statuses = ["open"]',
        'active_statuses = ["opne"]',
        "registration.active_statuses",
        "opne",
        "open",
    ),
    ("calendar", "covers = [2020, 2030]", "covers = [2030, 2020]", "covers", "[2030, 2020]", "First and last year"),
    ("calendar", "covers = [2020, 2030]", "covers = [2020]", "covers", "[2020]", "First and last year"),
    ("calendar", "[6, 7]", "[0, 7]", "rest_weekdays", "[0, 7]", "ISO weekdays"),
    ("calendar", "[2025-05-01]", "[2031-05-01]", "year[0].holidays", "2031-05-01", "years covered"),
    ("calendar", "[2025-05-01]", "[2025-05-10]", "year", "both off and worked", "once"),
    ("calendar", "[2025-05-01]", '["2025-05-01"]', "year[0].holidays", "'2025-05-01'", "without quotes"),
    ("calendar", 'source = "Gazette"', "", "year[0].source", "missing", "A text"),
    ("facts", 'type = "day"', 'type = "date"', "kind.registration.field.established_on.type", "'date'", "One of: text"),
    ("facts", 'codes = "forms"', 'codes = "shapes"', "kind.registration.field.form.codes", "'shapes'", "code table"),
    ("facts", "is_public = true", "is_publik = true", "kind.registration.is_public", "missing", "true or false"),
    (
        "facts",
        'number = "K-4"',
        'number = "K-4"\nauthority_field = "who"',
        "kind.cure.authority_field",
        "'who'",
        "field of this kind",
    ),
    (
        "facts",
        'owner = { type = "text"',
        'owner = { type = "text", secret = true',
        "kind.registration.field.owner.secret",
        "unknown",
        "Only the keys",
    ),
    (
        "facts",
        'is_final = { type = "boolean"',
        'year = { type = "boolean", feature = true',
        "kind.check.field.year.type",
        "boolean",
        "One type",
    ),
    ("disclosure", 'kind = "registration"', 'kind = "person"', "display[0].kind", "'person'", "fact kind"),
    ("disclosure", 'field = "results"', 'field = "result"', "display[1].when.field", "unknown", "field of kind check"),
    ("disclosure", '["bad", "worse"]', '["bed", "worse"]', "display[1].when.values", "bed", "table results"),
    ("disclosure", '["bad", "worse"]', "[]", "display[1].when.values", "empty", "one value"),
    ("disclosure", "values = [true]", 'values = ["true"]', "deadline[1].when.values", "'true'", "true and false"),
    ("disclosure", '"seen_on"', '"results"', "display[1].counted_from", "'results'", "type day"),
    ("disclosure", 'unit = "month"', 'unit = "fortnight"', "display[1].period.unit", "'fortnight'", "working_day"),
    ("disclosure", "number = 1, unit", "number = -1, unit", "display[1].period.number", "-1", "Zero or more"),
    (
        "disclosure",
        '[[deadline]]\nkind = "check"\ntarget = "gazette"',
        '[[hiding]]\nduring = "tick"\nkind = "check"\nnumber = "X-6"\n'
        + small_law.SOURCE
        + '\n[[deadline]]\nkind = "check"\ntarget = "gazette"',
        "hiding[0].during",
        "'tick'",
        "fact kind",
    ),
    ("duties", 'kind = "report"', 'kind = "rapport"', "duty.report.kind", "'rapport'", "fact kind"),
    ("duties", 'year_field = "year"', 'year_field = "yaer"', "duty.report.year_field", "'yaer'", "type integer"),
    ("duties", '"04-30"', '"02-29"', "duty.report.window_through", "'02-29'", "exist every year"),
    ("lists", 'entry_kind = "entry"', 'entry_kind = "report"', "entry_kind", "lacks list", "entry fields"),
    ("lists", 'entry_kind = "entry"', 'entry_kind = "tick"', "entry_kind", "'tick'", "fact kind"),
    ("lists", '["firm"]', '["frim"]', "list.watch.subject_types", "frim", "firm, trader"),
    (
        "lists",
        'duty = "report"',
        'duty = "report"\nsubject_types = ["trader"]',
        "list.watch.ground.late.subject_types",
        "trader",
        "whom the list reaches",
    ),
    ("lists", 'duty = "report"', 'duty = "rapport"', "list.watch.ground.late.duty", "'rapport'", "duty of duties.toml"),
    ("lists", 'duty = "report"', "", "list.watch.ground.late.kind", "Both or neither", "Either"),
    (
        "lists",
        'duty = "report"',
        'duty = "report"\nwhen = { field = "year", values = ["1"] }',
        "list.watch.ground.late.when.field",
        "without a fact kind",
        "kind",
    ),
    (
        "lists",
        'kind = "cure"',
        'kind = "cure"\nduty = "report"',
        "list.watch.ground.found.exit[0].kind",
        "Both or neither",
        "Either",
    ),
    ("lists", '["worse"]', '["wurst"]', "list.watch.ground.found.when.values", "wurst", "table results"),
    (
        "lists",
        "term = { number = 1",
        'ends_next = "13-01"\nterm = { number = 1',
        "list.watch.ground.found.ends_next",
        "'13-01'",
        "MM-DD",
    ),
    ("classification", "lower = 10", "lower = 0", "scale.risk.class", "[0, 0]", "rise"),
    ("classification", "lower = 0", "lower = 1", "scale.risk.class", "[1, 10]", "begin at 0"),
    ("classification", 'code = "high"', 'code = "low"', "scale.risk.class", "twice", "once"),
    ("classification", "to = 2", "to = 2.5", "scorecard[0].weigh[0].bins[1].to", "2.5", "whole number"),
    (
        "classification",
        "points = 12 }",
        "points = 5.5 }",
        "scorecard[0].weigh[0].bins[2].points",
        "5.5",
        "whole number",
    ),
    (
        "classification",
        'indicator = "checks"',
        'indicator = "chekcs"',
        "scorecard[0].weigh[0].indicator",
        "'chekcs'",
        "indicator of the engine",
    ),
    (
        "classification",
        'indicator = "listed"',
        'indicator = "lsited"',
        "scorecard[0].direct[0].indicator",
        "'lsited'",
        "indicator of the engine",
    ),
    (
        "classification",
        'class = "high"',
        'class = "hihg"',
        "scorecard[0].direct[0].class",
        "'hihg'",
        "class of scale risk",
    ),
    ("classification", 'scale = "risk"', 'scale = "rsik"', "scorecard[0].scale", "'rsik'", "scale of this file"),
    ("inspection", 'result_kind = "check"', 'result_kind = "chekc"', "result_kind", "'chekc'", "fact kind"),
    (
        "inspection",
        'result_field = "results"',
        'result_field = "result"',
        "result_field",
        "'result'",
        "field of kind check",
    ),
    ("inspection", "bad = {", "awful = {", "result", "awful, bad", "same codes"),
    ("inspection", "10_000", "1_000_001", "treatment[0].ratio_ppm", "1000001", "parts per million"),
    ("inspection", 'class = "low"', 'class = "lwo"', "treatment[0].class", "risk/lwo", "class of a scale"),
    ("inspection", 'class = "low"', 'class = "low"\nweight = 0', "treatment[0].weight", "0", "One or more"),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "found", "wants"),
    MISTAKES,
    ids=[f"{m[0]}-{m[3]}-{n}" for n, m in enumerate(MISTAKES)],
)
def test_a_mistake_names_file_key_what_is_there_and_what_is_wanted(
    file: str, old: str, new: str, key: str, found: str, wants: str
) -> None:
    error = refused(small_law.files(file, old, new))
    assert error.asked == f"To read {key} in {file}.toml."
    assert found in error.found
    assert wants in error.wants
    assert f"{file}.toml" in error.next_step


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str) -> None:
    files = small_law.files()
    del files[f"{name}.toml"]
    error = refused(files)
    assert error.asked == f"To read the file in {name}.toml."
    assert error.found == "The file is missing."
    assert error.next_step == f"Write {name}.toml."


def test_a_procedure_without_the_file_that_declares_its_roles_is_refused() -> None:
    error = refused({**small_law.files(), "procedure_pardon.toml": b"[[procedure]]"})
    assert error.asked == "To read the file in procedures.toml."


@pytest.mark.parametrize("name", FILES)
def test_text_that_is_not_toml_is_named(name: str) -> None:
    error = refused({**small_law.files(), f"{name}.toml": b"code = = 1"})
    assert error.asked == f"To read the file in {name}.toml."
    assert "line 1" in error.found
    assert error.wants == "Well-formed TOML."


@pytest.mark.parametrize("name", FILES)
def test_a_stray_key_at_the_top_of_any_file_is_refused(name: str) -> None:
    files = small_law.files()
    error = refused({**files, f"{name}.toml": b"stray = 1\n" + files[f"{name}.toml"]})
    assert error.asked == f"To read stray in {name}.toml."
    assert error.found == "The key is unknown."


def test_bytes_that_are_not_utf_8_are_named() -> None:
    error = refused({**small_law.files(), "facts.toml": b"# \xff"})
    assert error.found == "Byte 2 is not UTF-8."


@pytest.mark.parametrize("file", ["facts", "disclosure", "duties", "lists", "classification", "inspection"])
def test_a_rule_without_a_source_is_refused(file: str) -> None:
    error = refused(small_law.files(file, 'source = { instrument = "Act", article = "1", confidence = "text" }'))
    assert error.asked.endswith(f".source in {file}.toml.")
    assert error.found == "The key is missing."


@pytest.mark.parametrize("file", ["facts", "disclosure", "duties", "lists", "classification", "inspection"])
@pytest.mark.parametrize("until", ["1999-12-31", "2000-01-01"])
def test_a_rule_that_ends_before_it_begins_is_refused(file: str, until: str) -> None:
    begins = "valid_from = 2000-01-01"
    error = refused(small_law.files(file, begins, f"{begins}\nvalid_until = {until}"))
    assert error.asked.endswith(f".valid_until in {file}.toml.")
    assert error.wants == "A day after valid_from (2000-01-01)."


@pytest.mark.parametrize("file", ["facts", "disclosure", "duties", "lists", "classification", "inspection"])
def test_a_confidence_nobody_knows_is_refused(file: str) -> None:
    error = refused(small_law.files(file, 'confidence = "text"', 'confidence = "sure"'))
    assert error.found == "'sure'."
    assert error.wants == "One of: text, title, code, general, assumed."


def second(file: str, header: str, valid_from: str) -> dict[str, bytes]:
    """Return the files with one table of tables written a second time, valid from another day."""
    text = small_law.FILES[file]
    copy = text[text.index(header) :].replace("2000-01-01", valid_from)
    files = small_law.files()
    files[f"{file}.toml"] = (text + copy).encode()
    return files


@pytest.mark.parametrize(("file", "header"), [("classification", "[[scorecard]]"), ("inspection", "[[treatment]]")])
def test_two_versions_on_one_day_are_refused(file: str, header: str) -> None:
    error = refused(second(file, header, "2010-01-01"))
    assert error.asked == f"To read {header.strip('[]')}[1].valid_from in {file}.toml."
    assert "2000-01-01" in error.found
    assert "on any day" in error.wants


@pytest.mark.parametrize(("file", "header"), [("classification", "[[scorecard]]"), ("inspection", "[[treatment]]")])
def test_a_version_that_follows_another_is_taken(file: str, header: str) -> None:
    files = second(file, header, "2010-01-01")
    begins = b"valid_from = 2000-01-01"
    at = files[f"{file}.toml"].index(header.encode())
    content = files[f"{file}.toml"]
    files[f"{file}.toml"] = content[:at] + content[at:].replace(begins, begins + b"\nvalid_until = 2010-01-01", 1)
    book = load(files)
    versions = book.scorecards if file == "classification" else book.supervision.treatments
    assert [version.rule.validity.from_on.year for version in versions] == [2000, 2010]


def test_an_end_rule_without_an_end_is_refused() -> None:
    end = "[list.watch.ground.late.end]\nnumber = 'L-9'\n" + small_law.SOURCE
    files = small_law.files("lists", "[list.watch.ground.found]", end + "\n[list.watch.ground.found]")
    error = refused(files)
    assert error.asked == "To read list.watch.ground.late.end in lists.toml."
    assert error.found == "A rule for an end that never comes."


def test_a_ground_its_code_table_does_not_know_is_refused() -> None:
    files = small_law.files()
    files["lists.toml"] = small_law.FILES["lists"].replace("ground.late", "ground.tardy").encode()
    error = refused(files)
    assert error.asked == "To read list.watch.ground.tardy in lists.toml."
    assert error.found == "tardy."


def test_a_public_kind_without_a_display_rule_is_refused() -> None:
    error = refused(small_law.files("facts", "is_public = false", "is_public = true"))
    assert error.asked == "To read display in disclosure.toml."
    assert error.found == "No display rule for the public kind report."


def test_indicators_are_not_checked_when_none_are_given() -> None:
    assert load(small_law.files("classification", '"checks"', '"anything"')).scorecards[0].indicators[0] == "anything"


def test_the_digest_moves_with_any_byte_of_any_file_and_with_nothing_else() -> None:
    files = small_law.files()
    same = digest(files)
    assert digest({**files, "README.md": b"words"}) == same == load(files).digest
    others = {digest({**files, f"{name}.toml": files[f"{name}.toml"] + b"\n"}) for name in FILES}
    assert len(others | {same}) == len(FILES) + 1


def test_a_code_the_table_does_not_know_is_its_own_title() -> None:
    book = small_law.book()
    assert book.title_of("forms", "firm") == {"en": "Firm"}
    assert book.title_of("forms", "guild") == {"en": "guild"}
    assert book.title_of("shapes", "round") == {"en": "round"}


def test_every_rule_is_found_by_its_number() -> None:
    numbers = "C-1 C-2 C-3 C-4 D-1 I-1 I-2 K-1 K-2 K-3 K-4 K-5 L-1 L-2 L-3 L-4 X-1 X-2 X-3 X-4 X-5"
    assert " ".join(sorted(small_law.book().rules())) == numbers


@pytest.fixture(params=BOOKS)
def real(request: pytest.FixtureRequest) -> Rulebook:
    return load({path.name: path.read_bytes() for path in (ROOT / request.param).glob("*.toml")})


def test_every_title_of_a_real_rulebook_is_written_in_every_language(real: Rulebook) -> None:
    titles = [rule.title for rules in real.rules().values() for rule in rules]
    titles += [field.title for kind in real.kinds.values() for field in kind.fields.values()]
    titles += [title for table in real.tables.values() for title in table.values()]
    assert {tuple(sorted(title)) for title in titles} == {tuple(sorted(real.languages))}
    assert [title for title in titles if not all(text.strip() for text in title.values())] == []


def test_every_guess_in_a_real_rulebook_says_what_was_guessed(real: Rulebook) -> None:
    silent = [
        (number, rule.source.instrument)
        for number, rules in real.rules().items()
        for rule in rules
        if rule.source.confidence.value == "assumed"
        and not rule.source.note
        and "example" not in rule.source.instrument
    ]
    assert silent == []


def test_amounts_of_a_real_rulebook_are_whole_minor_units(real: Rulebook) -> None:
    amounts = [field for kind in real.kinds.values() for field in kind.fields.values() if field.name.endswith("_minor")]
    assert [field.name for field in amounts if field.type is not FieldType.INTEGER] == []


def test_points_of_a_real_scorecard_move_in_one_direction(real: Rulebook) -> None:
    for card in real.scorecards:
        for weighing in card.weighings:
            points = [point for _, point in weighing.bins]
            assert points in (sorted(points), sorted(points, reverse=True)), weighing.indicator


def test_more_is_drawn_from_a_riskier_class(real: Rulebook) -> None:
    for scale in real.scales.values():
        general = [one for one in real.supervision.treatments if one.scale == scale.code and not one.area]
        ratios = {one.class_code: one.ratio_ppm for one in general}
        # What is treated are the riskiest classes: who is on the scale only by name may have no treatment.
        shares = [ratios.get(band.code, 0) for band in scale.bands]
        assert shares == sorted(shares)


def test_results_carry_the_same_words_in_both_files(real: Rulebook) -> None:
    table = real.kinds[real.inspection.result_kind].fields[real.inspection.result_field].table
    assert {code: result.title for code, result in real.inspection.results.items()} == real.tables[table]


def test_a_rulebook_error_is_one_of_ours() -> None:
    assert issubclass(RulebookInvalid, GoodstandingError)
    assert refused({}).exit_status == 2


@pytest.mark.parametrize("name", BOOKS)
def test_the_files_of_a_real_rulebook_are_exactly_those_of_the_format(name: str) -> None:
    found = {path.stem for path in (ROOT / name).glob("*.toml")}
    found = {name for name in found if not name.startswith(PROCEDURE)}
    assert set(FILES) <= found <= {*FILES, *OPTIONAL_FILES}
    for path in (ROOT / name).glob("*.toml"):
        tomllib.loads(path.read_text("utf-8"))


def test_a_scale_is_found_by_its_code_and_without_one_it_is_the_first() -> None:
    book = small_law.book()
    assert book.scale("risk") is book.scale() is book.scales["risk"]
    with pytest.raises(ScaleUnknown, match="One of risk"):
        book.scale("grade")
    with pytest.raises(ScaleUnknown):
        book.scorecard_on("grade", date(2026, 1, 1))


def test_a_scorecard_holds_from_its_first_day_and_no_longer_on_the_day_it_ends() -> None:
    card = 'number = "C-1"'
    book = small_law.book("classification", card, f"{card}\nvalid_until = 2026-01-01")
    assert book.scorecard_on("risk", date(2025, 12, 31)) is book.scorecards[0]
    for day in (date(1999, 12, 31), date(2026, 1, 1)):
        with pytest.raises(NoRuleInForce) as caught:
            book.scorecard_on("", day)
        assert caught.value.found == (
            "In classification.toml scorecard[0] (C-1) is valid from 2000-01-01 until before 2026-01-01."
        )
        assert "classification.toml" in caught.value.next_step


def test_a_rulebook_without_a_scale_is_refused() -> None:
    files = small_law.files()
    text = files["classification.toml"].decode()
    files["classification.toml"] = f"[scale]\n{text[text.index('[area.kitchens]') :]}".encode()
    with pytest.raises(RulebookInvalid, match="One scale at least"):
        load(files)
