"""Text: files in, numbers of words and characters out."""
