"""`flask users`: the first officer, roles shown and taken back, a second factor forgotten."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result
from flask import Flask

from tests.support import make_people as make
from tests.support.authenticator import enrol
from timebank.identity.queries import user_by_phone
from timebank.identity.usecases import sign_in
from timebank.kernel.policy import ANONYMOUS, Permission, Role
from timebank.kernel.work import perform

PHONE = "12999999999"
Cli = Callable[..., Result]


def test_the_first_officer_gets_an_account_and_a_role(app: Flask, cli: Cli) -> None:
    with app.app_context():
        make.region_tree()
    done = cli(
        *f"users grant {PHONE} operator --region 511100000000 --name 周主任 --password-stdin".split(),
        input="correct horse\n",
    )
    assert (done.exit_code, done.output) == (0, "operator granted.\n")
    with app.app_context():
        signed_in = perform(ANONYMOUS, sign_in, phone=PHONE, password="correct horse")
        actor = make.actor_of_user(signed_in.user)
        assert actor.name == "周主任"
        assert actor.can(Permission.ROLE_GRANT, region=make.NORTH)
        assert not actor.can(Permission.ROLE_GRANT, region=make.PROVINCE)


def test_the_password_is_asked_for_twice_on_a_terminal(app: Flask, cli: Cli) -> None:
    done = cli(
        *f"users grant {PHONE} auditor --region 0 --name 周主任".split(),
        input="correct horse\ncorrect horse\n",
    )
    assert done.exit_code == 0, done.output
    assert "correct horse" not in done.output


def test_somebody_known_gets_one_more_role(app: Flask, cli: Cli) -> None:
    with app.app_context():
        make.region_tree()
        key = make.organization()
        make.officer(phone_number=PHONE)
    done = cli("users", "grant", PHONE, "organizer", "--org", str(key))
    assert done.exit_code == 0, done.output
    with app.app_context():
        user = user_by_phone(PHONE)
        assert user
        assert make.actor_of_user(user).can(Permission.PROJECT_WRITE, organization=key)


def test_every_refusal_is_one_sentence_that_says_what_to_do(app: Flask, cli: Cli) -> None:
    with app.app_context():
        make.region_tree()
    for arguments, words in {
        f"{PHONE} operator": "--region",
        f"{PHONE} organizer --region 511100000000": "--org",
        f"{PHONE} organizer --org 7": "id",
        f"{PHONE} organizer --org 511102-00000000-0000-7000-8000-000000000000": "no organisation",
        f"{PHONE} auditor --region 511199000000": "import the regions",
        f"{PHONE} auditor --region 511100000000": "--name",
        "110 auditor --region 0 --name 周主任 --password-stdin": "mobile number",
        f"{PHONE} auditor --region 0 --name 周主任 --password-stdin": "8 to 128",
    }.items():
        done = cli("users", "grant", *arguments.split(), input="short\n")
        assert done.exit_code == 1, arguments
        assert words in done.output, arguments
        assert done.output.count("\n") == 1


def test_roles_are_shown_without_the_phone_and_taken_back(app: Flask, cli: Cli) -> None:
    with app.app_context():
        make.region_tree()
        key = make.organization()
        officer = make.officer(Role.AUDITOR, make.CITY, phone_number=PHONE, name="周主任")
    cli("users", "grant", PHONE, "organizer", "--org", str(key))
    shown = cli("users", "show", PHONE)
    assert shown.exit_code == 0, shown.output
    head, *lines = shown.output.splitlines()
    assert head == f"周主任 129****9999 {officer.user}"
    assert sorted(lines) == [
        f"auditor --region {make.CITY:012d}",
        f"organizer --org {key}",
        "second factor: not set up",
    ]
    for scope in (["auditor", "--region", str(make.CITY)], ["organizer", "--org", str(key)]):
        done = cli("users", "revoke", PHONE, *scope)
        assert (done.exit_code, done.output) == (0, f"{scope[0]} revoked.\n")
        again = cli("users", "revoke", PHONE, *scope)
        assert (again.exit_code, "does not hold" in again.output) == (1, True)
    assert cli("users", "show", PHONE).output.count("\n") == 2


def test_a_lost_second_factor_is_forgotten(app: Flask, cli: Cli) -> None:
    with app.app_context():
        make.region_tree()
        officer = make.officer(phone_number=PHONE)
    assert "no second factor" in cli("users", "reset-second-factor", PHONE).output
    with app.app_context():
        enrol(officer)
    assert "in force" in cli("users", "show", PHONE).output
    done = cli("users", "reset-second-factor", PHONE)
    assert (done.exit_code, "set up anew" in done.output) == (0, True)
    assert "not set up" in cli("users", "show", PHONE).output


def test_commands_about_nobody_say_so(cli: Cli) -> None:
    for command in ("show", "reset-second-factor"):
        done = cli("users", command, PHONE)
        assert (done.exit_code, done.output) == (1, "Error: Nobody signs in with this phone.\n")
    assert "--region" in cli("users", "revoke", PHONE, "auditor").output
