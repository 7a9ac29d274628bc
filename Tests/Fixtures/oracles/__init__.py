"""What the fixtures are made with: one module for each oracle or kind of fixture."""
