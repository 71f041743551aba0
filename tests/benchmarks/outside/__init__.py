"""Tests of papers that are not part of the suite."""
