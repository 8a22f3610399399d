"""What a promotion is, and every decision about it: pure. No AWS, no environment, no clock, no randomness."""
