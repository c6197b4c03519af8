"""The catalogue as the administrator decides it: fees, reductions, time limits, the process of a procedure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.workflow import public as workflow
from tinhso.lib.working_time import limit_in_words
from tinhso.systems.administration import services
from tinhso.systems.administration.forms import Typed
from tinhso.systems.administration.fresh import fresh
from tinhso.systems.procedures import public as procedures

UNITS = ("working_days", "working_hours", "calendar_days")


@fresh
@access("official", Right.MANAGE_CATALOGUE)
def procedure_list(request: AuthenticatedRequest) -> HttpResponse:
    """Find a procedure; without words those that are filed here."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    after = request.GET.get("after", "")[:40]
    hits = (
        procedures.search(text=text, limit=50) if text else procedures.browse(online_only=True, after=after, limit=50)
    )
    following = hits[-1].code if len(hits) == 50 and not text else ""
    return render(request, "administration/procedures.html", {"hits": hits, "text": text, "following": following})


def _procedure(code: str) -> procedures.Procedure:
    try:
        return procedures.get_procedure(code=code)
    except LookupError as missing:
        raise Http404 from missing


def _binding(code: str) -> procedures.Binding | None:
    try:
        return procedures.binding_on(code=code, on=timezone.localdate())
    except LookupError:
        return None


