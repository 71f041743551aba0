"""Models: numbers and arrays in, a keras.Model or predicted labels out."""
