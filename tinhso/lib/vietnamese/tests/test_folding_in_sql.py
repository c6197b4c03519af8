"""`vn_norm` in PostgreSQL folds as `fold` does."""

import pytest
from django.db import connection

from tinhso.lib.vietnamese import VN_NORM_SQL, fold

WORDS = ("Đường Hoà HÒA ủy", "ă â ê ô ơ ư Ẵ Ộ Ỡ", "a\u0300b\u0323", "Crème BRÛLÉE 12,5 %", "")


@pytest.mark.django_db
def test_sql_and_python_fold_alike():
    with connection.cursor() as cursor:
        cursor.execute(VN_NORM_SQL)
        for text in WORDS:
            cursor.execute("SELECT vn_norm(%s)", [text])
            assert cursor.fetchone()[0] == fold(text)
        cursor.execute("SELECT vn_norm(NULL)")
        assert cursor.fetchone()[0] is None
