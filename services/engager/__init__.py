"""Carries out actions on time, once each, within the limits of the accounts that they are made by."""
