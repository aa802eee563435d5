"""Ready-made policies, each with its source: a beginning to look at and change, never in force by itself.

The first is CNIL's former simplified norm 57 (deliberation 2014-474), still the usual measure. Terms that are a duty
carry a minimum, those that are a limit a maximum; the others are terms only.
"""

from typing import Any, Final

TITLES: Final = {
    "cnil": "Recordings at most six months (CNIL, guidance on recording calls)",
    "cnil_analysis": "Transcripts and analysis at most one year (CNIL, guidance on recording calls)",
    "mifid": "Broker calls at least five years (MiFID II, Art. 16(7))",
    "mifid_seven": "Broker calls seven years, where the authority asks for it (MiFID II, Art. 16(7))",
    "contract": "Proof of contracts: six years (Limitation Act 1980, s. 5)",
    "quality": "Recordings for quality and training: 90 days",
    "log": "Personal details of the log: one year (CNIL, recommendation on logging 2021-122)",
}
FILLED: Final[dict[str, dict[str, Any]]] = {
    "cnil": {
        "name": "Recordings, six months", "kinds": ["recording"], "keep": "6 months", "maximum": "6 months",
        "because": "CNIL, listening and recording at work (2014-474)",
    },
    "cnil_analysis": {
        "name": "Analysis, one year", "kinds": ["transcript", "analysis", "comment"], "keep": "1 year",
        "maximum": "1 year", "because": "CNIL, listening and recording at work (2014-474)",
    },
    "mifid": {
        "name": "Broker calls, five years", "kinds": ["recording", "transcript", "metadata"], "keep": "5 years",
        "minimum": "5 years", "purposes": ["legal_duty"], "because": "MiFID II, Art. 16(7)",
    },
    "mifid_seven": {
        "name": "Broker calls, seven years", "kinds": ["recording", "transcript", "metadata"], "keep": "7 years",
        "minimum": "7 years", "purposes": ["legal_duty"],
        "because": "MiFID II, Art. 16(7), at the authority's request",
    },
    "contract": {
        "name": "Proof of contracts, six years", "kinds": ["recording", "transcript"], "keep": "6 years",
        "purposes": ["contract"], "because": "Limitation Act 1980, s. 5 (claims from a contract)",
    },
    "quality": {
        "name": "Quality, 90 days", "kinds": ["recording", "transcript"], "keep": "90 days",
        "purposes": ["quality", "training"], "because": "GDPR Art. 5(1)(e)",
    },
    "log": {
        "name": "Details of the log, one year", "kinds": ["detail"], "keep": "1 year",
        "because": "CNIL, recommendation on logging (2021-122)",
    },
}  # fmt: skip
