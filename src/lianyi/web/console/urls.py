"""Addresses of the console."""

from django.urls import path

from lianyi.web.console import doors
from lianyi.web.console.views import campaigns, evaluate, home, insight, intake, measure, report, team

app_name = "console"
urlpatterns = [
    path("sign-in/", doors.SignIn.as_view(), name="sign_in"),
    path("sign-out/", doors.SignOut.as_view(), name="sign_out"),
    path("enter/<str:username>/<str:token>/", doors.enter, name="enter"),
    path("password/", doors.password, name="password"),
    path("", home.home, name="home"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.choose, name="campaign_choose"),
    path("campaigns/new/<str:mechanic_id>/", campaigns.new, name="campaign_new"),
    path("campaigns/<str:public_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<str:public_id>/monitor/", campaigns.monitor, name="campaign_monitor"),
    path("campaigns/<str:public_id>/revise/", campaigns.revise, name="campaign_revise"),
    path("campaigns/<str:public_id>/check/", campaigns.check, name="campaign_check"),
    path("campaigns/<str:public_id>/override/", campaigns.override, name="campaign_override"),
    path("campaigns/<str:public_id>/step/", campaigns.step, name="campaign_step"),
    path("campaigns/<str:public_id>/learn/", campaigns.learn, name="campaign_learn"),
    path("measure/", measure.section, name="measure"),
    path("measure/<str:metric_id>/", measure.one, name="metric"),
    path("measure/<str:metric_id>.csv", measure.csv, name="metric_csv"),
    path("insight/", insight.analyses, name="insight"),
    path("insight/fission/family/", insight.family, name="family"),
    path("insight/<str:name>/", insight.explore, name="analysis"),
    path("insight/<str:name>.csv", insight.csv, name="analysis_csv"),
    path("evaluate/", evaluate.reviews, name="evaluate"),
    path("evaluate/ask/", evaluate.ask, name="evaluate_ask"),
    path("evaluate/running/", evaluate.running, name="evaluate_running"),
    path("evaluate/<str:public_id>/", evaluate.review, name="review"),
    path("evaluate/<str:public_id>/finding/<str:finding_id>/", evaluate.finding, name="finding"),
    path("evaluate/<str:public_id>/decide/", evaluate.decide, name="decide"),
    path("tasks/<str:public_id>/close/", evaluate.close, name="close_task"),
    path("report/", report.reports, name="report"),
    path("report/<str:public_id>/<str:form>/", report.download, name="report_file"),
    path("intake/", intake.uploads, name="intake"),
    path("intake/upload/", intake.upload, name="intake_upload"),
    path("intake/rejects/<str:record>/<int:place>/", intake.rejects, name="rejects"),
    path("intake/<str:public_id>/", intake.one, name="upload"),
    path("intake/<str:public_id>/progress/", intake.progress, name="upload_progress"),
    path("intake/<str:public_id>/choose/", intake.choose, name="upload_choose"),
    path("intake/<str:public_id>/import/", intake.start, name="upload_import"),
    path("intake/<str:public_id>/drop/", intake.let_go, name="upload_drop"),
    path("team/", team.members, name="team"),
    path("team/add/", team.add, name="team_add"),
    path("team/<str:username>/", team.change, name="team_change"),
    path("audit/", team.audit, name="audit"),
]
