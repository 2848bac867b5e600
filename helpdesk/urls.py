"""Addresses of the help desk."""

from django.urls import path

from helpdesk import kept_views, views

urlpatterns = [
    path("", views.helped, name="help"),
    path("ask/", views.ask, name="help-ask"),
    path("own/<str:key>/again/", views.again, name="help-again"),
    path("own/<str:key>/settle/", views.settle, name="help-settle"),
    path("kept/", kept_views.kept, name="help-kept"),
    path("articles/new/", kept_views.article_new, name="help-article-new"),
    path("articles/<int:pk>/", kept_views.article, name="help-article"),
    path("contact/<str:code>/", kept_views.contact, name="help-contact"),
    path("downtimes/new/", kept_views.downtime_new, name="help-downtime-new"),
    path("downtimes/<int:pk>/cancel/", kept_views.downtime_cancel, name="help-downtime-cancel"),
]
