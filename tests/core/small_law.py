"""A tiny rulebook for tests: one list, one duty, one scale, in one language."""

from __future__ import annotations

from goodstanding.core.rulebook import Rulebook, load

SOURCE = """title = { en = "Some rule" }
valid_from = 2000-01-01
source = { instrument = "Act", article = "1", confidence = "text" }"""

FILES = {
    "rulebook": """
code = "small"
title = { en = "Small" }
authority = { en = "Office" }
languages = ["en"]
timezone = "UTC"
currency = "EUR"
[identity.number]
title = { en = "Number" }
pattern = "[0-9]+"
[registration]
kind = "registration"
name = "name"
status = "status"
subject_type = "form"
established = "established_on"
active_statuses = ["open"]
[codes.statuses]
open = { en = "Open" }
closed = { en = "Closed" }
[codes.forms]
firm = { en = "Firm" }
trader = { en = "Trader" }
[codes.results]
good = { en = "Good" }
bad = { en = "Bad" }
worse = { en = "Worse" }
[codes.lists]
watch = { en = "Watch list" }
[codes.grounds]
late = { en = "Late" }
found = { en = "Found" }
""",
    "calendar": """
covers = [2020, 2030]
rest_weekdays = [6, 7]
[[year]]
source = "Gazette"
holidays = [2025-05-01]
makeup_days = [2025-05-10]
""",
    "facts": f"""
[kind.registration]
number = "K-1"
{SOURCE}
is_public = true
is_feature = true
[kind.registration.field]
name = {{ type = "text", required = true, max_length = 20, title = {{ en = "Name" }} }}
owner = {{ type = "text", exposure = "masked", title = {{ en = "Owner" }} }}
note = {{ type = "text", exposure = "official", title = {{ en = "Note" }} }}
status = {{ type = "code", codes = "statuses", title = {{ en = "Status" }} }}
form = {{ type = "code", codes = "forms", title = {{ en = "Form" }} }}
established_on = {{ type = "day", title = {{ en = "Since" }} }}
[kind.report]
number = "K-2"
{SOURCE}
is_public = false
is_feature = true
[kind.report.field]
year = {{ type = "integer", required = true, feature = true, title = {{ en = "Year" }} }}
[kind.check]
number = "K-3"
{SOURCE}
is_public = true
is_feature = true
[kind.check.field]
results = {{ type = "codes", codes = "results", required = true, feature = true, title = {{ en = "Results" }} }}
seen_on = {{ type = "day", title = {{ en = "Seen on" }} }}
lasts_until = {{ type = "day", title = {{ en = "Lasts until" }} }}
is_final = {{ type = "boolean", title = {{ en = "Final" }} }}
[kind.cure]
number = "K-4"
{SOURCE}
is_public = false
is_feature = false
[kind.entry]
number = "K-5"
{SOURCE}
is_public = false
is_feature = true
[kind.entry.field]
list = {{ type = "code", codes = "lists", required = true, title = {{ en = "List" }} }}
ground = {{ type = "code", codes = "grounds", required = true, title = {{ en = "Ground" }} }}
cause = {{ type = "text", title = {{ en = "Cause" }} }}
rule = {{ type = "text", title = {{ en = "Rule" }} }}
decision = {{ type = "text", title = {{ en = "Decision" }} }}
authority = {{ type = "text", title = {{ en = "Authority" }} }}
""",
    "disclosure": f"""
[[display]]
kind = "registration"
number = "X-1"
{SOURCE}
[[display]]
kind = "check"
when = {{ field = "results", values = ["bad", "worse"] }}
counted_from = "seen_on"
period = {{ number = 1, unit = "month" }}
extends_with = "lasts_until"
number = "X-2"
{SOURCE}
[[display]]
kind = "check"
when = {{ field = "results", values = ["good"], only = true }}
is_shown = false
number = "X-3"
{SOURCE}
[[deadline]]
kind = "check"
target = "gazette"
within = {{ number = 2, unit = "working_day" }}
number = "X-4"
{SOURCE}
[[deadline]]
kind = "check"
target = "court"
when = {{ field = "is_final", values = [true] }}
within = {{ number = 7, unit = "day" }}
number = "X-5"
{SOURCE}
""",
    "duties": f"""
[duty.report]
number = "D-1"
{SOURCE}
kind = "report"
year_field = "year"
window_from = "01-01"
window_through = "04-30"
""",
    "lists": f"""
entry_kind = "entry"
authority = "Office"
[list.watch]
title = {{ en = "Watch list" }}
subject_types = ["firm"]
[list.watch.ground.late]
number = "L-1"
{SOURCE}
duty = "report"
within = {{ number = 2, unit = "working_day" }}
[[list.watch.ground.late.exit]]
number = "L-2"
{SOURCE}
duty = "report"
within = {{ number = 1, unit = "working_day" }}
[list.watch.ground.found]
number = "L-3"
{SOURCE}
kind = "check"
when = {{ field = "results", values = ["worse"] }}
within = {{ number = 2, unit = "working_day" }}
term = {{ number = 1, unit = "year" }}
[[list.watch.ground.found.exit]]
number = "L-4"
{SOURCE}
kind = "cure"
within = {{ number = 1, unit = "working_day" }}
""",
    "classification": f"""
[scale.risk]
title = {{ en = "Risk" }}
[scale.risk.direction]
checks = "rising"
[[scale.risk.class]]
code = "low"
title = {{ en = "Low" }}
lower = 0
[[scale.risk.class]]
code = "high"
title = {{ en = "High" }}
lower = 10
[area.kitchens]
number = "C-4"
{SOURCE}
kind = "check"
field = "results"
codes = ["bad"]
[[scorecard]]
scale = "risk"
number = "C-1"
{SOURCE}
[[scorecard.weigh]]
indicator = "checks"
bins = [{{ to = 0, points = 0 }}, {{ from = 1, to = 2, points = 5 }}, {{ from = 3, points = 12 }}]
[[scorecard.weigh]]
indicator = "checks"
area = "kitchens"
missing = 3
bins = [{{ points = 1 }}]
[[scorecard.direct]]
number = "C-2"
{SOURCE}
indicator = "listed"
class = "high"
[[scorecard.signal]]
number = "C-3"
{SOURCE}
area = "kitchens"
steps = 1
bound = "high"
""",
    "inspection": f"""
result_kind = "check"
result_field = "results"
inspectors_per_visit = 2
publish_within = {{ number = 20, unit = "working_day" }}
[item.shop]
number = "I-1"
{SOURCE}
method = "On site"
[result]
good = {{ title = {{ en = "Good" }}, is_adverse = false, is_alone = true }}
bad = {{ title = {{ en = "Bad" }}, is_adverse = true }}
worse = {{ title = {{ en = "Worse" }}, is_adverse = true }}
[[treatment]]
scale = "risk"
class = "low"
ratio_ppm = 10_000
number = "I-2"
{SOURCE}
""",
}


def files(file: str = "", old: str = "", new: str = "") -> dict[str, bytes]:
    """Return the rulebook's files, with the first ``old`` of one file replaced by ``new``."""
    content = dict(FILES)
    if file:
        assert old in content[file], f"{old!r} is not in {file}"
        content[file] = content[file].replace(old, new, 1)
    return {f"{name}.toml": text.encode() for name, text in content.items()}


def book(file: str = "", old: str = "", new: str = "") -> Rulebook:
    return load(files(file, old, new), indicators={"checks", "listed"})
