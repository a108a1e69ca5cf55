"""The pages of kept previews: counts that the command line computed, for officers, with nothing computed by a page."""

from __future__ import annotations

from datetime import date

import pytest

from goodstanding.core.errors import PreviewMissing
from goodstanding.home import Home, read_rulebook, rulebook_folder
from goodstanding.office.accounts import Role
from goodstanding.supervise.preview import preview
from goodstanding.supervise.previews import keep_preview, kept_preview, kept_previews
from tests.conftest import NOW
from tests.office.conftest import SignedIn

DAY = date(2026, 7, 10)


@pytest.fixture
def key(office: Home) -> str:
    """The key of a kept preview whose variant has only class bounds moved down, so that everybody rises."""
    files = read_rulebook(rulebook_folder("cn"))
    text = files["classification.toml"].decode()
    base = "base = "
    at = text.index(base) + len(base)
    end = text.index("\n", at)
    changed = text[:at] + "1000" + text[end:]
    return keep_preview(office, preview(office, files | {"classification.toml": changed.encode()}, DAY, NOW), "harder")


def test_a_preview_shows_who_moves_by_class_region_and_sector(signed_in: SignedIn, key: str) -> None:
    officer = signed_in(Role.OFFICER)
    assert f"/office/previews/{key}" in officer.get("/office/previews?lang=en").content.decode()
    shown = officer.get(f"/office/previews/{key}").content.decode()
    for words in ("Preview of the variant harder", "By region", "By sector", "What one lot draws", "Riskier"):
        assert words in shown
    assert shown.count('<figure class="gs-picture"><svg') == 3
    assert "no longer the one in force" not in shown
    chinese = officer.get(f"/office/previews/{key}?lang=zh").content.decode()
    assert "按行业" in chinese
    assert "风险类别上升" in chinese


def test_a_page_computes_nothing(signed_in: SignedIn, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("goodstanding.supervise.preview.classify_snapshot", never)
    assert signed_in(Role.OFFICER).get(f"/office/previews/{key}").status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSPECTOR])
def test_below_an_officer_nobody_sees_previews_nor_the_way_to_them(signed_in: SignedIn, key: str, role: Role) -> None:
    client = signed_in(role)
    for address in ("/office/previews", f"/office/previews/{key}"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "harder" not in answer.content.decode()
    assert "/office/previews" not in client.get("/office/classes").content.decode()


def test_an_officer_finds_previews_where_the_classes_are(signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    assert 'href="/office/previews"' in officer.get("/office/classes").content.decode()
    assert "No preview is kept yet" in officer.get("/office/previews?lang=en").content.decode()


def test_the_same_question_is_kept_once(office: Home, key: str) -> None:
    again = keep_preview(office, preview(office, read_rulebook(rulebook_folder("cn")), DAY, NOW), "same")
    assert {one.key for one in kept_previews(office)} == {key, again}
    keep_preview(office, preview(office, read_rulebook(rulebook_folder("cn")), DAY, NOW), "renamed")
    assert [one.told["name"] for one in kept_previews(office) if one.key == again] == ["renamed"]


@pytest.mark.parametrize("address", ["none", "..", "%2e%2e"])
def test_a_name_that_is_not_kept_opens_no_file(office: Home, signed_in: SignedIn, address: str) -> None:
    (office.path / "secret.json").write_text("{}")
    with pytest.raises(PreviewMissing):
        kept_preview(office, "../secret")
    assert signed_in(Role.OFFICER).get(f"/office/previews/{address}").status_code != 200
