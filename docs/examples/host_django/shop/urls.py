"""Two pages of the shop; signing in and out is Django's own."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The shop's first page, with the way into the academy."""
    return render(request, "index.html")


urlpatterns = [
    path("", index),
    path("accounts/login/", LoginView.as_view(template_name="login.html")),
    path("accounts/logout/", LogoutView.as_view()),
]
