import pytest

from accounts.roles import RIGHTS, ROLES, TABLE, rights_of

CONTENT = {
    "interactions.view_interaction",
    "interactions.listen_recording",
    "interactions.download_recording",
    "interactions.comment_interaction",
}
EXPECTED = {
    "agent": {"interactions.view_interaction", "interactions.listen_recording"},
    "supervisor": {
        "interactions.view_interaction",
        "interactions.listen_recording",
        "interactions.download_recording",
        "interactions.comment_interaction",
        "interactions.erase_content",
        "interactions.change_purposes",
        "interactions.view_import",
        "customers.view_restriction",
        "rtbf.decide_right",
        "rtbf.raise_request",
        "rtbf.view_request",
        "rtbf.cancel_request",
        "rtbf.approve_request",
        "rtbf.refuse_request",
        "rtbf.write_letter",
        "rtbf.raise_dossier",
        "customers.merge_customer",
        "interactions.scan_texts",
    },
    "auditor": {"trail.view_event", "trail.verify"},
    "officer": {
        "rtbf.approve_closing",
        "customers.view_restriction",
        "customers.lift_restriction",
        "customers.use_for_claims",
        "rtbf.answer_member",
        "rtbf.decide_right",
        "retention.view_hold",
        "retention.place_hold",
        "retention.release_hold",
        "retention.view_policy",
        "retention.change_policy",
        "retention.control_disposal",
        "accounts.view_purposerule",
        "accounts.change_purposerule",
        "interactions.scan_texts",
        "rtbf.view_request",
        "rtbf.approve_request",
        "rtbf.refuse_request",
        "rtbf.write_letter",
        "rtbf.change_rules",
    },
}


@pytest.mark.parametrize("role", EXPECTED)
def test_a_role_has_these_rights_and_no_others(role: str) -> None:
    assert rights_of(role) == EXPECTED[role]


def test_administrators_look_after_people_and_nothing_else() -> None:
    rights = rights_of("administrator")
    assert "accounts.change_membership" in rights
    others = {
        "interactions.view_import",
        "interactions.configure_import",
        "rtbf.change_rules",
        "retention.change_hold_rules",
        "rtbf.close_account",
        "rtbf.approve_closing",
    }
    assert {right.split(".")[0] for right in rights - others} == {"accounts"}
    assert "accounts.add_account" not in rights


@pytest.mark.parametrize("role", ["auditor", "officer", "administrator", "operator"])
def test_roles_without_content_have_no_right_to_any(role: str) -> None:
    assert not rights_of(role) & CONTENT


def test_only_supervisors_raise_requests_to_forget() -> None:
    assert [role for role in TABLE if "rtbf.raise_request" in rights_of(role)] == ["supervisor"]


def test_the_house_itself_imports_and_nothing_else() -> None:
    assert rights_of("house") == {"interactions.ingest_interaction"}


def test_an_unknown_role_has_no_rights() -> None:
    assert rights_of("superuser") == frozenset()


def test_nobody_may_delete() -> None:
    assert not [right for rights in TABLE.values() for right in rights if "delete" in right]


def test_each_right_has_a_plain_name() -> None:
    assert {right for rights in TABLE.values() for right in rights} <= RIGHTS.keys()
    assert set(ROLES) == TABLE.keys() - {"operator", "house"}
