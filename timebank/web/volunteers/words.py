"""Words of registration and its review."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "account-exists": _l("You have an account already; leave the password empty."),
    "already-volunteer": _l("Your account has a registration already."),
    "consent-missing": _l(
        "We cannot register you without consent to the privacy notice and to the use of sensitive data."
    ),
    "document-check": _l("The check digit does not fit: compare the number with the card, sign by sign."),
    "document-date": _l("The date of birth inside the number does not exist."),
    "document-form": _l("A resident identity number has 17 digits and a last digit or X."),
    "document-of-nobody": _l("Numbers beginning with 99 belong to nobody."),
    "document-registered": _l(
        "This identity number is registered already. Please sign in instead, or ask at the service window."
    ),
    "guardian-required": _l(
        "Under 18, a guardian must consent, which cannot be done online yet. "
        "Please ask at the service window of your community."
    ),
    "not-a-name": _l("Enter the name as on the identity card, without digits or signs."),
    "not-a-party-member": _l("This person did not state membership of the Communist Party of China."),
    "own-registration": _l("Somebody else must decide this: it is your own registration."),
    "reason-needed": _l("Write 2 to 200 characters; the person will read them."),
    "too-many-chosen": _l("Choose at most %(first)s."),
    "unknown-community": _l("Choose the community or village where you live."),
    "wrong-status": _l("This is not possible in the present state. Open the page again and look."),
}

CATEGORY: dict[str, LazyString] = {
    "housekeeping": _l("Housekeeping"),
    "culture_sports": _l("Culture and sports"),
    "counselling": _l("Psychological counselling"),
    "health_care": _l("Health care"),
    "legal": _l("Legal service"),
    "traffic_safety": _l("Traffic safety"),
    "neighbour_help": _l("Help among neighbours"),
    "production_help": _l("Help with production"),
    "elder_help": _l("Mutual help of the elderly"),
    "relief_help": _l("Relief"),
    "poverty_help": _l("Help in poverty"),
    "elder_care": _l("Care for the elderly"),
    "orphan_care": _l("Care for orphans"),
    "disability_help": _l("Help with disabilities"),
    "emergency": _l("Emergency help"),
    "environment": _l("Environment"),
    "schooling": _l("Help with schooling"),
    "military_support": _l("Support for service families"),
    "public_security": _l("Public security"),
    "science_popularisation": _l("Science for everybody"),
    "rural_civility": _l("Rural civility"),
    "civility_guidance": _l("Civility guidance"),
    "large_events": _l("Large events"),
}

SKILL: dict[str, LazyString] = {
    "nursing": _l("Nursing"),
    "medicine": _l("Medicine"),
    "counselling": _l("Counselling"),
    "law": _l("Law"),
    "teaching": _l("Teaching"),
    "child_care": _l("Child care"),
    "elder_care": _l("Elder care"),
    "rehabilitation": _l("Rehabilitation"),
    "sign_language": _l("Sign language"),
    "foreign_language": _l("Foreign languages"),
    "computing": _l("Computing"),
    "repair": _l("Repairs"),
    "electrical": _l("Electrical work"),
    "hairdressing": _l("Hairdressing"),
    "cooking": _l("Cooking"),
    "driving": _l("Driving"),
    "first_aid": _l("First aid"),
    "photography": _l("Photography"),
    "writing": _l("Writing"),
    "arts": _l("Arts"),
    "sports": _l("Sports"),
    "farming": _l("Farming"),
    "organising": _l("Organising"),
    "media": _l("Media"),
}

POLITICAL_STATUS: dict[str, LazyString] = {
    "01": _l("Member of the Communist Party of China"),
    "02": _l("Probationary member of the Communist Party of China"),
    "03": _l("Member of the Communist Youth League"),
    "04": _l("Member of the Revolutionary Committee of the Kuomintang"),
    "05": _l("Member of the China Democratic League"),
    "06": _l("Member of the China National Democratic Construction Association"),
    "07": _l("Member of the China Association for Promoting Democracy"),
    "08": _l("Member of the Chinese Peasants' and Workers' Democratic Party"),
    "09": _l("Member of the China Zhi Gong Party"),
    "10": _l("Member of the Jiusan Society"),
    "11": _l("Member of the Taiwan Democratic Self-Government League"),
    "12": _l("Without party affiliation (public figure)"),
    "13": _l("None of these (the masses)"),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    "consent_purpose": {
        "privacy": _l("Privacy notice"),
        "sensitive": _l("Sensitive personal data"),
        "publication": _l("Publication of name and honours"),
    },
    "document_type": {"resident_id": _l("Resident identity card")},
    "personal_field": {"document_number": _l("Identity number"), "phone": _l("Mobile number")},
    "political_status": POLITICAL_STATUS,
    "service_category": CATEGORY,
    "sex": {"0": _l("Unknown"), "1": _l("Male"), "2": _l("Female"), "9": _l("Not stated")},
    "skill": SKILL,
    "volunteer_field": {
        "name": _l("Name"),
        "document_type": _l("Kind of document"),
        "document_number": _l("Identity number"),
        "political_status": _l("Political status"),
        "phone": _l("Mobile number"),
        "password": _l("Password"),
        "region_code": _l("Community or village"),
        "skills": _l("Skills"),
        "categories": _l("Service categories"),
        "consents": _l("Your consent"),
    },
    "volunteer_done": {
        "approve": _l("The registration is approved."),
        "return": _l("The registration went back for correction."),
        "reject": _l("The registration is rejected."),
        "suspend": _l("The volunteer is suspended."),
        "reinstate": _l("The suspension has ended."),
        "verify-party": _l("The party membership is verified."),
    },
    "volunteer_event": {
        "volunteer.submitted": _l("Registration submitted"),
        "volunteer.registered": _l("Approved"),
        "volunteer.returned": _l("Returned for correction"),
        "volunteer.rejected": _l("Rejected"),
        "volunteer.suspended": _l("Suspended"),
        "volunteer.reinstated": _l("Suspension ended"),
        "volunteer.party_verified": _l("Party membership verified"),
        "volunteer.unmasked": _l("Personal data shown in clear"),
    },
    "volunteer_status": {
        "submitted": _l("Waiting for approval"),
        "returned": _l("To be corrected"),
        "rejected": _l("Rejected"),
        "registered": _l("Registered volunteer"),
        "suspended": _l("Suspended"),
        "closed": _l("Account closed"),
    },
}
