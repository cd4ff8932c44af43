"""`flask users`: the first officer, and every other one."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from timebank.identity.queries import user_by_phone
from timebank.identity.rules import check_scope
from timebank.identity.usecases import enrol_officer, grant_role
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


@users.command("grant")
@click.argument("phone")
@click.argument("role", type=click.Choice([role.value for role in Role if role is not Role.GUARDIAN]))
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
        raise click.ClickException(REFUSALS.get(error.code.split(" ")[0], error.code)) from None
    click.echo(f"{role} granted.")


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
