"""Addresses of administration."""

from django.urls import URLPattern, URLResolver, path

from tinhso.systems.administration.views import (
    calendar,
    catalogue,
    certificates,
    health,
    home,
    leave,
    merger,
    open_times,
    organization,
    organization_acts,
    processes,
    sign_ins,
    trail,
    trust,
)

app_name = "administration"
urlpatterns: list[URLPattern | URLResolver] = [
    path("admin", home.home, name="home"),
    path("admin/calendar", calendar.year, name="calendar"),
    path("admin/calendar/declaration", calendar.declare, name="calendar_declare"),
    path("admin/calendar/days/<int:day_id>/withdrawal", calendar.withdraw, name="calendar_withdraw"),
    path("admin/open-times", open_times.open_times, name="open_times"),
    path("admin/open-times/change", open_times.edit, name="open_times_edit"),
    path("admin/organization", organization.organization, name="organization"),
    path("admin/organization/merger", merger.merger, name="merger"),
    path("admin/organization/units/<int:unit_id>", organization.unit, name="unit"),
    path("admin/organization/units/<int:unit_id>/<slug:slug>", organization_acts.act, name="organization_act"),
    path("admin/procedures", catalogue.procedure_list, name="catalogue"),
    path("admin/procedures/<str:code>", catalogue.procedure, name="procedure"),
    path("admin/procedures/<str:code>/fees/<str:key>", catalogue.fee, name="fee"),
    path("admin/procedures/<str:code>/reductions", catalogue.reduction, name="reduction"),
    path("admin/procedures/<str:code>/clock", catalogue.clock, name="procedure_clock"),
    path("admin/procedures/<str:code>/process", catalogue.process, name="procedure_process"),
    path("admin/processes", processes.process_list, name="processes"),
    path("admin/processes/<str:key>", processes.process, name="process"),
    path("admin/sign-ins", sign_ins.sign_ins, name="sign_ins"),
    path("admin/certificates", certificates.certificates, name="certificates"),
    path("admin/certificates/<slug:kind>/<int:owner_id>", certificates.certificate, name="certificate"),
    path("admin/trust", trust.trust, name="trust"),
    path("leave", leave.leave, name="leave"),
    path("admin/trail", trail.trail, name="trail"),
    path("admin/health", health.health, name="health"),
]
