"""The wire: what requests may say (pydantic models, for they come from strangers) and how answers look.

Answers are plain functions that lay out what the engine knows already; that every official client accepts them is
shown by the client itself, in ``tests/contract``.
"""
