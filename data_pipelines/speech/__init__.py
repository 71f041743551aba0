"""Speech: sound files in, frames of features out."""
