"""The same functions on one machine: an embedded engine, HTTP in front, a clock that can be moved, an outbox."""
