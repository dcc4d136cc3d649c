"""Columns that are no questions, recognised by their headings.

What could single a person out and that nobody was asked for (network address, place on earth, browser) is
left out of every import; the plan says so.
"""

from __future__ import annotations

import re

from .plan import Role

NAMES: dict[Role, str] = {
    Role.EXTERNAL_ID: (
        "response id|responseid|respondent id|respondentid|id|respnum|submission id|token|"
        "external reference|externaldatareference|id de respuesta|antwort id|record id|uuid"
    ),
    Role.STARTED: (
        "time started|start date|startdate|date started|started at|start time|date created|"
        "started|fecha de inicio|datum gestartet|date de lancement"
    ),
    Role.SUBMITTED: (
        "date submitted|submitdate|end date|enddate|recordeddate|recorded date|timestamp|"
        "submitted at|completion time|date completed|marca temporal|zeitstempel|horodateur|"
        "informazioni cronologiche|carimbo de data/hora|tijdstempel|submit date|submitted|"
        "datum abgeschickt|fecha de envío|date modified|completed at|sygnatura czasowa|date|"
        "fecha|intdate|interview date|date of interview|survey date|date of survey|response date|date of response|"
        "date answered|answered at|answered on|interviewdatum|datum des interviews|befragungsdatum|"
        "fecha de la entrevista|fecha de respuesta|date de l'entretien|date de réponse"
    ),
    Role.STATUS: ("status|response status|finished|completed|complete|is complete"),
    Role.EMAIL: (
        "email address|email|e-mail|e-mail address|recipientemail|recipient email|emailaddress|"
        "username|dirección de correo electrónico|correo electrónico|e-mail-adresse|"
        "adresse e-mail"
    ),
    Role.NAME: ("name|full name|your name|respondent name|nombre|nom"),
    Role.FIRST_NAME: ("first name|recipientfirstname|recipient first name|firstname|vorname"),
    Role.LAST_NAME: ("last name|recipientlastname|recipient last name|lastname|surname|nachname"),
    Role.LANGUAGE: ("user language|userlanguage|startlanguage|start language|language|survey language"),
    Role.DURATION: (
        "duration (in seconds)|duration|total time|interviewtime|time taken|response time|"
        "time spent|duration in seconds"
    ),
    Role.IGNORED: (
        "ip address|ipaddress|ipaddr|ip|user agent|useragent|locationlatitude|locationlongitude|"
        "locationaccuracy|location latitude|location longitude|location accuracy|latitude|"
        "longitude|responseset|collector id|collectorid|distributionchannel|distribution channel|"
        "refurl|referer|referrer|referring url|last page|lastpage|progress|seed|custom data 1|"
        "datestamp|link name|sessionid|session id"
    ),
}
ROW_NUMBERS = frozenset(["no", "no.", "nr", "nr.", "#", "№", "row", "row no.", "row number", "lfd. nr."])
BY_NAME = {name: role for role, names in NAMES.items() for name in names.split("|")}
PRIVATE = re.compile(r"^(ip|ipaddr|ip ?address|user ?agent|location ?(latitude|longitude|accuracy))$")
TIMINGS = re.compile(r"(time$|timing|_first click|_last click|_page submit|_click count)", re.IGNORECASE)


def role_of(heading: str) -> Role | None:
    """The role that a heading names, if it names one and nothing else."""
    return BY_NAME.get(folded(heading))


def note_on(heading: str, role: Role) -> str:
    """Why a column is left out."""
    if role is not Role.IGNORED:
        return ""
    if PRIVATE.match(folded(heading)):
        return "Left out: it could single people out."
    return "Left out: it is about the tool, not an answer."


def folded(heading: str) -> str:
    """A heading without case, decoration and double spaces."""
    return " ".join(heading.casefold().replace("_", " ").strip(" *:\"'").split())
