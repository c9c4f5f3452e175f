"""The one type of volume that there is."""

ID = "5e6f1d8a-0b7c-5c43-9a52-2f5a4e0c7d11"
NAME = "__DEFAULT__"
DESCRIPTION = "Default Volume Type"
