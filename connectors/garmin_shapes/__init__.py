"""Garmin's JSON in planning's words: one backend answers several of its interfaces. Pure.

No connector: those that speak to Garmin read what they were answered with this.
"""
