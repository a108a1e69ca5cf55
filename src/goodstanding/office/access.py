"""Who may open a page: signed in, and holding the role it asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from goodstanding.core.errors import RoleMissing
from goodstanding.office.accounts import Role, business_of, may

View = Callable[..., HttpResponse]


def check_role(request: HttpRequest, wanted: Role) -> None:
    """Refuse a reader without a role.

    Raises:
        RoleMissing: Naming the role wanted.
    """
    if not may(request.user, wanted):
        raise RoleMissing(
            asked=f"To open {request.path}.",
            found=f"The account {request.user.get_username()} does not hold the role.",
            wants=f"The role {wanted} or one above it.",
            next_step="Ask whoever keeps the accounts, or sign in with another one.",
        )


def check_own(request: HttpRequest) -> str:
    """Return the id of the business whose account reads.

    Raises:
        RoleMissing: The account is no business's.
    """
    entity_id = business_of(request.user)
    if not entity_id:
        raise RoleMissing(
            asked=f"To open {request.path}.",
            found=f"The account {request.user.get_username()} is not a business's.",
            wants="The account of a business, made by an invitation.",
            next_step="Sign in with that account, or ask the authority for an invitation.",
        )
    return entity_id


def needs_business(view: Callable[..., HttpResponse]) -> View:
    """Let a page be opened only by a business's account, which is told which business it is."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *words: Any, **values: Any) -> HttpResponse:
        return view(request, check_own(request), *words, **values)

    return guarded


def needs(wanted: Role) -> Callable[[View], View]:
    """Let a page be opened only by a signed-in account with a role."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *words: Any, **values: Any) -> HttpResponse:
            check_role(request, wanted)
            return view(request, *words, **values)

        return guarded

    return guard
