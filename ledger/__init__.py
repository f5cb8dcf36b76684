"""Accounts that cannot be spent twice: reserve, settle, release, grant."""
