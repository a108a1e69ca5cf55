"""In which role an account acts in a case: the first one it holds among those that a step may be taken by."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from goodstanding.core.case import Actor
from goodstanding.core.errors import RoleMissing
from goodstanding.office.accounts import Role, business_of, may

BUSINESS = "business"
"""Role of the business that a case is about, in the rulebooks' words; officers and chiefs go by their own."""


def roles_of(user: AbstractBaseUser | AnonymousUser, entity_id: str) -> tuple[str, ...]:
    """Return the roles an account holds towards one business, the lowest first; none for a stranger."""
    if entity_id and business_of(user) == entity_id:
        return (BUSINESS,)
    return tuple(role.value for role in (Role.OFFICER, Role.CHIEF) if may(user, role))


def actor_in(user: AbstractBaseUser | AnonymousUser, entity_id: str, wanted: Iterable[str]) -> Actor:
    """Return the account as it acts on a business: in a role that is wanted, else in its highest.

    Raises:
        RoleMissing: It holds no role in the cases of this business.
    """
    held = roles_of(user, entity_id)
    if not held:
        raise RoleMissing(
            asked=f"To act in a case of {entity_id}.",
            found=f"The account {user.get_username() or 'of nobody'} holds no role in it.",
            wants="The account of an officer, of a chief, or of this business.",
            next_step="Sign in with such an account.",
        )
    chosen = set(wanted)
    return Actor(user.get_username(), next((role for role in held if role in chosen), held[-1]))


def named_actor(name: str, entity_id: str, wanted: Iterable[str]) -> Actor:
    """Return `actor_in` for an account by its name.

    Raises:
        RoleMissing: There is no such account, or it holds no role in the cases of this business.
    """
    return actor_in(User.objects.filter(username=name).first() or AnonymousUser(), entity_id, wanted)
