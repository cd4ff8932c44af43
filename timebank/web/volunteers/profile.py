"""One's own data, or a ward's: what is on record, what can be changed, what was agreed to, and who looked."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from timebank.identity.queries import own_phone
from timebank.identity.rules import CODE_LIFE
from timebank.identity.usecases import count_code_request, count_sign_in, request_phone_code
from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.regions.queries import full_name
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import LIVING, Status
from timebank.web.auth.senders import send_code
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema, Text
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.volunteers.countries import country_name
from timebank.web.volunteers.door import pages
from timebank.web.volunteers.registration import summary_of
from timebank.web.volunteers.residence import SHOW_NEXT, lowest_chosen, residence
from timebank.web.volunteers.schemas import ConsentsGivenSchema, ProfileSchema
from timebank.web.volunteers.status import ward

SERVICE = "service_"
CHOSEN = ("education", "occupation", "employer", "service_region_code")
LISTED = ("availability", "categories", "skills")
CHANGEABLE = (*LIVING, Status.CLOSING)
LINES = 20


class NewPhoneSchema(ApiSchema):
    """The phone by which somebody wants to sign in."""

    phone = Text(1, 30, required=True)


class PhoneCodeSchema(NewPhoneSchema):
    """The same with the code that was sent to it."""

    code = Text(1, 10, required=True)


class ProfileFormSchema(ProfileSchema):
    """The profile as a form, which cannot show what is hidden: empty means keep, a tick means delete."""

    drop_address = fields.Boolean(load_default=False)
    drop_emergency = fields.Boolean(load_default=False)


def whose(volunteer: Key | None) -> Key:
    """The ward of the address, or oneself. Raises Unauthenticated, NotFound."""
    if volunteer is not None:
        return ward(volunteer)
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        raise NotFound()
    return actor.volunteer


def page_at(path: str) -> str | None:
    """The address, where this service has a page there."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return None
    return path


# --- what is on record ------------------------------------------------------------------------------


@pages.get("/my/profile", defaults={"volunteer": None})
@pages.get("/my/wards/<key:volunteer>/profile")
def profile(volunteer: Key | None) -> str:
    """Everything that is known, hidden where it is sensitive."""
    actor, key = current_actor(), whose(volunteer)
    person = queries.person(actor, key)
    return render_template(
        "volunteers/profile.html",
        person=person,
        ward=volunteer,
        country=country_name(person.nationality),
        home=full_name(person.region_code),
        registration=full_name(person.registration_region_code),
        service=full_name(person.service_region_code),
        changeable=person.status in CHANGEABLE,
        open_consents=queries.open_consents(actor, key) if person.status in CHANGEABLE else [],
        correction_page=page_at("/my/corrections"),
        data_page=page_at("/my/data"),
        account_page=page_at("/my/account"),
    )


@pages.get("/my/profile/edit", defaults={"volunteer": None})
@pages.get("/my/wards/<key:volunteer>/profile/edit")
def edit_profile(volunteer: Key | None) -> str:
    """What can be changed without review."""
    return _edit(volunteer, {}, {})


@pages.post("/my/profile/edit", defaults={"volunteer": None})
@pages.post("/my/wards/<key:volunteer>/profile/edit")
def save_profile(volunteer: Key | None) -> Response:
    """Change it at once, or only fill the next list of places."""
    key = whose(volunteer)
    given = form_values(ProfileFormSchema())
    if elsewhere := lowest_chosen(SERVICE):
        given["service_region_code"] = elsewhere

    def done(loaded: Values) -> Response:
        changed = act(usecases.update_profile, volunteer=key, changes=_changes(loaded))
        if changed:
            flash(_("Your changes are saved."), "success")
        else:
            flash(_("Nothing was different, so nothing was changed."), "info")
        return redirect(url_for("volunteers.profile", volunteer=volunteer))

    def again(values: Values, errors: Errors) -> str:
        return _edit(volunteer, values, errors)

    if SHOW_NEXT in request.form:
        return make_response(again(given, {}))
    return submitted(ProfileFormSchema(), done, again, given)


def _changes(loaded: Values) -> dict[str, Any]:
    """What a form means: lists and choices are whole, what is hidden stays unless something is said."""
    changes: dict[str, Any] = {name: loaded.get(name, []) for name in LISTED}
    changes |= {name: loaded.get(name) for name in CHOSEN}
    if loaded["drop_address"] or loaded.get("address"):
        changes["address"] = loaded.get("address")
    contact = {name: loaded.get(name) for name in ("emergency_name", "emergency_phone")}
    if loaded["drop_emergency"] or any(contact.values()):
        changes |= contact
    return changes


