"""The stores of the demo accounts show everything a store can hold."""

import pytest
from django.utils import timezone

from tinhso.systems.one_stop.tests.factories import Office
from tinhso.systems.vault import public as vault
from tinhso.systems.vault.demo import samples
from tinhso.systems.vault.models import Delegate, Paper

pytestmark = pytest.mark.django_db


def test_each_zone_weight_and_end_is_there_and_twice_is_once(office: Office) -> None:
    at = timezone.now()
    assert samples.fill(at=at) == len(samples.OF_CITIZEN) + len(samples.OF_BUSINESS) + 2
    assert samples.fill(at=at) == 0
    mine = Paper.objects.filter(store__number="072190004217")
    assert set(mine.values_list("zone", flat=True)) == set(Paper.Zone.values)
    assert set(mine.values_list("weight", flat=True)) == set(Paper.Weight.values)
    assert mine.filter(valid_to__lt=timezone.localdate(at)).count() == 1
    assert mine.filter(status="revoked").count() == 1
    assert mine.filter(hidden_at__isnull=False).count() == 1
    assert Delegate.objects.get().identity_number == "072190004217"


def test_the_samples_are_of_kinds_the_pack_knows(office: Office) -> None:
    wanted = {sample.kind for sample in (*samples.OF_CITIZEN, *samples.OF_BUSINESS) if sample.kind}
    assert wanted <= {kind.key for kind in vault.kinds()}
