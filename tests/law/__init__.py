"""Case files of every rulebook, and the calendars held against their sources."""

import pytest

pytest.register_assert_rewrite("tests.law.case")
