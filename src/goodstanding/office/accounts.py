"""Accounts and roles. A role is a group; what it may do stands here and nowhere else.

viewer      reads the queue, the files of businesses and the decisions
inspector   a viewer who records what visits found
officer     an inspector who decides proposals and sees personal fields
chief       an officer who also decides in bulk

A business has an account of its own, in no role: it sees its own file and nothing of the office.
"""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from goodstanding.core.errors import AccountRefused, RoleMissing
from goodstanding.records.listings import CALENDAR
from goodstanding.records.models import BusinessAccount


class Role(StrEnum):
    """Roles, in rising order: each may do what those before it may."""

    VIEWER = "viewer"
    INSPECTOR = "inspector"
    OFFICER = "officer"
    CHIEF = "chief"


def may(user: AbstractBaseUser | AnonymousUser, wanted: Role) -> bool:
    """Tell whether a signed-in user holds a role or one above it."""
    if not isinstance(user, User) or not user.is_active:
        return False
    order = list(Role)
    held = [order.index(Role(name)) for name in user.groups.values_list("name", flat=True) if name in set(Role)]
    return max(held, default=-1) >= order.index(wanted)


def check_decider(name: str, wanted: Role) -> None:
    """Refuse decisions in the name of an account that may not make them.

    Raises:
        RoleMissing: There is no such account, or it does not hold the role.
    """
    user = User.objects.filter(username=name).first()
    if user is None or not may(user, wanted):
        raise RoleMissing(
            asked=f"To decide as {name}.",
            found="There is no such account." if user is None else "The account does not hold the role.",
            wants=f"The role {wanted} or one above it.",
            next_step="Decide as an account that holds it, or add one with `goodstanding user`.",
        )


def business_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return the id of the business whose account this is; empty for the office's own accounts."""
    if not isinstance(user, User) or not user.is_active:
        return ""
    found = BusinessAccount.objects.filter(user=user).values_list("entity_id", flat=True).first()
    return found or ""


def add_account(name: str, role: str, password: str) -> User:
    """Add an account with one role.

    Raises:
        AccountRefused: The name is taken, the role unknown, or the password too weak.
    """
    if role not in set(Role):
        raise AccountRefused(
            asked=f"An account named {name} with the role {role}.",
            found="There is no such role.",
            wants="One of: " + ", ".join(Role) + ".",
            next_step="Choose one of these roles.",
        )
    with transaction.atomic():
        user = checked(name, password)
        user.save()
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def checked(name: str, password: str) -> User:
    """Return a user with a name and a password that may stand, not yet saved.

    Raises:
        AccountRefused: The name is taken, or the password too weak.
    """
    asked = f"An account named {name}."
    if User.objects.filter(username=name).exists():
        raise AccountRefused(
            asked=asked,
            found="The name is taken.",
            wants="Every account has a name of its own.",
            next_step="Choose another name.",
        )
    if name.casefold() == CALENDAR:
        raise AccountRefused(
            asked=asked,
            found="The name is the calendar's: decisions that nobody took bear it.",
            wants="A person is never taken for the calendar.",
            next_step="Choose another name.",
        )
    user = User(username=name)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise AccountRefused(
            asked=asked,
            found=" ".join(error.messages),
            wants="A name of letters, digits and @.+-_; a password of at least twelve characters, not a common one.",
            next_step="Choose another name or a longer password.",
        ) from None
    user.set_password(password)
    return user
