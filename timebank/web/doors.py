"""Every door there is, on one page: words, JSON, pages."""

from __future__ import annotations

from timebank.web.account import api as account_api
from timebank.web.account import pages as account
from timebank.web.account import words as account_words
from timebank.web.audit import api as audit_api
from timebank.web.audit import pages as audit
from timebank.web.audit import words as audit_words
from timebank.web.auth import api as auth_api
from timebank.web.auth import external, grants, security
from timebank.web.auth import pages as auth
from timebank.web.auth import words as auth_words
from timebank.web.certificates import api as certificates_api
from timebank.web.certificates import pages as certificates
from timebank.web.certificates import words as certificates_words
from timebank.web.gate import pages as gate
from timebank.web.gate import phones as gate_api
from timebank.web.gate import words as gate_words
from timebank.web.home import pages as home
from timebank.web.hours import api as hours_api
from timebank.web.hours import pages as hours
from timebank.web.hours import words as hours_words
from timebank.web.imports import api as imports_api
from timebank.web.imports import pages as imports
from timebank.web.imports import words as imports_words
from timebank.web.jobs import pages as jobs
from timebank.web.jobs import words as jobs_words
from timebank.web.memberships import api as memberships_api
from timebank.web.memberships import pages as teams
from timebank.web.memberships import words as memberships_words
from timebank.web.my import pages as my
from timebank.web.office import pages as office
from timebank.web.organizations import api as organizations_api
from timebank.web.organizations import pages as organizations
from timebank.web.organizations import words as organizations_words
from timebank.web.party import api as party_api
from timebank.web.party import pages as party
from timebank.web.party import words as party_words
from timebank.web.projects import api_shifts as projects_api
from timebank.web.projects import calendars as projects
from timebank.web.projects import organize_shifts as organize
from timebank.web.projects import words as projects_words
from timebank.web.qualifications import api as qualifications_api
from timebank.web.qualifications import pages as qualifications
from timebank.web.qualifications import words as qualifications_words
from timebank.web.regions import api as regions_api
from timebank.web.regions import words as regions_words
from timebank.web.service import pages as service
from timebank.web.statistics import api as statistics_api
from timebank.web.statistics import pages as statistics
from timebank.web.statistics import words as statistics_words
from timebank.web.volunteers import api as volunteers_api
from timebank.web.volunteers import pages as volunteers
from timebank.web.volunteers import words as volunteers_words
from timebank.web.window import pages as window
from timebank.web.window import words as window_words

WORDS = (
    auth_words,
    volunteers_words,
    imports_words,
    organizations_words,
    party_words,
    qualifications_words,
    memberships_words,
    regions_words,
    projects_words,
    gate_words,
    hours_words,
    certificates_words,
    statistics_words,
    jobs_words,
    window_words,
    audit_words,
    account_words,
)

JSON = (
    auth_api.api,
    volunteers_api.api,
    imports_api.api,
    organizations_api.api,
    party_api.api,
    qualifications_api.api,
    memberships_api.api,
    regions_api.api,
    projects_api.api,
    gate_api.api,
    hours_api.api,
    certificates_api.api,
    statistics_api.api,
    audit_api.api,
    account_api.api,
)

PAGES = (
    home.pages,
    auth.pages,
    external.pages,
    security.pages,
    grants.pages,
    volunteers.pages,
    window.pages,
    imports.pages,
    account.pages,
    organizations.pages,
    party.pages,
    qualifications.pages,
    teams.pages,
    projects.pages,
    organize.pages,
    gate.pages,
    hours.pages,
    certificates.pages,
    my.pages,
    statistics.pages,
    office.pages,
    jobs.pages,
    audit.pages,
    service.pages,
)
