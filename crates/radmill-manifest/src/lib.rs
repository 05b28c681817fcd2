//! The row schema, shards, and the dataset table.
