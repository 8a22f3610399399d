"""The Lambda edge: who asks, what for, when; and how the answer, or the refusal, leaves."""
