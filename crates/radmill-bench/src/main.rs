//! Measures each stage and the whole job over a synthetic corpus.

fn main() {}
