"""Can a printed table be true? Checks that need its numbers alone, each with its arithmetic."""
