"""The gallery of components, and the reader's choice of a light or a dark page."""

from django.urls import path

from allears.design import views

app_name = "design"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("theme/", views.theme, name="theme"),
    path("sheets/<slug:page>/", views.sheet, name="sheet"),
    path("<slug:page>/", views.gallery, name="gallery_page"),
]