@fresh
@access("official", Right.MANAGE_CATALOGUE)
def procedure(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """What new dossiers of a procedure follow today, and where to change it."""
    shown, binding = _procedure(code), _binding(code)
    names = {row["key"]: row["name"] for row in workflow.processes()}
    context = {
        "procedure": shown,
        "binding": binding,
        "limit": limit_in_words(binding.rule.limit) if binding and binding.rule.limit else "",
        "process": names.get(binding.process_key, binding.process_key) if binding else "",
        "rules": procedures.fee_rules(code=code, on=timezone.localdate()),
        "today": timezone.localdate(),
    }
    return render(request, "administration/procedure.html", context)


def _from(typed: Typed) -> date | None:
    """The first day of a change: today or later, for what was is not rewritten."""
    on = typed.day("on", _("Ghi ngày bắt đầu áp dụng."))
    if on is not None and on < timezone.localdate():
        typed.wrong("on", _("Chỉ đổi được từ hôm nay trở đi; hồ sơ đã nhận giữ quy định cũ."))
    return on


def _page(request: AuthenticatedRequest, template: str, typed: Typed, **context: Any) -> HttpResponse:
    status = 422 if typed.errors else 200
    return render(request, f"administration/{template}.html", {"typed": typed, **context}, status=status)


def _today() -> str:
    return f"{timezone.localdate():%d/%m/%Y}"


@fresh
@access("official", Right.MANAGE_CATALOGUE)
@require_http_methods(["GET", "POST"])
def fee(request: AuthenticatedRequest, code: str, key: str) -> HttpResponse:
    """Another amount for one fee, from a day on."""
    shown = _procedure(code)
    line = next((fee for fee in shown.fees if fee.key == key), None)
    if line is None:
        raise Http404
    names, tables = ("amount", "legal_basis", "on", "decision"), _tables()
    if request.method == "GET":
        amount = "" if line.amount is None else f"{line.amount:.0f}"
        kept = {"amount": amount, "legal_basis": line.legal_basis, "on": _today()}
        typed = Typed.read({**kept, "decision": _table(line.decision_version_id)}, *names)
        return _page(request, "fee", typed, procedure=shown, fee=line, tables=tables)
    typed = Typed.read(request.POST, *names)
    amount_of = typed.dong("amount", _("Ghi mức thu; không thu thì ghi 0."))
    typed.text("legal_basis", _("Ghi căn cứ: nghị quyết, thông tư quy định mức thu."))
    _check_table(typed, tables)
    on = _from(typed)
    if typed.errors or on is None:
        return _page(request, "fee", typed, procedure=shown, fee=line, tables=tables)
    with transaction.atomic():
        services.change_fee(
            code=code, key=key, amount=amount_of, legal_basis=typed["legal_basis"], on=on,
            actor=request.actor, at=timezone.now(), decision=typed["decision"],
        )  # fmt: skip
    messages.success(request, _("Đã đổi mức thu «%(name)s».") % {"name": line.name})
    return redirect("administration:procedure", code)


@fresh
@access("official", Right.MANAGE_CATALOGUE)
@require_http_methods(["GET", "POST"])
def reduction(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """An exemption or reduction of the procedure's fees for some days."""
    shown = _procedure(code)
    names = ("fee", "effect", "value", "condition", "explanation", "legal_basis", "on", "until")
    if request.method == "GET":
        return _page(request, "reduction", Typed.read({"on": _today(), "effect": "percent"}, *names), procedure=shown)
    typed = Typed.read(request.POST, *names)
    rule = _rule(typed, shown, code)
    if typed.errors or rule is None:
        return _page(request, "reduction", typed, procedure=shown)
    with transaction.atomic():
        services.add_reduction(code=code, rule=rule, actor=request.actor, at=timezone.now())
    messages.success(request, _("Đã thêm miễn, giảm."))
    return redirect("administration:procedure", code)


def _tables() -> list[tuple[str, str]]:
    """Decision tables in force, to choose one that gives an amount or a limit."""
    return [(row["key"], row["name"]) for row in workflow.decision_tables()]


def _table(version_id: int | None) -> str:
    return workflow.decision_key(version_id=version_id) if version_id else ""


def _check_table(typed: Typed, tables: list[tuple[str, str]]) -> None:
    if typed["decision"] and typed["decision"] not in dict(tables):
        typed.wrong("decision", _("Chọn bảng quyết định trong danh sách."))


def _rule(typed: Typed, shown: procedures.Procedure, code: str) -> dict[str, Any] | None:
    if typed["fee"] and typed["fee"] not in {fee.key for fee in shown.fees}:
        typed.wrong("fee", _("Chọn khoản thu trong danh sách."))
    effect, value = typed["effect"], Decimal(0)
    if effect not in ("exempt", "percent", "amount"):
        typed.wrong("effect", _("Chọn miễn, giảm phần trăm hoặc giảm số tiền."))
    elif effect != "exempt":
        value = typed.dong("value", _("Ghi mức giảm.")) or Decimal(0)
        if effect == "percent" and not 0 < value <= 100:
            typed.wrong("value", _("Phần trăm giảm từ 1 đến 100."))
    typed.text("explanation", _("Ghi lời giải thích cho người nộp."), 500)
    typed.text("legal_basis", _("Ghi căn cứ."))
    if wrong := procedures.check_condition(typed["condition"]):
        typed.wrong("condition", wrong)
    on, until = _from(typed), typed.day("until")
    if on and until and until < on:
        typed.wrong("until", _("Ngày cuối không được trước ngày đầu."))
    if on is None:
        return None
    return {
        "key": f"{code[:20]}-{typed['fee'][:20] or 'all'}-{on:%y%m%d}-{effect}",
        "fee_key": typed["fee"],
        "kind": "",
        "effect": effect,
        "value": value,
        "condition": typed["condition"],
        "explanation": typed["explanation"],
        "legal_basis": typed["legal_basis"],
        "valid_from": on,
        "valid_to": until + timedelta(days=1) if until else None,
    }


@fresh
@access("official", Right.MANAGE_CATALOGUE)
@require_http_methods(["GET", "POST"])
def clock(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Another time limit, from a day on."""
    shown, binding = _procedure(code), _binding(code)
    if binding is None or binding.children:
        raise Http404  # an interlinked procedure has the limits of its parts
    names, tables = ("value", "unit", "cutoff", "legal_basis", "on", "decision"), _tables()
    if request.method == "GET":
        limit, rule = binding.rule.limit, binding.rule
        typed = Typed.read(
            {
                "value": f"{limit.value.normalize():f}".replace(".", ",") if limit else "",
                "unit": limit.unit if limit else "working_days",
                "cutoff": f"{rule.cutoff:%H:%M}" if rule.cutoff else "",
                "legal_basis": rule.legal_basis,
                "on": _today(),
                "decision": _table(binding.limit_decision_id),
            },
            *names,
        )
        return _page(request, "clock", typed, procedure=shown, tables=tables)
    typed = Typed.read(request.POST, *names)
    value = typed.half_days("value")
    if typed["unit"] not in UNITS:
        typed.wrong("unit", _("Chọn ngày làm việc, giờ làm việc hoặc ngày."))
    elif value is not None and typed["unit"] == "calendar_days" and value != int(value):
        typed.wrong("value", _("Số ngày tính cả ngày nghỉ phải là số nguyên."))
    if value is not None and value > 1000:
        typed.wrong("value", _("Thời hạn quá dài; kiểm tra lại."))
    cutoff = typed.clock("cutoff")
    typed.text("legal_basis", _("Ghi căn cứ của thời hạn."))
    _check_table(typed, tables)
    on = _from(typed)
    if typed.errors or on is None:
        return _page(request, "clock", typed, procedure=shown, tables=tables)
    with transaction.atomic():
        services.change_clock(
            code=code, limit_value=value, limit_unit=typed["unit"], cutoff=cutoff, legal_basis=typed["legal_basis"],
            on=on, actor=request.actor, at=timezone.now(), decision=typed["decision"],
        )  # fmt: skip
    messages.success(request, _("Đã đổi thời hạn cho hồ sơ nhận từ %(on)s.") % {"on": typed["on"]})
    return redirect("administration:procedure", code)


@fresh
@access("official", Right.MANAGE_CATALOGUE)
@require_http_methods(["GET", "POST"])
def process(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Another process, from a day on."""
    shown, binding = _procedure(code), _binding(code)
    if binding is None:
        raise Http404
    options = [(row["key"], row["name"]) for row in workflow.processes()]
    if request.method == "GET":
        typed = Typed.read({"process": binding.process_key, "on": _today()}, "process", "on")
        return _page(request, "binding", typed, procedure=shown, options=options)
    typed = Typed.read(request.POST, "process", "on")
    if typed["process"] not in dict(options):
        typed.wrong("process", _("Chọn quy trình trong danh sách."))
    on = _from(typed)
    if typed.errors or on is None:
        return _page(request, "binding", typed, procedure=shown, options=options)
    with transaction.atomic():
        services.change_process(code=code, process_key=typed["process"], on=on, actor=request.actor, at=timezone.now())
    messages.success(request, _("Hồ sơ nhận từ %(on)s đi theo quy trình mới.") % {"on": typed["on"]})
    return redirect("administration:procedure", code)
