"""The local stack: embedded PostgreSQL and Redis and every process of the system, supervised under one folder.

It knows how to start programs and nothing of what they do; a fleet runs the same programs without it.
"""
