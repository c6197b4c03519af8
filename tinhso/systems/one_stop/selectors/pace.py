"""How long dossiers really take, and how many end on time: counted from the dossiers themselves."""

from datetime import datetime, timedelta

from django.db import connection

from tinhso.systems.one_stop.types import Pace

LONGEST_UNDER_WAY = timedelta(days=120)  # a dossier filed earlier than that before the span is not looked for

# The range over submitted_at keeps to the index «newest first»: the table itself may hold millions.
_PACES = """
select procedure_code,
       count(*),
       count(*) filter (where verdict in ('early', 'on_time')),
       percentile_cont(0.5) within group (order by extract(epoch from finished_at - submitted_at)),
       percentile_cont(0.9) within group (order by extract(epoch from finished_at - submitted_at))
  from one_stop_dossier
 where submitted_at >= %(filed)s and finished_at >= %(since)s and finished_at < %(until)s
   and verdict <> '' and parent_id is null
 group by procedure_code
 order by procedure_code
"""


def paces(*, since: datetime, until: datetime) -> list[Pace]:
    """Per procedure: dossiers whose result was ready in the span, and the time from filing to result."""
    with connection.cursor() as cursor:
        cursor.execute(_PACES, {"filed": since - LONGEST_UNDER_WAY, "since": since, "until": until})
        return [
            Pace(code, ended, on_time, round(half / 60), round(most / 60))
            for code, ended, on_time, half, most in cursor.fetchall()
        ]
