//! Lists and reads sources, publishes finished files atomically.
