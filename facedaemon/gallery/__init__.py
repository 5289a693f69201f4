"""Samples to gallery, match and suggestion: pure numpy, no input or output."""
