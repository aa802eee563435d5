from django.conf import settings

from privacy.document import render


def test_the_published_map_is_current() -> None:
    published = (settings.BASE / "docs" / "personal-data.md").read_text(encoding="utf-8")

    assert published == render(), "run manage.py document_personal_data"


def test_every_sealed_field_is_in_it() -> None:
    assert "| customer_address | identifier | shredded |" in render()
