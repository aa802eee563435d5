import pytest

from trail.canonical import canonical, prove_facts


def test_names_are_sorted_and_nothing_is_escaped_needlessly():
    assert canonical({"b": 1, "a": 'é\u20ac\n"\\\x0f', "c": None, "d": True}) == (
        b'{"a":"' + "é€".encode() + b'\\n\\"\\\\\\u000f","b":1,"c":null,"d":true}'
    )


@pytest.mark.parametrize("facts", [{"n": 1.5}, {"n": 2**53}, {"n": ["a"]}, {"Name": 1}, {"a b": 1}])
def test_what_json_programs_read_differently_is_refused(facts: dict):
    with pytest.raises(ValueError, match=r"not written|takes text|too large"):
        prove_facts(facts)
