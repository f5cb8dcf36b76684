"""Looks orders up."""

import sqlite3


def orders_of(database: sqlite3.Connection, customer: str) -> list[tuple[int, float]]:
    """Return the ids and totals of a customer's orders."""
    query = "SELECT id, total FROM orders WHERE customer = ?"
    return database.execute(query, (customer,)).fetchall()
