"""Offline evaluation: samples, the answers to them, and scores."""
