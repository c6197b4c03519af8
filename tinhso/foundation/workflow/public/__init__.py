"""The door of the process engine (quy trình): `cases` for whoever moves them, `designing` for whoever draws them."""

from tinhso.foundation.workflow.public.cases import *  # noqa: F403 - both halves list what they give out
from tinhso.foundation.workflow.public.designing import *  # noqa: F403
