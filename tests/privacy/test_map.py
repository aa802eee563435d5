from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import models

from customers.models import Customer, Identifier
from interactions.models import Interaction, Mention, Recording
from privacy import map as data_map
from privacy.map import Category, Datum, MapError, declare
from privacy.models import SealedField, SealedModel


def test_the_whole_house_is_declared() -> None:
    data_map.check()


def test_every_sealed_model_can_be_erased() -> None:
    sealed = {each for each in apps.get_models() if issubclass(each, SealedModel)}

    assert {each.model for each in data_map.erasable()} == sealed


def test_records_lie_below_what_they_belong_to() -> None:
    depths = [data_map.depth(model) for model in (Customer, Identifier, Interaction, Recording, Mention)]

    assert depths == [0, 1, 1, 2, 3]


@pytest.fixture
def stray_models(monkeypatch):
    """Let the check see models that no app has."""
    stray: list[type[models.Model]] = []

    def get_models(**options: bool) -> list[type[models.Model]]:
        return [*apps.get_models(**options), *stray]

    monkeypatch.setattr(data_map, "apps", SimpleNamespace(get_models=get_models, get_app_config=apps.get_app_config))
    monkeypatch.setattr(data_map, "_entries", dict(data_map._entries))
    yield stray
    for model in stray:
        apps.all_models["privacy"].pop(model._meta.model_name, None)
    apps.clear_cache()


def make_model(name: str, **fields: models.Field) -> type[models.Model]:
    meta = type("Meta", (), {"app_label": "privacy"})
    return type(name, (SealedModel,), {"__module__": __name__, "Meta": meta, **fields})


MARKS = ["id", "key_id", "condemned_at", "condemnation_id", "erased_at"]


def test_a_new_model_stops_the_start_and_is_told_the_line_to_add(stray_models) -> None:
    stray_models.append(make_model("Fax", page=SealedField()))

    with pytest.raises(MapError) as stopped:
        data_map.check()
    assert "privacy.Fax" in str(stopped.value)
    assert "privacy/personal_data.py" in str(stopped.value)
    assert "declare(Fax," in str(stopped.value)


def test_a_new_field_stops_the_start_and_is_named(stray_models) -> None:
    model = make_model("Telex", page=SealedField(), number=models.CharField(max_length=20))
    stray_models.append(model)
    declare(model, personal={"page": Datum(Category.WORDS)}, plain=MARKS)

    with pytest.raises(MapError, match='field "number" is not declared'):
        data_map.check()


def test_a_sealed_field_is_never_plain(stray_models) -> None:
    model = make_model("Pager", page=SealedField())
    stray_models.append(model)
    declare(model, plain=[*MARKS, "page"])

    with pytest.raises(MapError, match='"page" is sealed'):
        data_map.check()


def test_a_field_that_is_gone_stops_the_start(stray_models) -> None:
    model = make_model("Pigeon", page=SealedField())
    stray_models.append(model)
    declare(model, personal={"page": Datum(Category.WORDS), "wing": Datum(Category.WORDS)}, plain=MARKS)

    with pytest.raises(MapError, match='names "wing", which is no field'):
        data_map.check()


def test_paths_that_lead_nowhere_stop_the_start(stray_models) -> None:
    model = make_model("Semaphore", page=SealedField())
    stray_models.append(model)
    declare(model, personal={"page": Datum(Category.WORDS)}, plain=MARKS, belongs_to="page", ages_from="page__sent_at")

    with pytest.raises(MapError) as stopped:
        data_map.check()
    assert 'belongs_to "page" is no foreign key' in str(stopped.value)
    assert 'ages_from "page__sent_at" leads nowhere' in str(stopped.value)


def test_declaring_twice_is_refused(stray_models) -> None:
    with pytest.raises(MapError, match="declared twice"):
        declare(Customer)
