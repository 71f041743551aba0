"""Architectures: numbers and arrays in, a keras.Model out."""
