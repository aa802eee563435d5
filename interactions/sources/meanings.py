"""Knows what the columns and attributes of exports mean, by the names they usually have.

Nobody's export looks like another's, so an account can say what its own names mean; that goes before what is usual.
Names are compared without case, blanks and marks: `Customer ID`, `customer_id` and `customerId` are one.
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum


class Meaning(StrEnum):
    """What a column or attribute holds."""

    CUSTOMER_ID = "customer-id"
    CRM_ID = "crm-id"
    NAME = "name"
    GIVEN_NAME = "given-name"
    FAMILY_NAME = "family-name"
    PHONE = "phone"
    EMAIL = "email"
    SOCIAL = "social"
    ADDRESS = "address"
    BIRTH_DATE = "birth-date"
    NATIONAL_ID = "national-id"
    IP = "ip"
    DEVICE = "device"
    NOTE_ID = "note-id"
    TEXT = "text"
    AUTHOR = "author"
    WRITTEN_AT = "written-at"
    CAMPAIGN = "campaign"


_USUAL = {
    Meaning.CUSTOMER_ID: "customerid customerno customernumber custid custno clientid kundennummer kundennr",
    Meaning.CRM_ID: "crmid contactid leadid whoid",
    Meaning.NAME: "name fullname customername contactname clientname callername displayname nom nombre",
    Meaning.GIVEN_NAME: "firstname givenname forename vorname prenom",
    Meaning.FAMILY_NAME: "lastname familyname surname nachname nomdefamille apellido apellidos",
    Meaning.SOCIAL: "twitter twitterhandle social socialhandle instagram handle",
    Meaning.ADDRESS: "address postaladdress mailingaddress homeaddress streetaddress adresse anschrift direccion",
    Meaning.BIRTH_DATE: "birthdate dateofbirth dob birthday geburtsdatum datedenaissance fechadenacimiento",
    Meaning.NATIONAL_ID: "nationalid ssn socialsecuritynumber nino taxid passportnumber passportno dni",
    Meaning.IP: "ip ipaddress ipaddr clientip remoteip",
    Meaning.DEVICE: "deviceid cookieid visitorid imei macaddress advertisingid",
    Meaning.NOTE_ID: "noteid taskid activityid",
    Meaning.TEXT: "note notes body text comment comments description subject remarks notiz notizen bemerkung",
    Meaning.AUTHOR: "author createdby owner user username agent writtenby",
    Meaning.WRITTEN_AT: "createdat created createddate date writtenat timestamp datetime",
    Meaning.CAMPAIGN: "campaign campaignid campaigncode campaignname kampagne",
}
_BY_NAME = {name: meaning for meaning, names in _USUAL.items() for name in names.split()}
_PHONE = re.compile(r"(?:(?:home|work|mobile|business|other|alt|customer|contact|caller|main|office|cell|callback)?"
                    r"(?:phone|telephone|telefon|mobile|cell|fax|msisdn|handy|tel)(?:number|nummer|no|nr)?"
                    r"(?:home|work|mobile|business|other|alt|main|office|[a-z])?\d?|callbacknumber)")  # fmt: skip
_EMAIL = re.compile(r"(?:\w{0,12})?e?mail(?:address|adresse)?(?:\w{0,12})?")
# A phone system calls the telephone number "customer number" too, so that name says nothing about a value of a call.
_UNSURE_OF_VALUES = frozenset({"customernumber", "customerno", "name", "contactid"})
LONGEST_NAME = 200


def key_of(name: str) -> str:
    """Return a name in the form names are compared in."""
    apart = unicodedata.normalize("NFKD", name[:LONGEST_NAME]).casefold()
    return "".join(sign for sign in apart if sign.isalnum())


def meaning_of(name: str, own: Mapping[str, str], *, of_values: bool = False) -> Meaning | None:
    """Return what a column or attribute of this name holds, or None. `own`: the account's words, by `key_of`."""
    key = key_of(name)
    if key in own:
        return Meaning(own[key]) if own[key] in Meaning._value2member_map_ else None
    if of_values and key in _UNSURE_OF_VALUES:
        return None
    if key in _BY_NAME:
        return _BY_NAME[key]
    if _PHONE.fullmatch(key):
        return Meaning.PHONE
    return Meaning.EMAIL if _EMAIL.fullmatch(key) else None