def _edit(volunteer: Key | None, values: Values, errors: Errors) -> str:
    person = queries.person(current_actor(), whose(volunteer))
    shown = {name: getattr(person, name) for name in (*CHOSEN, *LISTED)}
    elsewhere = person.service_region_code if person.service_region_code != person.region_code else None
    return render_template(
        "volunteers/edit_profile.html",
        person=person,
        ward=volunteer,
        values=values or shown,
        errors=errors,
        summary=summary_of(errors),
        elsewhere=residence(elsewhere, SERVICE),
        most_categories=queries.registration_policy().most_categories,
        choices=choices,
    )


# --- the phone --------------------------------------------------------------------------------------


@pages.get("/my/profile/phone")
def phone() -> str:
    """Which phone one wants to sign in by."""
    return _phone({}, {})


@pages.post("/my/profile/phone/code")
def send_phone_code() -> Response:
    """Send a code to the new number; nothing tells whether somebody has it already."""

    def done(given: Values) -> Response:
        act(count_code_request, phone=given["phone"], address=request.remote_addr or "unknown")
        code = act(request_phone_code, phone=given["phone"])
        if code:
            send_code(given["phone"], code)
        return make_response(_phone(given, {}, code_sent=True))

    return submitted(NewPhoneSchema(), done, _phone)


@pages.post("/my/profile/phone")
def change_phone() -> Response:
    """Sign in by the new number from now on."""

    def done(given: Values) -> Response:
        address = request.remote_addr or "unknown"
        act(count_sign_in, phone=given["phone"], address=address, by_code=True)
        act(usecases.change_phone, **given)
        flash(_("From now on you sign in by the new number."), "success")
        return redirect(url_for("volunteers.profile", volunteer=None))

    return submitted(PhoneCodeSchema(), done, lambda values, errors: _phone(values, errors, code_sent=True))


def _phone(values: Values, errors: Errors, code_sent: bool = False) -> str:
    whose(None)
    return render_template(
        "volunteers/phone.html",
        values=values,
        errors=errors,
        code_sent=code_sent,
        code_minutes=int(CODE_LIFE.total_seconds()) // 60,
        own_phone=own_phone(current_actor()),
    )


# --- consents, and who looked -----------------------------------------------------------------------


@pages.get("/my/consents", defaults={"volunteer": None})
@pages.get("/my/wards/<key:volunteer>/consents")
def consents(volunteer: Key | None) -> str:
    """What was agreed to, in which version and when."""
    return _consents(volunteer, {}, {})


@pages.post("/my/consents", defaults={"volunteer": None})
@pages.post("/my/wards/<key:volunteer>/consents")
def give_consent(volunteer: Key | None) -> Response:
    """Agree to a text in force."""

    def done(given: Values) -> Response:
        act(usecases.give_consent, volunteer=whose(volunteer), **given)
        flash(_("Your consent is on record."), "success")
        return redirect(url_for("volunteers.consents", volunteer=volunteer))

    return submitted(ConsentsGivenSchema(), done, lambda values, errors: _consents(volunteer, values, errors))


@pages.post("/my/consents/<purpose>/withdraw", defaults={"volunteer": None})
@pages.post("/my/wards/<key:volunteer>/consents/<purpose>/withdraw")
def withdraw_consent(volunteer: Key | None, purpose: str) -> Response:
    """Take a consent back at once."""
    act(usecases.withdraw_consent, volunteer=whose(volunteer), purpose=purpose)
    flash(_("The consent is taken back. You can give it again at any time."), "success")
    return redirect(url_for("volunteers.consents", volunteer=volunteer))


@pages.get("/my/consents/stop", defaults={"volunteer": None})
@pages.get("/my/wards/<key:volunteer>/consents/stop")
def stop(volunteer: Key | None) -> str:
    """What taking a needed consent back means."""
    whose(volunteer)
    return render_template(
        "volunteers/stop.html",
        ward=volunteer,
        policy=queries.registration_policy(),
        account_page=page_at("/my/account") if volunteer is None else None,
    )


def _consents(volunteer: Key | None, values: Values, errors: Errors) -> str:
    actor, key = current_actor(), whose(volunteer)
    person = queries.person(actor, key)
    return render_template(
        "volunteers/consents.html",
        person=person,
        ward=volunteer,
        consents=queries.consents(actor, key),
        changeable=person.status in CHANGEABLE,
        values=values,
        errors=errors,
    )


@pages.get("/my/access", defaults={"volunteer": None})
@pages.get("/my/wards/<key:volunteer>/access")
def access(volunteer: Key | None) -> str:
    """Who saw hidden data in clear, and what for."""
    actor, key = current_actor(), whose(volunteer)
    cursor = request.args.get("cursor")
    return render_template(
        "volunteers/access.html",
        person=queries.person(actor, key),
        ward=volunteer,
        page=queries.unmaskings(actor, key, limit=LINES, cursor=cursor),
        cursor=cursor,
    )
