"""Changing identity: accounts, roles, codes, sign-in, second factors, tokens, accounts at providers."""

from timebank.identity.usecases.accounts import attach_volunteer, create_user, rename_user, set_preferences
from timebank.identity.usecases.codes import (
    CODES_PER_ADDRESS,
    CODES_PER_PHONE,
    count_code_request,
    request_code,
)
from timebank.identity.usecases.external import link_external, sign_in_external, unlink_external
from timebank.identity.usecases.grants import (
    add_grant,
    end_grant,
    end_role,
    enrol_officer,
    grant_role,
    revoke_grant,
)
from timebank.identity.usecases.passwords import change_password
from timebank.identity.usecases.phones import move_phone, request_phone_code
from timebank.identity.usecases.second_factor import (
    SECOND_FACTORS_PER_USER,
    begin_second_factor,
    confirm_second_factor,
    count_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
)
from timebank.identity.usecases.sign_in import (
    SIGN_INS_PER_ADDRESS,
    SIGN_INS_PER_PHONE,
    Enrolled,
    complete_sign_in,
    count_sign_in,
    enrol_and_sign_in,
    sign_in,
)
from timebank.identity.usecases.tokens import (
    API_TOKENS_EACH,
    ApiToken,
    SignedIn,
    make_api_token,
    note_use,
    revoke_token,
    sign_out,
    sign_out_elsewhere,
    sweep_sign_ins,
)

__all__ = [
    "API_TOKENS_EACH",
    "CODES_PER_ADDRESS",
    "CODES_PER_PHONE",
    "SECOND_FACTORS_PER_USER",
    "SIGN_INS_PER_ADDRESS",
    "SIGN_INS_PER_PHONE",
    "ApiToken",
    "Enrolled",
    "SignedIn",
    "add_grant",
    "attach_volunteer",
    "begin_second_factor",
    "change_password",
    "complete_sign_in",
    "confirm_second_factor",
    "count_code_request",
    "count_second_factor",
    "count_sign_in",
    "create_user",
    "end_grant",
    "end_role",
    "enrol_and_sign_in",
    "enrol_officer",
    "grant_role",
    "link_external",
    "make_api_token",
    "move_phone",
    "note_use",
    "remove_second_factor",
    "rename_user",
    "renew_recovery_codes",
    "request_code",
    "request_phone_code",
    "reset_second_factor",
    "revoke_grant",
    "revoke_token",
    "set_preferences",
    "sign_in",
    "sign_in_external",
    "sign_out",
    "sign_out_elsewhere",
    "sweep_sign_ins",
    "unlink_external",
]
