"""`flask users`: the first officer and every other one, their roles, a lost second factor."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from timebank.identity.queries import (
    GrantCard,
    grant_of,
    grants_of,
    is_enrolled,
    masked_phone,
    user_by_phone,
    user_names,
)
from timebank.identity.rules import check_scope
from timebank.identity.usecases import enrol_officer, grant_role, reset_second_factor, revoke_grant
from timebank.kernel.errors import TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.work import perform
from timebank.organizations.queries import organization as organization_of
from timebank.regions.queries import region as region_of

REFUSALS = {
    "not-a-mobile-number": "This is not a mobile number.",
    "password-is-phone": "The phone number itself is no password.",
    "role-needs-organization": "This role is for one organisation: say --org ID.",
    "role-needs-region": "This role is for a region: say --region CODE (0 for the whole country).",
    "unknown-id": "--org wants the organisation's id, such as 511102-019ab….",
    "wrong-length": "A password has 8 to 128 characters.",
}

users = AppGroup("users", help="People who may sign in, and their roles.")
role_argument = click.argument(
    "role", type=click.Choice([role.value for role in Role if role is not Role.GUARDIAN])
)


@users.command("grant")
@click.argument("phone")
@role_argument
@click.option("--region", type=int, help="12-digit code of the region; 0 is the whole country.")
@click.option("--org", "organization", metavar="ID", help="The organisation, for organizer and recorder.")
@click.option("--name", help="The person's name, where the phone is not known yet.")
@click.option("--password-stdin", is_flag=True, help="Read the new person's password from standard input.")
def grant(
    phone: str,
    role: str,
    region: int | None,
    organization: str | None,
    name: str | None,
    password_stdin: bool,
) -> None:
    """Give a role to the person with this PHONE; a person not known yet gets an account."""
    try:
        scope = Role(role), _region(region), _organization(organization)
        check_scope(*scope)
        if user_by_phone(phone):
            _grant_known(phone, *scope)
        else:
            _enrol(phone, name, _password(password_stdin) if name else None, *scope)
    except TimebankError as error:
        raise _refusal(error) from None
    click.echo(f"{role} granted.")


@users.command("revoke")
@click.argument("phone")
@role_argument
@click.option("--region", type=int, help="12-digit code of the region; 0 is the whole country.")
@click.option("--org", "organization", metavar="ID", help="The organisation, for organizer and recorder.")
def revoke(phone: str, role: str, region: int | None, organization: str | None) -> None:
    """Take a role back from the person with this PHONE; it ends at once."""
    try:
        check_scope(Role(role), region, _organization(organization))
        grant = grant_of(_known(phone), Role(role), region, _organization(organization))
        if grant is None:
            raise click.ClickException("This person does not hold that role there: see `flask users show`.")
        perform(SYSTEM, revoke_grant, grant=grant)
    except TimebankError as error:
        raise _refusal(error) from None
    click.echo(f"{role} revoked.")


@users.command("show")
@click.argument("phone")
def show(phone: str) -> None:
    """Show the roles of the person with this PHONE, and whether there is a second factor."""
    user = _known(phone)
    click.echo(f"{user_names([user])[user]} {masked_phone(user)} {user}")
    click.echo(f"second factor: {'in force' if is_enrolled(user) else 'not set up'}")
    for card in grants_of(user):
        click.echo(f"{card.role} {_scope(card)}")


@users.command("reset-second-factor")
@click.argument("phone")
def forget_second_factor(phone: str) -> None:
    """Forget the second factor of the person with this PHONE, who is signed out everywhere."""
    user = _known(phone)
    if not is_enrolled(user):
        raise click.ClickException("This person has no second factor.")
    perform(SYSTEM, reset_second_factor, user=user)
    click.echo("Second factor forgotten; it is set up anew at the next sign-in.")


def _known(phone: str) -> Key:
    user = user_by_phone(phone)
    if user is None:
        raise click.ClickException("Nobody signs in with this phone.")
    return user


def _scope(card: GrantCard) -> str:
    if card.organization is not None:
        return f"--org {card.organization}"
    return "(ward)" if card.region is None else f"--region {card.region:012d}"


def _refusal(error: TimebankError) -> click.ClickException:
    return click.ClickException(REFUSALS.get(error.code.split(" ")[0], error.code))


def _grant_known(phone: str, role: Role, region: int | None, organization: Key | None) -> None:
    perform(SYSTEM, grant_role, phone=phone, role=role, region=region, organization=organization)


def _enrol(
    phone: str,
    name: str | None,
    password: str | None,
    role: Role,
    region: int | None,
    organization: Key | None,
) -> None:
    if not name:
        raise click.ClickException("Nobody has this phone yet: say --name NAME to open an account.")
    perform(
        SYSTEM,
        enrol_officer,
        name=name,
        phone=phone,
        password=password,
        role=role,
        region=region,
        organization=organization,
    )


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _region(code: int | None) -> int | None:
    if code and region_of(code) is None:
        raise click.ClickException(f"There is no region {code}: import the regions first.")
    return code


def _organization(text: str | None) -> Key | None:
    if text is None:
        return None
    key = Key.parse(text)
    if organization_of(key) is None:
        raise click.ClickException(f"There is no organisation {text}.")
    return key
